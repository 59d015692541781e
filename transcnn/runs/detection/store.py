"""Runs of detection on disk: annotated images, and what a detector finds in them."""

import hashlib
import json
import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcnn.detection.objects import (
    AnnotatedPicture,
    Annotation,
    Detection,
    DetectionSet,
    LeftOut,
    Mask,
)
from transcnn.errors import NoRun, OtherRun
from transcnn.pictures.geometry import Box
from transcnn.runs.detection.measured import DetectedPicture, MeasuredDetections
from transcnn.runs.run_file import RunFile, file_of, is_of_kind, make_run_file
from transcnn.runs.store import Store, known_runs


@dataclass(frozen=True)
class DetectionSettings:
    """Settings that identify a run; resuming requires the same ones.

    `classes` are those that both the set and the detector have, `only_set` and `only_detector` the
    others.
    """

    model: str
    weights_sha256: str
    pictures: str  # digest of names and objects
    classes: tuple[str, ...]
    only_set: tuple[str, ...]
    only_detector: tuple[str, ...]


class DetectionStore(RunFile[MeasuredDetections]):
    """The file of one run. Made by `begin_detections` or `open_any_run`."""

    KIND = b"tDET"
    SCHEMA = Path(__file__).with_name("schema.sql")

    @property
    def settings(self) -> DetectionSettings:
        with self._open() as db:
            found = db.execute("SELECT name, value FROM settings").fetchall()
        values: dict[str, Any] = {name: json.loads(value) for name, value in found}
        lists = ("classes", "only_set", "only_detector")
        return DetectionSettings(**values | {name: tuple(values[name]) for name in lists})

    def remaining(self) -> list[AnnotatedPicture]:
        """The images in which nothing was searched yet, in the order of the run."""
        with self._open() as db:
            rows = db.execute(
                "SELECT name, file, width, height, objects FROM pictures WHERE id NOT IN"
                " (SELECT picture FROM measured UNION SELECT picture FROM broken) ORDER BY id"
            ).fetchall()
        return [
            AnnotatedPicture(
                Path(os.fsdecode(file)), name, (width, height), _read_objects(text, (width, height))
            )
            for name, file, width, height, text in rows
        ]

    def pictures(self) -> list[DetectedPicture]:
        """The images that are done, in the order of the run."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, name, width, height, objects, detections FROM measured"
                " JOIN pictures ON id = picture ORDER BY id"
            ).fetchall()
        return [
            DetectedPicture(
                number,
                name,
                (width, height),
                _read_objects(objects, (width, height)),
                _read_detections(detections, (width, height)),
            )
            for number, name, width, height, objects, detections in rows
        ]

    def left_out(self) -> list[LeftOut]:
        """What of the set could not be used, by cause."""
        with self._open() as db:
            rows = db.execute("SELECT why, count, names FROM left_out ORDER BY rowid").fetchall()
        return [LeftOut(why, count, tuple(json.loads(names))) for why, count, names in rows]

    def _insert(self, db: sqlite3.Connection, picture: int, result: MeasuredDetections) -> None:
        found = [[one.label, one.score, *one.box, _counts(one.mask)] for one in result.detections]
        row = (picture, result.digest, result.thumbnail, json.dumps(found))
        db.execute("INSERT INTO measured VALUES (?, ?, ?, ?)", row)


def pictures_digest(pictures: Sequence[AnnotatedPicture]) -> str:
    """Identifies the images of a run and their objects, wherever the files are."""
    whole = hashlib.sha256()
    for one in pictures:
        whole.update(f"{one.name} {one.size} {one.objects}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()


def begin_detections(
    path: Path, settings: DetectionSettings, annotated: DetectionSet
) -> DetectionStore:
    """The run at `path`, new or existing; the labels of the objects are among the classes of
    `settings`. Raises OtherRun if it has other settings, NotARun if the file is no run."""
    store = DetectionStore(path)
    if path.exists():
        there = open_any_run(path)
        if not isinstance(there, DetectionStore):
            raise OtherRun(run=path.stem, what="kind of network")
        found = there.settings
        other = [name for name in vars(settings) if getattr(found, name) != getattr(settings, name)]
        if other:
            raise OtherRun(run=path.stem, what=", ".join(other))
        store.find_again(annotated.pictures)
        return store

    def fill(db: sqlite3.Connection) -> None:
        db.executemany(
            "INSERT INTO settings VALUES (?, ?)",
            [(name, json.dumps(value)) for name, value in vars(settings).items()],
        )
        db.executemany(
            "INSERT INTO pictures (name, file, width, height, objects) VALUES (?, ?, ?, ?, ?)",
            [(one.name, file_of(one), *one.size, _objects(one)) for one in annotated.pictures],
        )
        db.executemany(
            "INSERT INTO left_out VALUES (?, ?, ?)",
            [(one.why, one.count, json.dumps(one.names)) for one in annotated.left_out],
        )

    return store if make_run_file(store, fill) else begin_detections(path, settings, annotated)


def open_any_run(path: Path) -> Store | DetectionStore:
    """The run at `path`, of either kind; raises NoRun, NotARun."""
    if not path.exists():
        raise NoRun(run=path.stem, known=", ".join(known_runs()) or "none")
    detections = DetectionStore(path)
    return detections if is_of_kind(detections) else Store(path)


def _objects(picture: AnnotatedPicture) -> str:
    return json.dumps(
        [[one.label, *one.box, one.crowd, _counts(one.mask)] for one in picture.objects]
    )


def _read_objects(text: str, size: tuple[int, int]) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(label, Box(*box), _mask(counts, size), crowd)
        for label, *box, crowd, counts in json.loads(text)
    )


def _read_detections(text: str, size: tuple[int, int]) -> tuple[Detection, ...]:
    return tuple(
        Detection(label, score, Box(*box), _mask(counts, size))
        for label, score, *box, counts in json.loads(text)
    )


def _counts(mask: Mask | None) -> Any:
    """A mask as its run lengths; its size is that of the image."""
    return None if mask is None else mask.counts.decode("ascii")


def _mask(counts: str | None, size: tuple[int, int]) -> Mask | None:
    return None if counts is None else Mask((size[1], size[0]), counts.encode("ascii"))
