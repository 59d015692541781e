"""What the right answers of a network owe to its attention: the same pictures under many cases.

All cases see the same pictures, so a difference is one of pairs: its interval is far narrower
than those of two accuracies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.intervals import Interval, Z, share_interval
from transcnn.classifier import Classifier
from transcnn.evaluation.run import Progress, Run
from transcnn.model.interventions import (
    EVERYWHERE,
    Where,
    check_intervention,
    possible_interventions,
)
from transcnn.pictures.changes import UNCHANGED, Change


@dataclass(frozen=True)
class Case:
    """What attention does, in which part of the network, on pictures changed how."""

    attention: str = "on"
    where: Where = EVERYWHERE
    change: Change = UNCHANGED


@dataclass(frozen=True)
class Ablation:
    """Which pictures [N] were answered rightly in which case."""

    right: dict[Case, NDArray[np.bool_]]

    def share(self, case: Case) -> Interval:
        """The share of right answers, with Wilson's interval."""
        return share_interval(self.right[case])

    def loss(self, case: Case) -> Interval:
        """The share with attention on minus that of `case`, on equally changed pictures.

        The interval is that of the mean of the pictures' differences (each -1, 0 or 1).
        """
        on = self.right[Case(change=case.change)]
        differences = on.astype(float) - self.right[case]
        value = float(differences.mean())
        half = Z * float(differences.std()) / math.sqrt(len(differences))
        return Interval(value, value - half, value + half)


def ablate(
    classifier: Classifier,
    run: Run,
    labels: Sequence[int],
    cases: Sequence[Case],
    progress: Progress = lambda *_: None,
) -> Ablation:
    """Run every case on all pictures of `run`, whose right classes are `labels`.

    Attention on is always a case, for each change. Raises ChoiceError for a switch or a part that
    does not exist, before any is run.
    """
    wanted = np.array(labels)
    all_cases = list(dict.fromkeys(case for c in cases for case in (Case(change=c.change), c)))
    for case in all_cases:
        check_intervention(case.attention, case.where)
        case.where.check(classifier.config)
    right = {}
    for i, case in enumerate(all_cases):
        answers: list[int] = []
        for logits in run.passes(classifier, case.attention, case.change, case.where):
            answers += logits.argmax(1).tolist()
            progress("measuring", i * len(run) + len(answers), len(all_cases) * len(run))
        right[case] = np.array(answers) == wanted
    return Ablation(right)


def body_answers(
    classifier: Classifier, run: Run, progress: Progress = lambda *_: None
) -> list[int]:
    """What the bare body makes of the unchanged pictures: labels where there are no others."""
    answers: list[int] = []
    for logits in run.passes(classifier, "off", UNCHANGED, EVERYWHERE):
        answers += logits.argmax(1).tolist()
        progress("labelling", len(answers), len(run))
    return answers


def intervention_cases(
    classifier: Classifier, changes: Sequence[Change], names: Sequence[str] = ()
) -> list[Case]:
    """The switches `names` on all H-MHSAs alike, for each change.

    Without names all of them, "mean" where averages are stored.
    """
    if not names:
        names = possible_interventions(means=classifier.means is not None)
    return [Case(name, change=change) for change in changes for name in names]


def part_cases(parts: Sequence[Where], changes: Sequence[Change]) -> list[Case]:
    """Each part by itself made uniform, for each change."""
    return [replace(Case("uniform"), where=p, change=c) for c in changes for p in parts]
