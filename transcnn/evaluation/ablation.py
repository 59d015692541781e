"""Ablation on an evaluation set: accuracy under interventions, on the same images.

All conditions use the same images, so differences are paired: their intervals are much narrower
than those of two separate accuracies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.intervals import Interval, Z, share_interval
from transcnn.classifier import Classifier
from transcnn.evaluation.prepared import OnProgress, PreparedPictures
from transcnn.model.interventions import (
    EVERYWHERE,
    Where,
    check_intervention,
    possible_interventions,
)
from transcnn.pictures.changes import UNCHANGED, Change


@dataclass(frozen=True)
class Condition:
    """An intervention, the part of the network it acts on, and a change of the images."""

    attention: str = "on"
    where: Where = EVERYWHERE
    change: Change = UNCHANGED


@dataclass(frozen=True)
class Ablation:
    """Which images [N] are classified correctly under each condition."""

    correct: dict[Condition, NDArray[np.bool_]]

    def share(self, case: Condition) -> Interval:
        """Accuracy (fraction correct), with Wilson's interval."""
        return share_interval(self.correct[case])

    def loss(self, case: Condition) -> Interval:
        """Accuracy with attention on minus accuracy under `case`, with the same change of images.

        The interval is that of the mean paired difference (each -1, 0 or 1).
        """
        on = self.correct[Condition(change=case.change)]
        differences = on.astype(float) - self.correct[case]
        value = float(differences.mean())
        half = Z * float(differences.std()) / math.sqrt(len(differences))
        return Interval(value, value - half, value + half)


def ablate(
    classifier: Classifier,
    run: PreparedPictures,
    labels: Sequence[int],
    cases: Sequence[Condition],
    progress: OnProgress = lambda *_: None,
) -> Ablation:
    """Run every condition on all images of `run`, whose true labels are the outputs `labels`.

    Attention on is always included, for each change. Raises ChoiceError for an intervention or a
    part that does not exist, before anything is run.
    """
    wanted = np.array(labels)
    all_cases = list(dict.fromkeys(case for c in cases for case in (Condition(change=c.change), c)))
    for case in all_cases:
        check_intervention(case.attention, case.where)
        case.where.check(classifier.config)
    correct = {}
    for i, case in enumerate(all_cases):
        predictions: list[int] = []
        for logits in run.passes(classifier, case.attention, case.change, case.where):
            predictions += logits.argmax(1).tolist()
            progress("measuring", i * len(run) + len(predictions), len(all_cases) * len(run))
        correct[case] = np.array(predictions) == wanted
    return Ablation(correct)


def backbone_predictions(
    classifier: Classifier, run: PreparedPictures, progress: OnProgress = lambda *_: None
) -> list[int]:
    """The backbone's predictions on the unchanged images, as labels where none are known."""
    predictions: list[int] = []
    for logits in run.passes(classifier, "off", UNCHANGED, EVERYWHERE):
        predictions += logits.argmax(1).tolist()
        progress("labelling", len(predictions), len(run))
    return predictions


def intervention_cases(
    classifier: Classifier, changes: Sequence[Change], names: Sequence[str] = ()
) -> list[Condition]:
    """The interventions `names` on all H-MHSAs, for each change; by default all possible ones."""
    if not names:
        names = possible_interventions(means=classifier.means is not None)
    return [Condition(name, change=change) for change in changes for name in names]


def part_cases(parts: Sequence[Where], changes: Sequence[Change]) -> list[Condition]:
    """Uniform attention in each part alone, for each change."""
    return [replace(Condition("uniform"), where=p, change=c) for c in changes for p in parts]
