"""Predictions under ablations of H-MHSA, and with cells of the image occluded.

Cells that receive much attention need not matter for the prediction. Occluding them is therefore
compared with occluding as many cells drawn at random: `beyond_random`.
"""

from dataclasses import dataclass

import numpy as np

from transcnn.analysis.errors.table import CASES, Ints, Table
from transcnn.analysis.intervals import Interval, mean_interval, share_interval


@dataclass(frozen=True)
class Survival:
    """One case against "on", over the same images.

    `accuracy` is that of the case, `unchanged` the fraction of predictions that stay the same.
    `correct_only_on` images are correct only in the original run, `correct_only_here` only in this
    case. `gained` is the mean difference of the true labels' probability, original minus this case;
    `beyond_random` how much larger that is than in the case "random", where that is the baseline.
    """

    case: str
    accuracy: Interval
    unchanged: Interval
    correct_only_on: int
    correct_only_here: int
    gained: Interval
    beyond_random: Interval | None


def survival(table: Table) -> list[Survival]:
    """Every case except "on", in the order of `CASES`, over one or more images."""
    found = []
    for case in CASES[1:]:
        correct = table.cases[case].true_rank == 0
        gained = table.gained(case)
        beyond = mean_interval(gained - table.gained("random"), table.family)
        found.append(
            Survival(
                case,
                share_interval(correct, table.family),
                share_interval(~table.changed(case), table.family),
                int((table.correct & ~correct).sum()),
                int((~table.correct & correct).sum()),
                mean_interval(gained, table.family),
                beyond if case == "most_read" else None,
            )
        )
    return found


def order_by_change(table: Table, case: str) -> Ints:
    """Indices of the images, by how much higher the true labels' probability is than in `case`, the
    largest gain first; ties in the order of the run."""
    return np.argsort(-table.gained(case), kind="stable")
