"""How far a map can be trusted: its scores, and beside them those of its baselines.

What is scored is the map on the board of cells (`board.py`), each score being the mean over the two
fills. Every draw follows from the seed. The scores:

    deletion, insertion   curves.py       order alone; hiding cells leaves what photos look like
    pairwise              pairwise.py     values too; sees pairs of groups, never a cell by itself
    infidelity            infidelity.py   values; large holes cost more, so even a flat map has some
    sensitivity           sensitivity.py  steadiness; says nothing about being right
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.intervals import Interval, student
from transcnn.errors import ChoiceError
from transcnn.explain import baselines
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.curves import Curve, deletion, insertion
from transcnn.explain.fill import FILLS, Fill
from transcnn.explain.infidelity import draw_holes, infidelity, losses
from transcnn.explain.method import Method, OnProgress, part, quiet
from transcnn.explain.names import BASELINES
from transcnn.explain.pairwise import pairwise
from transcnn.explain.patches import Board, Order, order_of, tied_share
from transcnn.explain.random_weights import random_weights
from transcnn.explain.sensitivity import changes, with_noise
from transcnn.explain.subject import Subject
from transcnn.explain.verdict import Verdict, judge

_RESAMPLES = 200


@dataclass(frozen=True)
class Effort:
    """How much is run; more makes intervals narrower, and takes longer.

    `steps` of a curve, and groups of the pairwise score; random `orders`; `holes` of infidelity;
    noisy pictures, `draws`, of sensitivity; `ties`, the orders in which equal cells are tried.
    """

    steps: int = 14
    orders: int = 8
    holes: int = 64
    draws: int = 4
    ties: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        least = {"steps": 2, "orders": 2, "holes": 2, "draws": 1, "ties": 1, "seed": 0}
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise ChoiceError(
                    field=name, value=getattr(self, name), allowed=f"{lowest} or more"
                )


@dataclass(frozen=True, eq=False)
class Scored:
    """A map with its scores.

    The ends of `scores` are: of deletion, insertion and pairwise, those of the band in which 95 of
    100 further orders would fall (of random orders, of equal cells in another order; the value
    itself where one order was run); of infidelity, of a 95 % interval over holes, and for random
    orders that band; of sensitivity, the largest change, those of the changes seen.
    `curves` by score and fill are means over orders, `bands` [2, steps + 1] the least and the most.
    `tied` is the share of cells whose value other cells have too.
    """

    attribution: Attribution
    scores: Mapping[str, Interval]
    curves: Mapping[tuple[str, Fill], Curve]
    bands: Mapping[tuple[str, Fill], Values]
    tied: float


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """A map's scores, those of its baselines by name, and what follows."""

    own: Scored
    baselines: Mapping[str, Scored]
    verdict: Verdict
    effort: Effort


def faithfulness(
    subject: Subject,
    attribution: Attribution,
    method: Method,
    on_progress: OnProgress = quiet,
    effort: Effort = Effort(),
    board: Board | None = None,
) -> Faithfulness:
    """Score `attribution`, which `method` gave for `subject`, and its baselines.

    A `board` of the same subject saves what other methods have asked of it. Runs the network some
    900 times, and the method twice for each noisy picture. `told` may raise Stopped.
    """
    board = board or Board(subject)
    entrants = _entrants(
        subject, attribution, method, board.side, part(on_progress, 0, 0.4), effort
    )
    scorer = _Scorer(board, effort, part(on_progress, 0.4, 0.45))
    done, of = 0, sum(len(entrant.orders) for entrant in entrants.values())
    scored = {}
    for name, entrant in entrants.items():
        before, done = done, done + len(entrant.orders)
        within = part(on_progress, 0.45 + 0.55 * before / of, 0.45 + 0.55 * done / of)
        scored[name] = scorer.score(entrant, within)
    on_progress(1.0)
    own = scored.pop("own")
    verdict = judge(own.scores, {name: one.scores for name, one in scored.items()})
    return Faithfulness(own, scored, verdict, effort)


@dataclass(frozen=True, eq=False)
class _Entrant:
    """A map that is to be scored: on the board as `maps` [1, cells] with the `orders` in which its
    cells can be taken, or as many maps as orders; and `shaken` [draws, cells], the same of pictures
    with noise."""

    attribution: Attribution
    maps: Values
    orders: Sequence[Order]
    shaken: Values


def _entrants(
    subject: Subject,
    attribution: Attribution,
    method: Method,
    side: int,
    on_progress: OnProgress,
    effort: Effort,
) -> dict[str, _Entrant]:
    """The map itself, "own", and its baselines by name."""
    noise, lots = _random(effort, "noise"), _random(effort, "ties")
    forgetful = random_weights(subject.classifier, seed=effort.seed)
    ignorant = replace(subject, classifier=forgetful)
    noisy = [with_noise(subject.pixels, noise) for _ in range(effort.draws)]
    runs = 2 * len(noisy) + 1
    done = iter(part(on_progress, i / runs, (i + 1) / runs) for i in range(runs))

    def explain(of: Subject) -> list[Attribution]:
        return [method.explain(replace(of, pixels=pixels), next(done)) for pixels in noisy]

    shaken = explain(subject)
    made = {
        "own": (attribution, shaken),
        "centre": (baselines.centre(side), [baselines.centre(side)]),
        "edges": (baselines.edges(subject.pixels), [baselines.edges(pixels) for pixels in noisy]),
        "blurred": (baselines.blurred(attribution), [baselines.blurred(one) for one in shaken]),
        "weights": (method.explain(ignorant, next(done)), explain(ignorant)),
    }
    entrants = {}
    for name, (one, others) in made.items():
        flat = _flat([one], side)
        tries = effort.ties if tied_share(flat[0]) else 1
        orders = [order_of(flat[0], lots) for _ in range(tries)]
        entrants[name] = _Entrant(one, flat, orders, _flat(others, side))
    orders = baselines.random_orders(side**2, effort.orders, _random(effort, "orders"))
    dealt = [baselines.dealt(attribution, side, order) for order in orders]
    maps = _flat(dealt, side)
    entrants["random"] = _Entrant(dealt[0], maps, orders, maps[1:])
    return {name: entrants[name] for name in ("own", *BASELINES)}


class _Scorer:
    """What the scores of all maps of one picture share."""

    def __init__(self, board: Board, effort: Effort, on_progress: OnProgress) -> None:
        lots = _random(effort, "holes")
        self.board, self.steps = board, min(effort.steps, board.cells)
        self.holes = draw_holes(board.side, effort.holes, lots)
        halves = (
            part(on_progress, i / len(FILLS), (i + 1) / len(FILLS)) for i in range(len(FILLS))
        )
        self.lost = np.stack(
            [losses(board, self.holes, f, half) for f, half in zip(FILLS, halves, strict=True)]
        )
        self.samples = lots.integers(0, effort.holes, size=(_RESAMPLES, effort.holes))

    def score(self, entrant: _Entrant, on_progress: OnProgress) -> Scored:
        many = len(entrant.maps) > 1
        curves: dict[tuple[str, Fill], list[Curve]] = {}
        pairs = []
        for i, order in enumerate(entrant.orders):
            for j, fill in enumerate(FILLS):
                on_progress((i + j / len(FILLS)) / len(entrant.orders))
                for name, curve in (("deletion", deletion), ("insertion", insertion)):
                    made = curve(self.board, order, fill, self.steps)
                    curves.setdefault((name, fill), []).append(made)
            values = entrant.maps[i if many else 0]
            pairs.append(
                np.mean([pairwise(self.board, values, order, f, self.steps) for f in FILLS])
            )
        areas = {
            name: np.mean([[c.area for c in curves[name, fill]] for fill in FILLS], axis=0)
            for name in ("deletion", "insertion")
        }
        foretelling = self._infidelity(entrant.maps)
        moved = changes(entrant.maps[0], entrant.shaken)
        scores = {
            **{name: band(values) for name, values in areas.items()},
            "infidelity": band(foretelling) if many else self._over_holes(entrant.maps[0]),
            "pairwise": band(np.array(pairs)),
            "sensitivity": Interval(*(float(f(moved)) for f in (np.max, np.min, np.max))),
        }
        return Scored(
            entrant.attribution,
            scores,
            {key: _mean(some) for key, some in curves.items()},
            {key: _ends(some) for key, some in curves.items()},
            tied_share(entrant.maps[0]),
        )

    def _infidelity(self, maps: Values) -> Values:
        """The score of each of `maps` [M, cells], the mean over fills."""
        foretold = maps @ self.holes.T  # [M, holes]
        each: Values = infidelity(foretold[:, None], self.lost[None]).mean(1)
        return each

    def _over_holes(self, values: Values) -> Interval:
        """The score of one map [cells], with an interval over holes drawn anew from these."""
        foretold, lost = (self.holes @ values)[self.samples], self.lost[:, self.samples]
        again = infidelity(foretold[None], lost).mean(0)
        low, high = np.quantile(again, (0.025, 0.975))
        return Interval(float(self._infidelity(values[None])[0]), float(low), float(high))


def band(values: Values) -> Interval:
    """The mean of `values` [N], and the band in which 95 % of further ones would fall."""
    mean, n = float(np.mean(values)), len(values)
    half = 0.0
    if n > 1:
        half = student(n) * float(np.std(values, ddof=1)) * float(np.sqrt(1 + 1 / n))
    return Interval(mean, mean - half, mean + half)


def _flat(maps: Sequence[Attribution], side: int) -> Values:
    return np.stack([one.on_cells(side, side).ravel() for one in maps])


def _mean(curves: Sequence[Curve]) -> Curve:
    return Curve(curves[0].at, np.mean([curve.values for curve in curves], axis=0))


def _ends(curves: Sequence[Curve]) -> Values:
    values = np.stack([curve.values for curve in curves])
    return np.stack([values.min(0), values.max(0)])


def _random(effort: Effort, purpose: str) -> np.random.Generator:
    """A generator of its own for each purpose, so that one effort does not move another's draws."""
    return np.random.default_rng([effort.seed, zlib.crc32(purpose.encode())])
