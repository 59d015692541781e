"""Runs of classification on disk: predictions of labelled images, and what people add to them."""

import json
import math
import os
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcnn.analysis.errors.table import CASES, TOP, CaseColumns, Table
from transcnn.errors import ChoiceError, HoldsDetections, NoRun, OtherRun
from transcnn.labels import Classes
from transcnn.model.variants import network
from transcnn.pictures.prepare import Resize
from transcnn.runs.folder import runs_folder
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measured import Measured
from transcnn.runs.run_file import RunFile, file_of, is_of_kind, make_run_file

ENDING = ".sqlite"


def run_path(run: str) -> Path:
    """The file of a run that is called by its name, or by a path that ends in .sqlite.

    Raises ChoiceError for what is neither.
    """
    if run.endswith(ENDING) and "\0" not in run:
        return Path(run)
    if not is_name(run):
        allowed = "letters, digits, - _ . (64 at most), or a path that ends in .sqlite"
        raise ChoiceError(field="run", value=run, allowed=allowed)
    return runs_folder() / f"{run}{ENDING}"


def is_name(run: str) -> bool:
    """Whether a run can be called so, and is not called by its path."""
    return bool(re.fullmatch(r"\w[\w.-]{0,63}", run)) and not run.endswith(ENDING)


def known_runs() -> list[str]:
    """The names of the runs that are kept, sorted."""
    return sorted(path.stem for path in runs_folder().glob(f"*{ENDING}"))


@dataclass(frozen=True)
class Settings:
    """Settings that identify a run; resuming requires the same ones."""

    model: str
    weights_sha256: str
    resize: Resize
    pictures: str  # digest of names and labels
    own_classes: str = ""  # JSON: the names of the network's own classes, where it has some

    @property
    def classes(self) -> Classes:
        """The classes of the network, which need not be at hand any more."""
        if not self.own_classes:
            return network(self.model).class_set
        own = tuple(json.loads(self.own_classes))
        return Classes(len(own), own=own)


class Store(RunFile[Measured]):
    """The file of one run. Made by `begin` or `open_run`."""

    KIND = b"tCNN"
    SCHEMA = Path(__file__).with_name("schema.sql")

    # Images to classify

    @property
    def settings(self) -> Settings:
        with self._open() as db:
            return Settings(**dict(db.execute("SELECT name, value FROM settings")))

    def remaining(self) -> list[LabelledPicture]:
        """The images not yet classified, in the order of the run."""
        with self._open() as db:
            rows = db.execute(
                "SELECT name, file, labels, source, tags FROM pictures WHERE id NOT IN"
                " (SELECT picture FROM measured UNION SELECT picture FROM broken) ORDER BY id"
            ).fetchall()
        return [
            LabelledPicture(
                name,
                Path(os.fsdecode(file)),
                tuple(json.loads(labels)),
                source,
                tuple(json.loads(tags)),
            )
            for name, file, labels, source, tags in rows
        ]

    def _insert(self, db: sqlite3.Connection, picture: int, result: Measured) -> None:
        _insert(db, picture, result)

    # Results

    def table(self) -> Table:
        """The classified images, in the order of the run."""
        with self._open() as db:
            db.execute("BEGIN")  # a consistent snapshot for all that follows
            rows = db.execute(
                "SELECT id, name, labels, source, pictures.tags, features, received, sinks,"
                " coalesce(text, '') FROM measured JOIN pictures ON id = measured.picture"
                " LEFT JOIN notes ON id = notes.picture ORDER BY id"
            ).fetchall()
            answers = db.execute(
                "SELECT attention_case, top, right_probability, right_rank FROM answers"
                " ORDER BY picture"
            ).fetchall()
            given = db.execute("SELECT picture, tag FROM tags").fetchall()
            (model,) = db.execute("SELECT value FROM settings WHERE name = 'model'").fetchone()
            board = db.execute("SELECT board FROM measured LIMIT 1").fetchone() or ("[0, 0]",)
        return _table(model, board[0], rows, answers, given)

    # Notes, tags and slices of people

    def write_note(self, picture: int, text: str) -> None:
        """Store a note on an image; an empty one deletes it."""
        with self._open() as db:
            db.execute("DELETE FROM notes WHERE picture = ?", (picture,))
            if text:
                db.execute("INSERT INTO notes VALUES (?, ?)", (picture, text))

    def write_tags(self, picture: int, tags: Sequence[str]) -> None:
        """Store the tags that a person gives an image, in place of the former ones."""
        with self._open() as db:
            db.execute("DELETE FROM tags WHERE picture = ?", (picture,))
            db.executemany("INSERT INTO tags VALUES (?, ?)", [(picture, t) for t in set(tags)])

    def own_tags(self, picture: int) -> list[str]:
        """The tags that a person gave an image, sorted."""
        with self._open() as db:
            rows = db.execute("SELECT tag FROM tags WHERE picture = ? ORDER BY tag", (picture,))
            return [tag for (tag,) in rows]

    def slices(self) -> dict[str, str]:
        """The saved filters, by name."""
        with self._open() as db:
            return dict(db.execute("SELECT name, filter FROM slices ORDER BY name"))

    def save_slice(self, name: str, text: str) -> None:
        """Save a filter under a name; an empty filter deletes it."""
        with self._open() as db:
            db.execute("DELETE FROM slices WHERE name = ?", (name,))
            if text:
                db.execute("INSERT INTO slices VALUES (?, ?)", (name, text))


def begin(path: Path, settings: Settings, items: Sequence[LabelledPicture]) -> Store:
    """The run at `path`, new or existing. Raises OtherRun if it has other settings, NotARun if the
    file is no run."""
    store = Store(path)
    if path.exists():
        try:
            found = open_run(path).settings
        except HoldsDetections as error:
            raise OtherRun(run=path.stem, what="kind of network") from error
        other = [name for name in vars(settings) if getattr(found, name) != getattr(settings, name)]
        if other:
            raise OtherRun(run=path.stem, what=", ".join(other))
        store.find_again(items)
        return store

    def fill(db: sqlite3.Connection) -> None:
        db.executemany("INSERT INTO settings VALUES (?, ?)", vars(settings).items())
        db.executemany(
            "INSERT INTO pictures (name, file, labels, source, tags) VALUES (?, ?, ?, ?, ?)",
            [
                (i.name, file_of(i), json.dumps(i.labels), i.source, json.dumps(i.tags))
                for i in items
            ],
        )

    return store if make_run_file(store, fill) else begin(path, settings, items)


def open_run(path: Path) -> Store:
    """The run at `path`; NoRun if there is none, NotARun if the file is something else,
    HoldsDetections if it is one of a detector."""
    if not path.exists():
        raise NoRun(run=path.stem, known=", ".join(known_runs()) or "none")
    store = Store(path)
    if not is_of_kind(store):
        raise HoldsDetections(run=path.stem)
    return store


def _insert(db: sqlite3.Connection, picture: int, result: Measured) -> None:
    attention = result.attention
    db.execute(
        "INSERT INTO measured VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            picture,
            result.digest,
            *result.size,
            result.thumbnail,
            json.dumps(result.features),
            json.dumps(attention.grid),
            np.array(attention.received, "<f4").tobytes(),
            json.dumps(attention.sinks),
        ),
    )
    db.executemany(
        "INSERT INTO answers VALUES (?, ?, ?, ?, ?)",
        [
            (picture, name, json.dumps(a.top), a.true_probability, a.true_rank)
            for name, a in result.predictions.items()
        ],
    )


def _table(
    model: str,
    board: str,
    rows: list[tuple],  # type: ignore[type-arg]
    answers: list[tuple[str, str, float, int]],
    given: list[tuple[int, str]],
) -> Table:
    ids, names, labels, sources, tags, features, received, sinks, notes = (
        zip(*rows, strict=True) if rows else ((),) * 9
    )
    cases: dict[str, list[tuple[str, float, int]]] = {name: [] for name in CASES}
    for name, *answer in answers:
        cases[name].append(tuple(answer))  # type: ignore[arg-type]
    numbers = [json.loads(text) for text in features]
    keys = list(dict.fromkeys(key for numbers in numbers for key in numbers))
    own: dict[int, set[str]] = {}
    for picture, tag in given:
        own.setdefault(picture, set()).add(tag)
    return Table(
        model=model,
        grid=tuple(json.loads(board)),
        ids=np.array(ids, dtype=np.int64),
        names=np.array(names, dtype=object),
        labels=tuple(tuple(json.loads(text)) for text in labels),
        sources=np.array(sources, dtype=object),
        cases={name: _columns(found) for name, found in cases.items()},
        features={
            key: np.array([n.get(key, np.nan) for n in numbers], dtype=float) for key in keys
        },
        received=np.array([np.frombuffer(r, "<f4") for r in received], dtype=float).reshape(
            len(rows), math.prod(json.loads(board))
        ),
        sinks=tuple(tuple(map(tuple, json.loads(text))) for text in sinks),
        tags=tuple(
            frozenset(json.loads(text)) | own.get(i, set())
            for i, text in zip(ids, tags, strict=True)
        ),
        notes=tuple(notes),
    )


def _columns(found: list[tuple[str, float, int]]) -> CaseColumns:
    tops = [json.loads(top) for top, _, _ in found]
    both = np.array(tops, dtype=float) if tops else np.zeros((0, TOP, 2))
    return CaseColumns(  # both: n rank (class, probability)
        both[..., 0].astype(np.int64),
        both[..., 1],
        np.array([p for _, p, _ in found], dtype=float),
        np.array([rank for *_, rank in found], dtype=np.int64),
    )
