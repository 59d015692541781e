"""Rollout: from which tokens of its map a block's output comes, through all its levels.

With its attention matrices held as they are in this run, an H-MHSA moves values between places by
linear steps. Channel c, which belongs to one head with matrices A_i, goes through

    (7), (11)   a_i = (A_i + 1) t_i               what is read, and the residual
    (8)         t_{i+1} = (Max_i + Mean_i) a_i    Max_i takes c's largest token of each grid
    (12)        sum over levels i of Up_i a_i     Up_i gives a merged token to all its places

so its map is K_c = sum over i of Up_i (A_i + 1) (Max_{i-1} + Mean_{i-1}) ... (A_0 + 1), all of
whose rows have the same sum. The rollout is the mean of K_c over channels, divided by that sum. It
is exact in the weights: where values pass unchanged (W^v and W^p the identity, no norms), K_c t is
what the block adds, to rounding. Three things to know:

- Max pooling is linear only once its winners are known. They are this picture's, channel by
  channel, taken from the run; another picture has others. No average stands in for them.
- Where a norm stands on each level's output, it makes levels equally large; there each level
  counts the same. Without one, levels count as they are added, the upper ones more.
- What values hold (W^v, W^p, the norms' scales) has no part in it, nor has the class: it says
  where a block mixed from, not why the answer came.

Across blocks there is no such composition: bottlenecks stand between them. `RolloutAcross`
approximates by leaving these out and by letting a block's input and what it adds count the same, as
Abnar and Zuidema (2020) do for residuals.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor

from transcnn.analysis.tokens import Merge, merges
from transcnn.errors import ChoiceError
from transcnn.explain.attribution import Attribution, Values, share_out
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.parts import find_block, shape_of
from transcnn.explain.subject import Subject
from transcnn.model import grids
from transcnn.model.config import HMHSA, Level
from transcnn.trace.trace import BlockTrace, check_token


@dataclass(frozen=True)
class Rollout:
    """Inside `block` of `stage`, from 0; None is the stage's last. `token` is a place (row, column)
    of its map; None stands for all alike.

    Values are multiples of an even share over the whole map. Raises ChoiceError for a part that
    the network lacks, and for H-MHSA that is upsampled otherwise than by copying.
    """

    stage: int = 0  # where H-MHSA has the most levels
    block: int | None = None
    token: tuple[int, int] | None = None

    name: ClassVar[str] = "rollout"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        stage, block = find_block(subject.classifier, self.stage, self.block)
        shape = shape_of(subject.classifier, stage, block)
        on_progress(0)
        traced = subject.trace().block(stage, block)
        shares = compose(traced, shape, _start(traced, self.token))
        on_progress(1)
        used = replace(self, stage=stage, block=block)
        return Attribution(self.name, self.kind, shares * shares.size, settings_of(used))


@dataclass(frozen=True)
class RolloutAcross:
    """From `block` of `stage`, None the last, back through all before it: an approximation.

    The map is that of the first block. Otherwise as `Rollout`.
    """

    stage: int | None = None
    block: int | None = None
    token: tuple[int, int] | None = None

    name: ClassVar[str] = "rollout_across"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        classifier = subject.classifier
        stage, block = find_block(classifier, self.stage, self.block)
        on_progress(0)
        trace = subject.trace()
        before = [b for b in trace.blocks if (b.stage, b.block) <= (stage, block)]
        shares = _start(before[-1], self.token)
        for done, traced in enumerate(reversed(before)):
            on_progress(done / len(before))
            shares = share_out(shares, *traced.size)  # finer at each earlier stage
            shape = shape_of(classifier, traced.stage, traced.block)
            shares = (shares + compose(traced, shape, shares)) / 2
        on_progress(1)
        used = replace(self, stage=stage, block=block)
        return Attribution(self.name, self.kind, shares * shares.size, settings_of(used))


def _start(block: BlockTrace, token: tuple[int, int] | None) -> Values:
    """All shares at `token`, or the same everywhere; [rows, columns] of the block's map."""
    if token is None:
        return np.full(block.size, 1 / (block.size[0] * block.size[1]))
    check_token(token, block.size)
    shares = np.zeros(block.size)
    shares[token] = 1
    return shares


def compose(block: BlockTrace, shape: HMHSA, start: Values) -> Values:
    """Where what arrives at the places of `start` [rows, columns] comes from: shares of the same
    map, with the same sum.

    This is `start` times the matrix of the rollout, from the left. Raises ChoiceError for another
    upsampling than by copying.
    """
    if shape.upsampling != "nearest":
        raise ChoiceError(field="upsampling", value=shape.upsampling, allowed="nearest")
    levels, joins = shape.levels(block.size), merges(block)
    branches = 2 if shape.merging == "sum" else 1  # rows of Max + Mean sum to it
    sums = [2.0 * (2 * branches) ** i for i in range(len(levels))]  # of each level's rows
    if shape.output_norm is not None:
        weights = [1 / (s * len(sums)) for s in sums]
    else:
        weights = [1 / sum(sums)] * len(sums)

    wanted = torch.from_numpy(start)[None, None]
    factors = np.cumprod([1, *(level.merge for level in levels[:-1])]).tolist()
    coming = torch.zeros(1, shape.width, *levels[-1].size, dtype=torch.float64)
    for i in reversed(range(len(levels))):
        coming = coming + weights[i] * _summed(wanted, factors[i])  # Up_i
        coming = coming + _read(coming, block.levels[i].attention, levels[i])
        if i > 0:
            coming = _apart(coming, joins[i - 1], levels[i - 1], shape)
    return coming.mean((0, 1)).numpy()


def _summed(x: Tensor, factor: int) -> Tensor:
    """Each square of `factor` places as one, their sum; the edge may cut squares off."""
    rows, columns = (-n % factor for n in x.shape[2:])
    return F.avg_pool2d(F.pad(x, (0, columns, 0, rows)), factor) * factor**2


def _read(coming: Tensor, attention: np.ndarray, level: Level) -> Tensor:
    """`coming` [1, C, H, W] through the attention matrices, from the asking to the read tokens."""
    matrices = rearrange(
        torch.from_numpy(np.array(attention)).double(), "h down across t s -> (down across) h t s"
    )
    matrices = matrices / matrices.sum(-1, keepdim=True)  # float32's rounding would pile up
    heads = matrices.shape[1]
    asking = rearrange(grids.cut(coming, level), "n t (h d) -> n h d t", h=heads)
    return grids.join(rearrange(asking @ matrices, "n h d s -> n s (h d)"), level)


def _apart(coming: Tensor, merge: Merge, level: Level, shape: HMHSA) -> Tensor:
    """What comes from merged tokens [1, C, H / g, W / g], on the tokens that they were made of."""
    tokens = level.grid[0] * level.grid[1]
    arriving = rearrange(coming, "1 c down across -> (down across) 1 c")
    parts = torch.zeros(arriving.shape[0], tokens, arriving.shape[2], dtype=torch.float64)
    if shape.merging != "average":
        winner = F.one_hot(torch.from_numpy(merge.winner), tokens)
        parts += arriving * rearrange(winner, "c down across t -> (down across) t c")
    if shape.merging != "max":
        valid = rearrange(
            grids.valid_tokens(level, coming.device), "down across t -> (down across) t 1"
        )
        parts += arriving * valid / valid.sum(1, keepdim=True)
    return grids.join(parts, level)
