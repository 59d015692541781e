"""What a weight file says of how its network was measured on held-out images: counts alone, from
which accuracy and interval follow. A file comes from anywhere, so it is read with care.

    "held_out": {"how": "leave-one-out", "images": 30, "correct": 28, "most_frequent": 10}
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from transcnn.analysis.intervals import Interval, share_interval
from transcnn.training.finetune.held_out import ENOUGH, HeldOut

How = Literal["leave-one-out", "folds", "split"]

_KEY = "held_out"
_HOWS: tuple[How, ...] = get_args(How)
_MOST = 10**7  # images; more than anybody has


@dataclass(frozen=True)
class Measured:
    """Counts of held-out images: all, correctly predicted, of the most frequent class."""

    how: How
    images: int
    correct: int
    most_frequent: int

    @property
    def accuracy(self) -> Interval:
        """The fraction of correct predictions, with Wilson's interval."""
        return share_interval(np.arange(self.images) < self.correct)

    @property
    def majority(self) -> float:
        """The fraction that always answering the most frequent class gets right."""
        return self.most_frequent / self.images

    @property
    def enough(self) -> bool:
        """Whether there are images enough to tell anything."""
        return self.images >= ENOUGH


def measured(found: HeldOut, how: How) -> dict[str, Any]:
    """The predictions on held-out images as JSON values for a weight file."""
    correct, frequent = (found.predicted == found.labels).sum(), np.bincount(found.labels).max()
    return {_KEY: asdict(Measured(how, len(found), int(correct), int(frequent)))}


def read_measured(values: Mapping[str, Any]) -> Measured | None:
    """What `measured` wrote into a weight file; None if there is nothing that makes sense."""
    given = values.get(_KEY)
    if not isinstance(given, Mapping):
        return None
    how = next((one for one in _HOWS if one == given.get("how")), None)
    counts = [given.get(name) for name in ("images", "correct", "most_frequent")]
    if how is None or not all(type(count) is int for count in counts):
        return None
    images, correct, frequent = (int(count) for count in counts if count is not None)
    if not (0 < images <= _MOST and 0 <= correct <= images and 0 < frequent <= images):
        return None
    return Measured(how, images, correct, frequent)
