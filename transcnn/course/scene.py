"""What the questions are about: one image, one network, and the query token."""

import functools
import math
import zlib
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.contributions import Contributions, contributions
from transcnn.classifier import Classifier
from transcnn.course.by_hand import WorkedExample, work_out
from transcnn.course.choice import LearnerChoice
from transcnn.course.experiments import Experiments, Lab
from transcnn.course.former_names import shuffle_seed
from transcnn.course.found_boxes import FoundBoxes, SeeWhole, see_whole
from transcnn.course.questions import Choose, PosedQuestion
from transcnn.model.attention import HierarchicalAttention
from transcnn.pictures import Crop
from transcnn.pictures.samples import find_sample, name_in_run
from transcnn.trace import Trace
from transcnn.trace.trace import BlockTrace

Wide = NDArray[np.float64]
Place = tuple[int, int]  # row, column
Box = tuple[int, int, int, int]  # of tokens: top, left, bottom, right, inclusive

# Where a row is looked for that is not nearly uniform: stage and block, in this order.
_ORDER = ((2, 2), (2, 3), (2, 1), (2, 0), (3, 0), (3, 1), (3, 2), (1, 0), (0, 0))
CLEAR = 1.15  # times uniform: below this no token stands out


@dataclass(frozen=True, kw_only=True)
class Scene:
    """An image that was run, and what the learner has chosen on it.

    `digest` names the image; `sample` is the sample's name, None for an upload; `labels` are the
    names of the classes in the learner's language. `kept` are experiments made before. `whole`
    gives the whole image as a detector sees it; without it that is the sample's, of an upload what
    the network sees.
    """

    classifier: Classifier
    trace: Trace
    pixels: NDArray[np.uint8]  # [S, S, 3]
    digest: str
    sample: str | None = None
    labels: tuple[str, ...] = ()
    choice: LearnerChoice = field(default_factory=LearnerChoice)
    kept: Lab | None = None
    whole: SeeWhole | None = None

    @functools.cached_property
    def query(self) -> Place:
        """The pixel of the input whose token is the query: row, column."""
        return self.choice.query or first_query(self.sample, self.trace.crop)

    @functools.cached_property
    def lab(self) -> Lab:
        """The experiments of the network; those that are kept, if they are of this one."""
        if self.kept is not None and self.kept.classifier is self.classifier:
            return self.kept
        return Lab(self.classifier)

    @property
    def experiments(self) -> Experiments:
        """Further runs of the image."""
        return self.lab.experiments(self.pixels, self.trace.crop, self.sample, self.digest)

    @functools.cached_property
    def boxes(self) -> FoundBoxes:
        """What the course's detector finds in the image; where that is nothing, in a sample."""
        sample = find_sample(self.sample)
        see = self.whole or see_whole(self.pixels if sample is None else sample.path)
        found = self.lab.finder.find(name_in_run(self.sample, self.digest), see)
        return found or self.lab.finder.in_sample()

    @property
    def top(self) -> int:
        """The index of the top-1 class."""
        return int(self.trace.logits.argmax())

    def label(self, place: int) -> str:
        """The class of index `place` in the learner's language."""
        return self.labels[place] if self.labels else self.classifier.names[place].label

    @property
    def worked(self) -> WorkedExample:
        """The example by hand, worked out."""
        return work_out(self.choice.hand_map)

    @functools.cached_property
    def contributions(self) -> Contributions:
        """The logit contributions of the last map."""
        return contributions(self.classifier, self.pixels, self.trace.logits)

    @property
    def blocks(self) -> list[BlockTrace]:
        """The H-MHSAs in the order in which a telling one is looked for."""
        named = {(b.stage, b.block): b for b in self.trace.blocks}
        return [named[place] for place in _ORDER if place in named] or [self.trace.blocks[-1]]

    @property
    def block(self) -> BlockTrace:
        """The H-MHSA that the course looks at: stage 3, block 3, where a network has it."""
        return self.blocks[0]

    @property
    def peaked_block(self) -> BlockTrace | None:
        """The first H-MHSA in which a token stands out for the query; None: in none."""
        for block in self.blocks:
            if len(block_row := self.attention_row(block)) * block_row.max() >= CLEAR:
                return block
        return None

    def token(self, size: Place) -> Place:
        """The token of a map of `size` that covers the query pixel."""
        row, column = (
            at * side // self.trace.crop.size for at, side in zip(self.query, size, strict=True)
        )
        return row, column

    @property
    def share(self) -> tuple[float, float]:
        """The query pixel as shares of the input: down, across."""
        size = self.trace.crop.size
        return (self.query[0] + 0.5) / size, (self.query[1] + 0.5) / size

    def query_index(self, block: BlockTrace) -> int:
        """The query's merged token on the block's last level, counted row by row."""
        size = block.levels[-1].size
        row, column = self.token(size)
        return row * size[1] + column

    def attention_row(self, block: BlockTrace) -> Wide:
        """The query's attention on the last level, [T], mean of the heads; sums to 1."""
        return last_level_attention(block)[self.query_index(block)]

    def rotation(self, question: str, count: int) -> int:
        """Where to begin with `count` options; fixed by the image and the question."""
        return zlib.crc32(f"{self.digest}{shuffle_seed(question)}".encode()) % count

    def side(self, question: str) -> str:
        """On which of two maps the correct one of a question is shown: "a" or "b"."""
        return "ab"[self.rotation(question, 2)]

    def which_of_two(self, question: str, misconception: str) -> PosedQuestion:
        """Which of the maps A and B is the correct one; whoever takes the other one holds the
        `misconception`.
        """
        side = self.side(question)
        other = {"a": "b", "b": "a"}[side]
        return PosedQuestion(
            Choose(("a", "b"), frozenset({side})), misconceptions={misconception: [other]}
        )

    def rotated(self, question: str, options: tuple[str, ...]) -> tuple[str, ...]:
        """The options, rotated by `rotation`."""
        k = self.rotation(question, len(options))
        return options[k:] + options[:k]

    def attention(self, block: BlockTrace) -> HierarchicalAttention:
        """The module that made the block."""
        attending = [
            b.attn for b in self.classifier.model.blocks[block.stage] if b.attn is not None
        ]
        found = attending[block.block]
        assert isinstance(found, HierarchicalAttention)  # others leave no trace
        return found


def last_level_heads(block: BlockTrace) -> Wide:
    """The last level's attention weights by head, [h, T, T]: query, key."""
    return block.levels[-1].attention[:, 0, 0].astype(np.float64)


def last_level_attention(block: BlockTrace) -> Wide:
    """The same as the mean of the heads, [T, T]."""
    return last_level_heads(block).mean(0)


def by_hand(scene: Scene) -> str:
    """The map of the example by hand, for questions that are about it."""
    return ",".join(str(n) for row in scene.choice.hand_map for n in row)


def first_query(sample: str | None, crop: Crop) -> Place:
    """The query pixel until the learner chooses another: the middle of what a sample shows
    (`sample` is its name), of an upload the middle of the image.
    """
    edges = sample_box(sample, crop)
    if edges is None:
        return crop.size // 2, crop.size // 2
    top, left, bottom, right = edges
    middle = (top + bottom) / 2, (left + right) / 2
    return tuple(int(np.clip(math.floor(v), 0, crop.size - 1)) for v in middle)  # type: ignore[return-value]


def sample_box(sample: str | None, crop: Crop) -> tuple[float, float, float, float] | None:
    """Where on the input, in pixels, a sample shows what it shows: top, left, bottom, right; None
    where that is not marked, and for uploads.
    """
    found = find_sample(sample)
    if found is None or found.box is None:
        return None
    left, top, right, bottom = found.box
    width, height = crop.picture
    across = crop.size / (crop.box.right - crop.box.left)
    down = crop.size / (crop.box.bottom - crop.box.top)
    return (
        (top * height - crop.box.top) * down,
        (left * width - crop.box.left) * across,
        (bottom * height - crop.box.top) * down,
        (right * width - crop.box.left) * across,
    )
