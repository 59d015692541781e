"""Which two are compared. The first picture and network are those of the sidebar."""

from collections.abc import Mapping
from dataclasses import dataclass

PICTURES, MODELS = KINDS = ("pictures", "models")
OFF = "off"  # as second network: the first without its H-MHSA
KEPT = "kept"  # as second picture: one that was exchanged with the first, perhaps an upload


@dataclass(frozen=True)
class CompareChoice:
    """`picture` names a sample, None: the one after the first; `model` as the caches call it."""

    kind: str = PICTURES
    picture: str | None = None
    model: str = OFF

    def link(self) -> dict[str, str]:
        """The parameters of a link, without what it cannot bring back."""
        if self.kind == MODELS:
            return {"compare": MODELS, "with": self.model}
        if self.picture in (None, KEPT):
            return {"compare": PICTURES}
        return {"compare": PICTURES, "with": str(self.picture)}


def read_compare(link: Mapping[str, str]) -> CompareChoice:
    """The choice that a link names. Whether the second exists is known only to the page."""
    other = link.get("with", "")
    if link.get("compare") == MODELS:
        return CompareChoice(MODELS, model=other or OFF)
    return CompareChoice(picture=other if other and other != KEPT else None)
