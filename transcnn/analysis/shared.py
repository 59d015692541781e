"""What two readings have in common."""

import numpy as np

from transcnn.trace.trace import Reading


def common_share(first: Reading, second: Reading, head: int | None = None) -> float | None:
    """The share of two readings that goes to the same places: the sum of min(p, q), 0 to 1.

    Of the mean over the heads, or of one. None where they are not over the same places.
    """
    if first.valid.shape != second.valid.shape or (first.valid != second.valid).any():
        return None
    p, q = (
        (r.probability if head is None else r.probability[head : head + 1]).mean(0, np.float64)
        for r in (first, second)
    )
    return float(np.minimum(p, q)[first.valid].sum())
