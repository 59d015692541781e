"""Chapter 4, the cost: what grids save, from which size on, in memory and in time."""

import functools
import math
from collections.abc import Mapping

from transcnn.analysis.cost.attention import (
    AttentionCost,
    Size,
    attention_cost,
    grouped,
    hmhsa,
    mhsa,
)
from transcnn.analysis.cost.compare import GRID, crossing
from transcnn.course.clock import TimingComparison, measured
from transcnn.course.questions import Choose, Estimate, Order, PosedQuestion, name_wrong
from transcnn.course.scene import Box, Scene
from transcnn.course.step import Question, Step
from transcnn.model.config import HMHSA
from transcnn.trace.trace import BlockTrace

LARGE = 1024  # pixels a side of the image in 4.3
BUDGET = 100_000_000  # multiply-adds, of the task of the chapter
TASK_SIDE, TASK_WIDTH, TASK_HEADS = 128, 24, 3  # its stage: a 512-px image at stride 4

_CLOSE = 0.25  # of the ratio of the multiply-adds: a speed-up so near it is "about equal"
_SURE = 0.20  # spread of the speed-ups up to which they say anything


def priced(scene: Scene) -> tuple[BlockTrace, HMHSA]:
    """The first H-MHSA with more than one level, else the first, and its description."""
    blocks = scene.trace.blocks
    block = next((b for b in blocks if len(b.levels) > 1), blocks[0])
    return block, scene.attention(block).config


def first_layers(scene: Scene) -> dict[int, HMHSA]:
    """The first H-MHSA of each stage that has one."""
    firsts = {b.stage: b for b in reversed(scene.trace.blocks)}
    return {stage: scene.attention(firsts[stage]).config for stage in sorted(firsts)}


def grid_boxes(config: HMHSA, size: Size) -> list[Box]:
    """The grids of level 0 on a map of `size`; the whole map where it is one grid."""
    rows, columns = size
    side = config.merges[0] if config.merges else max(rows, columns)
    return [
        (top, left, min(top + side, rows) - 1, min(left + side, columns) - 1)
        for top in range(0, rows, side)
        for left in range(0, columns, side)
    ]


def bills(config: HMHSA, size: Size) -> tuple[AttentionCost, AttentionCost]:
    """The cost of the layer on a map of `size` without its grids, and with them."""
    return mhsa(size, config.width, config.heads), attention_cost(config, size)


def _bills(scene: Scene) -> tuple[AttentionCost, AttentionCost]:
    block, config = priced(scene)
    return bills(config, block.size)


def first_grid(scene: Scene) -> int:
    """The side of the grids of level 0; of a network that has none, a usual one."""
    merges = priced(scene)[1].merges
    return merges[0] if merges else GRID


# 4.1 The cost with grids


def parts(cost: AttentionCost) -> dict[str, int]:
    """A cost with grids in parts: level 1's products and projections, all of the levels above,
    and W^p."""
    upper = sum(term.value for term in (*cost.projections[1:-1], *cost.products[1:]))
    found = {"products": cost.products[0].value, "projections": cost.projections[0].value}
    return found | ({"upper": upper} if upper else {}) | {"mixing": cost.projections[-1].value}


def _cheaper(scene: Scene) -> PosedQuestion:
    plain, grids = _bills(scene)
    block = priced(scene)[0]
    pairs = math.prod(block.size) / block.levels[0].attention.shape[-1]
    return PosedQuestion(
        Estimate(plain.total / grids.total, factor=1.5),
        {"stage": str(block.stage + 1)},
        misconceptions={"pairs": [pairs]},
    )


def _dearest_part(scene: Scene) -> PosedQuestion:
    values = {n: float(v) for n, v in parts(_bills(scene)[1]).items() if n != "mixing"}
    block, config = priced(scene)
    placeholders = {
        "stage": str(block.stage + 1),
        "T": str(block.levels[0].attention.shape[-1]),
        "C": str(config.width),
    }
    asks = Order(values)
    beliefs = {
        "upper": lambda guess: any(first == "upper" for first, _ in asks.too_early(guess)),
        "level_1": lambda _: True,
    }
    return PosedQuestion(asks, placeholders, misconceptions=name_wrong(asks, beliefs))


def _price_facts(scene: Scene) -> Mapping[str, str]:
    plain, grids = _bills(scene)
    block, _ = priced(scene)
    return {
        "T": str(block.levels[0].attention.shape[-1]),
        "stage": str(block.stage + 1),
        "mhsa": f"{plain.total:,}",
        "hmhsa": f"{grids.total:,}",
    }


def _price_equation(scene: Scene, revealed: bool) -> str:
    return (
        r"\begin{gathered} \textstyle\sum_i (3 N_i C^2 + 2 N'_i T_i C) + N C^2 \\ "
        rf"{_bills(scene)[1].in_numbers(revealed)} \end{{gathered}}"
    )


# 4.2 Where grids start to pay off


@functools.lru_cache(64)
def pays_from(grid: int, width: int) -> int:
    """The side of a map from which on one merge by `grid` is always cheaper than none."""
    sides = range(1, 128 + 4 * grid)  # far beyond where grids begin to pay
    one = [hmhsa((n, n), width, 1, (grid,)).total for n in sides]
    none = [mhsa((n, n), width, 1).total for n in sides]
    found = crossing(sides, one, none)
    assert found.lower  # only the products grow with N^2, and the merge divides them by G^4
    assert found.side is not None  # on a map of one token the second level is a surplus
    return found.side


def deeper_from(grid: int, width: int) -> int:
    """The side from which on a second merge by `grid` is always cheaper than one: the merged map
    is charged like a map of its own.
    """
    return grid * (pays_from(grid, width) - 1) + 1


def _small_map(scene: Scene) -> PosedQuestion:
    grid, width = first_grid(scene), priced(scene)[1].width
    plain, grids = mhsa((grid, grid), width, 1).total, hmhsa((grid, grid), width, 1, (grid,)).total
    key = "equal" if plain == grids else "plain" if plain < grids else "grids"
    options = scene.rotated("crossover.small_map", ("plain", "grids", "equal"))
    misconceptions = {"grids": ["grids"], "equal": ["equal"]}
    return PosedQuestion(
        Choose(options, frozenset({key})), {"g": str(grid)}, misconceptions=misconceptions
    )


def _paying(scene: Scene) -> PosedQuestion:
    grid, width = first_grid(scene), priced(scene)[1].width
    return PosedQuestion(
        Estimate(pays_from(grid, width), within=2),
        {"g": str(grid), "C": str(width)},
        misconceptions={"grid": [grid], "cube": [grid**3]},
    )


def _catching_up(scene: Scene) -> PosedQuestion:
    grid = first_grid(scene)
    sides = {"square": grid**2, "twice": 2 * grid**2, "cube": grid**3, "fourth": grid**4}

    def behind(name: str) -> float:
        lower, upper = hmhsa((sides[name],) * 2, 1, 1, (grid,)).products
        return abs(1 - upper.value / lower.value)

    key = min(sides, key=behind)
    kept = tuple(n for n in sides if n == key or sides[n] != sides[key])
    placeholders = {"g": str(grid), **{name: f"{side:,}" for name, side in sides.items()}}
    return PosedQuestion(
        Choose(scene.rotated("crossover.equal_levels", kept), frozenset({key})),
        placeholders,
        misconceptions={name: [name] for name in ("square", "twice", "fourth") if name in kept},
    )


def _paying_facts(scene: Scene) -> Mapping[str, str]:
    grid, width = first_grid(scene), priced(scene)[1].width
    return {
        "g": str(grid),
        "C": str(width),
        "cross": str(pays_from(grid, width)),
        "deeper": str(deeper_from(grid, width)),
    }


def _paying_equation(scene: Scene, revealed: bool) -> str:
    grid, width = first_grid(scene), priced(scene)[1].width
    side = f"n \\ge {pays_from(grid, width)}" if revealed else "n \\ge {?}"
    return (
        r"\begin{gathered} 4NC^2 + 2N^2C \;>\; 4NC^2 + 2N'G^2C \\ {} + "
        r"3\tfrac{N'}{G^2}C^2 + 2\tfrac{N'^2}{G^4}C, \\ "
        r"N = n^2, \quad N' = (G \lceil n / G \rceil)^2, \\ "
        rf"G = {grid}, \quad C = {width}: \quad {side} \end{{gathered}}"
    )


# 4.3 Memory and time


def tables(config: HMHSA, size: Size) -> tuple[int, int]:
    """Bytes of the tables of weights in float32, without grids and with them."""
    plain, grids = bills(config, size)
    return 4 * plain.weights, 4 * grids.weights


def large_map(scene: Scene, side: int = LARGE) -> Size:
    """The map of the stage in 4.1 for an image of `side` pixels."""
    return scene.classifier.config.map_size(priced(scene)[0].stage, (side, side))


def _table_size(scene: Scene) -> PosedQuestion:
    block, config = priced(scene)
    bytes_, _ = tables(config, large_map(scene))
    shares = {"thousandth": 1e-12, "hundredth": 1e-11, "tenth": 1e-10, "whole": 1e-9}
    placeholders = {name: f"{float(f'{share * bytes_:.1g}'):g}" for name, share in shares.items()}
    placeholders |= {"side": str(LARGE), "stage": str(block.stage + 1)}
    return PosedQuestion(
        Choose(scene.rotated("resources.memory", tuple(shares)), frozenset({"whole"})),
        placeholders,
        misconceptions={"too_small": ["thousandth", "hundredth", "tenth"]},
    )


def against_the_count(timed: TimingComparison, ratio: float) -> str:
    """How a measured speed-up stands to the `ratio` of the multiply-adds; "unsaid" where the
    rounds lie too far apart."""
    if timed.spread > _SURE:
        return "unsaid"
    if abs(timed.speedup / ratio - 1) <= _CLOSE:
        return "equal"
    return "larger" if timed.speedup > ratio else "smaller"


def _by_the_clock(scene: Scene) -> PosedQuestion:
    block, config = priced(scene)
    plain, grids = _bills(scene)
    key = against_the_count(measured(config, block.size), plain.total / grids.total)
    options = (*scene.rotated("resources.speedup", ("larger", "equal", "smaller")), "unsaid")
    placeholders = {
        "stage": str(block.stage + 1),
        "close": f"{100 * _CLOSE:.0f}",
        "sure": f"{100 * _SURE:.0f}",
    }
    misconceptions = {name: [name] for name in options}
    return PosedQuestion(
        Choose(options, frozenset({key})), placeholders, misconceptions=misconceptions
    )


def _memory_facts(scene: Scene) -> Mapping[str, str]:
    block, config = priced(scene)
    plain, grids = tables(config, large_map(scene))
    return {
        "side": str(LARGE),
        "stage": str(block.stage + 1),
        "gb": f"{plain / 1e9:.3g}",
        "mb": f"{grids / 1e6:.3g}",
    }


def _memory_equation(scene: Scene, revealed: bool) -> str:
    block, config = priced(scene)
    size = large_map(scene) if revealed else block.size
    n, (plain, grids) = size[0] * size[1], tables(config, size)
    results = [f" = {grouped(v)}" if revealed else " = {?}" for v in (plain, grids)]
    levels = r" \\ &\quad {} + ".join(
        rf"{level.padded_size[0] * level.padded_size[1]} \cdot {level.grid[0] * level.grid[1]}"
        for level in config.levels(size)
    )
    return (
        r"\begin{aligned} 4 h N^2 &= "
        rf"4 \cdot {config.heads} \cdot {n}^2 \\ &{results[0]}, \\ "
        rf"4 h \textstyle\sum_i N'_i T_i &= 4 \cdot {config.heads} \cdot ({levels}) \\ "
        rf"&{results[1]} \end{{aligned}}"
    )


# The task of the chapter


def task_bill(merges: tuple[int, ...]) -> int:
    """What the stage of the task costs with `merges`."""
    return hmhsa((TASK_SIDE, TASK_SIDE), TASK_WIDTH, TASK_HEADS, merges).total


STEPS = (
    Step(
        "4.1",
        "cost",
        {
            "cost.saving": Question(
                "estimate", _cheaper, placeholders=("stage",), misconceptions=("pairs",)
            ),
            "cost.parts": Question(
                "order",
                _dearest_part,
                ("products", "projections", "upper"),
                ("stage", "T", "C"),
                ("upper", "level_1"),
            ),
        },
        _price_equation,
        _price_facts,
        ("T", "stage", "mhsa", "hmhsa"),
    ),
    Step(
        "4.2",
        "crossover",
        {
            "crossover.small_map": Question(
                "choose", _small_map, ("plain", "grids", "equal"), ("g",), ("grids", "equal")
            ),
            "crossover.side": Question(
                "estimate", _paying, placeholders=("g", "C"), misconceptions=("grid", "cube")
            ),
            "crossover.equal_levels": Question(
                "choose",
                _catching_up,
                ("square", "twice", "cube", "fourth"),
                ("g", "square", "twice", "cube", "fourth"),
                ("square", "twice", "fourth"),
            ),
        },
        _paying_equation,
        _paying_facts,
        ("g", "C", "cross", "deeper"),
    ),
    Step(
        "4.3",
        "resources",
        {
            "resources.memory": Question(
                "choose",
                _table_size,
                ("thousandth", "hundredth", "tenth", "whole"),
                ("thousandth", "hundredth", "tenth", "whole", "side", "stage"),
                ("too_small",),
            ),
            "resources.speedup": Question(
                "choose",
                _by_the_clock,
                ("larger", "equal", "smaller", "unsaid"),
                ("stage", "close", "sure"),
                ("larger", "equal", "smaller", "unsaid"),
            ),
        },
        _memory_equation,
        _memory_facts,
        ("side", "stage", "gb", "mb"),
    ),
)
