"""Runs on disk, one SQLite file each: the only place with SQL.

A batch is written in one transaction, so however the process ends, an image is stored completely
or not at all, and never twice. Every call opens the file, so threads may share a `Store`, and
readers see a run grow while it is written.
"""

import contextlib
import glob
import json
import math
import os
import re
import sqlite3
import urllib.parse
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from transcnn.analysis.errors.table import CASES, TOP, CaseColumns, Ints, Table
from transcnn.errors import ChoiceError, FolderError, NoRun, NotARun, OtherRun
from transcnn.files import private_file, private_folder
from transcnn.labels import Classes
from transcnn.model.variants import network
from transcnn.naming import give_name
from transcnn.pictures.prepare import Resize
from transcnn.runs.folder import runs_folder
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measured import Broken, Measured

ENDING = ".sqlite"
_SCHEMA = Path(__file__).with_name("schema.sql")
_PROGRAMS = "SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')"
_LAYOUT = (int.from_bytes(b"tCNN"), 1)  # application_id and user_version, as in the schema
_PATIENCE_S = 30.0  # how long a writer waits for another
_IS_DONE = "SELECT 1 FROM measured WHERE picture = ? UNION SELECT 1 FROM broken WHERE picture = ?"


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


@dataclass(frozen=True)
class RunProgress:
    """How many images of a run are done (unreadable ones included), and of how many."""

    done: int
    of: int

    @property
    def finished(self) -> bool:
        return self.done == self.of


class Store:
    """The file of one run. Made by `begin` or `open_run`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def _open(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        """A connection whose changes are committed together at the end, or not at all.

        Raises FolderError where the file cannot be read or written, NotARun where it is damaged.
        """
        try:
            # Not by its path: that would make a file where a deleted run was.
            uri = f"file:{urllib.parse.quote(os.fsencode(self.path.absolute()))}?mode={mode}"
            connection = sqlite3.connect(uri, timeout=_PATIENCE_S, uri=True)
            with contextlib.closing(connection) as db, db:
                yield db
        except sqlite3.OperationalError as error:  # such as a full disk, or a read-only folder
            raise FolderError(folder=self.path, reason=str(error)) from error
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:  # a programming error
                raise
            raise NotARun(file=self.path) from error

    # Images to classify

    @property
    def settings(self) -> Settings:
        with self._open() as db:
            return Settings(**dict(db.execute("SELECT name, value FROM settings")))

    def progress(self) -> RunProgress:
        with self._open() as db:
            return RunProgress(
                *db.execute(
                    "SELECT (SELECT count(*) FROM measured) + (SELECT count(*) FROM broken),"
                    " (SELECT count(*) FROM pictures)"
                ).fetchone()
            )

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

    def find_again(self, items: Sequence[LabelledPicture]) -> None:
        """Update where the images of the run are; they may have moved since it began."""
        with self._open() as db:
            db.executemany(
                "UPDATE pictures SET file = ? WHERE name = ?",
                [(os.fsencode(item.path.absolute()), item.name) for item in items],
            )

    def add(self, results: Sequence[Measured | Broken]) -> None:
        """Store the results of some images, all or none; results that another process has stored
        already are kept."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            for result in results:
                (picture,) = db.execute(
                    "SELECT id FROM pictures WHERE name = ?", (result.name,)
                ).fetchone()
                if db.execute(_IS_DONE, (picture, picture)).fetchone():
                    continue
                if isinstance(result, Broken):
                    db.execute("INSERT INTO broken VALUES (?, ?)", (picture, result.why))
                else:
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

    def thumbnails(self, ids: Sequence[int] | Ints) -> dict[int, bytes]:
        """JPEG thumbnails by image id."""
        marks = ",".join("?" * len(ids))
        with self._open() as db:
            return dict(
                db.execute(
                    f"SELECT picture, thumbnail FROM measured WHERE picture IN ({marks})",
                    [int(i) for i in ids],
                )
            )

    def file(self, picture: int) -> Path:
        """The path of an image's file."""
        with self._open() as db:
            (file,) = db.execute("SELECT file FROM pictures WHERE id = ?", (picture,)).fetchone()
        return Path(os.fsdecode(file))

    def folders(self) -> set[Path]:
        """The folders in which the images of the run are."""
        with self._open() as db:
            files = [file for (file,) in db.execute("SELECT file FROM pictures")]
        return {Path(os.fsdecode(folder)) for folder in {os.path.dirname(file) for file in files}}

    def broken(self) -> list[Broken]:
        """The files that could not be read."""
        with self._open() as db:
            rows = db.execute(
                "SELECT name, why FROM broken JOIN pictures ON id = picture ORDER BY id"
            ).fetchall()
        return [Broken(*row) for row in rows]

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

    def version(self) -> tuple[int, int]:
        """Changes whenever the file does; for caches of what was computed from it."""
        files = [self.path, self.path.with_name(f"{self.path.name}-wal")]
        found = [file.stat() for file in files if file.is_file()]
        return max(f.st_mtime_ns for f in found), sum(f.st_size for f in found)


def begin(path: Path, settings: Settings, items: Sequence[LabelledPicture]) -> Store:
    """The run at `path`, new or existing. Raises OtherRun if it has other settings, NotARun if the
    file is no run."""
    store = Store(path)
    if path.exists():
        found = open_run(path).settings
        other = [name for name in vars(settings) if getattr(found, name) != getattr(settings, name)]
        if other:
            raise OtherRun(run=path.stem, what=", ".join(other))
        store.find_again(items)
        return store
    private_folder(path.parent)
    unfinished = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        _write_new(unfinished, settings, items)
        give_name(unfinished, path)
    except FileExistsError:  # another process was first
        return begin(path, settings, items)
    except FolderError as error:  # such as a full disk
        raise FolderError(folder=path, reason=error.details["reason"]) from error
    finally:
        for left in path.parent.glob(f"{glob.escape(unfinished.name)}*"):  # journals, too
            left.unlink(missing_ok=True)
    return store


def _write_new(file: Path, settings: Settings, items: Sequence[LabelledPicture]) -> None:
    """A run without results, which this user alone can read."""
    private_file(file).close()
    with Store(file)._open() as db:
        db.executescript(_SCHEMA.read_text(encoding="utf-8"))
        db.executemany("INSERT INTO settings VALUES (?, ?)", vars(settings).items())
        db.executemany(
            "INSERT INTO pictures (name, file, labels, source, tags) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    i.name,
                    os.fsencode(i.path.absolute()),
                    json.dumps(i.labels),
                    i.source,
                    json.dumps(i.tags),
                )
                for i in items
            ],
        )
    with Store(file)._open() as db:
        db.execute("PRAGMA journal_mode = WAL")  # readers do not wait for the writer


def open_run(path: Path) -> Store:
    """The run at `path`; NoRun if there is none, NotARun if the file is something else."""
    if not path.exists():
        raise NoRun(run=path.stem, known=", ".join(known_runs()) or "none")
    if not path.is_file():
        raise NotARun(file=path)
    store = Store(path)
    with store._open() as db:
        pragmas = ("application_id", "user_version")
        layout = tuple(db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas)
        # A stranger's may have views in the place of tables, which compute without end.
        programs = db.execute(_PROGRAMS).fetchone()
    if layout != _LAYOUT or programs is not None:
        raise NotARun(file=path)
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
