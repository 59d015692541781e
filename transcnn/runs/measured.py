"""What a run keeps of a picture. No torch here: the app reads runs before torch is loaded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcnn.analysis.attending import Attending


@dataclass(frozen=True)
class CaseAnswer:
    """One case: the likeliest classes with their probabilities, and how the right ones fare."""

    top: tuple[tuple[int, float], ...]
    right_probability: float  # of all right classes together
    right_rank: int  # of the best of them, 0 first


@dataclass(frozen=True)
class Measured:
    """One answered picture."""

    name: str
    digest: str  # sha256 of the file's bytes
    size: tuple[int, int]  # of the picture: width, height
    thumbnail: bytes  # JPEG
    answers: dict[str, CaseAnswer]  # by case
    features: dict[str, float]
    attending: "Attending"


@dataclass(frozen=True)
class Broken:
    """One file that could not be read, and the sentence why."""

    name: str
    why: str
