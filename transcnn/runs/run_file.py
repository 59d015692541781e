"""What every run has, whatever its network: one SQLite file with images that wait, images that are
done, and files that could not be read.

A batch is written in one transaction, so however the process ends, an image is stored completely
or not at all, and never twice. Every call opens the file, so threads may share a run, and readers
see it grow while it is written. `store.py` and `detection/store.py` add what is stored of an image.
"""

import contextlib
import glob
import os
import sqlite3
import urllib.parse
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Generic, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import FolderError, NotARun
from transcnn.files import private_file, private_folder
from transcnn.naming import give_name
from transcnn.runs.measured import Broken

_PROGRAMS = "SELECT 1 FROM sqlite_master WHERE type IN ('view', 'trigger')"
_PATIENCE_S = 30.0  # how long a writer waits for another
_IS_DONE = "SELECT 1 FROM measured WHERE picture = ? UNION SELECT 1 FROM broken WHERE picture = ?"
_LAYOUTS = {int.from_bytes(kind): 1 for kind in (b"tCNN", b"tDET")}
"""By application_id, the user_version of the layout: that of classification and of detection."""


class Named(Protocol):
    """An image of a run, as its file knows it."""

    @property
    def name(self) -> str: ...
    @property
    def path(self) -> Path: ...


class Result(Protocol):
    """What came of an image."""

    @property
    def name(self) -> str: ...


ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True)
class RunProgress:
    """How many images of a run are done (unreadable ones included), and of how many."""

    done: int
    of: int

    @property
    def finished(self) -> bool:
        return self.done == self.of


class RunFile(ABC, Generic[ResultT]):
    """The file of one run, at `path`."""

    KIND: ClassVar[bytes]  # application_id
    SCHEMA: ClassVar[Path]

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

    def progress(self) -> RunProgress:
        with self._open() as db:
            return RunProgress(
                *db.execute(
                    "SELECT (SELECT count(*) FROM measured) + (SELECT count(*) FROM broken),"
                    " (SELECT count(*) FROM pictures)"
                ).fetchone()
            )

    def find_again(self, items: Sequence[Named]) -> None:
        """Update where the images of the run are; they may have moved since it began."""
        with self._open() as db:
            db.executemany(
                "UPDATE pictures SET file = ? WHERE name = ?",
                [(file_of(item), item.name) for item in items],
            )

    def add(self, results: Sequence[ResultT | Broken]) -> None:
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
                    self._insert(db, picture, result)

    @abstractmethod
    def _insert(self, db: sqlite3.Connection, picture: int, result: ResultT) -> None:
        """Store what came of an image."""

    def thumbnails(self, ids: Sequence[int] | NDArray[np.int64]) -> dict[int, bytes]:
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

    def version(self) -> tuple[int, int]:
        """Changes whenever the file does; for caches of what was computed from it."""
        files = [self.path, self.path.with_name(f"{self.path.name}-wal")]
        found = [file.stat() for file in files if file.is_file()]
        return max(f.st_mtime_ns for f in found), sum(f.st_size for f in found)


def is_of_kind(run: RunFile[ResultT]) -> bool:
    """Whether the file of `run` is one of its kind; NotARun unless it is one of either kind."""
    if not run.path.is_file():
        raise NotARun(file=run.path)
    with run._open() as db:
        pragmas = ("application_id", "user_version")
        kind, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas)
        # A stranger's may have views in the place of tables, which compute without end.
        programs = db.execute(_PROGRAMS).fetchone()
    if _LAYOUTS.get(kind) != version or programs is not None:
        raise NotARun(file=run.path)
    return bool(kind == int.from_bytes(run.KIND))


def file_of(item: Named) -> bytes:
    """The path of an image as a run keeps it, which need not be text."""
    return os.fsencode(item.path.absolute())


def make_run_file(run: RunFile[ResultT], fill: Callable[[sqlite3.Connection], None]) -> bool:
    """Make the file of `run`, which this user alone can read; it is there once `fill` has written
    what is known at the beginning. Whether it was made: another process may have been first."""
    path = run.path
    private_folder(path.parent)
    unfinished = type(run)(path.with_name(f"{path.name}.{uuid.uuid4().hex}.part"))
    try:
        private_file(unfinished.path).close()
        with unfinished._open() as db:
            db.executescript(run.SCHEMA.read_text(encoding="utf-8"))
            fill(db)
        with unfinished._open() as db:
            db.execute("PRAGMA journal_mode = WAL")  # readers do not wait for the writer
        give_name(unfinished.path, path)
    except FileExistsError:
        return False
    except FolderError as error:  # such as a full disk
        raise FolderError(folder=path, reason=error.details["reason"]) from error
    finally:
        for left in path.parent.glob(f"{glob.escape(unfinished.path.name)}*"):  # journals, too
            left.unlink(missing_ok=True)
    return True
