"""Chapter 3: grids, merging, going up."""

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from transcnn.analysis.added import added_terms, output_weights
from transcnn.course.by_hand import spell
from transcnn.course.ch1_attention import around
from transcnn.course.questions import FLAT, Choose, Click, Draw, Estimate, PosedQuestion
from transcnn.course.scene import Box, Place, Scene, Wide, by_hand
from transcnn.course.step import MeasuredSentence, Question, Step
from transcnn.model.attention import attend
from transcnn.trace import Trace
from transcnn.trace.trace import BlockTrace

MOVED = 16  # pixels to the right, in 3.2
_FINE = 28  # pixels a side of the smoothed row


# 3.1 Cut the map into grids


def grid_of(block: BlockTrace, token: Place) -> Box:
    """The level-0 grid that holds `token`, as far as it lies on the map."""
    (rows, columns), (tall, wide) = block.size, block.levels[0].grid_size
    top, left = block.levels[0].grid_origin(token)
    return top, left, min(top + tall, rows) - 1, min(left + wide, columns) - 1


def centred(block: BlockTrace, token: Place) -> list[Box]:
    """The squares as large as a level-0 grid that have `token` in the middle, as far as they lie
    on the map: where grids would be if they followed the query."""
    sides = [
        [
            (max(at - before, 0), min(at - before + side, count) - 1)
            for before in {(side - 1) // 2, side // 2}
        ]
        for at, side, count in zip(token, block.levels[0].grid_size, block.size, strict=True)
    ]
    return [(top, left, bottom, right) for top, bottom in sides[0] for left, right in sides[1]]


def window(scene: Scene, token: Place) -> tuple[Place, Place]:
    """A part of the first stage's map to look at closely: its first token and its size. It holds
    the token's grid and is not cut along the grids, which would give them away.
    """
    block = scene.trace.blocks[0]
    side = 3 * block.levels[0].grid_size[0]
    size = min(side, block.size[0]), min(side, block.size[1])
    top, left = (
        max(0, min(total - part, at - side // 3 - scene.rotation(f"window{axis}", side // 3)))
        for axis, (total, part, at) in enumerate(zip(block.size, size, token, strict=True))
    )
    return (top, left), size


def _own_grid(scene: Scene) -> PosedQuestion:
    block = scene.trace.blocks[0]
    token = scene.token(block.size)
    misconceptions = {"centred": centred(block, token)}
    return PosedQuestion(Draw(block.size, grid_of(block, token)), misconceptions=misconceptions)


def _fewer_pairs(scene: Scene) -> PosedQuestion:
    block = scene.trace.blocks[0]
    tokens, side = math.prod(block.levels[0].grid_size), block.levels[0].grid_size[0]
    misconceptions = {"tokens": [tokens], "side": [side]}
    return PosedQuestion(
        Estimate(math.prod(block.size) / tokens, rounded=0.05), misconceptions=misconceptions
    )


def _grid_facts(scene: Scene) -> Mapping[str, str]:
    side = scene.trace.blocks[0].levels[0].grid_size[0]
    return {"g": str(side), "T": str(side**2)}


def _grid_equation(scene: Scene, revealed: bool) -> str:
    block = scene.trace.blocks[0]
    (rows, columns), side = block.size, block.levels[0].grid_size[0]
    count = f"{math.ceil(rows / side) * math.ceil(columns / side)}" if revealed else "{?}"
    return (
        rf"\frac{{H_0}}{{G_0}} \times \frac{{W_0}}{{G_0}} = \frac{{{rows}}}{{{side}}} \times "
        rf"\frac{{{columns}}}{{{side}}} = {count}, \quad T_0 = {side}^2 = {side**2}"
    )


# 3.2 A wall that is no edge


def wall_token(scene: Scene) -> Place:
    """The token beside the query's right-hand grid border; at the map's edge the left-hand one."""
    block = scene.trace.blocks[0]
    row, column = scene.token(block.size)
    _, left, _, right = grid_of(block, (row, column))
    return row, right if right < block.size[1] - 1 else left


def moved_pixels(scene: Scene, pixels: int) -> NDArray[np.uint8]:
    """The image moved to the right, its left edge repeated."""
    picture = np.roll(scene.pixels, pixels, axis=1)
    picture[:, :pixels] = scene.pixels[:, :1]
    return picture


def moved(scene: Scene, pixels: int) -> tuple[NDArray[np.uint8], Trace]:
    """The same and its run."""
    picture = moved_pixels(scene, pixels)
    return picture, scene.classifier.trace_pixels(picture, scene.trace.crop)


def readable(scene: Scene, trace: Trace, token: Place) -> Box:
    """The tokens that `token` can attend to at level 1: those of which a change would change it,
    found by the gradient through the network's own attention.
    """
    block = trace.blocks[0]
    attention, level = scene.attention(block), block.levels[0]
    x = torch.tensor(level.tokens_in)[None].requires_grad_()
    with torch.enable_grad():
        qkv = attention.qkv[0](attention.norms[0](x))
        out = attend(qkv, attention.config.levels(block.size)[0], block.heads, None, 0)
        (slope,) = torch.autograd.grad(out[0, :, token[0], token[1]].sum(), x)
    rows, columns = slope[0].abs().sum(0).nonzero(as_tuple=True)
    return int(rows.min()), int(columns.min()), int(rows.max()), int(columns.max())


def read_in_window(trace: Trace, token: Place, origin: Place, size: Place) -> list[float | None]:
    """The token's level-1 attention, mean of the heads, in multiples of uniform, on a part
    of the map, row by row; None outside its grid."""
    block = trace.blocks[0]
    reading = trace.read(block.stage, block.block, token)[0]
    found: list[float | None] = [None] * (size[0] * size[1])
    for (row, column), value in np.ndenumerate(reading.multiple.mean(0)):
        y = reading.grid_origin[0] + row - origin[0]
        x = reading.grid_origin[1] + column - origin[1]
        if reading.valid[row, column] and 0 <= y < size[0] and 0 <= x < size[1]:
            found[y * size[1] + x] = round(float(value), 4)
    return found


def _beyond_the_wall(scene: Scene) -> PosedQuestion:
    block, (y, x) = scene.trace.blocks[0], wall_token(scene)
    top, left, bottom, right = grid_of(block, (y, x))
    values = np.zeros(block.size)
    for row in range(max(0, y - 1), min(block.size[0], y + 2)):
        for column in range(max(0, x - 1), min(block.size[1], x + 2)):
            if not (top <= row <= bottom and left <= column <= right):
                values[row, column] = 1
    own = itertools.product(range(top, bottom + 1), range(left, right + 1))
    return PosedQuestion(Click(values), misconceptions={"inside": list(own)})


def _after_the_move(scene: Scene) -> PosedQuestion:
    _, trace = moved(scene, MOVED)
    token, block = wall_token(scene), trace.blocks[0]
    box = readable(scene, trace, token)
    top, left, bottom, right = grid_of(block, token)
    by, end = MOVED * block.size[1] // trace.crop.size, block.size[1] - 1
    misconceptions = {
        "followed": [(top, min(left + by, end), bottom, min(right + by, end))],
        "centred": centred(block, token),
    }
    return PosedQuestion(Draw(block.size, box), {"px": str(MOVED)}, misconceptions=misconceptions)


def _wall_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    side = scene.trace.blocks[0].levels[0].grid_size[0]
    return (
        r"\begin{gathered} P_{\query{t}j} = 0 \quad \text{if} \\ "
        rf"\lfloor y_j / {side} \rfloor \ne \lfloor y_{{\query{{t}}}} / {side} \rfloor "
        rf"\\ {{}} \vee \lfloor x_j / {side} \rfloor \ne "
        rf"\lfloor x_{{\query{{t}}}} / {side} \rfloor "
        r"\end{gathered}"
    )


# 3.3 Maximum plus average


def winners(scene: Scene) -> NDArray[np.int_]:
    """In how many channels each token of the query's grid in stage 1 holds the maximum, [g, g]."""
    block = scene.trace.blocks[0]
    level = block.levels[0]
    top, left, bottom, right = grid_of(block, scene.token(block.size))
    attended = (level.attended + level.tokens_in)[:, top : bottom + 1, left : right + 1]
    best = attended.reshape(len(attended), -1).argmax(1)
    counts = np.bincount(best, minlength=attended[0].size)
    return counts.reshape(attended.shape[1:])


def merged_lengths(block: BlockTrace) -> dict[str, Wide]:
    """The root mean square over the channels of each merged token, [rows, columns]: of the
    average alone, and of maximum plus average.
    """
    level = block.levels[0]
    assert level.merged_avg is not None
    assert level.merged_max is not None
    parts = {"average": level.merged_avg, "both": level.merged_avg + level.merged_max}
    return {n: np.sqrt(np.square(v.astype(np.float64)).mean(0)) for n, v in parts.items()}


def _merged_by_hand(scene: Scene) -> PosedQuestion:
    worked = scene.worked
    attended = worked.levels[0].attended[1]
    merged, largest = float(worked.merged[1]), float(attended.max())
    misconceptions = {"average": [merged - largest], "half": [merged / 2], "twice": [2 * largest]}
    return PosedQuestion(
        Estimate(merged, rounded=0.005),
        {"tokens": ", ".join(spell(float(a)) for a in attended)},
        misconceptions=misconceptions,
    )


def _winning_tokens(scene: Scene) -> PosedQuestion:
    counts = winners(scene)
    channels = scene.trace.blocks[0].width
    return PosedQuestion(
        Estimate(int((counts > 0).sum()), within=3),
        {"T": str(counts.size), "C": str(channels)},
        misconceptions={"one": [1], "channels": [channels], "all": [counts.size]},
    )


def _merge_equation(scene: Scene, revealed: bool) -> str:
    tokens = scene.worked.levels[0].attended[1]
    numbers = ", ".join(spell(float(t)) for t in tokens)
    result = "{?} + {?} = {?}"
    if revealed:
        parts = (float(tokens.max()), float(tokens.mean()), float(scene.worked.merged[1]))
        result = "{} + {} = {}".format(*(spell(p) for p in parts))
    return (
        r"\begin{gathered} P_1 = \operatorname{MaxPool}(A_0) + \operatorname{AvgPool}(A_0), \\ "
        rf"({numbers}) \to {result} \end{{gathered}}"
    )


# 3.4 Attention among merged tokens


def cell_mates(scene: Scene) -> tuple[Place, Place]:
    """Two tokens of stage 1 in one grid: the query, and the farthest from it."""
    block = scene.trace.blocks[0]
    y, x = scene.token(block.size)
    top, left, bottom, right = grid_of(block, (y, x))
    return (y, x), (
        bottom if y - top < bottom - y else top,
        right if x - left < right - x else left,
    )


def _mates_read(scene: Scene) -> PosedQuestion:
    block = scene.trace.blocks[0]
    one, other = (
        scene.trace.read(block.stage, block.block, token)[-1].probability
        for token in cell_mates(scene)
    )
    key = "equal" if np.abs(one - other).max() < 1e-12 else "similar"
    options = scene.rotated("levels.same_query", ("equal", "similar", "unrelated"))
    misconceptions = {name: [name] for name in ("similar", "unrelated")}
    return PosedQuestion(Choose(options, frozenset({key})), misconceptions=misconceptions)


def _most_read_other(scene: Scene) -> PosedQuestion | None:
    block = scene.peaked_block
    if block is None:
        return FLAT
    row = scene.attention_row(block).copy()
    row[scene.query_index(block)] = np.nan
    asks = Click(row.reshape(block.levels[-1].size))
    if asks.unclear:
        return None
    size = block.levels[-1].size
    near = around(divmod(scene.query_index(block), size[1]), size)
    return PosedQuestion(asks, misconceptions={"near": near})


def _up_facts(scene: Scene) -> Mapping[str, str]:
    rows, columns = scene.block.levels[-1].size
    return {"H": str(rows), "W": str(columns), "px": f"{scene.trace.crop.size / rows:g}"}


def _up_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    block = scene.trace.blocks[0]
    return (
        r"H_i = \frac{H_0}{G_0 \cdots G_{i-1}} = "
        rf"\frac{{{block.size[0]}}}{{{block.levels[0].grid_size[0]}}} = "
        rf"{block.levels[-1].size[0]}"
    )


# 3.5 Add the levels, blow up the small


def _different_vectors(scene: Scene) -> PosedQuestion:
    block = scene.trace.blocks[0]
    weights = output_weights(scene.classifier.model, block.stage, block.block)
    level, norm = block.levels[-1], weights.norms[-1]
    attended = (level.attended + level.tokens_in).astype(np.float64)
    normed = attended if norm is None else norm(attended)
    times = [math.ceil(a / b) for a, b in zip(block.size, level.size, strict=True)]
    up = normed.repeat(times[0], 1).repeat(times[1], 2)[:, : block.size[0], : block.size[1]]
    count = len(np.unique(up.reshape(len(up), -1), axis=1).T)
    rows, columns = block.size
    misconceptions = {"all": [rows * columns]}
    return PosedQuestion(
        Estimate(count), {"H": str(rows), "W": str(columns)}, misconceptions=misconceptions
    )


def smoothed(scene: Scene, block: BlockTrace) -> Wide:
    """The query's row of the last level smoothed as overlays are, [28, 28], in multiples of
    uniform attention: values that no token has."""
    rows, columns = block.levels[-1].size
    octaves = np.log2(np.maximum(scene.attention_row(block) * rows * columns, 1e-6))
    fine = F.interpolate(
        torch.tensor(octaves).reshape(1, 1, rows, columns),
        (_FINE, _FINE),
        mode="bilinear",
        align_corners=False,
    )
    return (2**fine)[0, 0].numpy()


def level_lengths(scene: Scene) -> list[float]:
    """|W^p n_l| at the query token, level by level, in the block that the course looks at."""
    block = scene.block
    weights = output_weights(scene.classifier.model, block.stage, block.block)
    y, x = scene.token(block.size)
    return [float(np.linalg.norm(t[:, y, x])) for t in added_terms(block, weights).terms]


def _share_of_the_last(scene: Scene) -> PosedQuestion:
    lengths = level_lengths(scene)
    misconceptions = {"only": [100], "hardly": [10]}
    return PosedQuestion(
        Estimate(100 * lengths[-1] / sum(lengths), within=8), misconceptions=misconceptions
    )


def _sum_equation(scene: Scene, revealed: bool) -> str:
    lengths = [f"{v:.2f}" if revealed else "{?}" for v in level_lengths(scene)]
    terms = r",\; ".join(rf"|W^p n_{i}|_{{\query{{t}}}} = {v}" for i, v in enumerate(lengths))
    return (
        r"\begin{gathered} X + W^p \sum_l n_l, \quad n_l = \operatorname{Norm}("
        rf"\operatorname{{Up}}(A_l)), \\ {terms} \end{{gathered}}"
    )


# 3.6 Two levels reach everything


def farthest_cell(scene: Scene, block: BlockTrace) -> int:
    """The merged token of the last level farthest from the query's; the first of equals."""
    rows, columns = block.levels[-1].size
    y, x = divmod(scene.query_index(block), columns)
    down, across = np.indices((rows, columns))
    return int(np.argmax(np.hypot(down - y, across - x)))


@dataclass(frozen=True)
class Route:
    """How a token of a block's map reaches the query over the last level: from the token to its
    merged token, to the query's, to the query. Areas are what these cover on the map.
    """

    source: Place
    source_area: Box
    source_cell: int
    multiple: float  # of uniform: the weight that the query's merged token gives it
    query: Place
    query_area: Box


def route(scene: Scene, block: BlockTrace, source: Place | None) -> Route:
    """The route from `source`, or from the middle of the merged token farthest from the query."""
    size, board = block.size, block.levels[-1].size
    sides = tuple(math.ceil(a / b) for a, b in zip(size, board, strict=True))
    if source is None:
        far = divmod(farthest_cell(scene, block), board[1])
        source = (far[0] * sides[0] + sides[0] // 2, far[1] * sides[1] + sides[1] // 2)
    query, row = scene.token(size), scene.attention_row(block)

    def area(token: Place) -> Box:
        top, left = token[0] // sides[0] * sides[0], token[1] // sides[1] * sides[1]
        return top, left, min(top + sides[0], size[0]) - 1, min(left + sides[1], size[1]) - 1

    cell = source[0] // sides[0] * board[1] + source[1] // sides[1]
    return Route(source, area(source), cell, len(row) * float(row[cell]), query, area(query))


def _influenced(scene: Scene) -> PosedQuestion:
    block = scene.trace.blocks[0]
    count, grid = math.prod(block.size), math.prod(block.levels[0].grid_size)
    shares = {"one": 100 / count, "grid": 100 * grid / count, "quarter": 25.0, "all": 100.0}
    top, left, bottom, right = readable(scene, scene.trace, scene.token(block.size))
    reached = 100 * (bottom - top + 1) * (right - left + 1) / count
    key = min(shares, key=lambda name: abs(math.log(shares[name] / reached)))
    placeholders = {
        name: f"{share:.2g}" if share < 100 else "100" for name, share in shares.items()
    }
    return PosedQuestion(
        Choose(scene.rotated("reach.first_level", tuple(shares)), frozenset({key})),
        placeholders,
        misconceptions={name: [name] for name in ("one", "quarter", "all")},
    )


def farthest_multiple(scene: Scene) -> float:
    """The weight of the farthest token, in multiples of uniform attention."""
    block = scene.peaked_block or scene.block
    row = scene.attention_row(block)
    return float(len(row) * row[farthest_cell(scene, block)])


def _far_away(scene: Scene) -> PosedQuestion:
    asks = Estimate(farthest_multiple(scene), factor=2, even=1.0)
    return PosedQuestion(asks, misconceptions={"unread": [0]})


def _reach_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    levels = len(scene.trace.blocks[0].levels)
    return rf"X + W^p \sum_{{l=0}}^{{L-1}} n_l, \quad L = {levels}"


STEPS = (
    Step(
        "3.1",
        "grids",
        {
            "grids.own_grid": Question("draw", _own_grid, misconceptions=("centred",)),
            "grids.fewer_pairs": Question(
                "estimate", _fewer_pairs, misconceptions=("tokens", "side")
            ),
        },
        _grid_equation,
        _grid_facts,
        ("g", "T"),
    ),
    Step(
        "3.2",
        "boundary",
        {
            "boundary.beyond": Question("click", _beyond_the_wall, misconceptions=("inside",)),
            "boundary.after_shift": Question(
                "draw",
                _after_the_move,
                placeholders=("px",),
                misconceptions=("followed", "centred"),
            ),
        },
        _wall_equation,
    ),
    Step(
        "3.3",
        "merging",
        {
            "merging.by_hand": Question(
                "estimate",
                _merged_by_hand,
                placeholders=("tokens",),
                misconceptions=("average", "half", "twice"),
                depends_on=by_hand,
            ),
            "merging.argmax_tokens": Question(
                "estimate",
                _winning_tokens,
                placeholders=("T", "C"),
                misconceptions=("one", "channels", "all"),
            ),
        },
        _merge_equation,
    ),
    Step(
        "3.4",
        "levels",
        {
            "levels.same_query": Question(
                "choose",
                _mates_read,
                ("equal", "similar", "unrelated"),
                misconceptions=("similar", "unrelated"),
            ),
            "levels.strongest_other": Question("click", _most_read_other, misconceptions=("near",)),
        },
        _up_equation,
        _up_facts,
        ("H", "W", "px"),
    ),
    Step(
        "3.5",
        "upsampling",
        {
            "upsampling.different_vectors": Question(
                "estimate", _different_vectors, placeholders=("H", "W"), misconceptions=("all",)
            ),
            "upsampling.share_of_last": Question(
                "estimate", _share_of_the_last, misconceptions=("only", "hardly")
            ),
        },
        _sum_equation,
    ),
    Step(
        "3.6",
        "reach",
        {
            "reach.first_level": Question(
                "choose",
                _influenced,
                ("one", "grid", "quarter", "all"),
                ("one", "grid", "quarter", "all"),
                ("one", "quarter", "all"),
            ),
            "reach.farthest": Question("estimate", _far_away, misconceptions=("unread",)),
        },
        _reach_equation,
        sentences={
            "farthest": MeasuredSentence(
                farthest_multiple,
                {
                    "less": lambda x: x < 0.8,
                    "about": lambda x: 0.8 <= x <= 1.25,
                    "more": lambda x: x > 1.25,
                },
            )
        },
        ends_chapter=True,
    ),
)
