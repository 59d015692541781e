"""Chapter 1: tokens, queries, keys and values."""

import itertools
import math
import zlib
from collections.abc import Mapping

import numpy as np
import torch

from transcnn.analysis.ranks import rank_correlation
from transcnn.course.by_hand import WorkedExample, WorkedLevel, spell
from transcnn.course.questions import (
    FLAT,
    Choose,
    Click,
    Estimate,
    Order,
    PosedQuestion,
    name_wrong,
)
from transcnn.course.scene import Scene, Wide, by_hand, last_level_attention
from transcnn.course.step import MeasuredSentence, Question, Step
from transcnn.model import grids
from transcnn.model.attention import softmax_weights
from transcnn.trace.trace import BlockTrace

_COVERED = 2  # the stage whose tokens are clicked in 1.1
NEAR = 1.1  # times uniform: from here on nearby tokens get more weight
ALIKE = 0.8  # rank correlation from which a row and a column count as the same


# 1.1 What a token is


def covered_map(scene: Scene) -> tuple[int, int]:
    """The size of the map whose tokens are clicked."""
    size = scene.trace.crop.size
    return scene.classifier.config.map_size(_covered_stage(scene), (size, size))


def _covered_stage(scene: Scene) -> int:
    return min(_COVERED, len(scene.classifier.config.stages) - 1)


def marked_pixel(scene: Scene) -> tuple[int, int]:
    """A pixel of the input in the query token, off its middle and 2 or more from its border."""
    found = []
    for token, side in zip(scene.token(covered_map(scene)), covered_map(scene), strict=True):
        wide = scene.trace.crop.size / side
        found.append(int(token * wide + min(wide / 2 + 5, max(wide / 2, wide - 3))))
    return found[0], found[1]


def _tokens(scene: Scene) -> PosedQuestion:
    first, size = scene.trace.blocks[0], scene.trace.crop.size
    count = math.prod(first.size)
    merged = math.prod(first.levels[-1].size)
    stages = {math.prod(block.size) for block in scene.trace.blocks}
    misconceptions = {
        "board": [merged],
        "pixels": [size**2],
        "channels": [first.width],
        "other_stage": sorted(stages - {count, merged}),
        "one_side": [first.size[0]],
    }
    placeholders = {
        "side": str(size),
        "px": f"{size / first.size[0]:g}",
        "stage": str(_covered_stage(scene) + 1),
    }
    return PosedQuestion(Estimate(count), placeholders, misconceptions=misconceptions)


def _covering(scene: Scene) -> PosedQuestion:
    rows, columns = covered_map(scene)
    y, x = marked_pixel(scene)
    values = np.zeros((rows, columns))
    row, column = y * rows // scene.trace.crop.size, x * columns // scene.trace.crop.size
    values[row, column] = 1
    return PosedQuestion(
        Click(values),
        {"stage": str(_covered_stage(scene) + 1)},
        misconceptions={"beside": around((row, column), (rows, columns))},
    )


def around(token: tuple[int, int], size: tuple[int, int]) -> list[tuple[int, int]]:
    """The tokens that touch `token` on a map of `size`."""
    rows, columns = (
        range(max(0, at - 1), min(n, at + 2)) for at, n in zip(token, size, strict=True)
    )
    return [near for near in itertools.product(rows, columns) if near != token]


def _token_facts(scene: Scene) -> Mapping[str, str]:
    rows, columns = covered_map(scene)
    stage = scene.classifier.config.stages[_covered_stage(scene)]
    return {
        "H": str(rows),
        "W": str(columns),
        "C": str(stage.attending[-1].width),
        "px": f"{scene.trace.crop.size / rows:g}",
    }


def _token_equation(scene: Scene, revealed: bool) -> str:
    first = scene.trace.blocks[0]
    rows, columns = (str(side) if revealed else "{?}" for side in first.size)
    count = str(math.prod(first.size)) if revealed else "{?}"
    return (
        rf"\begin{{gathered}} X \in \mathbb{{R}}^{{N \times C}}, \quad C = {first.width}, \\ "
        rf"N = H_0 W_0 = {rows} \times {columns} = {count} \end{{gathered}}"
    )


# 1.2 Query, key and value


def four(numbers: Wide) -> str:
    """The four numbers of a grid."""
    return ", ".join(spell(float(n)) for n in numbers)


def hand_columns(worked: WorkedExample) -> dict[str, str]:
    """The columns of the query's row in the table: scores, powers, weights, values."""
    level, query = worked.levels[0], worked.query
    return {
        "scores": four(level.scores[0, query]),
        "powers": four(np.exp2(level.scores[0, query])),
        "weights": four(level.weights[0, query]),
        "values": four(level.values[0]),
    }


def product_row(level: WorkedLevel, grid: int, query: int) -> tuple[str, ...]:
    """One query's row of the table of products: x, n, 2ⁿ, their sum, weights, weight times value,
    what attention gives, and the sum with x."""
    scores, weights = level.scores[grid, query], level.weights[grid, query]
    products = weights * level.values[grid]
    powers = np.exp2(scores)
    return (
        spell(float(level.tokens[grid, query])),
        four(scores),
        four(powers),
        spell(float(powers.sum())),
        four(weights),
        four(products).replace(", ", " + ").replace("+ -", "− ").replace("-", "−"),
        spell(float(products.sum())),
        spell(float(level.attended[grid, query])),
    )


def _distinct(columns: Mapping[str, str], right: str) -> tuple[str, ...]:
    """The options without those that say the same as another one."""
    kept = {columns[right]: right}
    for name, text in columns.items():
        kept.setdefault(text, name)
    return tuple(name for name in columns if kept[columns[name]] == name)


def _scores(scene: Scene) -> PosedQuestion:
    worked = scene.worked
    columns = hand_columns(worked)
    options = scene.rotated("qkv.scores", _distinct(columns, "scores"))
    query = spell(float(worked.levels[0].tokens[0, worked.query]))
    later = {name: [name] for name in columns if name != "scores"}
    return PosedQuestion(
        Choose(options, frozenset({"scores"})), {"x": query, **columns}, misconceptions=later
    )


def _hand_weight(scene: Scene) -> PosedQuestion:
    worked = scene.worked
    level = worked.levels[0]
    scores = level.scores[0, worked.query]
    power = float(np.exp2(scores[worked.beside]))
    counted = float(np.exp2(scores[scores != 0]).sum())  # if a score of 0 were no weight
    misconceptions = {
        "zeros": [power / counted] if counted else [],
        "alike": [1 / len(scores)],
        "undivided": [power],
    }
    return PosedQuestion(
        Estimate(float(level.weights[0, worked.query, worked.beside]), rounded=0.01),
        {
            "x": spell(float(level.tokens[0, worked.query])),
            "y": spell(float(level.tokens[0, worked.beside])),
        },
        misconceptions=misconceptions,
    )


def _roles_equation(scene: Scene, revealed: bool) -> str:
    level = scene.worked.levels[0]
    x = four(level.tokens[0]).replace(",", r" & ")
    v = four(level.values[0]).replace(",", r" & ") if revealed else r"? & ? & ? & ?"
    return (
        r"\begin{gathered} q = x \ln 2, \quad k = x, \quad v = 6x, \\ "
        rf"x = \begin{{pmatrix}}{x}\end{{pmatrix}}, \quad v = \begin{{pmatrix}}{v}\end{{pmatrix}}"
        r" \end{gathered}"
    )


# 1.3 Rows and columns


def row_and_column(scene: Scene) -> tuple[BlockTrace, int] | None:
    """The block and the token whose row and column are shown; None where all are nearly uniform.

    The query's, or where its row looks like its column, the one where they differ most.
    """
    block = scene.peaked_block
    if block is None:
        return None
    weights, cell = last_level_attention(block), scene.query_index(block)
    alike = [rank_correlation(weights[t], weights[:, t]) for t in range(len(weights))]
    return block, cell if alike[cell] <= ALIKE else int(np.argmin(alike))


def row_side(scene: Scene) -> str:
    """On which map the row is shown: "a" or "b"."""
    return scene.side("rows.which_is_row")


def _which_reads(scene: Scene) -> PosedQuestion:
    if row_and_column(scene) is None:
        return FLAT
    return scene.which_of_two("rows.which_is_row", "column")


def _most_read(scene: Scene) -> PosedQuestion:
    block = scene.peaked_block or scene.block
    sums = last_level_attention(block).sum(0)
    misconceptions = {"columns": [1], "everybody": [len(sums)]}
    return PosedQuestion(
        Estimate(float(sums.max()), factor=1.5, even=1.0), misconceptions=misconceptions
    )


def _row_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    cells = len(last_level_attention(scene.block))
    return (
        r"P = \operatorname{softmax}\!\left(\frac{QK^{\top}}{\sqrt{d}}\right), \quad "
        rf"\sum_{{j=1}}^{{{cells}}} P_{{\query{{t}}j}} = 1"
    )


# 1.4 The output is a weighted sum


def sorted_row(scene: Scene) -> tuple[BlockTrace, list[int]]:
    """The block that is shown, and its tokens by their weight in the query's row, largest first."""
    block = scene.peaked_block or scene.block
    return block, np.argsort(-scene.attention_row(block), kind="stable").tolist()


def _five(scene: Scene) -> PosedQuestion:
    if scene.peaked_block is None:
        return FLAT
    block, cells = sorted_row(scene)
    row = scene.attention_row(block)
    even = 500 / len(row)
    return PosedQuestion(
        Estimate(float(100 * row[cells[:5]].sum()), within=10, even=even),
        {"even": f"{even:.0f}"},
        misconceptions={"picks": [100], "alike": [even]},
    )


def _hand_sum(scene: Scene) -> PosedQuestion:
    worked = scene.worked
    level = worked.levels[0]
    token, given = float(level.tokens[0, worked.query]), float(level.attended[0, worked.query])
    most = int(np.argmax(level.weights[0, worked.query]))
    misconceptions = {
        "alone": [given - token],
        "copied": [float(level.values[0, most])],
        "nothing": [token],
    }
    return PosedQuestion(
        Estimate(given, rounded=0.005), {"x": spell(token)}, misconceptions=misconceptions
    )


def _mix_equation(scene: Scene, revealed: bool) -> str:
    block, cells = sorted_row(scene)
    shares = scene.attention_row(block)[cells[:5]]
    parts = [
        rf"{share:.2f}\,v_{{{i + 1}}}" if revealed else rf"?\,v_{{{i + 1}}}"
        for i, share in enumerate(shares)
    ]
    terms = " + ".join(parts[:3]) + r" \\ {} + " + " + ".join(parts[3:])
    return (
        r"\begin{gathered} o_{\query{t}} = \sum_j P_{\query{t}j} v_j \\ "
        rf"= {terms} + \dots, \\ "
        r"A_0 = o + x \end{gathered}"
    )


# 1.5 Attention does not know positions


def shuffle_of(scene: Scene, count: int) -> list[int]:
    """Where each of `count` tokens comes from after the shuffle; fixed by the image."""
    seed = zlib.crc32(f"{scene.digest}shuffle".encode())
    return np.random.Generator(np.random.PCG64(seed)).permutation(count).tolist()


def shuffled_weights(scene: Scene, block: BlockTrace) -> Wide:
    """The last level's weights [h, T, T] when its tokens are shuffled before the level: run anew
    with the network's own matrices.
    """
    level, attention = block.levels[-1], scene.attention(block)
    number = level.level
    tokens = torch.tensor(level.tokens_in)[None]
    shape = tokens.shape
    order = shuffle_of(scene, shape[2] * shape[3])
    tokens = tokens.flatten(2)[:, :, order].reshape(shape)
    with torch.inference_mode():
        qkv = attention.qkv[number if attention.config.qkv_per_level else 0]
        found = qkv(attention.norms[number](tokens))
        there = attention.config.levels(block.size)[number]
        cut = grids.cut(found, there)[0]  # t (part head d)
        q, k, _ = cut.reshape(len(order), 3, block.heads, -1).permute(1, 2, 0, 3)  # part h t d
        weights = softmax_weights(q, k)
    return weights.double().numpy()


def strongest_other(scene: Scene, block: BlockTrace) -> int:
    """The token of the largest weight in the query's row besides itself."""
    row = scene.attention_row(block).copy()
    row[scene.query_index(block)] = -1
    return int(np.argmax(row))


def _after_shuffle(scene: Scene) -> PosedQuestion:
    block = scene.peaked_block or scene.block
    before = block.levels[-1].attention[:, 0, 0]
    after, order = shuffled_weights(scene, block), np.array(shuffle_of(scene, before.shape[-1]))
    moved = before[:, order][:, :, order]
    key = "stays" if np.abs(after - moved).max() < 1e-5 else "random"
    options = scene.rotated("permutation.weight_after", ("stays", "random", "farther"))
    misconceptions = {name: [name] for name in ("random", "farther")}
    return PosedQuestion(Choose(options, frozenset({key})), misconceptions=misconceptions)


def rings(scene: Scene) -> dict[str, float]:
    """The mean multiple of uniform attention at each distance from the query; rings that lie on the
    map.
    """
    block = scene.peaked_block or scene.block
    rows, columns = block.levels[-1].size
    y, x = divmod(scene.query_index(block), columns)
    down, across = np.indices((rows, columns))
    distance = np.maximum(abs(down - y), abs(across - x)).ravel()
    multiple = scene.attention_row(block) * len(distance)
    masks = {
        "near": distance == 1,
        "middle": (distance == 2) | (distance == 3),
        "far": distance >= 4,
    }
    return {name: float(multiple[mask].mean()) for name, mask in masks.items() if mask.any()}


def near_multiple(scene: Scene) -> float:
    """The mean weight of the touching tokens, in multiples of uniform attention."""
    return rings(scene)["near"]


def _near_and_far(scene: Scene) -> PosedQuestion:
    asks = Order(rings(scene))
    beliefs = {
        "near": lambda guess: any(first == "near" for first, _ in asks.too_early(guess)),
        "far": lambda guess: any(then == "near" for _, then in asks.too_early(guess)),
        "distance": lambda _: True,
    }
    return PosedQuestion(asks, misconceptions=name_wrong(asks, beliefs))


def _shuffle_equation(scene: Scene, revealed: bool) -> str:  # noqa: ARG001
    block = scene.peaked_block or scene.block
    width = block.width // block.heads
    return (
        r"P_{\query{a}\,\key{b}} = \frac{e^{q_{\query{a}} k_{\key{b}} / \sqrt{"
        rf"{width}"
        r"}}}{\sum_j e^{q_{\query{a}} k_j / \sqrt{"
        rf"{width}"
        r"}}}"
    )


STEPS = (
    Step(
        "1.1",
        "tokens",
        {
            "tokens.count": Question(
                "estimate",
                _tokens,
                placeholders=("side", "px", "stage"),
                misconceptions=("board", "pixels", "channels", "other_stage", "one_side"),
            ),
            "tokens.covering": Question(
                "click", _covering, placeholders=("stage",), misconceptions=("beside",)
            ),
        },
        _token_equation,
        _token_facts,
        ("H", "W", "C", "px"),
    ),
    Step(
        "1.2",
        "qkv",
        {
            "qkv.scores": Question(
                "choose",
                _scores,
                ("scores", "powers", "weights", "values"),
                ("x", "scores", "powers", "weights", "values"),
                ("powers", "weights", "values"),
                depends_on=by_hand,
            ),
            "qkv.weight": Question(
                "estimate",
                _hand_weight,
                placeholders=("x", "y"),
                misconceptions=("zeros", "alike", "undivided"),
                depends_on=by_hand,
            ),
        },
        _roles_equation,
    ),
    Step(
        "1.3",
        "rows",
        {
            "rows.which_is_row": Question(
                "choose", _which_reads, ("a", "b"), misconceptions=("column",)
            ),
            "rows.largest_column_sum": Question(
                "estimate", _most_read, misconceptions=("columns", "everybody")
            ),
        },
        _row_equation,
    ),
    Step(
        "1.4",
        "mix",
        {
            "mix.top_five": Question(
                "estimate", _five, placeholders=("even",), misconceptions=("picks", "alike")
            ),
            "mix.by_hand": Question(
                "estimate",
                _hand_sum,
                placeholders=("x",),
                misconceptions=("alone", "copied", "nothing"),
                depends_on=by_hand,
            ),
        },
        _mix_equation,
    ),
    Step(
        "1.5",
        "permutation",
        {
            "permutation.weight_after": Question(
                "choose",
                _after_shuffle,
                ("stays", "random", "farther"),
                misconceptions=("random", "farther"),
            ),
            "permutation.near_and_far": Question(
                "order",
                _near_and_far,
                ("near", "middle", "far"),
                misconceptions=("near", "far", "distance"),
            ),
        },
        _shuffle_equation,
        sentences={
            "near": MeasuredSentence(
                near_multiple, {"more": lambda x: x > NEAR, "not_more": lambda x: x <= NEAR}
            )
        },
        ends_chapter=True,
    ),
)
