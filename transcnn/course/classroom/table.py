"""What a class has answered, as a table for its teacher: a row for each learner and question."""

import json
from collections import defaultdict
from collections.abc import Mapping

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import ClassAnswer, Teacher
from transcnn.course.formatting import FormattedQuestion
from transcnn.course.lessons import load_lesson
from transcnn.course.questions import PosedQuestion
from transcnn.course.steps import STEPS
from transcnn.course.submission import Submission
from transcnn.figures.table import to_csv
from transcnn.words.translator import Translator

COLUMNS = (
    "learner",
    "name",
    "step",
    "asked",
    "right",
    *("first", "first_mark", "first_sure"),
    *("second", "second_mark", "second_sure"),
    "misconception",
    *("question", "first_guess", "second_guess", "model", "picture", "row", "column"),
)


def as_csv(teacher: Teacher, t: Translator) -> bytes:
    """One row for each learner and question with both votes, then one for each note. With the mark
    that tells spreadsheets it is UTF-8.
    """
    rows: list[dict[str, object]] = []
    votes: dict[tuple[int, AnswerKey], dict[int, ClassAnswer]] = defaultdict(dict)
    for one in teacher.all_answers():
        votes[one.member_id, one.question][one.round] = one
    asked = teacher.asked()
    for (member, key), rounds in votes.items():
        one = next(iter(rounds.values()))
        found = _about(member, one.name, key)
        if (posed := asked.get(key)) is not None:
            found |= _marked(key, posed, {n: vote.submission for n, vote in rounds.items()}, t)
        for number, vote in rounds.items():
            name, submission = _VOTES[number], vote.submission
            found[f"{name}_sure"] = t(f"course.sure_{submission.sure}")
            guess = submission.guess
            found[f"{name}_guess"] = guess if isinstance(guess, str) else json.dumps(guess)
        rows.append(found)
    for member, name, key, note in teacher.all_observations():
        found = _about(member, name, key) | {"asked": t("classroom.csv_note"), "first": note}
        rows.append(found)
    heads = [t(f"classroom.csv_{name}") for name in COLUMNS]
    table = to_csv(heads, ([row.get(name, "") for name in COLUMNS] for row in rows))
    return table.encode("utf-8-sig")


_VOTES = {1: "first", 2: "second"}


def _about(member: int, name: str, key: AnswerKey) -> dict[str, object]:
    step = key.name.partition(".")[0]
    return {
        "learner": member,
        "name": name,
        "step": next((one.number for one in STEPS if one.name == step), ""),
        "question": key.name,
        "model": key.model,
        "picture": key.picture,
        "row": key.query[0],
        "column": key.query[1],
    }


def in_words(key: AnswerKey, posed: PosedQuestion, t: Translator) -> FormattedQuestion:
    """A question that was asked, in the words of the teacher's language."""
    step = next(one for one in STEPS if key.name in one.questions)

    def said(word: str, **placeholders: object) -> str:
        return t(f"course.{word}", **placeholders)

    words = load_lesson(step, t.language).questions[key.name]
    return FormattedQuestion(words, posed, said)


def _marked(
    key: AnswerKey, posed: PosedQuestion, votes: Mapping[int, Submission], t: Translator
) -> dict[str, object]:
    """Question, answer key and choices in words, and which of them are correct."""
    formatted = in_words(key, posed, t)
    found: dict[str, object] = {"asked": formatted.question, "right": formatted.right}
    for number, submission in votes.items():
        if posed.takes(submission.guess):
            name = _VOTES[number]
            found[name] = formatted.guess(submission.guess)
            found[f"{name}_mark"] = t(f"classroom.mark_{posed.mark(submission.guess)}")
            misconception = posed.misconception(submission.guess)
            found["misconception"] = (
                "" if misconception is None else formatted.misconception(misconception)
            )
    return found
