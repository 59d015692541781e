"""What a class has answered, counted: the numbers of a histogram."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from transcnn.course.questions import Guess

_MOST_BARS = 10
_WIDE = 50  # times the least number: from here on bins grow by a factor


def count(guesses: Sequence[Guess]) -> Counter[Guess]:
    """How often each was given."""
    return Counter(guesses)


def count_cells(guesses: Sequence[tuple[int, int]], size: tuple[int, int]) -> NDArray[np.int64]:
    """How often each cell was picked, [rows, columns]."""
    cells = np.zeros(size, dtype=np.int64)
    for row, column in guesses:
        cells[row, column] += 1
    return cells


@dataclass(frozen=True)
class HistogramBin:
    """Numbers from `low` to `high`, both in it where they are the same, else without `high`; the
    last of several holds its `high` too.
    """

    low: float
    high: float

    def holds(self, number: float, last: bool) -> bool:
        below = number <= self.high if last or self.low == self.high else number < self.high
        return self.low <= number and below


def bins(numbers: Sequence[float]) -> list[HistogramBin]:
    """What to sort numbers into: one bin a number while there are few different ones, else ten of
    the same width, or, where the largest is more than 50 times the least, of the same factor.
    """
    different = sorted(set(numbers))
    if len(different) <= _MOST_BARS:
        return [HistogramBin(number, number) for number in different]
    least, most = different[0], different[-1]
    if least > 0 and most > _WIDE * least:
        inner = [least * (most / least) ** (k / _MOST_BARS) for k in range(1, _MOST_BARS)]
    else:
        inner = [least + (most - least) * k / _MOST_BARS for k in range(1, _MOST_BARS)]
    edges = [least, *inner, most]
    return [HistogramBin(low, high) for low, high in itertools.pairwise(edges)]


def count_bins(numbers: Sequence[float], sorted_into: Sequence[HistogramBin]) -> list[int]:
    """How many of the numbers are in each bin."""
    last = len(sorted_into) - 1
    return [
        sum(one.holds(number, k == last) for number in numbers) for k, one in enumerate(sorted_into)
    ]


def percent(part: int, whole: int) -> int:
    """Rounded half up; 0 of nothing."""
    return 0 if whole == 0 else math.floor(100 * part / whole + 0.5)
