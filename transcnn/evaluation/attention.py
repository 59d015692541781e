"""Attention statistics on an evaluation set, head by head.

With patches of other images (`cutmix`), attention that distinguishes the image from the patches
falls on the image's own cells more than their share of the area.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.evaluation.prepared import BATCH, OnProgress, PreparedPictures
from transcnn.model.hooks import HookPoint, last_levels
from transcnn.model.interventions import Where
from transcnn.pictures import Crop
from transcnn.pictures.changes import CELL, Change, Pixels, changed_cells

JITTER_PX = 4
BRIGHTER = 1.1


@dataclass(frozen=True)
class HeadStatistics:
    """Statistics of one head of one level, means over images and query tokens.

    `entropy` of its rows is relative to that of uniform attention, ln(tokens). Three distances of
    rows (total variation, 0 to 1): `off_uniform` from uniform attention, `other_picture` from the
    rows on the next image, `jittered` from those on a slightly moved, brighter copy. At last levels
    on changed images, `own` is the attention on the image's own cells, `own_from_own` and
    `own_from_patches` that of queries in own cells and in patches, `area` the own cells' share of
    the image; None elsewhere.
    """

    where: Where
    entropy: float
    off_uniform: float
    other_picture: float
    jittered: float
    own: float | None = None
    own_from_own: float | None = None
    own_from_patches: float | None = None
    area: float | None = None


def measure_heads(
    classifier: Classifier,
    run: PreparedPictures,
    change: Change,
    progress: OnProgress = lambda *_: None,
) -> list[HeadStatistics]:
    """The statistics of every head on the images of `run` under `change`, in the network's order.

    Raises ValueError for a single image, which has no other to compare with.
    """
    if len(run) < 2:
        raise ValueError("comparing images needs two of them")
    sums: dict[HookPoint, Tensor] = {}
    areas = []
    for start in range(0, len(run), BATCH):
        indices = range(start, min(start + BATCH, len(run)))
        seen = run.batch([*indices, indices.stop], change)  # and the one after the last
        rows = classifier.attention(seen)
        moved = classifier.attention(np.stack([jitter(p) for p in seen[:-1]]))
        own = np.stack([own_cells(run.names[i], change, seen.shape[1] // CELL) for i in indices])
        areas.append(own.mean((1, 2)))
        for point, weights in rows.items():
            found = _numbers(weights, moved[point], torch.tensor(own))
            sums[point] = sums.get(point, torch.zeros(())) + found.sum(0)
        progress("measuring", indices.stop, len(run))

    area = float(np.concatenate(areas).mean())
    last = last_levels(sums)
    heads = []
    for point, total in sorted(sums.items(), key=lambda item: (*item[0][:2], item[0].level)):
        for head, values in enumerate((total / len(run)).tolist()):
            where = Where(point.stage, point.block, point.level, head)
            mixed = change.kind != "none" and point in last
            heads.append(
                HeadStatistics(where, *values[:4], *((*values[4:], area) if mixed else ()))
            )
    return heads


def own_cells(name: str, change: Change, side: int) -> NDArray[np.bool_]:
    """[side, side]: which cells of the image `name` are its own under `change`."""
    own = np.ones((side, side), dtype=np.bool_)
    if change.kind != "none":
        for row, column in changed_cells(name, change.share, (side, side))[0]:
            own[row, column] = False
    return own


def jitter(pixels: Pixels) -> Pixels:
    """The image [S, S, 3] moved right and down by 4 pixels, edges repeated, 10 % brighter."""
    moved = np.pad(pixels, ((JITTER_PX, 0), (JITTER_PX, 0), (0, 0)), mode="edge")
    brighter = moved[: len(pixels), : len(pixels)] * BRIGHTER
    return np.minimum(brighter, 255).astype(np.uint8)


def _numbers(weights: Tensor, moved: Tensor, own: Tensor) -> Tensor:
    """The seven numbers of `HeadReading` of B pictures [B, heads, 7].

    `weights` [B + 1, h, down, across, T, T] has one image more, to compare the last with; `own` is
    [B, side, side], used where the level's tokens are these cells.
    """
    given = weights[:-1]
    tokens = weights.shape[-1]
    entropy = -torch.xlogy(given, given).sum(-1) / np.log(tokens)

    def distance(other: Tensor | float) -> Tensor:
        return (given - other).abs().sum(-1) / 2  # b h down across t

    numbers = [entropy, distance(1 / tokens), distance(weights[1:]), distance(moved)]
    means = [value.flatten(2).mean(2) for value in numbers]
    if own[0].numel() == tokens and weights.shape[2:4] == (1, 1):
        mine = own.flatten(1).to(given)  # b s
        mass = (given[:, :, 0, 0] * mine[:, None, None, :]).sum(-1)  # b h t
        query = mine[:, None]
        means += [
            mass.mean(2),
            (mass * query).sum(2) / query.sum(2),
            (mass * (1 - query)).sum(2) / (1 - query).sum(2).clamp_min(1),
        ]
    else:
        means += [torch.zeros_like(means[0])] * 3
    return torch.stack(means, dim=2)


@dataclass(frozen=True)
class BoxAttention:
    """How much of the attention of a block's last level falls on a box on the image.

    `all_tokens` is the mean over heads and queries, `outside` over queries that are mostly outside
    the box; `area` is the box's share of what the network sees.
    """

    stage: int
    block: int
    all_tokens: float
    outside: float
    area: float


def attention_in_box(
    classifier: Classifier, pixels: Pixels, crop: Crop, box: tuple[float, float, float, float]
) -> Iterator[BoxAttention]:
    """For every block, on one prepared image; `box` is left, top, right, bottom as fractions of
    the upright image. Cells that the box cuts count by the part inside.
    """
    left, top, width, height = crop.shares
    edges_x = left + width * np.linspace(0, 1, pixels.shape[1] // CELL + 1)
    edges_y = top + height * np.linspace(0, 1, pixels.shape[0] // CELL + 1)
    inside = np.outer(_covered(edges_y, box[1], box[3]), _covered(edges_x, box[0], box[2]))
    covered = torch.tensor(inside.ravel(), dtype=torch.float32)
    attention = classifier.attention(pixels[None])
    for point in last_levels(attention):
        mass = (attention[point][0, :, 0, 0] * covered).sum(-1).mean(0)  # t
        out = mass[covered < 0.5]
        yield BoxAttention(
            point.stage,
            point.block,
            float(mass.mean()),
            float(out.mean()) if len(out) else float("nan"),
            float(covered.mean()),
        )


def _covered(edges: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """The fraction of each interval between `edges` that lies between `low` and `high`."""
    inside = np.clip(edges[1:], low, high) - np.clip(edges[:-1], low, high)
    return inside / np.diff(edges)
