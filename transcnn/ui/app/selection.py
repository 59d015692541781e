"""What every link names, and the part of a trace that the pages of an image share."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.checkpoints.catalogue import is_shipped, shipped, split_snapshot
from transcnn.model.config import HMHSA, Network
from transcnn.model.interventions import INTERVENTIONS
from transcnn.pictures import CENTRE
from transcnn.pictures.samples import samples
from transcnn.ui.app.links import NUMBER, POSITION, LinkPart, Text, one_of, param, whole_number
from transcnn.words import LANGUAGES

# What an intervention acts on: all H-MHSAs, those of the chosen stage, the chosen block, or a level
# or the chosen head of it.
PARTS = ("all", "stage", "block", "level0", "level1", "level2", "head")


def _read_model(text: str) -> str:
    name, share = split_snapshot(text)
    if is_shipped(name) and share in shipped(name).snapshots and not shipped(name).shares:
        return name  # trained: the sidebar says why
    if not is_shipped(text):
        raise ValueError(text)
    return text


def _read_percent(text: str) -> int:
    percent = whole_number(text)
    if percent > 100:
        raise ValueError(text)
    return percent


@dataclass(frozen=True)
class Subject(LinkPart):
    """Image, network, language and where the crop of the image is, in percent. None: not in the
    link; uploads and custom models never are.
    """

    sample: str | None = param(None, one_of([s.name for s in samples()]), "picture")
    model: str | None = param(None, Text(str, _read_model), "model")
    language: str | None = param(None, one_of(LANGUAGES), "lang")
    crop: int = param(CENTRE, Text(str, _read_percent), "crop", of_image=True)


@dataclass(frozen=True)
class Selection(LinkPart):
    """Which part of a trace is in front. `head` None: the mean of all; `token` None: the default.

    `token` is a position on the block's map of level 0, row and column, also where another `level`
    is in front: there it stands for the merged token that holds it. All indices are from 0.
    """

    stage: int = param(0, NUMBER, "stage")
    block: int = param(0, NUMBER, "block")
    head: int | None = param(None, NUMBER, "head")
    token: tuple[int, int] | None = param(None, POSITION, "token", of_image=True)
    intervention: str = param("on", one_of(INTERVENTIONS), "intervention", old=("switch",))
    level: int = param(0, NUMBER, "level")
    part: str = param("all", one_of(PARTS), "part")

    @property
    def where(self) -> dict[str, int]:
        """The part that an intervention acts on, as arguments of `Where`."""
        found = {}
        if self.part != "all":
            found["stage"] = self.stage
        if self.part not in ("all", "stage"):
            found["block"] = self.block
        if self.part.startswith("level"):
            found["level"] = int(self.part.removeprefix("level"))
        if self.part == "head" and self.head is not None:
            found["head"] = self.head
        return found

    def existing(self, config: Network) -> Self:
        if self.stage not in range(len(config.stages)):
            return type(self)()
        attending = config.stages[self.stage].attending
        block = self.block if self.block in range(len(attending)) else 0
        attention = attending[block]
        assert isinstance(attention, HMHSA)  # networks of other kinds cannot be chosen
        head = self.head if self.head in range(attention.heads) else None
        levels = range(len(attention.merges) + 1)
        size = config.map_size(self.stage, (config.input.size, config.input.size))
        token = self.token
        if token is not None and not all(
            0 <= t < side for t, side in zip(token, size, strict=True)
        ):
            token = None
        part = self.part if self.part in PARTS else "all"
        no_level = part.startswith("level") and int(part.removeprefix("level")) not in levels
        if no_level or (part == "head" and head is None):
            part = "block"
        return replace(
            self,
            block=block,
            head=head,
            token=token,
            intervention=self.intervention if self.intervention in INTERVENTIONS else "on",
            level=self.level if self.level in levels else 0,
            part=part,
        )

    def for_other_image(self) -> Self:
        return replace(self, token=None)

    def for_other_network(self) -> Self:
        return type(self)()
