"""The sample photographs that ship, with their titles, licences and true labels."""

import functools
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcnn.assets import FOLDER
from transcnn.labels import Classes
from transcnn.pictures.decode import decode
from transcnn.pictures.prepare import prepare
from transcnn.words import FOLDER as WORDS
from transcnn.words import LANGUAGES

_SAMPLES = FOLDER / "samples"
ATTRIBUTION = _SAMPLES / "ATTRIBUTION.md"


@dataclass(frozen=True)
class Sample:
    """One photograph. `accepted` are the true labels (class indices); () if there is none: judged
    by what the picture shows, as assets/samples/ATTRIBUTION.md says. `box` is where it shows its
    subject, as shares of the picture: left, top, right, bottom; None where that is not marked.
    """

    path: Path
    title: dict[str, str]  # by language
    alt: dict[str, str]
    accepted: tuple[int, ...]
    licence: str
    author: str
    source: str
    box: tuple[float, float, float, float] | None

    @property
    def name(self) -> str:
        """The file's name without its ending, as links have it."""
        return self.path.stem

    @property
    def licence_address(self) -> str | None:
        """Where its licence can be read; None where it has none."""
        found = re.match(r"CC(0| BY(?:-SA)?) (\d\.\d)", self.licence)
        if found is None:
            return None
        kind = "publicdomain/zero" if found[1] == "0" else f"licenses/{found[1].strip().lower()}"
        return f"https://creativecommons.org/{kind}/{found[2]}/"


@functools.cache
def samples() -> tuple[Sample, ...]:
    """All samples, in the order in which they are shown."""
    rows = json.loads((_SAMPLES / "samples.json").read_text(encoding="utf-8"))
    boxes = json.loads((_SAMPLES / "boxes.json").read_text(encoding="utf-8"))
    words = {
        language: tomllib.loads((WORDS / language / "samples.toml").read_text(encoding="utf-8"))
        for language in LANGUAGES
    }

    def said(row: dict[str, str], part: str) -> dict[str, str]:
        name = Path(row["file"]).stem
        return {language: table[name][part] for language, table in words.items()}

    return tuple(
        Sample(
            _SAMPLES / row["file"],
            said(row, "title"),
            said(row, "alt"),
            tuple(row["accepted"]),
            row["licence"],
            row["author"],
            row["source"],
            tuple(boxes[row["file"]]) if row["file"] in boxes else None,
        )
        for row in rows
    )


def known_samples(classes: Classes) -> tuple[Sample, ...]:
    """The samples whose true label is among a network's classes; none where these are not
    ImageNet's."""
    indices = {name.index for name in classes.names if name.wnid}
    return tuple(sample for sample in samples() if indices.intersection(sample.accepted))


def find_sample(name: str | None) -> Sample | None:
    """The sample of that name."""
    return next((sample for sample in samples() if sample.name == name), None)


@functools.lru_cache(2)
def sample_pixels(size: int) -> dict[str, NDArray[np.uint8]]:
    """All samples as a network with input `size` sees them, by their names in the fixed tests."""
    return {sample_name(s.name): prepare(decode(s.path.read_bytes()), size)[0] for s in samples()}


def sample_name(name: str) -> str:
    return f"samples/{name}.jpg"


def name_in_run(sample: str | None, digest: str) -> str:
    """The name of an image in the fixed tests, which seeds the cells that change: of a sample its
    name, of an upload (`sample` None) the sha256 of its bytes.
    """
    return sample_name(sample) if sample else f"upload/{digest}"
