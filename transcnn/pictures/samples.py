"""The sample photographs that ship, with their words, licences and right answers."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from transcnn.assets import FOLDER

_SAMPLES = FOLDER / "samples"


@dataclass(frozen=True)
class Sample:
    """One photograph. `accepted` are the class indices that are right for it; () where none is."""

    path: Path
    title: dict[str, str]  # by language
    alt: dict[str, str]
    accepted: tuple[int, ...]
    licence: str
    author: str
    source: str

    @property
    def name(self) -> str:
        """The file's name without its ending, as links have it."""
        return self.path.stem


@functools.cache
def samples() -> tuple[Sample, ...]:
    """All samples, in the order in which they are shown."""
    rows = json.loads((_SAMPLES / "samples.json").read_text(encoding="utf-8"))
    return tuple(
        Sample(
            _SAMPLES / row["file"],
            {language: row[f"title_{language}"] for language in ("en", "zh")},
            {language: row[f"alt_{language}"] for language in ("en", "zh")},
            tuple(row["accepted"]),
            row["licence"],
            row["author"],
            row["source"],
        )
        for row in rows
    )
