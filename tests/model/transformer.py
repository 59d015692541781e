"""The plain transformer block, equations (1) to (4): what H-MHSA is compared with."""

import math

from einops import rearrange
from torch import Tensor, nn

from transcnn.errors import ChoiceError


class TransformerBlock(nn.Module):
    """MHSA and MLP, each with a residual, on tokens [B, N, C]. Its attention costs O(N^2), (4)."""

    def __init__(self, width: int, head_width: int = 64, expansion: int = 4) -> None:
        super().__init__()
        if width % head_width:
            raise ChoiceError(
                field="head_width", value=head_width, allowed=f"the divisors of the width {width}"
            )
        self.heads = width // head_width
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)  # W^p
        self.mlp = nn.Sequential(
            nn.Linear(width, expansion * width), nn.SiLU(), nn.Linear(expansion * width, width)
        )

    def attention(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(1): the attended tokens [B, N, C] and the weights [B, h, t, s]; each row sums to 1."""
        q, k, v = rearrange(
            self.qkv(x), "b n (part head d) -> part b head n d", part=3, head=self.heads
        )
        weights = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1)
        return rearrange(weights @ v, "b head n d -> b n (head d)"), weights

    def forward(self, x: Tensor) -> Tensor:
        x = self.proj(self.attention(x)[0]) + x  # (2)
        out: Tensor = self.mlp(x) + x  # (3)
        return out
