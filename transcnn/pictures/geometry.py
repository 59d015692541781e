"""Areas of the network's input, in coordinates of the image."""

from dataclasses import dataclass
from typing import NamedTuple


class Box(NamedTuple):
    """A rectangle on the upright image, in pixels; edges may be fractional."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Crop:
    """The part of the image that the network's square input of `size` pixels shows.

    `picture` is the image's (width, height); `box` is the part, in its pixels.
    """

    picture: tuple[int, int]
    box: Box
    size: int

    def on_picture(self, top: float, left: float, bottom: float, right: float) -> Box:
        """The rectangle of input pixels [top, bottom) x [left, right), on the image."""
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
        """The part as fractions of the image: left, top, width, height."""
        width, height = self.picture
        return (
            self.box.left / width,
            self.box.top / height,
            (self.box.right - self.box.left) / width,
            (self.box.bottom - self.box.top) / height,
        )
