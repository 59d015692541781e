"""Further runs of an image: each is made when it is first asked for, and then kept."""

import functools
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.analysis.contributions import contributions
from transcnn.analysis.occlusion import (
    Fill,
    OcclusionResult,
    PatchDonors,
    board_of,
    drawn_cells,
    occlude,
    run_occluded,
)
from transcnn.analysis.untrained import untrained
from transcnn.classifier import Classifier, PredictedClass
from transcnn.course.found_boxes import BoxFinder, open_detector
from transcnn.model.hooks import HookPoint, last_levels
from transcnn.model.interventions import possible_interventions
from transcnn.pictures import Crop, decode, prepare
from transcnn.pictures.changes import GRAY, Pixels, cover
from transcnn.pictures.samples import (
    Sample,
    find_sample,
    name_in_run,
    sample_name,
    sample_pixels,
    samples,
)

if TYPE_CHECKING:
    from transcnn.detection.detector import ObjectDetector

SEED = 1  # of the random attention
INTERVENED = possible_interventions(means=False)[1:]
_AT_ONCE = 7  # pictures in one pass, which bounds the memory
_PICTURES = 32  # whose experiments are kept, about a megabyte each

Wide = NDArray[np.float64]
Boards = Mapping[tuple[int, int], Wide]
"""By stage and block: the attention of the last level, [T, T], mean of the heads."""


@dataclass(frozen=True)
class ChangedRun:
    """A changed image [S, S, 3] and a run of it: logits [classes] and last attention."""

    pixels: Pixels
    logits: Wide
    boards: Boards


class Experiments:
    """One prepared image [S, S, 3] in other runs than its plain one.

    `sample` is its name, None for an upload. Its companions in the fixed tests are the samples.
    """

    def __init__(
        self, classifier: Classifier, pixels: Pixels, crop: Crop, sample: str | None, digest: str
    ) -> None:
        self.classifier, self.crop, self.sample = classifier, crop, sample
        name = name_in_run(sample, digest)
        self.run = PatchDonors.among(name, pixels, sample_pixels(len(pixels)))
        self._hidings: dict[
            tuple[float, Fill], tuple[OcclusionResult, tuple[PredictedClass, ...]]
        ] = {}
        self._looks: dict[float, ChangedRun] = {}
        self._votes: dict[tuple[float, int, int], tuple[Wide, float]] = {}
        self._covered: dict[float, Wide] = {}

    @property
    def pixels(self) -> Pixels:
        return self.run.pictures[self.run.index]

    @property
    def accepted(self) -> frozenset[int]:
        """The indices of the true classes of a sample; none where no class is known."""
        sample = find_sample(self.sample)
        return frozenset() if sample is None else _accepted(self.classifier, sample)

    @functools.cached_property
    def untrained(self) -> Boards:
        """The last attention with random queries, keys and values, seed `SEED`."""
        control = untrained(self.classifier, SEED)
        return _last_boards(control.attention(self.pixels[None]))

    @functools.cached_property
    def other_attention(self) -> Boards:
        """The last attention of the image whose attention is swapped in."""
        return _last_boards(self.classifier.attention(self.run.following[None]))

    @functools.cached_property
    def switched(self) -> Mapping[str, Wide]:
        """Logits [classes] of the plain run, "on", and under each intervention."""
        attention = self.classifier.attention(self.run.following[None])
        found = {"on": self.with_patches(0).logits}
        for name in INTERVENED:
            intervention = self.classifier.intervention(name, attention)
            logits = self.classifier.logits(self.pixels[None], intervention)[0]
            found[name] = logits.double().numpy()
        return found

    def cells(self, share: float) -> list[tuple[int, int]]:
        """The cells that the fixed tests change at `share`."""
        return drawn_cells(self.run.name, share, board_of(self.pixels))

    def hidden(
        self, share: float, fill: Fill
    ) -> tuple[OcclusionResult, tuple[PredictedClass, ...]]:
        """What came of hiding `share` of the cells, with H-MHSA and without; and the likeliest
        classes where every reading is even.
        """
        if (share, fill) not in self._hidings:
            cells, even = self.cells(share), self.classifier.intervention("uniform")
            pixels = occlude(self.run, cells, fill, share)
            hiding = run_occluded(self.classifier, self.pixels, pixels, cells)
            logits = self.classifier.logits(pixels[None], even)[0]
            self._hidings[share, fill] = hiding, self.classifier.rank(logits).top
        return self._hidings[share, fill]

    def with_patches(self, share: float) -> ChangedRun:
        """The run with `share` of the cells from other images; with none, the plain one."""
        if share not in self._looks:
            pixels = occlude(self.run, self.cells(share), "patches", share)
            logits, attention = self.classifier.logits_and_attention(pixels[None])
            self._looks[share] = ChangedRun(
                pixels, logits[0].double().numpy(), _last_boards(attention)
            )
        return self._looks[share]

    def votes(self, share: float, one: int, other: int) -> tuple[Wide, float]:
        """What each position of the last map adds to class `one` rather than to class `other`, in
        the image with patches, [H, W]; and the difference of their biases.
        """
        if (share, one, other) not in self._votes:
            look = self.with_patches(share)
            found = contributions(self.classifier, look.pixels, look.logits.astype(np.float32))
            bias = float(found.biases[one] - found.biases[other])
            self._votes[share, one, other] = found.of_class(one) - found.of_class(other), bias
        return self._votes[share, one, other]

    def covered(self, share: float) -> Wide:
        """Logits [cells, classes] with one cell gray at a time, of the image with patches."""
        if share not in self._covered:
            pixels = self.with_patches(share).pixels
            pictures = np.stack([cover(pixels, [c], _gray) for c in np.ndindex(board_of(pixels))])
            self._covered[share] = _logits(self.classifier, pictures)
        return self._covered[share]


class Lab:
    """The experiments of one network: on the images that were looked at last, and on the sample
    on which it errs surest; and what the course's detector finds, which `open_detector` opens once
    it is needed. Threads may share one.
    """

    def __init__(
        self,
        classifier: Classifier,
        open_detector: "Callable[[], ObjectDetector]" = open_detector,
    ) -> None:
        self.classifier = classifier
        self.finder = BoxFinder(open_detector)
        self._known: dict[tuple[str, Crop], Experiments] = {}
        self._lock = threading.Lock()

    def experiments(
        self, pixels: Pixels, crop: Crop, sample: str | None, digest: str
    ) -> Experiments:
        """Those on one image."""
        name = name_in_run(sample, digest), crop
        with self._lock:
            found = self._known.pop(name, None)
            if found is None:
                found = Experiments(self.classifier, pixels, crop, sample, digest)
            self._known[name] = found  # the last one again
            while len(self._known) > _PICTURES:
                del self._known[next(iter(self._known))]
            return found

    @functools.cached_property
    def surest_error(self) -> Experiments | None:
        """The sample that the network predicts incorrectly and is surest of; where there are any,
        among those with a marked subject, on which attention can fall. None where it errs on none.
        """
        size, found = self.classifier.config.input.size, {}
        pictures = np.stack([sample_pixels(size)[sample_name(s.name)] for s in samples()])
        for sample, logits in zip(samples(), _logits(self.classifier, pictures), strict=True):
            right, first = _accepted(self.classifier, sample), int(logits.argmax())
            if right and first not in right:
                sure = float(torch.tensor(logits).softmax(0)[first])
                found[sample.box is not None, sure] = sample
        if not found:
            return None
        sample = found[max(found)]
        data = sample.path.read_bytes()
        pixels, crop = prepare(decode(data), size)
        return self.experiments(pixels, crop, sample.name, hashlib.sha256(data).hexdigest())


def _accepted(classifier: Classifier, sample: Sample) -> frozenset[int]:
    names = enumerate(classifier.names)
    return frozenset(place for place, n in names if n.wnid and n.index in sample.accepted)


def _logits(classifier: Classifier, pictures: Pixels) -> Wide:
    """Logits [B, classes] of images [B, S, S, 3], a few at a time."""
    parts = np.array_split(pictures, -(-len(pictures) // _AT_ONCE))
    return torch.cat([classifier.logits(part) for part in parts]).double().numpy()


def _gray(row: int, column: int) -> int:  # noqa: ARG001
    return GRAY


def _last_boards(attention: Mapping[HookPoint, torch.Tensor]) -> Boards:
    return {
        (point.stage, point.block): attention[point][0, :, 0, 0].double().mean(0).numpy()
        for point in last_levels(attention)
    }
