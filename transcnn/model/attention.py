"""H-MHSA, equations (5) to (12), re-implemented from the post (see the package's docstring).

Where the sources are silent, the docstring of `config.HMHSA` and the comments here say what was
chosen. The authors' released code computes something else: see `pooled.py`.
"""

import math

import torch.nn.functional as F
from einops import rearrange, repeat
from torch import Tensor, nn

from transcnn.model import grids
from transcnn.model.config import HMHSA, Level
from transcnn.model.hooks import BlockHooks
from transcnn.model.layers import Pointwise, make_norm


def attend(qkv: Tensor, level: Level, heads: int, hooks: BlockHooks | None, index: int) -> Tensor:
    """(1) inside every grid of one level: [B, 3 h d, H, W] to [B, h d, H, W].

    Channels of `qkv` are q, k, v, each head by head. Without hooks the fused kernel is used, with
    hooks the explicit softmax, whose matrices the hooks receive.
    """
    down, across = level.grids
    q, k, v = rearrange(
        grids.cut(qkv, level), "n t (part head d) -> part n head t d", part=3, head=heads
    )  # n = B down across
    mask = None
    if not grids.divides(level):
        valid = grids.valid_tokens(level, qkv.device)
        mask = repeat(valid, "down across s -> (b down across) 1 1 s", b=qkv.shape[0])

    if hooks is None:
        out = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    else:
        weights = softmax_weights(q, k, mask)
        weights = rearrange(
            weights, "(b down across) head t s -> b head down across t s", down=down, across=across
        )
        weights = hooks.attention(index, weights, grids.valid_tokens(level, qkv.device))
        out = rearrange(weights, "b head down across t s -> (b down across) head t s") @ v
    return grids.join(rearrange(out, "n head t d -> n t (head d)"), level)


def softmax_weights(q: Tensor, k: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q k^T / sqrt(d)) over the keys: [..., t, d], [..., s, d] to [..., t, s].

    Keys where the mask is False get the weight 0.
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if mask is not None:
        scores = scores.masked_fill(~mask, -math.inf)
    return scores.softmax(-1)


class HierarchicalAttention(nn.Module):
    """H-MHSA without the outer residual: what it adds to X, [B, C, H, W] to [B, C, H, W]."""

    def __init__(self, config: HMHSA) -> None:
        super().__init__()
        self.config = config
        levels, width = len(config.merges) + 1, config.width
        projections = levels if config.qkv_per_level else 1
        self.input_norm = make_norm(config.input_norm, width)
        self.norms = nn.ModuleList(make_norm(config.level_norm, width) for _ in range(levels))
        self.qkv = nn.ModuleList(Pointwise(width, 3 * width) for _ in range(projections))
        self.output_norms = nn.ModuleList(
            make_norm(config.output_norm, width) for _ in range(levels)
        )
        self.proj = Pointwise(width, width)  # W^p

    def forward(self, x: Tensor, hooks: BlockHooks | None = None) -> Tensor:
        size = (x.shape[2], x.shape[3])
        levels = self.config.levels(size)
        tokens = self.input_norm(x)
        total: Tensor | None = None
        for i, level in enumerate(levels):
            qkv = self.qkv[i if self.config.qkv_per_level else 0]
            attended = attend(qkv(self.norms[i](tokens)), level, self.config.heads, hooks, i)
            if hooks is not None:
                hooks.keep("tokens_in", tokens, i)
                hooks.keep("attended", attended, i)
            residual = tokens if hooks is None else hooks.residual(i, tokens)
            attended = attended + residual  # (7), (11): the tokens before the norm
            side = self.config.token_sides[i]
            up = grids.upsample(self.output_norms[i](attended), side, size, self.config.upsampling)
            total = up if total is None else total + up
            if level.merge is not None:
                largest, mean = grids.merge(attended, level.merge)  # (8)
                if hooks is not None:
                    hooks.keep("merged_max", largest, i)
                    hooks.keep("merged_avg", mean, i)
                merged = {"sum": largest + mean, "max": largest, "average": mean}
                tokens = merged[self.config.merging]
        added: Tensor = self.proj(total)  # (12); the caller adds X
        return added
