"""Does a map notice when the network forgets? Adebayo et al. 2018.

The weights are made random from the answer down, part after part, each time explaining the same
number again. A map that stays as it was shows the picture, not what the network learned.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from transcnn.analysis.ranks import rank_correlation
from transcnn.explain.attribution import Attribution
from transcnn.explain.method import Method, OnProgress, quiet
from transcnn.explain.random_weights import parts_of, random_weights
from transcnn.explain.subject import Subject


@dataclass(frozen=True, eq=False)
class Forgotten:
    """The map of a network with random weights from the head down to `part`.

    `correlation` is that with the trained network's map, on the method's own board; NaN where one
    of the two has the same value everywhere.
    """

    part: str
    attribution: Attribution
    correlation: float


def forget(
    subject: Subject, method: Method, on_progress: OnProgress = quiet, seed: int = 0
) -> Iterator[Forgotten]:
    """One `Forgotten` for each part, from the head down to the stem."""
    parts = list(parts_of(subject.classifier.model))

    def step(k: int) -> OnProgress:
        return lambda done: on_progress((k + done) / (len(parts) + 1))

    trained = method.explain(subject, step(0)).values
    for k, part in enumerate(parts, 1):
        forgetful = random_weights(subject.classifier, part, seed)
        attribution = method.explain(replace(subject, classifier=forgetful), step(k))
        yield Forgotten(part, attribution, rank_correlation(trained, attribution.values))
