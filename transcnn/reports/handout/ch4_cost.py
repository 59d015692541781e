"""The figures of chapter 4 about the price."""

import statistics

from transcnn.analysis.cost.attention import hmhsa, mhsa
from transcnn.course import ch4_cost as price
from transcnn.course.clock import measured
from transcnn.course.scene import Scene
from transcnn.reports.handout.ch1_attention import Figures
from transcnn.reports.handout.drawing import Bars, Board, Figure, Numbers
from transcnn.reports.wording import Wording


def _new_bill(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, config = price.priced(scene)
    rows, columns = block.size
    if not revealed:
        name = t("handout_tokens", rows=rows, columns=columns)
        return [Board(name, rows, columns, boxes=price.grid_boxes(config, block.size))]
    values: dict[str, float] = {}
    sizes = {b.stage: b.size for b in scene.trace.blocks}
    for stage, layer in price.first_layers(scene).items():
        bills = price.bills(layer, sizes[stage])
        for kind, bill in zip(("plain", "grids"), bills, strict=True):
            values[t(f"handout_bill_{kind}", stage=stage + 1)] = float(bill.total)
    parts = {
        t(f"handout_part_{n}"): float(v)
        for n, v in price.parts(price.bills(config, block.size)[1]).items()
    }
    return [
        Bars(t("handout_bills"), values),
        Bars(t("handout_parts", stage=block.stage + 1), parts),
    ]


def _paying(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    grid, width = price.first_grid(scene), price.priced(scene)[1].width
    if not revealed:
        return [Board(t("handout_tokens", rows=grid, columns=grid), grid, grid)]
    cross = price.pays_from(grid, width)
    head = [t(f"handout_{name}") for name in ("side", "plain", "grids", "level_0", "level_1")]
    lines = []
    for side in sorted({grid, cross - 1, cross, 2 * cross, grid**3 // 2, grid**3, 2 * grid**3}):
        bill = hmhsa((side, side), width, 1, (grid,))
        plain = mhsa((side, side), width, 1).total
        counts = (side, plain, bill.total, *(term.value for term in bill.products))
        lines.append([f"{count:,}" for count in counts])
    return [Numbers(t("handout_sides", g=grid, C=width), lines, head)]


def _memory(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, config = price.priced(scene)
    rows, columns = block.size
    if not revealed:
        return [Board(t("handout_tokens", rows=rows, columns=columns), rows, columns)]
    timed = measured(config, block.size)
    clock = [f"{1000 * statistics.median(times):.1f}" for times in (timed.plain, timed.grids)]
    head = [t(f"handout_{name}") for name in ("plain_ms", "grids_ms", "faster", "spread")]
    line = [*clock, f"{timed.speedup:.1f}×", f"{100 * timed.spread:.0f} %"]
    plain, grids = price.tables(config, price.large_map(scene))
    sizes = {t("handout_plain"): plain / 1e6, t("handout_grids"): grids / 1e6}
    return [
        Bars(t("handout_tables", stage=block.stage + 1, side=price.LARGE), sizes, " MB"),
        Numbers(t("handout_clock", stage=block.stage + 1), [line], head),
    ]


FIGURES: dict[str, Figures] = {"4.1": _new_bill, "4.2": _paying, "4.3": _memory}
