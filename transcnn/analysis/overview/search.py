"""The opening: where removing attention changes a right prediction most, chosen by measurement.

Goes over the samples of a network's classes, each whole and with gray cells or patches of other
samples (CutMix), and compares the original run with uniform attention and with H-MHSA removed.
What was found is stored in the assets, see `opening`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from transcnn.analysis.ablation import REMOVED
from transcnn.analysis.overview.opening import changed_sample
from transcnn.classifier import Classifier
from transcnn.model.config import Network
from transcnn.pictures.changes import UNCHANGED, Change
from transcnn.pictures.samples import Sample, samples

SHARES = (0.2, 0.3, 0.4, 0.5, 0.6)
CHANGES = (UNCHANGED, *(Change(kind, share) for kind in ("gray", "cutmix") for share in SHARES))


@dataclass(frozen=True)
class Case:
    """A sample under a change: by run of `REMOVED`, the probability of its true classes together
    and whether the prediction is one of them."""

    sample: str
    change: Change
    shares: dict[str, float]
    right: dict[str, bool]

    @property
    def fall(self) -> float:
        """How much probability the true classes lose without H-MHSA."""
        return self.shares["on"] - self.shares["off"]


@dataclass(frozen=True)
class Search:
    """All cases of a network."""

    cases: tuple[Case, ...]

    @property
    def right(self) -> list[Case]:
        """Those that the original run predicts right."""
        return [case for case in self.cases if case.right["on"]]

    @property
    def turned(self) -> list[Case]:
        """Of these, those that are predicted wrong both with uniform attention and without H-MHSA,
        the largest fall first."""
        found = [c for c in self.right if not c.right["uniform"] and not c.right["off"]]
        return sorted(found, key=lambda case: -case.fall)


def search(classifier: Classifier, on_case: Callable[[int, int], None] = lambda *_: None) -> Search:
    """Every sample of the network's classes under every change; `on_case(done, of)` is progress."""
    network = classifier.config
    runs = {name: classifier.intervention(name) for name in REMOVED}
    shown = [(sample, outputs) for sample in samples() if (outputs := _outputs(network, sample))]
    found = []
    for sample, outputs in shown:
        for change in CHANGES:
            pixels = changed_sample(sample.name, change, network.input.size)
            shares, right = {}, {}
            for run, intervention in runs.items():
                values = classifier.logits(pixels[None], intervention)[0]
                shares[run] = float(values.softmax(0)[outputs].sum())
                right[run] = int(values.argmax()) in outputs
            found.append(Case(sample.name, change, shares, right))
            on_case(len(found), len(shown) * len(CHANGES))
    return Search(tuple(found))


def _outputs(network: Network, sample: Sample) -> list[int]:
    """The logits of the network that are right for a sample."""
    known = network.indices if network.indices is not None else range(network.classes)
    return [output for output, index in enumerate(known) if index in sample.accepted]


def stored(found: dict[str, Search], command: str) -> dict[str, Any]:
    """The openings of networks as they are stored, with what they were chosen from."""
    chosen = {model: search.turned[0] for model, search in found.items() if search.turned}
    return {
        "command": command,
        "searched": [
            {
                "model": model,
                "cases": len(search.cases),
                "right": len(search.right),
                "wrong_removed": sum(not case.right["off"] for case in search.right),
                "wrong_uniform": sum(not case.right["uniform"] for case in search.right),
                "wrong_both": len(search.turned),
            }
            for model, search in found.items()
        ],
        "openings": [
            {
                "model": model,
                "sample": case.sample,
                "change": str(case.change),
                "probability": {run: round(share, 4) for run, share in case.shares.items()},
            }
            for model, case in sorted(chosen.items(), key=lambda item: -item[1].fall)
        ],
    }
