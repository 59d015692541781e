"""The parameter-randomisation test (Adebayo et al. 2018).

Weights are randomised part by part, from the head down, and the same logit is explained each time.
A map that does not change reflects the image, not what the network has learned.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from transcnn.analysis.ranks import rank_correlation
from transcnn.explain.attribution import Attribution
from transcnn.explain.method import Method, OnProgress, part, quiet
from transcnn.explain.random_weights import parts_of, random_weights
from transcnn.explain.subject import Subject


@dataclass(frozen=True, eq=False)
class Randomised:
    """The map of the network with random weights from the head down to `part`.

    `correlation` is the rank correlation with the trained network's map, at the method's own
    resolution; NaN where one of the two maps is constant.
    """

    part: str
    attribution: Attribution
    correlation: float


def parameter_randomisation(
    subject: Subject, method: Method, on_progress: OnProgress = quiet, seed: int = 0
) -> Iterator[Randomised]:
    """One `Randomised` for each part, from the head down to the stem."""
    parts = list(parts_of(subject.classifier.model))
    runs = len(parts) + 1
    trained = method.explain(subject, part(on_progress, 0, 1 / runs)).values
    for k, name in enumerate(parts, 1):
        randomised = replace(subject, classifier=random_weights(subject.classifier, name, seed))
        attribution = method.explain(randomised, part(on_progress, k / runs, (k + 1) / runs))
        yield Randomised(name, attribution, rank_correlation(trained, attribution.values))
