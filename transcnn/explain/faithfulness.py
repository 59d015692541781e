"""How far a map can be trusted: its faithfulness scores against those of its baselines.

Maps are scored at the resolution of patches (`patches.py`); each score is the mean over both fills.
Every random draw follows from the seed. The scores:

    deletion, insertion   curves.py       see the order only; masked images resemble no photo
    pairwise              pairwise.py     sees values; compares groups, never single patches
    infidelity            infidelity.py   sees values; larger masks cost more, so even a constant
                                          map predicts something
    sensitivity           sensitivity.py  stability; says nothing about being correct
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
from transcnn.explain.infidelity import infidelity, logit_drops, square_masks
from transcnn.explain.method import Method, OnProgress, part, quiet
from transcnn.explain.names import BASELINES
from transcnn.explain.pairwise import pairwise
from transcnn.explain.patches import Order, PatchMasker, order_of, tied_share
from transcnn.explain.random_weights import random_weights
from transcnn.explain.sensitivity import relative_changes, with_noise
from transcnn.explain.subject import Subject
from transcnn.explain.verdict import Verdict, judge

_RESAMPLES = 200


@dataclass(frozen=True)
class Effort:
    """How much is computed; more makes intervals narrower and takes longer.

    `steps` of a curve, also groups of the pairwise score; random `orders`; `masks` of infidelity;
    noisy images, `draws`, of sensitivity; `ties`: random orders in which tied patches are tried.
    """

    steps: int = 14
    orders: int = 8
    masks: int = 64
    draws: int = 4
    ties: int = 4
    seed: int = 0

    def __post_init__(self) -> None:
        least = {"steps": 2, "orders": 2, "masks": 2, "draws": 1, "ties": 1, "seed": 0}
        for name, lowest in least.items():
            if getattr(self, name) < lowest:
                raise ChoiceError(
                    field=name, value=getattr(self, name), allowed=f"{lowest} or more"
                )


@dataclass(frozen=True, eq=False)
class Scored:
    """A map with its scores.

    The ends of `scores` are: of deletion, insertion and pairwise, the band in which 95 of 100
    further orders would fall (of random orders; of tied patches in another order; the value itself
    where only one order was run); of infidelity, a 95 % interval over masks, and for random orders
    that band; of sensitivity, whose value is the largest change, the changes observed.
    `curves` by score and fill are means over orders, `bands` [2, steps + 1] their extremes.
    `tied` is the fraction of patches whose value other patches have too.
    """

    attribution: Attribution
    scores: Mapping[str, Interval]
    curves: Mapping[tuple[str, Fill], Curve]
    bands: Mapping[tuple[str, Fill], Values]
    tied: float


@dataclass(frozen=True, eq=False)
class Faithfulness:
    """A map's scores, those of its baselines by name, and the verdict."""

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
    masker: PatchMasker | None = None,
) -> Faithfulness:
    """Score `attribution`, which `method` gave for `subject`, and its baselines.

    A `masker` of the same subject reuses the logits computed for other methods. Runs the network
    about 900 times, and the method twice for each noisy image.
    """
    masker, reported = masker or PatchMasker(subject), 0.0

    def report(share: float) -> None:
        nonlocal reported
        reported = share
        on_progress(share)

    masker.on_batch = lambda: report(reported)  # a curve takes seconds: it can be cancelled inside
    candidates = _candidates(
        subject, attribution, method, masker.side, part(report, 0, 0.4), effort
    )
    scorer = _Scorer(masker, effort, part(report, 0.4, 0.45))
    done, of = 0, sum(len(candidate.orders) for candidate in candidates.values())
    scored = {}
    for name, candidate in candidates.items():
        before, done = done, done + len(candidate.orders)
        within = part(report, 0.45 + 0.55 * before / of, 0.45 + 0.55 * done / of)
        scored[name] = scorer.score(candidate, within)
    report(1.0)
    own = scored.pop("own")
    verdict = judge(own.scores, {name: one.scores for name, one in scored.items()})
    return Faithfulness(own, scored, verdict, effort)


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A map to be scored: at patch resolution as `maps` [1, patches] with the `orders` in which its
    patches can be taken, or as many maps as orders; and `noisy` [draws, patches], the same for the
    noisy images."""

    attribution: Attribution
    maps: Values
    orders: Sequence[Order]
    noisy: Values


def _candidates(
    subject: Subject,
    attribution: Attribution,
    method: Method,
    side: int,
    on_progress: OnProgress,
    effort: Effort,
) -> dict[str, _Candidate]:
    """The map itself, "own", and its baselines by name."""
    noise, ties = _random(effort, "noise"), _random(effort, "ties")
    images = [with_noise(subject.pixels, noise) for _ in range(effort.draws)]
    randomised = replace(subject, classifier=random_weights(subject.classifier, seed=effort.seed))
    runs = [
        *(replace(subject, pixels=pixels) for pixels in images),
        randomised,
        *(replace(randomised, pixels=pixels) for pixels in images),
    ]
    explained = [
        method.explain(run, part(on_progress, i / len(runs), (i + 1) / len(runs)))
        for i, run in enumerate(runs)
    ]
    noisy, (weights, *noisy_weights) = explained[: effort.draws], explained[effort.draws :]
    centre = baselines.centre_gaussian(side)
    made = {
        "own": (attribution, noisy),
        "centre": (centre, [centre]),
        "edges": (baselines.edges(subject.pixels), [baselines.edges(p) for p in images]),
        "blurred": (baselines.blurred(attribution), [baselines.blurred(one) for one in noisy]),
        "weights": (weights, noisy_weights),
    }
    candidates = {}
    for name, (one, others) in made.items():
        flat = _flat([one], side)
        tries = effort.ties if tied_share(flat[0]) else 1
        orders = [order_of(flat[0], ties) for _ in range(tries)]
        candidates[name] = _Candidate(one, flat, orders, _flat(others, side))
    orders = baselines.random_orders(side**2, effort.orders, _random(effort, "orders"))
    random = [baselines.reordered(attribution, side, order) for order in orders]
    maps = _flat(random, side)
    candidates["random"] = _Candidate(random[0], maps, orders, maps[1:])
    return {name: candidates[name] for name in ("own", *BASELINES)}


class _Scorer:
    """What the scores of all maps of one image share."""

    def __init__(self, masker: PatchMasker, effort: Effort, on_progress: OnProgress) -> None:
        random = _random(effort, "holes")  # the name decides the draws
        self.masker, self.steps = masker, min(effort.steps, masker.count)
        self.masks = square_masks(masker.side, effort.masks, random)
        drops = []
        for i, fill in enumerate(FILLS):
            within = part(on_progress, i / len(FILLS), (i + 1) / len(FILLS))
            drops.append(logit_drops(masker, self.masks, fill, within))
        self.drops = np.stack(drops)
        self.samples = random.integers(0, effort.masks, size=(_RESAMPLES, effort.masks))

    def score(self, candidate: _Candidate, on_progress: OnProgress) -> Scored:
        many = len(candidate.maps) > 1
        curves: dict[tuple[str, Fill], list[Curve]] = {}
        pairs = []
        for i, order in enumerate(candidate.orders):
            for j, fill in enumerate(FILLS):
                on_progress((i + j / len(FILLS)) / len(candidate.orders))
                for name, curve in (("deletion", deletion), ("insertion", insertion)):
                    made = curve(self.masker, order, fill, self.steps)
                    curves.setdefault((name, fill), []).append(made)
            values = candidate.maps[i if many else 0]
            pairs.append(
                np.mean([pairwise(self.masker, values, order, f, self.steps) for f in FILLS])
            )
        areas = {
            name: np.mean([[c.area for c in curves[name, fill]] for fill in FILLS], axis=0)
            for name in ("deletion", "insertion")
        }
        changes = relative_changes(candidate.maps[0], candidate.noisy)
        scores = {
            **{name: band(values) for name, values in areas.items()},
            "infidelity": (
                band(self._infidelity(candidate.maps))
                if many
                else self._over_masks(candidate.maps[0])
            ),
            "pairwise": band(np.array(pairs)),
            "sensitivity": Interval(*(float(f(changes)) for f in (np.max, np.min, np.max))),
        }
        return Scored(
            candidate.attribution,
            scores,
            {key: _mean(some) for key, some in curves.items()},
            {key: _extremes(some) for key, some in curves.items()},
            tied_share(candidate.maps[0]),
        )

    def _infidelity(self, maps: Values) -> Values:
        """The score of each of `maps` [M, patches], the mean over fills."""
        predicted = maps @ self.masks.T  # [M, masks]
        each: Values = infidelity(predicted[:, None], self.drops[None]).mean(1)
        return each

    def _over_masks(self, values: Values) -> Interval:
        """The score of one map [patches], with a bootstrap interval over masks."""
        predicted, drops = (self.masks @ values)[self.samples], self.drops[:, self.samples]
        again = infidelity(predicted[None], drops).mean(0)
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


def _extremes(curves: Sequence[Curve]) -> Values:
    values = np.stack([curve.values for curve in curves])
    return np.stack([values.min(0), values.max(0)])


def _random(effort: Effort, purpose: str) -> np.random.Generator:
    """One generator for each purpose, so that one setting does not change another's draws."""
    return np.random.default_rng([effort.seed, zlib.crc32(purpose.encode())])
