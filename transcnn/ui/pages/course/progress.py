"""What a visitor has answered: kept in the session, and in a file that can be saved and loaded.

Guesses are kept, keys never: what was right is computed again each time.
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from transcnn.course.answer_key import AnswerKey, read_answer_key
from transcnn.course.submission import Submission, read_submission
from transcnn.errors import ChoiceError

LARGEST = 1_000_000  # bytes of a file
LONGEST = 2_000  # characters of an observation
_VERSION = 1


@dataclass
class Progress:
    """Answers by question, `observations` by step: what the learner wrote that they saw.

    `revealed` are the steps whose numbers were shown. `tests` are the
    answers of the tests before and after, by time and item; `learner` is drawn by chance and tells
    the answers of several people apart.
    """

    submissions: dict[AnswerKey, Submission] = field(default_factory=dict)
    revealed: set[AnswerKey] = field(default_factory=set)
    observations: dict[AnswerKey, str] = field(default_factory=dict)
    tests: dict[str, dict[str, str]] = field(default_factory=dict)
    learner: str = field(default_factory=lambda: secrets.token_hex(4))

    @property
    def holds_anything(self) -> bool:
        return any((self.submissions, self.revealed, self.observations, self.tests))

    def as_json(self) -> str:
        """The file."""
        return json.dumps(
            {
                "version": _VERSION,
                "kept": {
                    str(p): {"guess": k.guess, "sure": k.sure} for p, k in self.submissions.items()
                },
                "revealed": sorted(map(str, self.revealed)),
                "saw": {str(key): text for key, text in self.observations.items()},
                "tests": self.tests,
                "learner": self.learner,
            },
            ensure_ascii=False,
            indent=1,
        )

    def add(self, other: "Progress") -> None:
        """Take over what another one holds."""
        self.submissions |= other.submissions
        self.revealed |= other.revealed
        self.observations |= other.observations
        if other.tests:  # whose form they were answered in
            self.tests, self.learner = other.tests, other.learner


def read_progress(data: bytes) -> Progress:
    """The progress in a file. Raises ChoiceError if it is not one."""
    try:
        if len(data) > LARGEST:
            raise ValueError("too large")
        found = json.loads(data)
        if found["version"] != _VERSION:
            raise ValueError("another version")
        return Progress(
            submissions={
                _key(p): read_submission(k["guess"], k["sure"]) for p, k in found["kept"].items()
            },
            revealed={_key(place) for place in found["revealed"]},
            observations={_key(place): _text(said) for place, said in found["saw"].items()},
            **_tests(found),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ChoiceError(
            field="progress", value=data[:20], allowed="a file that this page has saved"
        ) from error


def _tests(found: dict[str, Any]) -> dict[str, Any]:
    """The tests in a file; files from before there were tests have none."""
    if "tests" not in found:
        return {}
    tests = {
        _text(time): {_text(item): _text(answer) for item, answer in answers.items()}
        for time, answers in found["tests"].items()
    }
    if not re.fullmatch("[0-9a-f]{8}", _text(found["learner"])):
        raise ValueError("no learner")
    return {"tests": tests, "learner": found["learner"]}


def _key(found: Any) -> AnswerKey:
    return read_answer_key(_text(found))


def _text(found: Any) -> str:
    if not isinstance(found, str) or len(found) > LONGEST:
        raise ValueError("no text")
    return found
