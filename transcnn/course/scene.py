"""What the questions are about: one picture, one network, and the token that asks."""

import functools
import json
import math
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.ledger import Ledger, ledger
from transcnn.assets import FOLDER
from transcnn.classifier import Classifier
from transcnn.course.by_hand import Worked, work_out
from transcnn.course.hand_map import FIRST_MAP, Numbers
from transcnn.model.attention import HierarchicalAttention
from transcnn.pictures import Crop
from transcnn.trace import Trace
from transcnn.trace.trace import BlockTrace

Wide = NDArray[np.float64]
Place = tuple[int, int]  # row, column

# Where a reading is looked for that is not flat: stage and block, the best known first.
_ORDER = ((2, 2), (2, 3), (2, 1), (2, 0), (3, 0), (3, 1), (3, 2), (1, 0), (0, 0))
CLEAR = 1.15  # times an even share: below this no place stands out


@dataclass(frozen=True)
class Scene:
    """A picture that was run, and where the learner is on it.

    `at` is the asking place on the network's input, in pixels: row, column. `digest` names the
    picture; `hand` is the map of the example by hand.
    """

    classifier: Classifier
    trace: Trace
    pixels: NDArray[np.uint8]  # [S, S, 3]
    digest: str
    at: Place
    hand: Numbers = FIRST_MAP

    @property
    def worked(self) -> Worked:
        """The example by hand, worked out."""
        return work_out(self.hand)

    @functools.cached_property
    def ledger(self) -> Ledger:
        """What each place of the last map votes for the classes."""
        return ledger(self.classifier, self.pixels, self.trace.logits)

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
    def clear_block(self) -> BlockTrace | None:
        """The first H-MHSA in which a place stands out for the asker; None: all are flat."""
        for block in self.blocks:
            if len(block_row := self.row(block)) * block_row.max() >= CLEAR:
                return block
        return None

    def token(self, size: Place) -> Place:
        """The token of a map of `size` that covers the asking place."""
        row, column = (
            at * side // self.trace.crop.size for at, side in zip(self.at, size, strict=True)
        )
        return row, column

    @property
    def share(self) -> tuple[float, float]:
        """The asking place as shares of the input: down, across."""
        size = self.trace.crop.size
        return (self.at[0] + 0.5) / size, (self.at[1] + 0.5) / size

    def cell(self, block: BlockTrace) -> int:
        """The asker on the block's last board, counted row by row."""
        size = block.levels[-1].size
        row, column = self.token(size)
        return row * size[1] + column

    def row(self, block: BlockTrace) -> Wide:
        """The asker's reading of the last board, [T], the mean of the heads; sums to 1."""
        return board(block)[self.cell(block)]

    def turn(self, question: str, count: int) -> int:
        """Where to begin with `count` options: the same for a picture, other for others."""
        return zlib.crc32(f"{self.digest}{question}".encode()) % count

    def turned(self, question: str, options: tuple[str, ...]) -> tuple[str, ...]:
        """The options, beginning where the picture says."""
        k = self.turn(question, len(options))
        return options[k:] + options[:k]

    def attention(self, block: BlockTrace) -> HierarchicalAttention:
        """The module that made the block."""
        attending = [
            b.attn for b in self.classifier.model.blocks[block.stage] if b.attn is not None
        ]
        found = attending[block.block]
        assert isinstance(found, HierarchicalAttention)  # others leave no trace
        return found


def board_heads(block: BlockTrace) -> Wide:
    """The last level's weights of each head, [h, T, T]: asking cell, cell read."""
    return block.levels[-1].attention[:, 0, 0].astype(np.float64)


def board(block: BlockTrace) -> Wide:
    """The same as the mean of the heads, [T, T]."""
    return board_heads(block).mean(0)


@functools.cache
def _boxes() -> dict[str, tuple[float, float, float, float]]:
    found: dict[str, tuple[float, float, float, float]] = json.loads(
        (FOLDER / "samples" / "boxes.json").read_text(encoding="utf-8")
    )
    return found


def first_asker(sample: str | None, crop: Crop) -> Place:
    """The pixel that asks until the learner chooses another: the middle of what a sample shows
    (`sample` is its name), of an upload the middle of the picture.
    """
    middle = (crop.size // 2, crop.size // 2)
    box = _boxes().get(f"{sample}.jpg")
    if box is None:
        return middle
    left, top, right, bottom = box  # shares of the picture
    width, height = crop.picture
    across = (left + right) / 2 * width - crop.box.left
    down = (top + bottom) / 2 * height - crop.box.top
    row = math.floor(down / (crop.box.bottom - crop.box.top) * crop.size)
    column = math.floor(across / (crop.box.right - crop.box.left) * crop.size)
    return tuple(int(np.clip(v, 0, crop.size - 1)) for v in (row, column))  # type: ignore[return-value]
