"""A guess that was made: kept in files, never beside what was right."""

from dataclasses import dataclass
from typing import Any

from transcnn.course.former_names import OPTIONS
from transcnn.course.questions import Guess

CONFIDENCE_LEVELS = ("guess", "fairly", "certain")


@dataclass(frozen=True)
class Submission:
    """One guess and how sure it was."""

    guess: Guess
    sure: str  # one of `SURENESS`


def read_submission(guess: Any, sure: Any) -> Submission:
    """What stood in a file as JSON, also of an earlier version. Raises ValueError for no guess."""
    if isinstance(guess, list):
        guess = tuple(guess)
    if isinstance(guess, str):
        guess = OPTIONS.get(guess, guess)
    parts = guess if isinstance(guess, tuple) else (guess,)
    known = len(parts) <= 9 and all(type(part) in (str, int, float) for part in parts)
    if sure not in CONFIDENCE_LEVELS or not known:
        raise ValueError("no guess")
    return Submission(guess, sure)
