"""Classes on disk, one SQLite file each, in the folder for temporary files: survive a restart, end
with their teacher's word or after 24 hours.

Each answer is one transaction: whatever ends the process, it is there whole or not at all. Every
call opens the file anew, so sessions and processes may share a class.
"""

import contextlib
import getpass
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from transcnn.course.answer_key import AnswerKey, read_answer_key
from transcnn.course.classroom.codes import (
    clean_name,
    digest_of,
    is_code,
    is_reserved,
    key_of,
    new_code,
    new_key,
)
from transcnn.course.classroom.slide import Slide, read_slide
from transcnn.course.posed_file import read_posed, write_posed
from transcnn.course.questions import PosedQuestion
from transcnn.course.submission import Submission, read_submission
from transcnn.errors import (
    ClassFull,
    ClassLocked,
    FolderError,
    NoClass,
    RemovedFromClass,
    ReservedName,
    TooManyClasses,
    WeightsTooLarge,
)
from transcnn.naming import give_name

Vote = Literal["first", "talk", "second", "closed"]  # in this order; an open one is a round
ROUNDS: Mapping[str, int] = {"first": 1, "second": 2}
LIFETIME_S = 24 * 3600.0
EMPTY_S = 900.0  # a class that nobody has joined by then makes room where there is none
MOST_CLASSES, MOST_MEMBERS = 50, 200
LONGEST_OBSERVATION = 2_000  # characters
LARGEST_NETWORK = 32 * 10**6  # bytes of a weight file
_ENDING = ".sqlite"
_PARTS = ("", "-wal", "-shm")  # that a class's file may have
_SCHEMA = Path(__file__).with_name("schema.sql")
_UPGRADES = {
    v: Path(__file__).with_name(f"upgrade_{v}.sql") for v in (1, 2, 3, 4)
}  # from a version on
_ID = b"tCLC"  # application_id, at byte 68 of the file, as in the schema
_PATIENCE_S = 30.0  # a writer waits so long for another


def _user() -> str:
    """This person's number; their name where the system has no numbers (Windows)."""
    return str(os.getuid()) if hasattr(os, "getuid") else getpass.getuser()


def _is_own(folder: Path) -> bool:
    """Whether this person made the folder; on Windows the folder for temporary files is theirs."""
    return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()


def classes_folder() -> Path:
    """Where this person's classes are, in the folder for temporary files."""
    return Path(tempfile.gettempdir()) / f"transcnn-classes-{_user()}"


@dataclass(frozen=True)
class ClassState:
    """The state of a class: what is shown, the key of the network that the teacher gave it, which
    votes are open, which steps are revealed, of which it was said why, whether nobody may join.
    """

    version: int = 0
    slide: Slide | None = None
    network: str | None = None
    votes: Mapping[AnswerKey, Vote] = field(default_factory=dict)
    revealed: frozenset[AnswerKey] = frozenset()
    explained: frozenset[AnswerKey] = frozenset()
    locked: bool = False

    def vote(self, question: AnswerKey) -> Vote:
        return self.votes.get(question, "first")


@dataclass(frozen=True)
class Classes:
    """All classes of a folder. `clock` tells seconds since 1970."""

    folder: Path = field(default_factory=classes_folder)
    clock: Callable[[], float] = time.time

    def begin(self) -> tuple[str, str]:
        """Begin a class; its code, and the key of its teacher. Raises TooManyClasses."""
        self._own_folder()
        self.sweep()
        if len(list(self.folder.glob(f"*{_ENDING}"))) >= MOST_CLASSES and not self._end_empty():
            raise TooManyClasses(limit=MOST_CLASSES)
        making, key = self.folder / f"{new_key()}.making", new_key()
        os.close(os.open(making, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with contextlib.closing(sqlite3.connect(making, isolation_level=None)) as file:
            file.executescript(_SCHEMA.read_text(encoding="utf-8"))
            began = (self.clock(), digest_of(key))
            file.execute("INSERT INTO class VALUES (1, ?, ?, 0, NULL, 0)", began)
        try:
            return self._name(making), key  # it is a class once it is whole
        finally:
            making.unlink(missing_ok=True)

    def _name(self, making: Path) -> str:
        """Give the file a code that no other class has."""
        while True:
            code = new_code()
            with contextlib.suppress(FileExistsError):
                give_name(making, self._path(code))
                return code

    def join(self, code: str, name: str, browser: str = "") -> str:
        """Become a member; the key. A `browser` (a secret text that tells one from others) has one
        seat and one key: who joins again has the same, under the new name if there is one.

        Raises NoClass, ClassFull, ClassLocked, ReservedName, RemovedFromClass.
        """
        name = clean_name(name)
        if is_reserved(name):
            raise ReservedName(name=name)
        with self._open(code) as file, _writing(file):
            secret, locked = file.execute("SELECT key, locked FROM class").fetchone()
            key = key_of(browser, secret) if browser else new_key()
            seat = file.execute(
                "SELECT id, removed FROM members WHERE key = ?", (digest_of(key),)
            ).fetchone()
            if seat is not None:
                member_id, removed = seat
                if removed:
                    raise RemovedFromClass(code=code)
                if name:
                    file.execute("UPDATE members SET name = ? WHERE id = ?", (name, member_id))
                return key
            if locked:
                raise ClassLocked(code=code)
            if _count_members(file) >= MOST_MEMBERS:
                raise ClassFull(limit=MOST_MEMBERS)
            file.execute("INSERT INTO members (key, name) VALUES (?, ?)", (digest_of(key), name))
        return key

    def enter(self, code: str, key: str) -> "Teacher | Learner":
        """Come back with a key. Raises NoClass for one that nobody has, RemovedFromClass for that
        of a learner whom the teacher removed.
        """
        digest = digest_of(key)
        with self._open(code) as file:
            if file.execute("SELECT 1 FROM class WHERE key = ?", (digest,)).fetchone():
                return Teacher(self, code)
            found = file.execute(
                "SELECT removed, id, name FROM members WHERE key = ?", (digest,)
            ).fetchone()
        if found is None:
            raise NoClass(code=code)
        removed, member_id, name = found
        if removed:
            raise RemovedFromClass(code=code)
        return Learner(self, code, member_id, name)

    def sweep(self) -> None:
        """Delete what is older than `LIFETIME_S`, files that are no class too."""
        for path in self.folder.glob("*"):
            with contextlib.suppress(OSError):
                if self._age(path) > LIFETIME_S:
                    path.unlink()
                    self._delete(path.name.split(".")[0])

    def _end_empty(self) -> bool:
        """End the oldest class that nobody has joined within `EMPTY_S`; whether there was one."""
        found = []
        for path in self.folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(NoClass), _reading(path) as (file, began):
                if _count_members(file) == 0 and self.clock() - began > EMPTY_S:
                    found.append((began, path.stem))
        if found:
            self._delete(min(found)[1])
        return bool(found)

    def _age(self, path: Path) -> float:
        """Seconds since the class began; of a file that is none, since it was written last."""
        with (
            contextlib.suppress(NoClass),
            _reading(self._path(path.name.split(".")[0])) as (_, began),
        ):
            return self.clock() - began
        return self.clock() - path.stat().st_mtime

    def _own_folder(self) -> None:
        """Others may write where temporary files are: a folder that they made is not used."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.is_symlink() or not _is_own(self.folder):
            raise FolderError(folder=self.folder.name, reason="another person's folder")
        self.folder.chmod(0o700)

    def _path(self, code: str) -> Path:
        return self.folder / f"{code}{_ENDING}"

    @contextlib.contextmanager
    def _open(self, code: str) -> Iterator[sqlite3.Connection]:
        """The file of a class that goes on. Raises NoClass."""
        if not is_code(code):
            raise NoClass(code=code)
        with _reading(self._path(code)) as (file, began):
            over = self.clock() - began > LIFETIME_S
            if not over:
                yield file
        if over:
            self._delete(code)
            raise NoClass(code=code)

    def _delete(self, code: str) -> None:
        for part in _PARTS:
            # Windows keeps a file that is being read: it is over, and the next to look deletes it.
            with contextlib.suppress(PermissionError):
                Path(f"{self._path(code)}{part}").unlink(missing_ok=True)


@dataclass(frozen=True)
class _Member:
    """A member of a class. Every call raises NoClass once the class is over."""

    classes: Classes
    code: str

    def version(self) -> int:
        """Whether anything changed, in one cheap question."""
        with self._open() as file:
            (version,) = file.execute("SELECT version FROM class").fetchone()
        return int(version)

    def class_state(self) -> ClassState:
        with self._open() as file, _at_one_moment(file):
            found = file.execute("SELECT version, slide, locked FROM class").fetchone()
            votes = file.execute("SELECT question, vote FROM votes").fetchall()
            revealed = file.execute("SELECT step, explained FROM revealed").fetchall()
            network = file.execute("SELECT key FROM networks").fetchone()
        version, slide, locked = found
        return ClassState(
            version,
            None if slide is None else read_slide(slide),
            None if network is None else network[0],
            {read_answer_key(question): vote for question, vote in votes},
            frozenset(read_answer_key(step) for step, _ in revealed),
            frozenset(read_answer_key(step) for step, explained in revealed if explained),
            bool(locked),
        )

    def has_network(self, key: str) -> bool:
        """Whether the teacher has given the class this network; False once the class is over."""
        with contextlib.suppress(NoClass), self._open() as file:
            found = file.execute("SELECT 1 FROM networks WHERE key = ?", (key,)).fetchone()
            return found is not None
        return False

    def network(self, key: str) -> bytes | None:
        """The weight file of the network that the teacher gave to the class; None once it has
        another one, or none."""
        with self._open() as file:
            row = file.execute("SELECT file FROM networks WHERE key = ?", (key,)).fetchone()
        return None if row is None else bytes(row[0])

    def picture(self, digest: str) -> bytes | None:
        """The picture that the teacher shared; None once another one is."""
        with self._open() as file:
            found = "SELECT file FROM pictures WHERE digest = ?"
            row = file.execute(found, (digest,)).fetchone()
        return None if row is None else bytes(row[0])

    def _open(self) -> contextlib.AbstractContextManager[sqlite3.Connection]:
        return self.classes._open(self.code)


@dataclass(frozen=True)
class ClassAnswer:
    """One answer of the class."""

    member_id: int
    name: str
    question: AnswerKey
    round: int
    submission: Submission


@dataclass(frozen=True)
class Teacher(_Member):
    """The teacher of a class."""

    def show(self, slide: Slide) -> None:
        """Let everybody see the same."""
        with self._changing() as file:
            file.execute("UPDATE class SET slide = ?", (slide.as_json(),))

    def ask(self, questions: Mapping[AnswerKey, PosedQuestion]) -> None:
        """Keep what is asked, to mark the answers by when the image may be gone."""
        rows = [(str(key), write_posed(posed)) for key, posed in questions.items()]
        with self._open() as file, _writing(file):
            file.executemany("INSERT OR REPLACE INTO asked VALUES (?, ?)", rows)

    def asked(self) -> dict[AnswerKey, PosedQuestion]:
        """All that was asked."""
        with self._open() as file:
            rows = file.execute("SELECT question, posed FROM asked").fetchall()
        return {read_answer_key(key): read_posed(posed) for key, posed in rows}

    def share(self, digest: str, picture: bytes) -> None:
        """Give the class a picture of the teacher's own, in place of the one before."""
        with self._changing() as file:
            file.execute("DELETE FROM pictures")
            file.execute("INSERT INTO pictures VALUES (?, ?)", (digest, picture))

    def give_network(self, key: str, file: bytes) -> None:
        """Give the class a network, in place of the one before. Raises WeightsTooLarge."""
        if len(file) > LARGEST_NETWORK:
            raise WeightsTooLarge(file=key, limit=LARGEST_NETWORK // 10**6)
        with self._changing() as db:
            db.execute("DELETE FROM networks")
            db.execute("INSERT INTO networks VALUES (?, ?)", (key, file))

    def take_network_back(self) -> None:
        """The class has no network of its own any more."""
        with self._changing() as file:
            file.execute("DELETE FROM networks")

    def set_vote(self, question: AnswerKey, vote: Vote) -> None:
        """Open or close a vote on a question."""
        with self._changing() as file:
            file.execute("INSERT OR REPLACE INTO votes VALUES (?, ?)", (str(question), vote))

    def reveal(self, step: AnswerKey, questions: list[AnswerKey]) -> None:
        """Reveal a step; the votes on its questions are over."""
        with self._changing() as file:
            file.execute("INSERT OR IGNORE INTO revealed (step) VALUES (?)", (str(step),))
            closed = [(str(question), "closed") for question in questions]
            file.executemany("INSERT OR REPLACE INTO votes VALUES (?, ?)", closed)

    def explain(self, step: AnswerKey) -> None:
        """Say why, of a step that is revealed."""
        with self._changing() as file:
            file.execute("UPDATE revealed SET explained = 1 WHERE step = ?", (str(step),))

    def members(self) -> dict[int, str]:
        """The names of those who joined, by their numbers, in their order; empty ones too."""
        with self._open() as file:
            return dict(file.execute("SELECT id, name FROM members WHERE NOT removed ORDER BY id"))

    def remove(self, member_id: int) -> None:
        """Remove a member with all that they answered; their browser cannot join again."""
        with self._changing() as file:
            file.execute("UPDATE members SET name = '', removed = 1 WHERE id = ?", (member_id,))
            for table in ("answers", "observations"):
                file.execute(f"DELETE FROM {table} WHERE member = ?", (member_id,))

    def lock(self, locked: bool) -> None:
        """Let nobody new join, or again anybody."""
        with self._changing() as file:
            file.execute("UPDATE class SET locked = ?", (int(locked),))

    def counts(self, question: AnswerKey) -> dict[int, int]:
        """How many have answered in each round."""
        with self._open() as file:
            counted = "SELECT round, count(*) FROM answers WHERE question = ? GROUP BY round"
            return dict.fromkeys(ROUNDS.values(), 0) | dict(file.execute(counted, (str(question),)))

    def answers(self, question: AnswerKey) -> list[ClassAnswer]:
        """The answers to one question."""
        return self._given("WHERE question = ?", str(question))

    def all_answers(self) -> list[ClassAnswer]:
        return self._given("")

    def _given(self, where: str, *values: str) -> list[ClassAnswer]:
        with self._open() as file:
            rows = file.execute(
                "SELECT member, name, question, round, guess, sure FROM answers "
                f"JOIN members ON members.id = member {where} ORDER BY member, question, round",
                values,
            ).fetchall()
        return [
            ClassAnswer(
                member_id,
                name,
                read_answer_key(question),
                number,
                read_submission(json.loads(guess), sure),
            )
            for member_id, name, question, number, guess, sure in rows
        ]

    def all_observations(self) -> list[tuple[int, str, AnswerKey, str]]:
        """Member, name, step, what the member wrote that they saw."""
        with self._open() as file:
            rows = file.execute(
                "SELECT member, name, step, text FROM observations "
                "JOIN members ON members.id = member ORDER BY member, step"
            ).fetchall()
        return [(member, name, read_answer_key(step), text) for member, name, step, text in rows]

    def end(self) -> None:
        """End the class: nothing of it stays."""
        with self._open() as file:
            file.execute("UPDATE class SET began = 0")  # over for all, should the file stay a while
        self.classes._delete(self.code)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as file, _writing(file):
            yield file
            file.execute("UPDATE class SET version = version + 1")


@dataclass(frozen=True)
class Learner(_Member):
    """A learner in a class. Every call raises RemovedFromClass once the teacher removed them."""

    member_id: int
    name: str

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with super()._open() as file:
            self._check(file)
            yield file

    @contextlib.contextmanager
    def _adding(self) -> Iterator[sqlite3.Connection]:
        with self._open() as file, _writing(file):
            self._check(file)  # while nobody else writes
            yield file

    def _check(self, file: sqlite3.Connection) -> None:
        ((removed,),) = file.execute(
            "SELECT removed FROM members WHERE id = ?", (self.member_id,)
        ).fetchall()
        if removed:
            raise RemovedFromClass(code=self.code)

    def answer(self, question: AnswerKey, submission: Submission) -> bool:
        """Answer in the round that is open; False: none is, and nothing was kept."""
        with self._adding() as file:
            found = file.execute(
                "SELECT vote FROM votes WHERE question = ?", (str(question),)
            ).fetchone()
            number = ROUNDS.get(found[0] if found else "first")
            if number is None:
                return False
            row = (
                str(question),
                number,
                self.member_id,
                json.dumps(submission.guess),
                submission.sure,
            )
            file.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?)", row)
        return True

    def observe(self, step: AnswerKey, text: str) -> None:
        """Keep what was seen once the step was revealed."""
        with self._adding() as file:
            row = (str(step), self.member_id, text[:LONGEST_OBSERVATION])
            file.execute("INSERT OR REPLACE INTO observations VALUES (?, ?, ?)", row)

    def answered(self) -> dict[AnswerKey, dict[int, Submission]]:
        """All of one's own answers, by question and round."""
        with self._open() as file:
            rows = file.execute(
                "SELECT question, round, guess, sure FROM answers WHERE member = ?",
                (self.member_id,),
            ).fetchall()
        found: dict[AnswerKey, dict[int, Submission]] = {}
        for question, number, guess, sure in rows:
            found.setdefault(read_answer_key(question), {})[number] = read_submission(
                json.loads(guess), sure
            )
        return found

    def observations(self) -> dict[AnswerKey, str]:
        """What one saw, by step."""
        with self._open() as file:
            rows = file.execute(
                "SELECT step, text FROM observations WHERE member = ?", (self.member_id,)
            ).fetchall()
        return {read_answer_key(step): text for step, text in rows}


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[tuple[sqlite3.Connection, float]]:
    """An open file, never a new one, and when its class began. Raises NoClass for what is not
    there, is none of ours, or is deleted meanwhile.
    """
    address = f"{path.absolute().as_uri()}?mode=rw"
    try:
        file = sqlite3.connect(address, timeout=_PATIENCE_S, isolation_level=None, uri=True)
        with contextlib.closing(file):
            file.execute("PRAGMA synchronous = NORMAL")  # what is written survives the process
            ((began,),) = file.execute("SELECT began FROM class").fetchall()
            _upgrade(file)
            yield file, began
    except (sqlite3.DatabaseError, ValueError) as error:
        if path.exists() and _is_class(path):
            raise
        raise NoClass(code=path.stem) from error


def _upgrade(file: sqlite3.Connection) -> None:
    """Bring a file of a version before to the present one, step by step."""

    def version() -> int:
        return int(file.execute("PRAGMA user_version").fetchone()[0])

    if version() not in _UPGRADES:
        return
    file.create_function("current_key", 1, lambda text: str(read_answer_key(text)))
    with _writing(file):
        while (script := _UPGRADES.get(version())) is not None:
            for statement in script.read_text(encoding="utf-8").split(";\n"):
                file.execute(statement)


def _is_class(path: Path) -> bool:
    """Whether the file says so itself."""
    with path.open("rb") as file:
        return file.read(72)[68:] == _ID


def _count_members(file: sqlite3.Connection) -> int:
    (count,) = file.execute("SELECT count(*) FROM members WHERE NOT removed").fetchone()
    return int(count)


@contextlib.contextmanager
def _writing(file: sqlite3.Connection) -> Iterator[None]:
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        file.execute("ROLLBACK")
        raise
    file.execute("COMMIT")


@contextlib.contextmanager
def _at_one_moment(file: sqlite3.Connection) -> Iterator[None]:
    """What is read inside belongs together."""
    file.execute("BEGIN")
    yield
    file.execute("COMMIT")
