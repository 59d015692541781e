"""Where attention reads on many pictures, head by head, in numbers that can be compared.

With cells of other pictures mixed in (`cutmix`), a reader that knows what belongs together goes
to its own cells more often than their share of the area.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from transcnn.classifier import Classifier
from transcnn.evaluation.run import BATCH, Progress, Run
from transcnn.model.hooks import HookPoint, last_levels
from transcnn.model.interventions import Where
from transcnn.pictures import Crop
from transcnn.pictures.changes import CELL, Change, Pixels, changed_cells

JITTER_PX = 4
BRIGHTER = 1.1


@dataclass(frozen=True)
class HeadReading:
    """How one head of one level reads, on average over pictures and asking tokens.

    `entropy` of its rows is a share of an even reading's, ln(tokens); `off_even` is their
    distance from an even reading, `other_picture` and `jittered` the distances of its rows from
    those on the next picture and on a slightly moved, brighter copy (total variation, 0 to 1).
    At last levels on changed pictures, `own` is the reading that goes to the picture's own cells,
    `own_from_own` and `own_from_scraps` by where the asking token is, `area` their share of the
    picture; None elsewhere.
    """

    where: Where
    entropy: float
    off_even: float
    other_picture: float
    jittered: float
    own: float | None = None
    own_from_own: float | None = None
    own_from_patches: float | None = None
    area: float | None = None


def measure_reading(
    classifier: Classifier, run: Run, change: Change, progress: Progress = lambda *_: None
) -> list[HeadReading]:
    """The reading of every head on the pictures of `run` under `change`, in the network's order.

    Raises ValueError for a run of one picture, which has no other to compare with.
    """
    if len(run) < 2:
        raise ValueError("comparing pictures needs two of them")
    sums: dict[HookPoint, Tensor] = {}
    areas = []
    for start in range(0, len(run), BATCH):
        indices = range(start, min(start + BATCH, len(run)))
        seen = run.batch([*indices, indices.stop], change)  # and the one after the last
        rows = classifier.attention(seen)
        moved = classifier.attention(np.stack([jitter(p) for p in seen[:-1]]))
        own = np.stack([own_cells(run.names[i], change, seen.shape[1] // CELL) for i in indices])
        areas.append(own.mean((1, 2)))
        for place, weights in rows.items():
            found = _numbers(weights, moved[place], torch.tensor(own))
            sums[place] = sums.get(place, torch.zeros(())) + found.sum(0)
        progress("measuring", indices.stop, len(run))

    area = float(np.concatenate(areas).mean())
    last = last_levels(sums)
    heads = []
    for place, total in sorted(sums.items(), key=lambda item: (*item[0][:2], item[0].level)):
        for head, values in enumerate((total / len(run)).tolist()):
            where = Where(place.stage, place.block, place.level, head)
            mixed = change.kind != "none" and place in last
            heads.append(HeadReading(where, *values[:4], *((*values[4:], area) if mixed else ())))
    return heads


def own_cells(name: str, change: Change, side: int) -> NDArray[np.bool_]:
    """The board [side, side] of the picture `name` under `change`: True at its own cells."""
    own = np.ones((side, side), dtype=np.bool_)
    if change.kind != "none":
        for row, column in changed_cells(name, change.share, (side, side))[0]:
            own[row, column] = False
    return own


def jitter(pixels: Pixels) -> Pixels:
    """The picture [S, S, 3] moved right and down by 4 pixels, edges repeated, 10 % brighter."""
    moved = np.pad(pixels, ((JITTER_PX, 0), (JITTER_PX, 0), (0, 0)), mode="edge")
    brighter = moved[: len(pixels), : len(pixels)] * BRIGHTER
    return np.minimum(brighter, 255).astype(np.uint8)


def _numbers(weights: Tensor, moved: Tensor, own: Tensor) -> Tensor:
    """The seven numbers of `HeadReading` of B pictures [B, heads, 7].

    `weights` [B + 1, h, down, across, T, T] has one picture more, to compare the last with;
    `own` is the board [B, side, side], used where the level has one grid over it.
    """
    given = weights[:-1]
    places = weights.shape[-1]
    entropy = -torch.xlogy(given, given).sum(-1) / np.log(places)

    def distance(other: Tensor | float) -> Tensor:
        return (given - other).abs().sum(-1) / 2  # b h down across t

    numbers = [entropy, distance(1 / places), distance(weights[1:]), distance(moved)]
    means = [value.flatten(2).mean(2) for value in numbers]
    if own[0].numel() == places and weights.shape[2:4] == (1, 1):
        mine = own.flatten(1).to(given)  # b s
        mass = (given[:, :, 0, 0] * mine[:, None, None, :]).sum(-1)  # b h t
        asking = mine[:, None]
        means += [
            mass.mean(2),
            (mass * asking).sum(2) / asking.sum(2),
            (mass * (1 - asking)).sum(2) / (1 - asking).sum(2).clamp_min(1),
        ]
    else:
        means += [torch.zeros_like(means[0])] * 3
    return torch.stack(means, dim=2)


@dataclass(frozen=True)
class BoxReading:
    """The share of a block's last-level reading that goes into a box on the picture.

    `all_tokens` is the mean over heads and asking tokens, `outside` over those that ask from cells
    whose middle is not in the box; `area` is the box's share of what the network sees.
    """

    stage: int
    block: int
    all_tokens: float
    outside: float
    area: float


def read_box(
    classifier: Classifier, pixels: Pixels, crop: Crop, box: tuple[float, float, float, float]
) -> Iterator[BoxReading]:
    """For every block, on one prepared picture; `box` is left, top, right, bottom as shares of
    the upright picture. The cells that the box cuts count by the part inside.
    """
    left, top, width, height = crop.shares
    edges_x = left + width * np.linspace(0, 1, pixels.shape[1] // CELL + 1)
    edges_y = top + height * np.linspace(0, 1, pixels.shape[0] // CELL + 1)
    inside = np.outer(_covered(edges_y, box[1], box[3]), _covered(edges_x, box[0], box[2]))
    share = torch.tensor(inside.ravel(), dtype=torch.float32)
    attention = classifier.attention(pixels[None])
    for point in last_levels(attention):
        mass = (attention[point][0, :, 0, 0] * share).sum(-1).mean(0)  # t
        out = mass[share < 0.5]
        yield BoxReading(
            point.stage,
            point.block,
            float(mass.mean()),
            float(out.mean()) if len(out) else float("nan"),
            float(share.mean()),
        )


def _covered(edges: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Which part of each interval between `edges` lies between `low` and `high`."""
    inside = np.clip(edges[1:], low, high) - np.clip(edges[:-1], low, high)
    return inside / np.diff(edges)
