"""How attention reads a batch of pictures, in a few numbers a picture.

All are means over the heads, blocks and asking tokens of a stage:

    entropy_s<stage>_l<level>   Shannon entropy of a row as share of an even reading's, 0 to 1
    distance_s<stage>_l<level>  how far is read on average, in pixels of the network's input
    global_s<stage>             the last level's share of what H-MHSA adds (its bias apart):
                                <u_last, u> / <u, u>, u = sum of the levels' terms u_i. The shares
                                of all levels add up to 1; one can be negative or above 1 where
                                terms cancel
    entropy, global_share       the means over the stages
    sinks                       how many tokens act as sinks, see `find_sinks`

`received` says which places of the last stage's board are read, the mean over its blocks.
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

# A sink is read at least so many times as much as an even share, by at least this share of all
# asking tokens more than evenly, and its input has at least so many times the board's usual norm.
SINK_RECEIVED, SINK_ASKING, SINK_NORM = 2.0, 0.9, 2.0


@dataclass(frozen=True)
class Attending:
    """What one picture's attention did. `received` [cells] of the last stage's board (rows,
    columns), row by row, as multiple of an even share; `sinks` are (stage, block, cell) of last
    levels."""

    numbers: dict[str, float]
    board: tuple[int, int]
    received: tuple[float, ...]
    sinks: tuple[tuple[int, int, int], ...]


@torch.no_grad()
def attending(
    model: TransCNN, records: Mapping[HookPoint, Tensor], size: tuple[int, int]
) -> list[Attending]:
    """One `Attending` for each picture of the batch whose run left `records`.

    `size` is that of the network's input. Every attention of `model` must be an H-MHSA.
    """
    numbers: dict[str, list[Tensor]] = defaultdict(list)
    boards: list[Tensor] = []
    sinks: list[list[tuple[int, int, int]]] = []
    for stage, blocks in enumerate(model.blocks):
        modules = [b.attn for b in blocks if b.attn is not None]  # type: ignore[attr-defined]
        if modules:
            boards = []  # those of the last stage that has any
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
            board = records[HookPoint(stage, block, "attention", len(levels) - 1)][:, :, 0, 0]
            boards.append(board.mean((1, 2)) * board.shape[-1])
            found = find_sinks(board, records[HookPoint(stage, block, "input")], levels[-1].grid)
            sinks = sinks or [[] for _ in range(len(board))]
            for picture, cell in found.nonzero().tolist():
                sinks[picture].append((stage, block, cell))
    columns = {name: torch.stack(values).mean(0) for name, values in numbers.items()}
    for name, start in (("entropy", "entropy_"), ("global_share", "global_s")):
        parts = [column for key, column in columns.items() if key.startswith(start)]
        if parts:
            columns[name] = torch.stack(parts).mean(0)
    received = torch.stack(boards).mean(0)
    return [
        Attending(
            {**{name: float(c[i]) for name, c in columns.items()}, "sinks": float(len(sinks[i]))},
            levels[-1].grid,
            tuple(received[i].tolist()),
            tuple(sinks[i]),
        )
        for i in range(len(received))
    ]


def _entropy_and_distance(weights: Tensor, level: Level) -> tuple[Tensor, Tensor]:
    """Means over heads and existing tokens [B]; the distance is in tokens of the level."""
    valid = grids.valid_tokens(level, weights.device)  # down across t
    places = valid.sum(-1)  # down across
    entropy = -torch.xlogy(weights, weights).sum(-1)  # b h down across t
    share = entropy / places.clamp_min(2).log()[:, :, None]
    y, x = (
        axis.flatten() for axis in torch.meshgrid(*map(torch.arange, level.grid), indexing="ij")
    )
    apart = torch.hypot((y[:, None] - y).float(), (x[:, None] - x).float())  # t s
    distance = (weights * apart).sum(-1)
    asking = valid.to(weights)
    return tuple(  # type: ignore[return-value]
        (value * asking).sum((2, 3, 4)).mean(1) / asking.sum() for value in (share, distance)
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


def find_sinks(board: Tensor, tokens: Tensor, size: tuple[int, int]) -> Tensor:
    """Which cells [B, cells] of a block's last level act as sinks: stores that all tokens read.

    `board` [B, h, t, s] is the last level's attention, `tokens` [B, C, H, W] the block's input,
    whose root mean square over a cell is the cell's norm. All three must hold: read at least twice
    as much as an even share on average over heads and asking tokens, by at least nine in ten
    asking tokens more than evenly, and at least twice the board's median norm.
    """
    multiple = board.mean(1) * board.shape[-1]  # b t s
    received, asking = multiple.mean(1), (multiple > 1).float().mean(1)
    norms = F.adaptive_avg_pool2d(tokens.square().sum(1, keepdim=True), size)
    norms = norms.sqrt().flatten(1)
    usual = norms.median(1, keepdim=True).values
    return (received >= SINK_RECEIVED) & (asking >= SINK_ASKING) & (norms >= SINK_NORM * usual)
