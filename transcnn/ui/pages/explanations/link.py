"""What is explained, and by which methods; all of it is part of links."""

from collections.abc import Mapping
from dataclasses import dataclass

from transcnn.explain.names import METHODS

METHOD_NAMES = tuple(sorted(METHODS, key=lambda name: METHODS[name].slow))  # fast ones first
_FIRST = ("grad_cam", "saliency", "rollout")


@dataclass(frozen=True)
class ExplainChoice:
    """`of` and `versus` are places among the network's logits; `of` None is the answer.

    `part` is the stage, block and level for the methods that have them, as far as they are given:
    (), (stage,), (stage, block) or all three. `looked` is the method whose scores are in front.
    """

    methods: tuple[str, ...] = _FIRST
    of: int | None = None
    versus: int | None = None
    part: tuple[int, ...] = ()
    looked: str | None = None

    def link(self) -> dict[str, str]:
        """The parameters that differ from the usual."""
        found = {
            "methods": None if self.methods == _FIRST else ",".join(self.methods),
            "class": self.of,
            "versus": self.versus,
            "layer": ".".join(map(str, self.part)) or None,
            "look": self.looked,
        }
        return {name: str(value) for name, value in found.items() if value is not None}


LINK_NAMES = ("methods", "class", "versus", "layer", "look")


def read_explain(link: Mapping[str, str]) -> ExplainChoice:
    """The choice that a link names. What a network does not have, only the page can tell."""
    named = link.get("methods")
    known = [m for m in dict.fromkeys((named or "").split(",")) if m in METHOD_NAMES]
    methods = _FIRST if named is None or (named and not known) else tuple(known)
    part = [_number(text) for text in link.get("layer", "").split(".")[:3]]
    looked = link.get("look")
    return ExplainChoice(
        methods,
        _number(link.get("class", "")),
        _number(link.get("versus", "")),
        tuple(p for p in part if p is not None) if None not in part else (),
        looked if looked in methods else None,
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None
