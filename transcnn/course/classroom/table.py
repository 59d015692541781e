"""What a class has answered, as CSV. Guesses only: what was right is computed, never stored."""

import csv
import io
import json

from transcnn.course.classroom.store import Teacher

_COLUMNS = ("learner", "name", "question", "round", "guess", "sure", "model", "picture", "asker")


def as_csv(teacher: Teacher) -> bytes:
    """One row an answer, then one for each time that somebody said what there was to see (its
    question is the step, its round empty). With the mark that tells spreadsheets it is UTF-8.
    """
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(_COLUMNS)
    for given in teacher.all_answers():
        question, model, picture, query, *_ = given.place.split("|")
        guess = given.submission.guess
        said = guess if isinstance(guess, str) else json.dumps(guess)
        cells = (
            given.name,
            question,
            given.round,
            said,
            given.submission.sure,
            model,
            picture,
            query,
        )
        rows.writerow([given.member_id, *map(_harmless, cells)])
    for member_id, name, place, said in teacher.all_seen():
        step, model, picture, query, *_ = place.split("|")
        rows.writerow(
            [member_id, *map(_harmless, (name, step, "", said, "", model, picture, query))]
        )
    return file.getvalue().encode("utf-8-sig")


def _harmless(cell: object) -> object:
    """A text that no spreadsheet takes for a formula."""
    begins = isinstance(cell, str) and cell.lstrip()[:1] in ("=", "+", "-", "@")
    return f"'{cell}" if begins else cell
