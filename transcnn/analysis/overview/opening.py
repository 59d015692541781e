"""The stored opening of each model: a sample, and the change under which attention decides.

Chosen by measurement (`search`), kept in the assets, read by the app before torch is loaded.
"""

import functools
import json
from dataclasses import dataclass

from transcnn.assets import FOLDER
from transcnn.pictures.changes import Change, Pixels, apply_change, parse_change
from transcnn.pictures.samples import sample_name, sample_pixels

FILE = FOLDER / "overview.json"


@dataclass(frozen=True)
class Opening:
    """What the app opens a model with: a sample, and the change under which attention decides.

    It was chosen among `right` cases that the model predicts correctly as trained, of which it
    predicts `wrong` incorrectly without H-MHSA.
    """

    sample: str
    change: Change
    right: int
    wrong: int


@functools.cache
def openings() -> dict[str, Opening]:
    """The stored openings by model, the most striking first."""
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    searched = {row["model"]: row for row in stored["searched"]}
    return {
        row["model"]: Opening(
            row["sample"],
            parse_change(row["change"]),
            searched[row["model"]]["right"],
            searched[row["model"]]["wrong_removed"],
        )
        for row in stored["openings"]
    }


def changed_sample(name: str, change: Change, size: int) -> Pixels:
    """A sample [S, S, 3] under a change; patches come from the other samples, as in the app."""
    pictures = sample_pixels(size)
    names = sorted(pictures)
    own = sample_name(name)
    return apply_change(
        pictures[own],
        change,
        own,
        names.index(own),
        len(names),
        lambda i: pictures[names[i]],
    )
