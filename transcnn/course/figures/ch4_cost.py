"""The figures of chapter 4 about the cost."""

import statistics
from collections.abc import Sequence
from dataclasses import replace

from transcnn.analysis.cost.attention import hmhsa, mhsa
from transcnn.course import ch4_cost as cost
from transcnn.course.clock import TimingComparison, measured
from transcnn.course.figures.common import Draws, span, token_map
from transcnn.course.scene import Scene
from transcnn.figures.figure import Bars, Figure, Stack, Stacks, Table
from transcnn.words.translator import Translator

PARTS = ("projections", "products", "upper", "mixing")


def by_stage(
    scene: Scene,
    t: Translator,
    revealed: bool,
    stage: int | None = None,
    side: int | None = None,
) -> list[Figure]:
    """4.1: the grids of a stage; then the cost of each stage beside that of plain attention."""
    network, layers = scene.classifier.config, cost.first_layers(scene)
    if not revealed:
        size = scene.trace.crop.size
        shown = cost.priced(scene)[0].stage if stage is None else stage
        tokens = network.map_size(shown, (size, size))
        boxes = (span(box, "key") for box in cost.grid_boxes(layers[shown], tokens))
        return [replace(token_map(scene, t, tokens), boxes=tuple(boxes))]
    side = side or scene.trace.crop.size
    names = {part: t(f"course.part_{part}") for part in PARTS}
    stacks = []
    for number, config in layers.items():
        plain, grids = cost.bills(config, network.map_size(number, (side, side)))
        of_plain = {
            "projections": plain.projected - plain.projected // 4,
            "products": plain.multiplied,
            "mixing": plain.projected // 4,
        }
        title = t("view.stage", number=number + 1)
        for kind, parts in ((t("course.plain"), of_plain), ("H-MHSA", cost.parts(grids))):
            named = {names[part]: amount for part, amount in parts.items()}
            stacks.append(Stack(f"{title}: {kind}", named, plain.total))
    return [Stacks(t("course.bills", side=side), list(names.values()), stacks)]


def paying(scene: Scene, t: Translator, revealed: bool) -> list[Figure]:
    """4.2: a map as large as one grid; then both costs as the map grows."""
    grid, width = cost.first_grid(scene), cost.priced(scene)[1].width
    if not revealed:
        return [token_map(scene, t, (grid, grid))]
    cross = cost.pays_from(grid, width)
    head = [
        t("course.map_side"),
        t("course.plain"),
        "H-MHSA",
        *(t("course.products_of", level=level) for level in (1, 2)),
    ]
    lines = []
    for side in sorted({grid, cross - 1, cross, 2 * cross, grid**3 // 2, grid**3, 2 * grid**3}):
        bill = hmhsa((side, side), width, 1, (grid,))
        plain = mhsa((side, side), width, 1).total
        counts = (side, plain, bill.total, *(term.value for term in bill.products))
        lines.append([f"{count:,}" for count in counts])
    return [Table(t("course.sides", g=grid, C=width), lines, head)]


def memory(
    scene: Scene,
    t: Translator,
    revealed: bool,
    side: int = cost.LARGE,
    times: Sequence[TimingComparison] = (),
) -> list[Figure]:
    """4.3: the tokens; then the attention matrices in bytes, and both layers by the clock of this
    machine: the first measurement and `times`."""
    block, config = cost.priced(scene)
    if not revealed:
        return [token_map(scene, t, block.size)]
    plain, grids = cost.tables(config, cost.large_map(scene, side))
    head = [t(f"course.clock_{name}") for name in ("run", "plain", "grids", "faster", "spread")]
    lines = []
    for number, timed in enumerate((measured(config, block.size), *times), 1):
        medians = [f"{1000 * statistics.median(of):.1f}" for of in (timed.plain, timed.grids)]
        spread = f"{100 * timed.spread:.0f} %"
        lines.append([str(number), *medians, f"{timed.speedup:.1f}×", spread])
    return [
        Bars(
            t("course.tables", stage=block.stage + 1, side=side),
            {t("course.plain"): plain / 1e6, "H-MHSA": grids / 1e6},
            " MB",
        ),
        Table(t("course.clock", stage=block.stage + 1), lines, head),
    ]


FIGURES: dict[str, Draws] = {"4.1": by_stage, "4.2": paying, "4.3": memory}
