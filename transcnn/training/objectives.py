"""What is asked of the student: parts that add up, each a function of one `Lesson`.

The teacher has seen the clean pictures, the student the changed ones. Targets of the answer
(`stages`, `pooled`, `logits`, `whole`) teach what to make of a picture; `rows` and `own_cells`
teach where to read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from transcnn.model.hooks import last_levels
from transcnn.training.network import Answer

TEMPERATURE = 0.2  # of the cosines that rows of attention are taught from


@dataclass(frozen=True)
class Lesson:
    """One batch: both answers, and the board [B, rows, columns] that is True at own cells."""

    student: Answer
    teacher: Answer
    own: Tensor


Part = Callable[[Lesson], Tensor]


def total(lesson: Lesson, weights: Mapping[str, float]) -> tuple[Tensor, dict[str, Tensor]]:
    """The weighted sum of the parts, and each part by itself without its weight."""
    parts = {name: PARTS[name](lesson) for name in weights}
    return torch.stack([weights[name] * part for name, part in parts.items()]).sum(), parts


def relative_error(given: Tensor, wanted: Tensor) -> Tensor:
    """Squared error as a share of what is wanted's spread about its channel means [B, C, ...].

    0 is right, 1 is as good as always answering the mean.
    """
    axes = [axis for axis in range(wanted.dim()) if axis != 1]
    spread = (wanted - wanted.mean(axes, keepdim=True)).square().mean()
    return (given - wanted).square().mean() / spread.clamp_min(1e-12)


def stages(lesson: Lesson) -> Tensor:
    """Relative errors of the four stage outputs, summed."""
    pairs = zip(lesson.student.stages, lesson.teacher.stages, strict=True)
    return torch.stack([relative_error(given, wanted) for given, wanted in pairs]).sum()


def pooled(lesson: Lesson) -> Tensor:
    """Relative error of the pooled head."""
    return relative_error(lesson.student.pooled, lesson.teacher.pooled)


def logits(lesson: Lesson) -> Tensor:
    """KL divergence of the student's classes from the teacher's, in nats."""
    given, wanted = (a.logits.log_softmax(1) for a in (lesson.student, lesson.teacher))
    return F.kl_div(given, wanted, reduction="batchmean", log_target=True)


def whole(lesson: Lesson) -> Tensor:
    """The same divergence on the pictures that nothing covers: there, keep the teacher's answer.

    Mean over those pictures; 0 where the batch has none.
    """
    given, wanted = (a.logits.log_softmax(1) for a in (lesson.student, lesson.teacher))
    divergence = F.kl_div(given, wanted, reduction="none", log_target=True).sum(1)
    clean = lesson.own.flatten(1).all(1)
    return (divergence * clean).sum() / clean.sum().clamp_min(1)


def rows(lesson: Lesson) -> Tensor:
    """KL divergence of rows of attention (mean over heads) from the likeness of what is there.

    The target of a token is softmax(cosine / 0.2) over its grid, by the teacher's features of the
    clean picture; covered places are no keys, and the token's own cosine counts as 0, or it would
    read mostly itself. Mean over all levels of all blocks, in nats.
    """
    targets: dict[tuple[int, ...], tuple[Tensor, Tensor]] = {}
    found = []
    for weights in lesson.student.attention.values():
        down, across, side = _grids(weights)
        if (down, across, side) not in targets:
            targets[down, across, side] = row_targets(lesson, down, across, side)
        target, readable = targets[down, across, side]
        given = weights.mean(1).clamp_min(1e-8).log()  # b down across t s
        divergence = (torch.xlogy(target, target) - target * given).sum((-2, -1)) / side**2
        found.append((divergence * readable).sum() / readable.sum().clamp_min(1))
    return torch.stack(found).mean()


def row_targets(lesson: Lesson, down: int, across: int, side: int) -> tuple[Tensor, Tensor]:
    """For a level with down x across grids of side x side tokens: the rows [B, down, across, t, s]
    and which grids [B, down, across] have anything to read (where not, the rows are 0).

    Features come from the deepest stage with a map at least as large as the level's.
    """
    size = (down * side, across * side)
    maps = [x for x in lesson.teacher.stages if x.shape[2] >= size[0] and x.shape[3] >= size[1]]
    features = F.adaptive_avg_pool2d(maps[-1], size)
    features = features - features.mean((0, 2, 3), keepdim=True)
    features = features / features.square().mean((0, 2, 3), keepdim=True).sqrt().clamp_min(1e-6)
    tokens = F.normalize(_cut(features, side), dim=-1)  # b down across t c
    cosines = tokens @ tokens.transpose(-2, -1)
    itself = torch.eye(side**2, dtype=torch.bool, device=cosines.device)
    own = _cut(_own_places(lesson.own, size), side)[..., 0] > 0  # b down across s
    scores = (cosines.masked_fill(itself, 0) / TEMPERATURE).masked_fill(
        ~own[..., None, :], -torch.inf
    )
    readable = own.any(-1)
    target = torch.where(readable[..., None, None], scores, 0).softmax(-1)
    return target * readable[..., None, None], readable


def own_cells(lesson: Lesson) -> Tensor:
    """Minus the logarithm of the last level's reading that goes to own cells.

    Mean over tokens, heads and blocks; 0 where nothing is covered.
    """
    found = []
    for point in last_levels(lesson.student.attention):
        weights = lesson.student.attention[point]
        down, across, side = _grids(weights)
        own = _cut(_own_places(lesson.own, (down * side, across * side)), side)[..., 0]
        mass = (weights * own[:, None, :, :, None, :]).sum(-1)  # b head down across t
        found.append(-mass.clamp_min(1e-6).log().mean())
    return torch.stack(found).mean()


def _grids(weights: Tensor) -> tuple[int, int, int]:
    """Grids down and across, and the side of one, of attention [B, h, down, across, T, T]."""
    side = round(weights.shape[-1] ** 0.5)
    return weights.shape[2], weights.shape[3], side


def _own_places(own: Tensor, size: tuple[int, int]) -> Tensor:
    """The board [B, rows, columns] as a map [B, 1, *size] of 1 (own) and 0 (covered)."""
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
}
