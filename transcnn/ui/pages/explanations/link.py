"""What is explained, and by which methods; all of it is part of links but a custom model."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.explain.names import METHODS
from transcnn.ui.app.links import NUMBER, LinkPart, numbers, one_of, param, some_of

METHOD_NAMES = tuple(sorted(METHODS, key=lambda name: METHODS[name].slow))  # fast ones first
FAST = tuple(name for name in METHOD_NAMES if not METHODS[name].slow)


@dataclass(frozen=True)
class ExplainChoice(LinkPart):
    """`of` and `versus` are indices of the network's logits; `of` None is the prediction.

    At first all fast methods are shown, slow ones when asked. `part` is the stage, block and level
    for the methods that have them, as far as they are given: (), (stage,), (stage, block) or all
    three. `looked` is the method whose scores are in front.
    `custom_model` is explained in place of the chosen model, which it cannot be: it has no levels.
    What a network does not have, only the page can tell.
    """

    methods: tuple[str, ...] = param(FAST, some_of(METHOD_NAMES), "methods")
    of: int | None = param(None, NUMBER, "class")
    versus: int | None = param(None, NUMBER, "versus")
    part: tuple[int, ...] = param((), numbers(".", most=3), "layer")
    looked: str | None = param(None, one_of(METHOD_NAMES), "look")
    custom_model: str | None = None

    def for_other_network(self) -> Self:
        return replace(self, of=None, versus=None, part=(), custom_model=None)
