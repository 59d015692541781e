"""The teacher's notes: assets/lessons/notes/<language>/, Markdown with a front matter in TOML.

A chapter has the file chapter-<number>.md:

    time = "..."       say = "..."
    [[vote]]           a question to vote on twice
    question = "rows.which_is_row"    hint = "..."
    [[likely]]         what is often said, and what to ask then
    answer = "..."     reply = "..."

and text where there is more to say. Other files are pages on how to teach, in the order of their
names: a `title`, and the text. A file that is not so is refused.
"""

import functools
from dataclasses import dataclass
from typing import Any

from transcnn.course.checking import check_keys, check_text
from transcnn.course.lessons import split_front
from transcnn.errors import ChoiceError
from transcnn.words import FOLDER


@dataclass(frozen=True)
class ChapterNotes:
    """What a teacher says, asks and hears in one chapter. `votes`: question and hint; `likely`:
    answer and reply.
    """

    time: str
    say: str
    votes: tuple[tuple[str, str], ...]
    likely: tuple[tuple[str, str], ...]
    more: str


@dataclass(frozen=True)
class NotesPage:
    """Something about teaching that belongs to no chapter."""

    title: str
    text: str


@functools.cache
def load_notes(chapter: int, language: str) -> ChapterNotes:
    """The notes on a chapter. Raises ChoiceError naming what is wrong in its file."""
    name = f"chapter-{chapter}.md"
    text = (FOLDER / language / "notes" / name).read_text(encoding="utf-8")
    return read_notes(f"notes/{language}/{name}", text)


def read_notes(where: str, text: str) -> ChapterNotes:
    """The same of a text. Raises ChoiceError."""
    front, body = split_front(where, text)
    check_keys(where, front, ("time", "say", "vote", "likely"))
    for name in ("time", "say"):
        check_text(f"{where}: {name}", front[name])
    return ChapterNotes(
        front["time"],
        front["say"],
        _pairs(f"{where}: vote", front["vote"], ("question", "hint")),
        _pairs(f"{where}: likely", front["likely"], ("answer", "reply")),
        body,
    )


def _pairs(where: str, tables: Any, names: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(tables, list) or not tables:
        raise ChoiceError(field=where, value=tables, allowed="one or more tables")
    for table in tables:
        check_keys(where, table, names)
        for name in names:
            check_text(f"{where}.{name}", table[name])
    return tuple((table[names[0]], table[names[1]]) for table in tables)


@functools.cache
def load_pages(language: str) -> tuple[NotesPage, ...]:
    """The pages that belong to no chapter. Raises ChoiceError."""
    files = sorted((FOLDER / language / "notes").glob("*.md"))
    return tuple(
        read_page(f"notes/{language}/{file.name}", file.read_text(encoding="utf-8"))
        for file in files
        if not file.name.startswith("chapter-")
    )


def read_page(where: str, text: str) -> NotesPage:
    """One of them, of a text. Raises ChoiceError."""
    front, body = split_front(where, text)
    check_keys(where, front, ("title",))
    check_text(f"{where}: title", front["title"])
    check_text(f"{where}: text", body)
    return NotesPage(front["title"], body)
