"""What two readings have in common, against plain sums."""

import numpy as np
import pytest

from transcnn.analysis.overlap import attention_overlap
from transcnn.trace.trace import Reading


def reading(shares, valid=None):
    """A reading of 1 x 4 places by so many heads."""
    shares = np.array(shares, np.float32)[:, None, :]
    valid = np.ones((1, 4), bool) if valid is None else np.array([valid])
    return Reading(0, (0, 0), (0, 0), shares, shares * valid.sum(), valid, ())


A = reading([[0.5, 0.5, 0, 0], [0, 0, 1, 0]])
B = reading([[0, 0.25, 0.75, 0], [0.25, 0.25, 0.25, 0.25]])


def test_the_share_is_what_both_give_to_the_same_places():
    # The means of the heads: .25 .25 .5 0 and .125 .25 .5 .125
    assert attention_overlap(A, B) == pytest.approx(0.125 + 0.25 + 0.5)
    assert attention_overlap(A, B, head=0) == pytest.approx(0.25)


def test_a_reading_has_all_in_common_with_itself_and_nothing_with_one_of_other_places():
    assert attention_overlap(A, A) == pytest.approx(1)
    assert attention_overlap(reading([[1, 0, 0, 0]]), reading([[0, 0, 0, 1]])) == 0


def test_readings_over_other_places_cannot_be_compared():
    wide = Reading(
        0,
        (0, 0),
        (0, 0),
        np.ones((1, 2, 4), np.float32) / 8,
        np.ones((1, 2, 4), np.float32),
        np.ones((2, 4), bool),
        (),
    )
    assert attention_overlap(A, wide) is None
    assert attention_overlap(A, reading([[1, 0, 0, 0]], [True, True, True, False])) is None
