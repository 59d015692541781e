r"""Multiply-adds and attention matrices of one attention layer, in closed form.

Counted: linear layers, convolutions, QK^T and AV, for one image. Not counted: bias, norms,
softmax, pooling, additions, upsampling. N = H W tokens of C channels, h heads; sizes are
(rows, columns). `weights` are the elements of all attention matrices of all heads.

H-MHSA is equation (13), made exact: with sizes N_0 = N, N_{i+1} = ceil(N_i / G_i) per
axis, and N'_i the tokens of a map padded to whole grids of T_i = G_i^2 tokens (the last level is
one grid of N_M), its cost is

    sum_i (3 N_i C^2 + 2 N'_i T_i C) + N C^2,   its weights are   h sum_i N'_i T_i.

The other layers follow the papers of Swin, PVT, PVTv2, Twins, TransCNN v1.0 / HAT-Net and
Linformer, position biases left out.
"""

import math
from dataclasses import dataclass

from transcnn.model.config import HMHSA, Level, PooledAttention

Size = tuple[int, int]  # rows, columns


@dataclass(frozen=True)
class CostTerm:
    """One product of a formula: in letters, and as its factors, each (number, power)."""

    letters: str  # LaTeX
    factors: tuple[tuple[int, int], ...]

    @property
    def value(self) -> int:
        return math.prod(base**power for base, power in self.factors)

    @property
    def numbers(self) -> str:
        """The factors in LaTeX."""
        return r" \cdot ".join(
            str(base) if power == 1 else f"{base}^{{{power}}}" for base, power in self.factors
        )


@dataclass(frozen=True)
class AttentionCost:
    """Multiply-adds as the terms of their formula, and the elements of all attention matrices."""

    projections: tuple[CostTerm, ...]  # linear layers and convolutions
    products: tuple[CostTerm, ...]  # QK^T and AV
    weights: int

    @property
    def projected(self) -> int:
        return sum(term.value for term in self.projections)

    @property
    def multiplied(self) -> int:
        return sum(term.value for term in self.products)

    @property
    def total(self) -> int:
        return self.projected + self.multiplied

    def in_numbers(self, results: bool = True) -> str:
        """In LaTeX, each term in letters, with its numbers put in, and its value; below them the
        sum. Without `results` the values are left open.
        """

        def result(value: int) -> str:
            return grouped(value) if results else "{?}"

        rows = [
            rf"{term.letters} &= {term.numbers} &&= {result(term.value)}"
            for term in (*self.projections, *self.products)
        ]
        rows.append(rf"\hline \textstyle\sum & &&= \mathbf{{{result(self.total)}}}")
        return r"\begin{alignedat}{2}" + r" \\ ".join(rows) + r"\end{alignedat}"


def grouped(value: int) -> str:
    """A large number in LaTeX."""
    return f"{value:,}".replace(",", "{,}")


def attention_cost(config: HMHSA | PooledAttention, size: Size) -> AttentionCost:
    """The cost of a network's attention on a map of `size`."""
    if isinstance(config, HMHSA):
        return hmhsa(size, config.width, config.heads, config.merges)
    if config.grid == 1:
        return mhsa(size, config.width, config.heads)
    return grid_pooled(size, config.width, config.heads, config.grid, config.pool)


def mhsa(size: Size, c: int, h: int) -> AttentionCost:
    """Plain multi-head self-attention: every token attends to every token."""
    n = math.prod(size)
    return AttentionCost(
        (_term("4 N C^2", 4, n, (c, 2)),),
        (_term("2 N^2 C", 2, (n, 2), c),),
        h * n * n,
    )


def hmhsa(size: Size, c: int, h: int, merges: tuple[int, ...]) -> AttentionCost:
    """H-MHSA with the grids `merges`; q, k and v before the map is padded, products after."""
    projections, products, weights = [], [], 0
    for i, level in enumerate(HMHSA(c, merges, c // h).levels(size)):
        tokens, padded = math.prod(level.size), math.prod(level.padded_size)
        grid = math.prod(level.grid)
        projections.append(_term(f"3 N_{i} C^2", 3, tokens, (c, 2)))
        products.append(_term(rf"2 N'_{i} T_{i} C", 2, padded, grid, c))
        weights += h * padded * grid
    projections.append(_term("N C^2", math.prod(size), (c, 2)))
    return AttentionCost(tuple(projections), tuple(products), weights)


def merges_to_one_grid(size: Size, grid: int) -> tuple[int, ...]:
    """As many merges by `grid` as it takes until the map is no larger than one grid."""
    side, merges = max(size), []
    while side > grid:
        merges.append(grid)
        side = math.ceil(side / grid)
    return tuple(merges)


def swin(size: Size, c: int, h: int, window: int) -> AttentionCost:
    """Swin: inside windows of `window` x `window`; the map is padded before its projections."""
    n = _padded(size, window)
    return AttentionCost(
        (_term("4 N' C^2", 4, n, (c, 2)),),
        (_term("2 N' w^2 C", 2, n, (window, 2), c),),
        h * n * window**2,
    )


def pvt(size: Size, c: int, h: int, ratio: int) -> AttentionCost:
    """PVT: every token attends to the map shrunk by a convolution of side and stride `ratio`."""
    n, few = math.prod(size), _shrunk(size, ratio)
    shrinking = (_term("n r^2 C^2", few, (ratio, 2), (c, 2)),) if ratio > 1 else ()
    return AttentionCost(
        (_term("2 N C^2", 2, n, (c, 2)), *shrinking, _term("2 n C^2", 2, few, (c, 2))),
        (_term("2 N n C", 2, n, few, c),),
        h * n * few,
    )


def pvt_linear(size: Size, c: int, h: int, side: int = 7) -> AttentionCost:
    """PVTv2-linear: every token attends to the map pooled to `side` x `side`, convolved 1x1."""
    n, few = math.prod(size), side**2
    return AttentionCost(
        (_term("2 N C^2", 2, n, (c, 2)), _term("3 n C^2", 3, few, (c, 2))),
        (_term("2 N n C", 2, n, few, c),),
        h * n * few,
    )


def twins(size: Size, c: int, h: int, window: int, ratio: int) -> AttentionCost:
    """Twins: a pair of layers, inside windows as Swin, then of the shrunk map as PVT."""
    local, whole = swin(size, c, h, window), pvt(size, c, h, ratio)
    return AttentionCost(
        local.projections + whole.projections,
        local.products + whole.products,
        local.weights + whole.weights,
    )


def grid_pooled(size: Size, c: int, h: int, grid: int, pool: int) -> AttentionCost:
    """TransCNN v1.0 / HAT-Net: inside grids of `grid`, then of the map averaged by `pool`."""
    n, few = math.prod(size), _shrunk(size, pool)
    padded = _padded(size, grid)
    return AttentionCost(
        (_term("5 N C^2", 5, n, (c, 2)), _term("2 n C^2", 2, few, (c, 2))),
        (_term("2 N' g^2 C", 2, padded, (grid, 2), c), _term("2 N n C", 2, n, few, c)),
        h * (padded * grid**2 + n * few),
    )


def linformer(size: Size, c: int, h: int, length: int) -> AttentionCost:
    """Linformer: keys and values projected along the tokens to `length` of them."""
    n = math.prod(size)
    return AttentionCost(
        (_term("4 N C^2", 4, n, (c, 2)), _term("2 N k C", 2, n, length, c)),
        (_term("2 N k C", 2, n, length, c),),
        h * n * length,
    )


def _padded(size: Size, grid: int) -> int:
    """Tokens of the map enlarged to whole grids."""
    return math.prod(Level(size, (grid, grid), None).padded_size)


def _shrunk(size: Size, ratio: int) -> int:
    """Tokens of the map shrunk by `ratio`, an incomplete edge dropped."""
    return math.prod(max(1, side // ratio) for side in size)


def _term(letters: str, *factors: int | tuple[int, int]) -> CostTerm:
    return CostTerm(letters, tuple(f if isinstance(f, tuple) else (f, 1) for f in factors))
