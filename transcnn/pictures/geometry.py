"""Areas of the network's input, in coordinates of the image."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on the upright image, in pixels; edges may be fractional."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def xywh(self) -> tuple[float, float, float, float]:
        """Left, top, width, height, as COCO has boxes."""
        return self.left, self.top, self.right - self.left, self.bottom - self.top


@dataclass(frozen=True)
class Crop:
    """The part of the image that the network's input shows.

    `picture` is the image's (width, height); `box` is the part, in its pixels, and reaches beyond
    the image where the input is padded. `size` is the input's width in pixels, and its height, too,
    unless `height` is another.
    """

    picture: tuple[int, int]
    box: Box
    size: int
    height: int | None = None

    @property
    def sides(self) -> tuple[int, int]:
        """Rows and columns of the network's input, in pixels."""
        return (self.size if self.height is None else self.height, self.size)

    def on_picture(self, top: float, left: float, bottom: float, right: float) -> Box:
        """The rectangle of input pixels [top, bottom) x [left, right), on the image."""
        rows, columns = self.sides
        across = (self.box.right - self.box.left) / columns
        down = (self.box.bottom - self.box.top) / rows
        return Box(
            self.box.left + left * across,
            self.box.top + top * down,
            self.box.left + right * across,
            self.box.top + bottom * down,
        )

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """The part as fractions of the image: left, top, width, height."""
        width, height = self.picture
        return (
            self.box.left / width,
            self.box.top / height,
            (self.box.right - self.box.left) / width,
            (self.box.bottom - self.box.top) / height,
        )
