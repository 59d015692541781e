"""What each H-MHSA adds on average, for mean ablation."""

import torch
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.devices import on_cpu
from transcnn.evaluation.prepared import BATCH, OnProgress, PreparedPictures
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.pictures.changes import UNCHANGED


class _Sums(Hooks):
    """Sums what each H-MHSA adds over the images of each batch; records nothing else."""

    def keep(self, point: HookPoint, value: Tensor) -> None:
        if point.name == "added":
            before = self.records.get(point, torch.zeros(()))
            self.records[point] = before + on_cpu(value).double().sum(0)


def average_added(
    classifier: Classifier, run: PreparedPictures, progress: OnProgress = lambda *_: None
) -> dict[tuple[int, int], Tensor]:
    """By stage and block, the mean over `run` of what each H-MHSA adds [C, H, W]."""
    hooks = _Sums()
    with torch.inference_mode():
        for start in range(0, len(run), BATCH):
            indices = range(start, min(start + BATCH, len(run)))
            classifier.run(classifier.normalise(run.batch(indices, UNCHANGED)), hooks)
            progress("measuring", indices.stop, len(run))
    return {(p.stage, p.block): (v / len(run)).float() for p, v in hooks.records.items()}
