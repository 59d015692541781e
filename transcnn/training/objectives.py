"""The parts of the training loss, each a function of one `DistillationBatch`.

The teacher has seen the clean images, the student the covered ones. `stages`, `pooled`, `logits`
and `whole` compare features and predictions; `rows`, `own_cells` and `entropy` are about the
attention.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from transcnn.model.hooks import last_levels
from transcnn.training.network import Outputs

TEMPERATURE = 0.2  # of the cosines that are the targets of attention rows


@dataclass(frozen=True)
class DistillationBatch:
    """Outputs of student and teacher for a batch, and which cells [B, rows, columns] are own."""

    student: Outputs
    teacher: Outputs
    own: Tensor


Part = Callable[[DistillationBatch], Tensor]


def total(
    batch: DistillationBatch, weights: Mapping[str, float]
) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum of the parts, and each part without its weight."""
    parts = {name: PARTS[name](batch) for name in weights}
    return torch.stack([weights[name] * part for name, part in parts.items()]).sum(), parts


def relative_error(given: Tensor, wanted: Tensor) -> Tensor:
    """Squared error relative to the target's variance about its channel means [B, C, ...].

    0 is exact, 1 is as good as always predicting the mean.
    """
    axes = [axis for axis in range(wanted.dim()) if axis != 1]
    spread = (wanted - wanted.mean(axes, keepdim=True)).square().mean()
    return (given - wanted).square().mean() / spread.clamp_min(1e-12)


def stages(batch: DistillationBatch) -> Tensor:
    """Relative errors of the four stage outputs, summed."""
    pairs = zip(batch.student.stages, batch.teacher.stages, strict=True)
    return torch.stack([relative_error(given, wanted) for given, wanted in pairs]).sum()


def pooled(batch: DistillationBatch) -> Tensor:
    """Relative error of the pooled head."""
    return relative_error(batch.student.pooled, batch.teacher.pooled)


def logits(batch: DistillationBatch) -> Tensor:
    """KL divergence of the student's class probabilities from the teacher's, in nats."""
    given, wanted = (a.logits.log_softmax(1) for a in (batch.student, batch.teacher))
    return F.kl_div(given, wanted, reduction="batchmean", log_target=True)


def whole(batch: DistillationBatch) -> Tensor:
    """The same divergence on uncovered images only, where predictions should stay the teacher's.

    Mean over those images; 0 where the batch has none.
    """
    given, wanted = (a.logits.log_softmax(1) for a in (batch.student, batch.teacher))
    divergence = F.kl_div(given, wanted, reduction="none", log_target=True).sum(1)
    clean = batch.own.flatten(1).all(1)
    return (divergence * clean).sum() / clean.sum().clamp_min(1)


def rows(batch: DistillationBatch) -> Tensor:
    """KL divergence of attention rows (mean over heads) from the similarity of features, in nats.

    The target of a query is softmax(cosine / 0.2) over its grid, with the teacher's features of the
    clean image; covered tokens are no keys, and the query's cosine with itself counts as 0, since
    it would otherwise dominate. Mean over all levels of all blocks.
    """
    targets: dict[tuple[int, ...], tuple[Tensor, Tensor]] = {}
    found = []
    for weights in batch.student.attention.values():
        down, across, side = _grids(weights)
        if (down, across, side) not in targets:
            targets[down, across, side] = row_targets(batch, down, across, side)
        target, has_keys = targets[down, across, side]
        given = weights.mean(1).clamp_min(1e-8).log()  # b down across t s
        divergence = (torch.xlogy(target, target) - target * given).sum((-2, -1)) / side**2
        found.append((divergence * has_keys).sum() / has_keys.sum().clamp_min(1))
    return torch.stack(found).mean()


def row_targets(
    batch: DistillationBatch, down: int, across: int, side: int
) -> tuple[Tensor, Tensor]:
    """For a level with down x across grids of side x side tokens: the rows [B, down, across, t, s]
    and which grids [B, down, across] have any own key (where not, the rows are 0).

    Features come from the deepest stage with a map at least as large as the level's.
    """
    size = (down * side, across * side)
    maps = [x for x in batch.teacher.stages if x.shape[2] >= size[0] and x.shape[3] >= size[1]]
    features = F.adaptive_avg_pool2d(maps[-1], size)
    features = features - features.mean((0, 2, 3), keepdim=True)
    features = features / features.square().mean((0, 2, 3), keepdim=True).sqrt().clamp_min(1e-6)
    tokens = F.normalize(_cut(features, side), dim=-1)  # b down across t c
    cosines = tokens @ tokens.transpose(-2, -1)
    diagonal = torch.eye(side**2, dtype=torch.bool, device=cosines.device)
    own = _cut(_own_map(batch.own, size), side)[..., 0] > 0  # b down across s
    scores = (cosines.masked_fill(diagonal, 0) / TEMPERATURE).masked_fill(
        ~own[..., None, :], -torch.inf
    )
    has_keys = own.any(-1)
    target = torch.where(has_keys[..., None, None], scores, 0).softmax(-1)
    return target * has_keys[..., None, None], has_keys


def own_cells(batch: DistillationBatch) -> Tensor:
    """Minus the logarithm of the last level's attention on own cells.

    Mean over tokens, heads and blocks; 0 where nothing is covered.
    """
    found = []
    for point in last_levels(batch.student.attention):
        weights = batch.student.attention[point]
        down, across, side = _grids(weights)
        own = _cut(_own_map(batch.own, (down * side, across * side)), side)[..., 0]
        mass = (weights * own[:, None, :, :, None, :]).sum(-1)  # b head down across t
        found.append(-mass.clamp_min(1e-6).log().mean())
    return torch.stack(found).mean()


def entropy(batch: DistillationBatch) -> Tensor:
    """How far attention is from selecting tokens: the entropy of its rows over that of uniform
    rows, 0 to 1.

    Mean over all levels of all blocks whose grids have more than one token.
    """
    found = []
    for weights in batch.student.attention.values():
        if (tokens := weights.shape[-1]) == 1:
            continue
        found.append(-(weights * weights.clamp_min(1e-8).log()).sum(-1).mean() / math.log(tokens))
    return torch.stack(found).mean()


def _grids(weights: Tensor) -> tuple[int, int, int]:
    """Grids down and across, and the side of one, of attention [B, h, down, across, T, T]."""
    side = round(weights.shape[-1] ** 0.5)
    return weights.shape[2], weights.shape[3], side


def _own_map(own: Tensor, size: tuple[int, int]) -> Tensor:
    """The own cells [B, rows, columns] as a map [B, 1, *size] of 1 (own) and 0 (covered)."""
    return F.interpolate(own[:, None].float(), size, mode="nearest")


def _cut(x: Tensor, side: int) -> Tensor:
    """A map [B, C, H, W] as the tokens of its grids."""
    return rearrange(x, "b c (down y) (across x) -> b down across (y x) c", y=side, x=side)


PARTS: dict[str, Part] = {
    "stages": stages,
    "pooled": pooled,
    "logits": logits,
    "whole": whole,
    "rows": rows,
    "own_cells": own_cells,
    "entropy": entropy,
}

FROM_LABELS = {"logits", "entropy"}  # those that need no teacher's features of the image
