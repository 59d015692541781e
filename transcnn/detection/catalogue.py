"""The detectors that ship with their weights: `assets/weights/detectors.toml`. No torch here."""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from transcnn import assets
from transcnn.checkpoints.catalogue import check_digest
from transcnn.errors import ChoiceError

_WEIGHTS = assets.FOLDER / "weights"


@dataclass(frozen=True)
class ShippedDetector:
    """A detector's weight file that comes with the package."""

    name: str
    path: Path
    sha256: str
    card: Path  # the model card, Markdown
    parameters: int
    licence: str
    origin: str
    scores: dict[str, float]  # as fractions of 1; the card has the commands


@functools.cache
def _catalogue() -> dict[str, ShippedDetector]:
    table = tomllib.loads((_WEIGHTS / "detectors.toml").read_text(encoding="utf-8"))
    return {
        name: ShippedDetector(
            name,
            _WEIGHTS / entry["file"],
            entry["sha256"],
            _WEIGHTS / entry["card"],
            entry["parameters"],
            entry["licence"],
            entry["origin"],
            entry["scores"],
        )
        for name, entry in table.items()
    }


def shipped_detectors() -> list[str]:
    """The detectors that have shipped weights."""
    return list(_catalogue())


def shipped_detector(name: str) -> ShippedDetector:
    """The shipped weights of the detector `name`, whose digest is checked.

    Raises ChoiceError if none ship, CheckpointError if the file was changed.
    """
    if name not in _catalogue():
        allowed = ", ".join(_catalogue()) or "none ship"
        raise ChoiceError(field="detector with shipped weights", value=name, allowed=allowed)
    entry = _catalogue()[name]
    check_digest(entry.path, entry.sha256)
    return entry
