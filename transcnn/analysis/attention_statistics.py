"""Attention statistics of a batch of images, a few numbers for each image.

All are means over the heads, blocks and query tokens of a stage:

    entropy_s<stage>_l<level>   Shannon entropy of a row relative to uniform attention, 0 to 1
    distance_s<stage>_l<level>  mean attention distance in pixels of the network's input
    global_s<stage>             the last level's share of what H-MHSA adds (without its bias):
                                <u_last, u> / <u, u>, u = sum of the levels' terms u_i. The shares
                                of all levels sum to 1; one can be negative or above 1 where terms
                                cancel
    entropy, global_share       the means over the stages
    sinks                       how many merged tokens act as sinks, see `find_sinks`

`received` is the attention that each merged token of the last stage receives, the mean over its
blocks.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from transcnn.model import grids
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import Level
from transcnn.model.hooks import HookPoint
from transcnn.model.network import TransCNN

# A sink receives at least this multiple of uniform attention, above uniform from at least this
# share of all queries, and its input has at least this multiple of the median norm.
SINK_RECEIVED, SINK_QUERIES, SINK_NORM = 2.0, 0.9, 2.0


@dataclass(frozen=True)
class AttentionStatistics:
    """The statistics of one image. `received` [tokens] of the last stage's merged `grid` (rows,
    columns), row by row, as multiple of uniform; `sinks` are (stage, block, merged token) of last
    levels."""

    numbers: dict[str, float]
    grid: tuple[int, int]
    received: tuple[float, ...]
    sinks: tuple[tuple[int, int, int], ...]


@torch.no_grad()
def attention_statistics(
    model: TransCNN, records: Mapping[HookPoint, Tensor], size: tuple[int, int]
) -> list[AttentionStatistics]:
    """The statistics of each image of the batch whose run left `records`.

    `size` is that of the network's input. Every attention of `model` must be an H-MHSA.
    """
    numbers: dict[str, list[Tensor]] = defaultdict(list)
    received_by: list[Tensor] = []
    sinks: list[list[tuple[int, int, int]]] = []
    for stage, blocks in enumerate(model.blocks):
        modules = [b.attn for b in blocks if b.attn is not None]  # type: ignore[attr-defined]
        if modules:
            received_by = []  # of the last stage that has any
        for block, module in enumerate(modules):
            assert isinstance(module, HierarchicalAttention)
            levels = module.config.levels(model.config.map_size(stage, size))
            for i, level in enumerate(levels):
                weights = records[HookPoint(stage, block, "attention", i)]
                entropy, distance = _entropy_and_distance(weights, level)
                numbers[f"entropy_s{stage}_l{i}"].append(entropy)
                token_px = model.config.stages[stage].stride * module.config.token_sides[i]
                numbers[f"distance_s{stage}_l{i}"].append(distance * token_px)
            if len(levels) > 1:
                numbers[f"global_s{stage}"].append(_global_share(module, records, stage, block))
            last = records[HookPoint(stage, block, "attention", len(levels) - 1)][:, :, 0, 0]
            received_by.append(last.mean((1, 2)) * last.shape[-1])
            found = find_sinks(last, records[HookPoint(stage, block, "input")], levels[-1].grid)
            sinks = sinks or [[] for _ in range(len(last))]
            for image, token in found.nonzero().tolist():
                sinks[image].append((stage, block, token))
    columns = {name: torch.stack(values).mean(0) for name, values in numbers.items()}
    for name, start in (("entropy", "entropy_"), ("global_share", "global_s")):
        parts = [column for key, column in columns.items() if key.startswith(start)]
        if parts:
            columns[name] = torch.stack(parts).mean(0)
    received = torch.stack(received_by).mean(0)
    return [
        AttentionStatistics(
            {**{name: float(c[i]) for name, c in columns.items()}, "sinks": float(len(sinks[i]))},
            levels[-1].grid,
            tuple(received[i].tolist()),
            tuple(sinks[i]),
        )
        for i in range(len(received))
    ]


def _entropy_and_distance(weights: Tensor, level: Level) -> tuple[Tensor, Tensor]:
    """Means over heads and valid queries [B]; the distance is in tokens of the level."""
    valid = grids.valid_tokens(level, weights.device)  # down across t
    tokens = valid.sum(-1)  # down across
    entropy = -torch.xlogy(weights, weights).sum(-1)  # b h down across t
    relative = entropy / tokens.clamp_min(2).log()[:, :, None]
    y, x = (
        axis.flatten() for axis in torch.meshgrid(*map(torch.arange, level.grid), indexing="ij")
    )
    apart = torch.hypot((y[:, None] - y).float(), (x[:, None] - x).float())  # t s
    distance = (weights * apart.to(weights)).sum(-1)
    queries = valid.to(weights)
    return tuple(  # type: ignore[return-value]
        (value * queries).sum((2, 3, 4)).mean(1) / queries.sum() for value in (relative, distance)
    )


def _global_share(
    module: HierarchicalAttention, records: Mapping[HookPoint, Tensor], stage: int, block: int
) -> Tensor:
    """The last level's share [B] of the sum of the levels' terms W^p u_i."""
    size = records[HookPoint(stage, block, "input")].shape[2:]
    total, last = None, None
    for i in range(len(module.norms)):
        read, own = (
            records[HookPoint(stage, block, name, i)] for name in ("attended", "tokens_in")
        )
        term = F.conv2d(module.output_norms[i](read + own), module.proj.weight)
        side = module.config.token_sides[i]
        last = grids.upsample(term, side, (size[0], size[1]), module.config.upsampling)
        total = last if total is None else total + last
    assert last is not None
    assert total is not None
    squares = total.square().sum((1, 2, 3)).clamp_min(1e-12)
    return (last * total).sum((1, 2, 3)) / squares


def find_sinks(attention: Tensor, tokens: Tensor, size: tuple[int, int]) -> Tensor:
    """Which merged tokens [B, tokens] of a block's last level are sinks: nearly all attend to them.

    `attention` [B, h, t, s] is that of the last level, `tokens` [B, C, H, W] the block's input,
    whose root mean square over the area of a merged token is its norm. All three must hold: at
    least twice uniform attention on average over heads and queries, above uniform from at least
    nine in ten queries, and at least twice the median norm.
    """
    multiple = attention.mean(1) * attention.shape[-1]  # b t s
    received, queries = multiple.mean(1), (multiple > 1).float().mean(1)
    norms = F.adaptive_avg_pool2d(tokens.square().sum(1, keepdim=True), size)
    norms = norms.sqrt().flatten(1)
    median = norms.median(1, keepdim=True).values
    return (received >= SINK_RECEIVED) & (queries >= SINK_QUERIES) & (norms >= SINK_NORM * median)
