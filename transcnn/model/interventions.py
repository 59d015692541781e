"""The table of interventions: what attention is replaced by, and in which part of a network.

`transcnn.trace.interventions` makes them. No torch here: choices, help and errors derive from this
table before torch is loaded.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal

from transcnn.errors import ChoiceError
from transcnn.model.config import HMHSA, Network


@dataclass(frozen=True)
class Where:
    """The part of the H-MHSAs that an intervention acts on; None stands for all. Indices from 0.

    `block` counts within its stage, `level` and `head` within their block.
    """

    stage: int | None = None
    block: int | None = None
    level: int | None = None
    head: int | None = None

    def __str__(self) -> str:
        given = [(f.name, getattr(self, f.name)) for f in fields(self)]
        return " ".join(f"{name} {index}" for name, index in given if index is not None) or "all"

    @property
    def whole_blocks(self) -> bool:
        return self.level is None and self.head is None

    def has_block(self, stage: int, block: int) -> bool:
        return self.stage in (None, stage) and self.block in (None, block)

    def check(self, network: Network) -> None:
        """Raises ChoiceError where `network` has no such stage, block, level or head."""
        parts = find_parts(network)
        for f in fields(self):
            index = getattr(self, f.name)
            known = sorted({getattr(part, f.name) for part in parts})
            if index is not None and index not in known:
                allowed = f"{known[0]} to {known[-1]}" if known else "none"
                raise ChoiceError(field=f.name, value=index, allowed=allowed)
            parts = [part for part in parts if index in (None, getattr(part, f.name))]


EVERYWHERE = Where()


@dataclass(frozen=True)
class InterventionKind:
    """One intervention: what it replaces, what it needs, and where it cannot act.

    `help` says in the command line and the documents what every H-MHSA does.
    """

    name: str
    help: str
    replaces: Literal["nothing", "attention", "block"]  # block: what the H-MHSA adds to X
    needs_other: bool = False  # the attention matrices of another image
    needs_means: bool = False  # what each block adds on average, stored beside the weights
    needs_whole_blocks: bool = False  # no single level or head
    needs_own_keys: bool = False  # queries and keys are the same tokens (no pooled map)


KINDS = (
    InterventionKind("on", "attends as it was trained", "nothing"),
    InterventionKind(
        "uniform", "every token attends equally to all tokens of its grid", "attention"
    ),
    InterventionKind(
        "identity", "every token attends only to itself", "attention", needs_own_keys=True
    ),
    InterventionKind(
        "swapped", "uses the attention weights of the next image", "attention", needs_other=True
    ),
    InterventionKind("off", "adds nothing (backbone only)", "block"),
    InterventionKind(
        "mean",
        "adds its mean output over training images",
        "block",
        needs_means=True,
        needs_whole_blocks=True,
    ),
)
"""All interventions, in the order in which they are shown; "on" leaves the network as it is."""

INTERVENTIONS = tuple(kind.name for kind in KINDS)
OF_ATTENTION = tuple(kind.name for kind in KINDS if kind.replaces == "attention")


def possible_interventions(
    where: Where = EVERYWHERE, *, means: bool = True, own_keys: bool = True
) -> tuple[str, ...]:
    """The names of the interventions that can act on `where`, "on" first.

    `means`: whether averages are stored; `own_keys`: whether queries and keys are the same tokens.
    """
    return tuple(
        kind.name
        for kind in KINDS
        if (means or not kind.needs_means)
        and (own_keys or not kind.needs_own_keys)
        and (where.whole_blocks or not kind.needs_whole_blocks)
    )


def check_intervention(
    name: str, where: Where = EVERYWHERE, *, means: bool = True, own_keys: bool = True
) -> None:
    """Raises ChoiceError, which names what is possible, unless `name` can act there."""
    if name not in INTERVENTIONS:
        raise ChoiceError(field="attention", value=name, allowed=", ".join(INTERVENTIONS))
    possible = possible_interventions(where, means=means, own_keys=own_keys)
    if name not in possible:
        reasons = (
            (where.whole_blocks, "single levels and heads"),
            (means, "weights without stored averages"),
            (own_keys, "tokens that attend to a pooled map"),
        )
        reason = next(text for fits, text in reasons if not fits)
        allowed = f"{', '.join(possible)} for {reason}"
        raise ChoiceError(field="attention", value=name, allowed=allowed)


def find_parts(network: Network) -> list[Where]:
    """Every head of every level of every block of `network`, in order."""
    return [
        Where(s, b, level, head)
        for s, stage in enumerate(network.stages)
        for b, attention in enumerate(stage.attending)
        for level in range(len(attention.merges) + 1 if isinstance(attention, HMHSA) else 2)
        for head in range(attention.heads)
    ]


def split(network: Network, *names: str) -> list[Where]:
    """The parts of `network` distinguished by some of stage, block, level and head, in order.

    By ("stage",) four of them; by ("stage", "block", "level") each level of each block.
    """
    merged = {f.name for f in fields(Where)} - set(names)
    coarse = [replace(part, **dict.fromkeys(merged)) for part in find_parts(network)]
    return list(dict.fromkeys(coarse))
