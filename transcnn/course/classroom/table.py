"""What a class has answered, as CSV. Guesses only: what was right is computed, never stored."""

import csv
import io
import json

from transcnn.course.answer_key import AnswerKey
from transcnn.course.classroom.store import Teacher

_COLUMNS = (
    "learner",
    "name",
    "question",
    "round",
    "guess (cells 0-based)",
    "confidence",
    "model",
    "picture",
    "query row (px, 0-based)",
    "query column (px, 0-based)",
)


def as_csv(teacher: Teacher) -> bytes:
    """One row an answer, then one for each observation (its question is the step, its round empty).
    With the mark that tells spreadsheets it is UTF-8.
    """
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(_COLUMNS)

    def write(member: int, name: str, key: AnswerKey, *given: object) -> None:
        cells = (name, key.name, *given, key.model, key.picture, *key.query)
        rows.writerow([member, *map(_harmless, cells)])

    for one in teacher.all_answers():
        guess = one.submission.guess
        text = guess if isinstance(guess, str) else json.dumps(guess)
        write(one.member_id, one.name, one.question, one.round, text, one.submission.sure)
    for member, name, step, observation in teacher.all_observations():
        write(member, name, step, "", observation, "")
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    begins = isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if begins else cell
