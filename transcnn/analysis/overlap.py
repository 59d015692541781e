"""How far two attention rows agree."""

import numpy as np

from transcnn.trace.trace import Reading


def attention_overlap(first: Reading, second: Reading, head: int | None = None) -> float | None:
    """The overlap of two attention rows: the sum of min(p, q), 0 to 1.

    Of the mean over the heads, or of one head. None where they are not over the same tokens.
    """
    if first.valid.shape != second.valid.shape or (first.valid != second.valid).any():
        return None
    p, q = (
        (r.probability if head is None else r.probability[head : head + 1]).mean(0, np.float64)
        for r in (first, second)
    )
    return float(np.minimum(p, q)[first.valid].sum())
