"""The attention of the authors' released code (TransCNN v1.0 and HAT-Net).

It differs from H-MHSA: the second step is no merge of grids. Queries come from every
token of the map, keys and values from an average-pooled map; there is no max pooling, no
upsampling and no sum over levels, and each step has projections of its own.
"""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from transcnn.model.attention import attend, softmax_weights
from transcnn.model.config import Level, PooledAttention
from transcnn.model.hooks import BlockHooks
from transcnn.model.layers import Pointwise, make_norm


class GridPooledAttention(nn.Module):
    """What the attention adds to X, [B, C, H, W] to [B, C, H, W]."""

    def __init__(self, config: PooledAttention) -> None:
        super().__init__()
        self.config = config
        width = config.width
        self.norm = make_norm(config.norm, width)
        self.qkv = Pointwise(width, 3 * width)
        self.proj = Pointwise(width, width)
        if config.unused_norm:  # in HAT-Net's files, but not in its forward; for strict loading
            self.proj_norm = make_norm(config.norm, width)
        if config.grid > 1:
            self.grid_norm = make_norm(config.norm, width)
            self.pool_norm = make_norm(config.norm, width)
            self.q = Pointwise(width, width)
            self.kv = Pointwise(width, 2 * width)

    def forward(self, x: Tensor, hooks: BlockHooks | None = None) -> Tensor:
        size = (x.shape[2], x.shape[3])
        grid = self.config.grid
        level = Level(size, (grid, grid) if grid > 1 else size, None)
        local = attend(self.qkv(self.norm(x)), level, self.config.heads, hooks, 0)
        if grid == 1:
            plain: Tensor = self.proj(local)
            return plain
        local = self.grid_norm(x + local)
        added: Tensor = self.proj(self._attend_pooled(local, hooks) + local)
        return added

    def _attend_pooled(self, x: Tensor, hooks: BlockHooks | None) -> Tensor:
        """Every token attends to the average-pooled map; an incomplete edge is left out of it."""
        heads, pool = self.config.heads, self.config.pool
        kernel = (min(pool, x.shape[2]), min(pool, x.shape[3]))
        pooled = self.pool_norm(F.avg_pool2d(x, kernel))
        q = rearrange(self.q(x), "b (head d) y x -> b head (y x) d", head=heads)
        k, v = rearrange(
            self.kv(pooled), "b (part head d) y x -> part b head (y x) d", part=2, head=heads
        )
        if hooks is None:
            out = F.scaled_dot_product_attention(q, k, v)
        else:
            weights = softmax_weights(q, k)
            valid = torch.ones(1, 1, k.shape[2], dtype=torch.bool, device=x.device)
            weights = hooks.attention(1, weights[:, :, None, None], valid)[:, :, 0, 0]
            out = weights @ v
        return rearrange(out, "b head (y x) d -> b (head d) y x", y=x.shape[2])
