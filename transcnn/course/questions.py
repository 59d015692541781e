"""The kinds of questions, and how a guess is marked. Keys are given, never looked up."""

import itertools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Mark = Literal["hit", "near", "miss"]
Guess = str | float | tuple[str, ...] | tuple[int, ...]
Kind = Literal["choose", "tick", "estimate", "click", "order", "draw"]

TIE = 1.10  # of sizes to be ordered: below this ratio either way is right
_HIT, _NEAR = 0.97, 3  # of the best cell's value; among so many best


@dataclass(frozen=True)
class Choose:
    """One of `options`, in the order in which they are shown; any of `right` is right."""

    options: tuple[str, ...]
    right: frozenset[str]

    @property
    def answers(self) -> tuple[str, ...]:
        """Every answer that can be given."""
        return self.options

    def mark(self, guess: str) -> Mark:
        return "hit" if guess in self.right else "miss"


@dataclass(frozen=True)
class Tick:
    """Some of `options`, all, or none: exactly those in `right`."""

    options: tuple[str, ...]
    right: frozenset[str]

    @property
    def answers(self) -> list[tuple[str, ...]]:
        """Every answer that can be given."""
        ticks = itertools.product((False, True), repeat=len(self.options))
        return [tuple(itertools.compress(self.options, ticked)) for ticked in ticks]

    def mark(self, guess: tuple[str, ...]) -> Mark:
        return "hit" if set(guess) == self.right else "miss"


@dataclass(frozen=True)
class Estimate:
    """A number. Right is up to `within` beside the key, or up to `factor` times more or less; with
    neither it is exact, but may be `rounded` by so much.

    `even` is what the number would be if attention were even, where that means something.
    """

    key: float
    within: float = 0.0
    rounded: float = 0.0
    factor: float = 1.0
    even: float | None = None

    def mark(self, guess: float) -> Mark:
        return "hit" if self._close(guess) else "miss"

    def distance(self, guess: float) -> float:
        """How far `guess` is from the key; where a factor counts, by which factor, from 1 on
        (infinite for a guess that no factor leads to)."""
        if self.factor > 1:
            return max(guess / self.key, self.key / guess) if guess > 0 else float("inf")
        return abs(guess - self.key)

    @property
    def exact(self) -> bool:
        """Whether there is one right number, not a range."""
        return self.within == 0 and self.factor == 1

    @property
    def even_would_do(self) -> bool:
        """Whether the number of even attention counts as right too."""
        return self.even is not None and self._close(self.even)

    def _close(self, guess: float) -> bool:
        if self.factor > 1:
            return self.key / self.factor <= guess <= self.key * self.factor
        return abs(guess - self.key) <= max(self.within, self.rounded) + 1e-9


@dataclass(frozen=True)
class Click:
    """A cell. `values` [rows, columns] say how right each is; NaN where none can be chosen.

    `or_none`: that none of them helps, (), can be answered too, and is right where no value is
    above 0.
    """

    values: NDArray[np.float64]
    or_none: bool = False

    @property
    def none_right(self) -> bool:
        return self.or_none and not np.nanmax(self.values) > 0

    @property
    def best(self) -> tuple[int, int]:
        row, column = np.unravel_index(np.nanargmax(self.values), self.values.shape)
        return int(row), int(column)

    @property
    def unclear(self) -> bool:
        """Whether so many cells are as good as the best that a click would be luck."""
        if self.none_right:
            return False
        return int((self.values >= _HIT * np.nanmax(self.values)).sum()) > _NEAR

    def mark(self, guess: tuple[int, int] | tuple[()]) -> Mark:
        if self.none_right or guess == ():
            return "hit" if self.none_right and guess == () else "miss"
        value, best = self.values[guess], np.nanmax(self.values)
        if value >= _HIT * best:
            return "hit"
        descending = np.sort(self.values[~np.isnan(self.values)])[::-1]
        near = value > 0 and value >= descending[min(_NEAR, len(descending)) - 1]
        return "near" if near else "miss"


@dataclass(frozen=True)
class Draw:
    """A rectangle of cells on a map of `size` (rows, columns): top, left, bottom, right, all of
    them inside. Only the exact one is right; one of the same shape beside it is near.
    """

    size: tuple[int, int]
    key: tuple[int, int, int, int]

    def mark(self, guess: tuple[int, int, int, int]) -> Mark:
        if guess == self.key:
            return "hit"
        return "near" if _shape(guess) == _shape(self.key) else "miss"


def _shape(box: tuple[int, int, int, int]) -> tuple[int, int]:
    return box[2] - box[0] + 1, box[3] - box[1] + 1


@dataclass(frozen=True)
class Order:
    """Sizes, the largest first. Neighbours less than `TIE` apart may be swapped, and those that are
    both less than `least`.
    """

    values: Mapping[str, float]
    least: float = 0.0

    @property
    def answers(self) -> list[tuple[str, ...]]:
        """Every answer that can be given."""
        return list(itertools.permutations(self.values))

    @property
    def right(self) -> tuple[str, ...]:
        return tuple(sorted(self.values, key=lambda name: -self.values[name]))

    def mark(self, guess: tuple[str, ...]) -> Mark:
        falls = not any(self._smaller(a, b) for a, b in itertools.pairwise(guess))
        return "hit" if falls and set(guess) == set(self.values) else "miss"

    def too_early(self, guess: tuple[str, ...]) -> set[tuple[str, str]]:
        """The pairs that `guess` has the wrong way round: what comes first, though it is smaller,
        and what comes after it."""
        return {(a, b) for a, b in itertools.combinations(guess, 2) if self._smaller(a, b)}

    def _smaller(self, one: str, other: str) -> bool:
        """Whether `one` is so much smaller than `other` that it may not stand before it."""
        a, b = self.values[one], self.values[other]
        return a * TIE <= b and max(a, b) >= self.least


@dataclass(frozen=True)
class PosedQuestion:
    """A question about this image; `placeholders` fill its words.

    `flat`: no token stands out, and that is what is asked instead. `misconceptions` are those that
    the lesson knows, by name: what somebody who holds one answers about this image.
    """

    asks: Choose | Tick | Estimate | Click | Draw | Order
    placeholders: Mapping[str, str] = field(default_factory=dict)
    flat: bool = False
    misconceptions: Mapping[str, Collection[Guess]] = field(default_factory=dict)

    def mark(self, guess: Guess) -> Mark:
        """Hit, near or miss. Raises ValueError for a guess of another kind."""
        if not self.takes(guess):
            raise ValueError(f"{guess!r} is no answer to a {type(self.asks).__name__} question")
        return self.asks.mark(guess)  # type: ignore[arg-type]

    def misconception(self, guess: Guess) -> str | None:
        """The misconception behind `guess`; None where it is correct, or none or several fit."""
        if self.mark(guess) == "hit":
            return None
        led = [
            n
            for n, ends in self.misconceptions.items()
            if any(_as_good_as(guess, end) for end in ends)
        ]
        return led[0] if len(led) == 1 else None

    def takes(self, guess: object) -> bool:
        """Whether `guess` is an answer that can be given."""
        match self.asks:
            case Choose(options=options):
                return guess in options
            case Tick(options=options):
                return (
                    isinstance(guess, tuple)
                    and set(guess) <= set(options)
                    and len(set(guess)) == len(guess)
                )
            case Estimate():
                return isinstance(guess, float) and bool(np.isfinite(guess))
            case Order(values=values):
                return isinstance(guess, tuple) and sorted(map(str, guess)) == sorted(values)
            case Draw(size=(rows, columns)):
                return (
                    isinstance(guess, tuple)
                    and len(guess) == 4
                    and all(isinstance(v, int) for v in guess)
                    and 0 <= guess[0] <= guess[2] < rows
                    and 0 <= guess[1] <= guess[3] < columns
                )
            case Click(values=cells, or_none=or_none):
                return (or_none and guess == ()) or (
                    isinstance(guess, tuple)
                    and len(guess) == 2
                    and all(isinstance(v, int) for v in guess)
                    and all(0 <= v < side for v, side in zip(guess, cells.shape, strict=True))
                    and not np.isnan(cells[guess])
                )


def name_wrong(
    asks: Choose | Tick | Order, beliefs: Mapping[str, Callable[[Any], bool]]
) -> dict[str, list[Guess]]:
    """Every wrong answer to `asks`, under the first of the `beliefs` (name: whether it leads to an
    answer) that leads to it."""
    named: dict[str, list[Guess]] = {name: [] for name in beliefs}
    for answer in asks.answers:
        if asks.mark(answer) != "hit":  # type: ignore[arg-type]
            name = next((n for n, leads in beliefs.items() if leads(answer)), None)
            if name is not None:
                named[name].append(answer)
    return named


def _as_good_as(guess: Guess, other: Guess) -> bool:
    """Whether two answers are the same; of numbers, whether they are as people round them."""
    if isinstance(guess, int | float) and isinstance(other, int | float):
        return abs(guess - other) <= max(0.01, 0.03 * abs(other))
    return guess == other


FLAT = PosedQuestion(Choose(("yes", "no"), frozenset({"no"})), flat=True)

_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:[.,][0-9]{1,9})?")


def parse_number(text: str) -> float | None:
    """A number as people write it: 12.5, 12,5, 1/3, 40 %, 3×; None for anything else."""
    parts = text.strip().strip("%×x≈~ ").replace(" ", "").split("/")
    if len(parts) > 2 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    numbers = [Fraction(part.replace(",", ".")) for part in parts]
    if len(numbers) == 2 and numbers[1] == 0:
        return None
    return float(numbers[0] / (numbers[1] if len(numbers) == 2 else 1))


def spell_number(value: float) -> str:
    """Three figures, whole numbers as they are."""
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
