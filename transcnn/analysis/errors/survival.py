"""What becomes of the answers without H-MHSA, or with places of the picture hidden.

A place that is read much is not yet a place that matters. Hiding the most-read cells says more
when it is set against hiding as many cells drawn at random: `beyond_random`.
"""

from dataclasses import dataclass

import numpy as np

from transcnn.analysis.errors.table import CASES, Ints, Table
from transcnn.analysis.intervals import Interval, mean_interval, share_interval


@dataclass(frozen=True)
class Survival:
    """One case against "on", over the same pictures.

    `right` is the share of right answers, `survives` that of answers that stay the same. `mended`
    pictures become right by attention (wrong in this case), `spoiled` ones wrong. `gained` is the
    mean of what the right classes' probability gains by having attention on (and nothing hidden);
    `beyond_random` how much more that is than in the case "random", where that is the control.
    """

    case: str
    right: Interval
    survives: Interval
    mended: int
    spoiled: int
    gained: Interval
    beyond_random: Interval | None


def survival(table: Table) -> list[Survival]:
    """Every case but "on", in the order of `CASES`, over one picture or more."""
    found = []
    for case in CASES[1:]:
        right = table.cases[case].right_rank == 0
        gained = table.gained(case)
        beyond = mean_interval(gained - table.gained("random"), table.family)
        found.append(
            Survival(
                case,
                share_interval(right, table.family),
                share_interval(~table.changed(case), table.family),
                int((table.right & ~right).sum()),
                int((~table.right & right).sum()),
                mean_interval(gained, table.family),
                beyond if case == "most_read" else None,
            )
        )
    return found


def order_by_change(table: Table, case: str) -> Ints:
    """Indices of the pictures, those first that attention helped most against `case`, those last
    that it harmed most; ties in the order of the run."""
    return np.argsort(-table.gained(case), kind="stable")
