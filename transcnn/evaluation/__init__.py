"""How often a network is right on a labelled folder, and what that owes to its attention."""

from transcnn.evaluation.evaluate import Evaluation, check_enough, evaluate
from transcnn.evaluation.folder import Found, Labelled, find_held_out, find_pictures
from transcnn.pictures.changes import Change, parse_change

__all__ = [
    "Change",
    "Evaluation",
    "Found",
    "Labelled",
    "check_enough",
    "evaluate",
    "find_held_out",
    "find_pictures",
    "parse_change",
]
