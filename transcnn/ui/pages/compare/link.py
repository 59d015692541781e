"""Which two are compared. The first image and network are those of the sidebar."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from transcnn.ui.app.links import LinkPart, one_of, param, word

PICTURES, MODELS = KINDS = ("pictures", "models")
OFF = "off"  # as second network: the first without its H-MHSA
KEPT = "kept"  # as second image: one that was swapped with the first, perhaps an upload


@dataclass(frozen=True)
class CompareChoice(LinkPart):
    """`picture` names a sample, None: the one after the first; `model` as the caches call it.

    Whether they exist is known only to the page.
    """

    kind: str = param(PICTURES, one_of(KINDS), "compare")
    picture: str | None = param(None, word(), "with")
    model: str = param(OFF, word(), "with_model")

    @classmethod
    def translated(cls, link: Mapping[str, str]) -> Mapping[str, str]:
        """`with` was once the name of the second network too."""
        if link.get("compare") == MODELS and "with" in link and "with_model" not in link:
            link = {**link, "with_model": link["with"]}
            del link["with"]
        return link

    def linkable(self, custom_models: Mapping[str, object]) -> "CompareChoice":
        """The same without what no link can bring back: what the visitor brought."""
        return replace(
            self,
            picture=None if self.picture == KEPT else self.picture,
            model=OFF if self.model in custom_models else self.model,
        )
