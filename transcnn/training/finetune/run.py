"""Fine-tuning in a folder: the head, what was measured along the run, and the best network.

finetune.json                the settings of the run, and what was measured
head.safetensors             the network with the head alone, from which training starts
snapshots/0.300.safetensors  the best network of the run so far
weights.safetensors          in the end: the best of all, with what was measured
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from transcnn.checkpoints import load
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.recognise import open_weights
from transcnn.checkpoints.save import save_weights
from transcnn.classifier import Classifier
from transcnn.errors import CheckpointError
from transcnn.files import write_file
from transcnn.model.network import TransCNN
from transcnn.training.finetune.head import OnDone, fit_head, pooled_features, with_head
from transcnn.training.finetune.held_out import HeldOut, held_out
from transcnn.training.finetune.images import HELD_OUT, OwnImages
from transcnn.training.finetune.measured import measured

RECORD = "finetune.json"
PATIENCE = 4  # moments without any gain after which a run stops
_AT_A_MOMENT = 200  # held-out images that are measured along the run; in the end all are
_BATCH = 16


@dataclass(frozen=True)
class Moment:
    """A network that was measured after a fraction `share` of the run; 0: the head alone.

    `loss` is the mean negative log-probability of the true class, in nats.
    """

    share: float
    correct: int
    images: int
    loss: float

    @property
    def accuracy(self) -> float:
        return self.correct / self.images

    @property
    def _rank(self) -> tuple[int, float]:
        """The head alone comes first of those that are as accurate."""
        return self.correct, -self.loss if self.share else np.inf

    def better_than(self, other: "Moment") -> bool:
        return self._rank > other._rank


@dataclass(frozen=True)
class Tuned:
    """The end of a run: the weight file, how it does on all held-out images, and how the head alone
    does. `share` of the run is where it comes from; 0: it is the head alone."""

    file: Path
    share: float
    found: HeldOut
    head: HeldOut
    about: Mapping[str, Any]  # as in the weight file


class FineTuning:
    """A run in the folder `out`. Every process has one; only the first measures and writes."""

    def __init__(
        self,
        out: Path,
        images: OwnImages,
        learns: str,
        start: str,
        device: torch.device | str = "auto",
    ) -> None:
        self.out, self.images, self.learns, self.device = out, images, learns, device
        self.settings = {"start": start, "what": learns, "images": images.checksum()}
        self.moments: list[Moment] = []
        self.measuring_s = 0.0  # what measuring took the last time

    @property
    def head_file(self) -> Path:
        return self.out / "head.safetensors"

    def begin(self, given: TransCNN, progress: OnDone) -> None:
        """Learn the head and measure it, unless this was done before. Raises CheckpointError if the
        run in the folder has other settings."""
        self._read_record()
        if not self.moments:
            self._learn_head(given, progress)
            self._note(0, self.head_file)

    def measure(self, share: float, file: Path) -> Moment:
        """Measure the weights in `file`; of all but the head only the best file is kept."""
        self.moments = [moment for moment in self.moments if moment.share < share]
        before = self.best
        moment = self._note(share, file)
        dropped = before.share if moment.better_than(before) else share
        if dropped:
            self._file(dropped).unlink(missing_ok=True)
        return moment

    @property
    def best(self) -> Moment:
        """The best of those that are still there."""
        found = self.moments[0]
        for moment in self.moments[1:]:
            if moment.better_than(found) and self._file(moment.share).is_file():
                found = moment
        return found

    @property
    def enough(self) -> bool:
        """Whether training longer promises nothing: every image is correct, or for `PATIENCE`
        moments neither the accuracy nor the loss has become better."""
        best = self.best
        gained = max(best.share, min(self.moments, key=lambda moment: moment.loss).share)
        later = sum(moment.share > gained for moment in self.moments)
        return best.correct == best.images or later >= PATIENCE or self.learns == "head"

    def finish(self) -> Tuned:
        """Write the best network with its description."""
        head, best = self._predict(self.head_file), self.best
        found, share = head, 0.0
        if best.share:
            tuned = self._predict(self._file(best.share))
            if (tuned.predicted == tuned.labels).sum() > (head.predicted == head.labels).sum():
                found, share = tuned, best.share
        file = self.out / "weights.safetensors"
        about = self._about(found, share, head)
        source = self._file(share)
        config = open_weights(source).model.config
        save_weights(load(source), file, Description(config, about))
        return Tuned(file, share, found, head, about)

    def _about(self, found: HeldOut, share: float, head: HeldOut) -> dict[str, Any]:
        images = self.images
        accuracy = found.accuracy
        if images.split is None:
            split: dict[str, Any] = {"drawn_per_class": HELD_OUT, "seed": images.seed}
        else:
            split = {"folder": images.split.name}
        return {
            **measured(found, "split"),
            "accuracy": accuracy.value,
            "interval": [accuracy.low, accuracy.high],
            "majority": found.majority,
            "split": split,
            "held_out_chose_when_to_stop": len(self.moments) > 1,
            "trained": self.learns if share else "head",
            "started_from": self.settings["start"],
            "training_images": len(images.training),
            "head_alone": head.accuracy.value,
        }

    def _learn_head(self, given: TransCNN, progress: OnDone) -> None:
        images = self.images
        classifier = Classifier.around(given, "", self.device)
        features = pooled_features(classifier, images.source.pixels, progress)
        chosen = images.training
        head = fit_head(features[chosen], images.labels[chosen].tolist(), images.count)
        model = with_head(given, head, images.classes)
        save_weights(model.state_dict(), self.head_file, Description(model.config))

    def _note(self, share: float, file: Path) -> Moment:
        began = time.monotonic()
        measuring = self.images.measuring
        step = -(-len(measuring) // _AT_A_MOMENT)
        found = self._predict(file, measuring[::step])
        true = found.probabilities[np.arange(len(found)), found.labels]
        correct = int((found.predicted == found.labels).sum())
        loss = float(-np.log(np.maximum(true, 1e-30)).mean())
        moment = Moment(share, correct, len(found), loss)
        self.moments.append(moment)
        self._write_record()
        self.measuring_s = time.monotonic() - began
        return moment

    def _predict(self, file: Path, chosen: NDArray[np.int64] | None = None) -> HeldOut:
        """The network in `file` on held-out images."""
        chosen = self.images.measuring if chosen is None else chosen
        classifier, pixels = Classifier(file, device=self.device), self.images.source.pixels
        found = [
            classifier.logits(pixels[chosen[i : i + _BATCH]]).softmax(1).double().numpy()
            for i in range(0, len(chosen), _BATCH)
        ]
        return held_out(self.images.labels[chosen].tolist(), np.concatenate(found))

    def _file(self, share: float) -> Path:
        return self.out / "snapshots" / f"{share:.3f}.safetensors" if share else self.head_file

    def _write_record(self) -> None:
        record = {"settings": self.settings, "moments": [asdict(one) for one in self.moments]}
        self.out.mkdir(parents=True, exist_ok=True)
        write_file(self.out / RECORD, json.dumps(record, indent=1))

    def _read_record(self) -> None:
        file = self.out / RECORD
        if not file.is_file():
            return
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            settings, moments = record["settings"], [Moment(**one) for one in record["moments"]]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise CheckpointError(
                file=file, reason="it is not as this program writes it"
            ) from error
        other = [key for key, value in self.settings.items() if settings.get(key) != value]
        if other:
            raise CheckpointError(file=file, reason=f"its run has other {', '.join(other)}")
        self.moments = moments
