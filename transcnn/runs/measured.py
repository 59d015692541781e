"""What a run stores of an image. No torch here: the app reads runs before torch is loaded."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transcnn.analysis.attention_statistics import AttentionStatistics


@dataclass(frozen=True)
class CasePrediction:
    """One case: the top classes with their probabilities, and those of the true labels."""

    top: tuple[tuple[int, float], ...]
    true_probability: float  # of all true labels together
    true_rank: int  # of the best of them, 0 first


@dataclass(frozen=True)
class Measured:
    """One classified image."""

    name: str
    digest: str  # sha256 of the file's bytes
    size: tuple[int, int]  # of the image: width, height
    thumbnail: bytes  # JPEG
    predictions: dict[str, CasePrediction]  # by case
    features: dict[str, float]
    attention: "AttentionStatistics"


@dataclass(frozen=True)
class Broken:
    """One file that could not be read, and the reason."""

    name: str
    why: str
