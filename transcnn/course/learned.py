"""What answers before and after say: gains with intervals, and whether the forms are equally hard.

Answers are rows of a CSV file: learner, time (before, after), item (A1 to B6), answer (an option),
source (who answered). That the course caused a gain is never said: nobody here learns without it.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.intervals import Interval, bootstrap_difference, bootstrap_mean
from transcnn.course.before_after import BY_NAME, ITEMS, TIMES, Depth, form_at, items_of
from transcnn.errors import ChoiceError
from transcnn.evaluation.tables import rows_of
from transcnn.figures.table import plain_cell, to_csv
from transcnn.limits import limits

COLUMNS = ("learner", "time", "item", "answer", "source")
PEOPLE = "people"
MOST = 10_000  # simulated learners
_SIMULATED = "simulated"
_EASY = 0.9  # solved before by more of them: an item that can show no gain
DEPTHS: tuple[Depth, Depth] = ("surface", "deep")


@dataclass(frozen=True)
class ItemAnswer:
    """One answer: a row."""

    learner: str
    time: str
    item: str
    answer: str
    source: str


@dataclass(frozen=True)
class Gain:
    """Points of one depth, 0 to 3: means before and after, and after minus before by learner.

    `order`: the gain of those who began with form A minus that of the others; apart from 0, one of
    the forms is harder.
    """

    before: float
    after: float
    gain: Interval
    order: Interval


@dataclass(frozen=True)
class Easy:
    """An item that more than nine of ten had right before; `count` had it."""

    item: str
    share: float
    count: int


@dataclass(frozen=True)
class Learned:
    """`source` is "people", or says that the answers are simulated. `learners` have both tests
    complete, one of each form, `first_a` of them A first; `left_out` have not.
    """

    source: str
    learners: int
    first_a: int
    left_out: tuple[str, ...]
    surface: Gain
    deep: Gain
    easy: tuple[Easy, ...]

    @property
    def simulated(self) -> bool:
        return self.source != PEOPLE


def as_csv(rows: Iterable[ItemAnswer]) -> str:
    """The rows below the names of their columns."""
    return to_csv(COLUMNS, ((r.learner, r.time, r.item, r.answer, r.source) for r in rows))


def read_answers(text: str, name: str) -> list[ItemAnswer]:
    """The rows of a file called `name`. Raises ChoiceError for the first that is wrong, and
    TableTooLarge for too many."""
    table = rows_of(text.removeprefix("\ufeff"), Path(name), limits().rows)
    _, names = next(table, (0, None))
    if names is None or tuple(names) != COLUMNS:
        raise ChoiceError(field=name, value=names, allowed=", ".join(COLUMNS))
    rows = []
    for line, cells in table:
        where = f"{name}, line {line}"
        if len(cells) != len(COLUMNS):
            raise ChoiceError(field=where, value=cells, allowed=", ".join(COLUMNS))
        given = ItemAnswer(*map(plain_cell, cells))
        if not given.learner:
            raise ChoiceError(field=f"{where}: learner", value="", allowed="a name or a number")
        for column, allowed in (("time", TIMES), ("item", tuple(BY_NAME))):
            _check(f"{where}: {column}", getattr(given, column), allowed)
        _check(f"{where}: answer", given.answer, BY_NAME[given.item].options)
        if given.source != PEOPLE and not given.source.startswith(_SIMULATED):
            raise ChoiceError(
                field=f"{where}: source", value=given.source, allowed=f"{PEOPLE} or {_SIMULATED}"
            )
        rows.append(given)
    return rows


def _check(field: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ChoiceError(field=field, value=value, allowed=", ".join(allowed))


def analyse(rows: Iterable[ItemAnswer]) -> Learned:
    """What the answers say. Raises ChoiceError where they are of people and simulated ones mixed,
    where somebody answers an item twice, or where nobody has both tests.
    """
    answers: dict[str, dict[tuple[str, str], str]] = {}
    sources = set()
    for row in rows:
        sources.add(row.source)
        given = answers.setdefault(row.learner, {})
        if (row.time, row.item) in given:
            twice = f"{row.time} {row.item}"
            raise ChoiceError(field=f"learner {row.learner}", value=twice, allowed="each once")
        given[row.time, row.item] = row.answer
    if len(sources) > 1:
        raise ChoiceError(field="source", value=sorted(sources), allowed="answers of one source")
    first = {learner: _first_form(given) for learner, given in answers.items()}
    whole = [learner for learner, form in first.items() if form is not None]
    if not whole:
        raise ChoiceError(
            field="learners",
            value=len(answers),
            allowed="at least one with six answers before and six after, of both forms",
        )
    began_with_a = np.array([first[learner] == "A" for learner in whole])
    gains = {}
    for depth in DEPTHS:
        points = {
            time: np.array([_points(answers[learner], time, depth) for learner in whole])
            for time in TIMES
        }
        gains[depth] = _gain(points["before"], points["after"], began_with_a)
    return Learned(
        source=sources.pop(),
        learners=len(whole),
        first_a=int(began_with_a.sum()),
        left_out=tuple(sorted(set(answers) - set(whole))),
        surface=gains["surface"],
        deep=gains["deep"],
        easy=tuple(_easy(answers, whole)),
    )


def _first_form(given: dict[tuple[str, str], str]) -> str | None:
    """The form that came before, where all of it and all of the other one after were answered."""
    for before, after in (("A", "B"), ("B", "A")):
        wanted = {("before", item.name) for item in items_of(before)}
        wanted |= {("after", item.name) for item in items_of(after)}
        if set(given) == wanted:
            return before
    return None


def _points(given: dict[tuple[str, str], str], time: str, depth: Depth) -> float:
    return float(
        sum(
            answer == BY_NAME[item].key
            for (when, item), answer in given.items()
            if when == time and BY_NAME[item].depth == depth
        )
    )


def _gain(
    before: NDArray[np.float64], after: NDArray[np.float64], began_with_a: NDArray[np.bool_]
) -> Gain:
    gain, generator = after - before, np.random.default_rng(0)
    return Gain(
        before=float(before.mean()),
        after=float(after.mean()),
        gain=bootstrap_mean(gain, generator),
        order=bootstrap_difference(gain[began_with_a], gain[~began_with_a], generator),
    )


def _easy(answers: dict[str, dict[tuple[str, str], str]], whole: list[str]) -> Iterable[Easy]:
    for item in ITEMS:
        given = [answers[learner].get(("before", item.name)) for learner in whole]
        had = [answer for answer in given if answer is not None]
        if had and (share := had.count(item.key) / len(had)) > _EASY:
            yield Easy(item.name, share, len(had))


def simulate(learners: int, seed: int) -> list[ItemAnswer]:
    """Made-up answers of so many made-up learners, to try the analysis on; each row says so.

    Invented: skill is normal; the chance of solving an item is 1/3 + 2/3 sigmoid(skill - hardness),
    hardness 0 of surface and 1 of deep items; skill grows by 1 for surface, by 0.5 for deep ones.
    """
    if not 1 <= learners <= MOST:
        raise ChoiceError(field="simulate", value=learners, allowed=f"1 to {MOST:,} learners")
    generator = np.random.default_rng(seed)
    source = f"{_SIMULATED}, seed {seed}"
    rows = []
    for number in range(1, learners + 1):
        learner, skill = f"{_SIMULATED}-{number}", float(generator.normal())
        for time in TIMES:
            for item in items_of(form_at(learner, time)):
                deep, later = item.depth == "deep", time == "after"
                level = skill - deep + later * (0.5 if deep else 1.0)
                solved = generator.random() < 1 / 3 + 2 / 3 / (1 + math.exp(-level))
                wrong = [option for option in item.options if option != item.key]
                answer = item.key if solved else wrong[int(generator.integers(len(wrong)))]
                rows.append(ItemAnswer(learner, time, item.name, answer, source))
    return rows
