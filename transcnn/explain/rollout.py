"""Rollout: from which tokens of its map a block's output is mixed, through all its levels.

With the attention matrices of a run held fixed, an H-MHSA moves values between tokens by linear
steps. Channel c, which belongs to one head with matrices A_i, goes through

    (7), (11)   a_i = (A_i + 1) t_i               attention and its residual
    (8)         t_{i+1} = (Max_i + Mean_i) a_i    Max_i selects c's largest token of each grid
    (12)        sum over levels i of Up_i a_i     Up_i copies a merged token to all its tokens

so its matrix is K_c = sum over i of Up_i (A_i + 1) (Max_{i-1} + Mean_{i-1}) ... (A_0 + 1), all of
whose rows have the same sum. The rollout is the mean of K_c over channels, divided by that sum. It
is exact in the attention weights: where values pass unchanged (W^v and W^p the identity, no norms),
K_c t is what the block adds, to rounding. Three properties:

- Max pooling is linear only for known argmax positions. They are those of this image, channel by
  channel, recorded in the run; no average replaces them.
- Where a norm follows each level's output, levels have equal magnitude, and each has the same
  weight here. Without one, levels are weighted as they are added, higher levels more.
- The values (W^v, W^p, the norms' scales) and the class are not taken into account: the map shows
  where a block mixes information from, not why the model predicted this class.

There is no exact composition across blocks, because bottlenecks lie between them. `RolloutAcross`
ignores these and weights a block's input and what it adds equally, as Abnar and Zuidema (2020) do
for residuals.
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
from transcnn.explain.attribution import Attribution, Values, distribute
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
    """Within `block` of `stage`, from 0; None is the stage's last. `token` is the output token
    (row, column) on its map; None averages over all.

    Values are multiples of uniform attention over the whole map. Raises ChoiceError for a part that
    the network lacks, and for H-MHSA with upsampling other than nearest.
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
        traced = subject.trace.block(stage, block)
        shares = compose(traced, shape, _start(traced, self.token))
        on_progress(1)
        used = replace(self, stage=stage, block=block)
        return Attribution(self.name, self.kind, shares * shares.size, settings_of(used))


@dataclass(frozen=True)
class RolloutAcross:
    """From `block` of `stage`, None the last, back through all earlier blocks: an approximation.

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
        trace = subject.trace
        before = [b for b in trace.blocks if (b.stage, b.block) <= (stage, block)]
        shares = _start(before[-1], self.token)
        for done, traced in enumerate(reversed(before)):
            on_progress(done / len(before))
            shares = distribute(shares, *traced.size)  # the map is finer at each earlier stage
            shape = shape_of(classifier, traced.stage, traced.block)
            shares = (shares + compose(traced, shape, shares)) / 2
        on_progress(1)
        used = replace(self, stage=stage, block=block)
        return Attribution(self.name, self.kind, shares * shares.size, settings_of(used))


def _start(block: BlockTrace, token: tuple[int, int] | None) -> Values:
    """1 at `token`, or uniform, with sum 1; [rows, columns] of the block's map."""
    if token is None:
        return np.full(block.size, 1 / (block.size[0] * block.size[1]))
    check_token(token, block.size)
    shares = np.zeros(block.size)
    shares[token] = 1
    return shares


def compose(block: BlockTrace, shape: HMHSA, start: Values) -> Values:
    """`start` [rows, columns] times the rollout matrix, from the left: from which input tokens the
    output tokens of `start` are mixed, on the same map with the same sum.

    Raises ChoiceError for upsampling other than nearest.
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

    output = torch.from_numpy(start)[None, None]
    mass = torch.zeros(1, shape.width, *levels[-1].size, dtype=torch.float64)
    for i in reversed(range(len(levels))):
        mass = mass + weights[i] * _sum_pool(output, shape.token_sides[i])  # Up_i
        mass = mass + _attend(mass, block.levels[i].attention, levels[i])
        if i > 0:
            mass = _unmerge(mass, joins[i - 1], levels[i - 1], shape)
    return mass.mean((0, 1)).numpy()


def _sum_pool(x: Tensor, factor: int) -> Tensor:
    """Sums over squares of `factor` x `factor` tokens; those at the edge may be incomplete."""
    rows, columns = (-n % factor for n in x.shape[2:])
    return F.avg_pool2d(F.pad(x, (0, columns, 0, rows)), factor) * factor**2


def _attend(mass: Tensor, attention: np.ndarray, level: Level) -> Tensor:
    """`mass` [1, C, H, W] through the attention matrices, from queries to keys."""
    matrices = rearrange(
        torch.from_numpy(np.array(attention)).double(), "h down across t s -> (down across) h t s"
    )
    matrices = matrices / matrices.sum(-1, keepdim=True)  # float32 rounding would accumulate
    heads = matrices.shape[1]
    queries = rearrange(grids.cut(mass, level), "n t (h d) -> n h d t", h=heads)
    return grids.join(rearrange(queries @ matrices, "n h d s -> n s (h d)"), level)


def _unmerge(mass: Tensor, merge: Merge, level: Level, shape: HMHSA) -> Tensor:
    """From merged tokens [1, C, H / g, W / g] to the tokens that they were pooled from."""
    tokens = level.grid[0] * level.grid[1]
    arriving = rearrange(mass, "1 c down across -> (down across) 1 c")
    parts = torch.zeros(arriving.shape[0], tokens, arriving.shape[2], dtype=torch.float64)
    if shape.merging != "average":
        winner = F.one_hot(torch.from_numpy(merge.winner), tokens)
        parts += arriving * rearrange(winner, "c down across t -> (down across) t c")
    if shape.merging != "max":
        valid = rearrange(
            grids.valid_tokens(level, mass.device), "down across t -> (down across) t 1"
        )
        parts += arriving * valid / valid.sum(1, keepdim=True)
    return grids.join(parts, level)
