"""Where places on the network's input lie on the picture."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on the upright picture, in its pixels; edges may lie between pixels."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Crop:
    """The part of the picture that the network's square input of `size` pixels shows.

    `picture` is the picture's (width, height); `box` is the part, in the picture's pixels.
    """

    picture: tuple[int, int]
    box: Box
    size: int

    def on_picture(self, top: float, left: float, bottom: float, right: float) -> Box:
        """The rectangle of input pixels [top, bottom) x [left, right), on the picture."""
        across = (self.box.right - self.box.left) / self.size
        down = (self.box.bottom - self.box.top) / self.size
        return Box(
            self.box.left + left * across,
            self.box.top + top * down,
            self.box.left + right * across,
            self.box.top + bottom * down,
        )

    @property
    def shares(self) -> tuple[float, float, float, float]:
        """The part as shares of the picture: left, top, width, height."""
        width, height = self.picture
        return (
            self.box.left / width,
            self.box.top / height,
            (self.box.right - self.box.left) / width,
            (self.box.bottom - self.box.top) / height,
        )
