"""Accuracy on an evaluation set, and how much of it depends on attention."""

from transcnn.evaluation.evaluate import Evaluation, check_enough, evaluate
from transcnn.evaluation.folder import Labelled, PictureFile, find_held_out, find_pictures
from transcnn.pictures.changes import Change, parse_change

__all__ = [
    "Change",
    "Evaluation",
    "Labelled",
    "PictureFile",
    "check_enough",
    "evaluate",
    "find_held_out",
    "find_pictures",
    "parse_change",
]
