"""Which patches of the image are occluded, and with what."""

from dataclasses import dataclass, replace
from typing import Self

from transcnn.model.config import Network
from transcnn.ui.app.links import LinkPart, Text, one_of, param, whole_number

FILLS = ("patches", "gray")  # of other images, or gray
_MOST_DIGITS = 64  # of the cells as a hexadecimal number


def grid_side(config: Network) -> int:
    """How many patches an image has along each side: as many as its last stage's map has tokens."""
    return config.map_size(len(config.stages) - 1, (config.input.size,) * 2)[0]


def _read_percent(text: str) -> int:
    percent = whole_number(text)
    if percent > 100:
        raise ValueError(text)
    return percent


def write_cells(cells: frozenset[int]) -> str:
    """Cells as the bits of a hexadecimal number."""
    return f"{sum(1 << cell for cell in cells):x}"


def _read_cells(text: str) -> frozenset[int]:
    if not (0 < len(text) <= _MOST_DIGITS and set(text) <= set("0123456789abcdef")):
        raise ValueError(text)
    bits = int(text, 16)
    return frozenset(k for k in range(bits.bit_length()) if bits >> k & 1)


@dataclass(frozen=True)
class OcclusionChoice(LinkPart):
    """`cells` are counted row by row; None: those that the fixed tests occlude of this image at
    `percent`.
    """

    percent: int = param(40, Text(str, _read_percent), "share")
    cells: frozenset[int] | None = param(
        None, Text(write_cells, _read_cells), "occluded", old=("hide",), of_image=True
    )
    fill: str = param("patches", one_of(FILLS, old={"patches": "patches"}), "fill")

    def existing(self, config: Network) -> Self:
        if self.cells and max(self.cells) >= grid_side(config) ** 2:
            return replace(self, cells=None)
        return self

    def for_other_network(self) -> Self:
        return replace(self, cells=None)
