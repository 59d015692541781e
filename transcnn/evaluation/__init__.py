"""How often a network is right on a labelled folder, and what that owes to its attention."""

from transcnn.evaluation.changes import Change, parse_change
from transcnn.evaluation.evaluate import Evaluation, evaluate
from transcnn.evaluation.folder import Labelled, find_pictures

__all__ = ["Change", "Evaluation", "Labelled", "evaluate", "find_pictures", "parse_change"]
