"""The words of the steps: <language>/lessons/<number>-<name>.md, Markdown with a front
matter in TOML between two lines of +++.

    title = "..."      lead = "..."     one or two sentences before the questions
    saw = "..."        why = "..."
    change = "..."     present = "..."  only in the last step of a chapter
    [sentences.size]   only where a step has sentences that a measured value chooses
    [rows.which_is_row]          the question's name: the step's name, then what is asked
    asks = "..."
    [rows.which_is_row.options]  only where there is something to choose or to order
    [rows.which_is_row.misconceptions]  only for known misconceptions: the feedback to each

The text below is the step's body: it explains, so it stands after the reveal. Placeholders, {H},
are filled by code: no number of an image stands in a lesson. A lesson that is not as the code of
its step expects is refused.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transcnn.course.checking import check_keys, check_text, read_toml
from transcnn.course.scene import Scene
from transcnn.course.step import Step
from transcnn.course.steps import STEPS
from transcnn.errors import ChoiceError
from transcnn.words import FOLDER, languages


@dataclass(frozen=True)
class QuestionWords:
    """The words of one question, placeholders open."""

    asks: str
    options: Mapping[str, str]
    misconceptions: Mapping[str, str]


@dataclass(frozen=True)
class Lesson:
    """The words of one step in one language, placeholders open."""

    title: str
    lead: str
    body: str
    saw: str
    why: str
    questions: Mapping[str, QuestionWords]
    change: str | None
    present: str | None
    sentences: Mapping[str, Mapping[str, str]]

    def fill(self, step: Step, scene: Scene, written: Callable[[str], str] = str) -> "FilledText":
        """The texts about a scene, with its numbers and the sentences they choose; each
        value as it is `written`."""
        facts = {name: written(value) for name, value in step.facts(scene).items()}
        for name, sentence in step.sentences.items():
            facts[name] = self.sentences[name][sentence.choose(scene)].format(**facts)
        return FilledText(*(said.format(**facts) for said in (self.lead, self.body, self.why)))


@dataclass(frozen=True)
class FilledText:
    """The text of a step about one image: before the questions, and after the reveal."""

    lead: str
    body: str
    why: str


@functools.cache
def load_lesson(step: Step, language: str) -> Lesson:
    """The words of `step`. Raises ChoiceError naming what is wrong in its file."""
    text = lesson_file(step, language).read_text(encoding="utf-8")
    return read_lesson(step, language, text)


def lesson_file(step: Step, language: str) -> Path:
    return FOLDER / language / "lessons" / f"{step.number}-{step.name}.md"


def read_lesson(step: Step, language: str, text: str) -> Lesson:
    """The same of a text. Raises ChoiceError."""
    where = f"{language}/{step.number}-{step.name}.md"
    front, body = split_front(where, text)
    ends = ("change", "present") if step.ends_chapter else ()
    tables = ("sentences",) if step.sentences else ()
    check_keys(where, front, ("title", "lead", "saw", "why", *ends, *tables, step.name))
    sentences = _sentences(where, step, front.get("sentences", {}))
    asked = front[step.name]
    check_keys(f"{where}: {step.name}", asked, (name.split(".")[1] for name in step.questions))
    _check_length(where, body, language)
    for name in ("title", "saw", *ends):
        check_text(f"{where}: {name}", front[name])
    check_text(f"{where}: lead", front["lead"], step.placeholders)
    for name, said in (("text", body), ("why", front["why"])):
        check_text(f"{where}: {name}", said, (*step.placeholders, *step.sentences))
    return Lesson(
        title=front["title"],
        lead=front["lead"],
        body=body,
        saw=front["saw"],
        why=front["why"],
        questions={
            name: _question(where, step, name, asked[name.split(".")[1]]) for name in step.questions
        },
        change=front.get("change"),
        present=front.get("present"),
        sentences=sentences,
    )


def _sentences(where: str, step: Step, found: Any) -> Mapping[str, Mapping[str, str]]:
    check_keys(f"{where}: sentences", found, step.sentences)
    for name, sentence in step.sentences.items():
        check_keys(f"{where}: sentences.{name}", found[name], sentence.variants)
        for said in found[name].values():
            check_text(f"{where}: sentences.{name}", said, step.placeholders)
    words: Mapping[str, Mapping[str, str]] = found
    return words


def split_front(where: str, text: str) -> tuple[dict[str, Any], str]:
    """The front matter of the file `where`, and the text below. Raises ChoiceError."""
    parts = re.fullmatch(r"\+\+\+\n(.*?)\n\+\+\+\n(.*)", text, re.DOTALL)
    if parts is None:
        raise ChoiceError(field=where, value=text[:20], allowed="+++, front matter, +++, text")
    return read_toml(where, parts[1]), parts[2].strip()


def _question(where: str, step: Step, name: str, table: Any) -> QuestionWords:
    question, place = step.questions[name], f"{where}: {name}"
    named = {"options": question.options, "misconceptions": question.misconceptions}
    check_keys(place, table, ("asks", *(part for part, names in named.items() if names)))
    parts: dict[str, dict[str, str]] = {part: table.get(part, {}) for part in named}
    for part, names in named.items():
        check_keys(f"{place}.{part}", parts[part], names)
    for said in (table["asks"], *(said for words in parts.values() for said in words.values())):
        check_text(place, said, question.placeholders)
    return QuestionWords(table["asks"], **parts)


def _check_length(field: str, body: str, language: str) -> None:
    spoken = languages.language(language)
    count, most = len(re.findall(spoken.word, body)), spoken.longest_lesson
    if not 0 < count <= most:
        raise ChoiceError(field=f"{field}: text", value=f"{count} words", allowed=f"1 to {most}")


def all_lessons(language: str) -> dict[str, Lesson]:
    """The words of every step by its number. Raises ChoiceError also for a file of no step."""
    known = {lesson_file(step, language) for step in STEPS}
    for file in (FOLDER / language / "lessons").iterdir():
        if file not in known:
            raise ChoiceError(field=language, value=file.name, allowed="files of steps")
    return {step.number: load_lesson(step, language) for step in STEPS}
