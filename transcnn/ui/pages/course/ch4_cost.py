"""The pictures of chapter 4 about the price; what is a key waits for the reveal."""

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go
import streamlit as st

from transcnn.analysis.cost.attention import hmhsa, mhsa
from transcnn.course import ch4_cost as price
from transcnn.course.clock import TimingComparison, measure, measured
from transcnn.model.config import HMHSA
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.cost.chart import Mark, cost_chart
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.grids import Board, show_bars, show_boards

# The colours of Okabe and Ito.
_PARTS = {
    "projections": "#0072B2",
    "products": "#D55E00",
    "upper": "#009E73",
    "mixing": "#56B4E9",
}
_LINES = {
    "plain": ("#D55E00", "solid", 3),
    "grids": ("#009E73", "solid", 4),
    "lower": ("#0072B2", "dot", 2),
    "upper": ("#CC79A7", "dot", 2),
}
_SIDES = (32, 1024)  # of pictures, in pixels
_WIDTHS = range(8, 513, 8)
_GRIDS = range(2, 17)
_TIMES = "course_times_measured"


def _new_bill(context: StepContext) -> None:
    """4.1: the grids of each stage; afterwards its bill beside that of plain attention."""
    t, scene, stages = context.t, context.scene, price.first_layers(context.scene)
    network, side = scene.classifier.config, scene.trace.crop.size
    if context.revealed:
        _bills_by_stage(context, stages)
        return
    stage = st.segmented_control(
        t("course.stage"),
        list(stages),
        format_func=lambda s: t("view.stage", number=s + 1),
        default=price.priced(scene)[0].stage,
        required=True,
        key="course_price_stage",
    )
    rows, columns = network.map_size(stage, (side, side))
    config = stages[stage]
    name = t("course.tokens_of", rows=rows, columns=columns)
    says = t("course.board_says", rows=rows, columns=columns)
    boxes = [
        {"box": list(box), "colour": "seen", "dashed": False}
        for box in price.grid_boxes(config, (rows, columns))
    ]
    show_boards(context, [Board(name, rows, columns, says, boxes=boxes)], lambda *_: None)
    key = "course.in_grids" if config.merges else "course.one_grid"
    grid = config.merges[0] if config.merges else None
    st.caption(t(key, channels=config.width, count=f"{rows * columns:,}", g=grid))


def _bills_by_stage(context: StepContext, stages: Mapping[int, HMHSA]) -> None:
    """Two stacked bars a stage, each pair against its plain attention."""
    t, network = context.t, context.scene.classifier.config
    side = st.slider(
        t("course.side"),
        *_SIDES,
        min(context.scene.trace.crop.size, _SIDES[1]),
        32,
        key="course_price_side",
    )
    rows: list[tuple[str, dict[str, int], int]] = []  # name, parts, what counts as the whole
    for stage, config in stages.items():
        plain, grids = price.bills(config, network.map_size(stage, (side, side)))
        of_plain = {
            "projections": plain.projected - plain.projected // 4,
            "products": plain.multiplied,
            "mixing": plain.projected // 4,
        }
        number = t("view.stage", number=stage + 1)
        rows.append((f"{number}: {t('course.plain')}", of_plain, plain.total))
        rows.append((f"{number}: H-MHSA", price.parts(grids), plain.total))
    _show_stacks(context, t("course.bills", side=side), rows)


def _show_stacks(
    context: StepContext, title: str, rows: Sequence[tuple[str, dict[str, int], int]]
) -> None:
    t, chart = context.t, go.Figure()
    names = [name for name, _, _ in rows]
    for part, colour in _PARTS.items():
        chart.add_bar(
            x=[100 * parts.get(part, 0) / whole for _, parts, whole in rows],
            y=names,
            orientation="h",
            name=t(f"course.part_{part}"),
            marker_color=colour,
            customdata=[f"{parts.get(part, 0):,}" for _, parts, _ in rows],
            hovertemplate="%{y}: %{customdata}",
        )
    totals = [f"{sum(parts.values()) / 1e6:,.1f} M" for _, parts, _ in rows]
    for (name, parts, whole), total in zip(rows, totals, strict=True):
        end = 100 * sum(parts.values()) / whole
        chart.add_annotation(x=end, y=name, text=f" {total}", showarrow=False, xanchor="left")
    longest = max(100 * sum(parts.values()) / whole for _, parts, whole in rows)
    chart.update_layout(
        barmode="stack",
        height=96 + 34 * len(rows),
        margin=dict(l=0, r=8, t=4, b=8),
        xaxis=dict(ticksuffix=" %", range=[0, 1.25 * longest], fixedrange=True),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True),
        legend=dict(orientation="h", y=-0.12, x=0, traceorder="normal"),
    )
    st.markdown(f"**{title}**")
    said = "; ".join(f"{name}: {total}" for name, total in zip(names, totals, strict=True))
    st.plotly_chart(
        chart, alt=f"{title}. {said}", config={"displayModeBar": False}, key="course_stacks"
    )


def _paying(context: StepContext) -> None:
    """4.2: both bills as the map grows, and where they cross."""
    t, scene = context.t, context.scene
    if not context.revealed:
        grid = price.first_grid(scene)
        says = t("course.board_says", rows=grid, columns=grid)
        name = t("course.tokens_of", rows=grid, columns=grid)
        show_boards(context, [Board(name, grid, grid, says)], lambda *_: None)
        return
    left, right = st.columns(2)
    with left:
        grid = st.slider(
            t("course.grid_side"),
            _GRIDS[0],
            _GRIDS[-1],
            min(price.first_grid(scene), _GRIDS[-1]),
            key="course_grid",
        )
    with right:
        width = st.slider(
            t("course.channels"),
            _WIDTHS[0],
            _WIDTHS[-1],
            min(_WIDTHS, key=lambda width: abs(width - price.priced(scene)[1].width)),
            step=_WIDTHS.step,
            key="course_width",
        )
    cross, cube, deeper = (
        price.pays_from(grid, width),
        grid**3,
        price.deeper_from(grid, width),
    )
    sides = _spread(2 * cube)
    costs = [hmhsa((n, n), width, 1, (grid,)) for n in sides]
    curves = {
        "plain": [mhsa((n, n), width, 1).total for n in sides],
        "grids": [cost.total for cost in costs],
        "lower": [cost.products[0].value for cost in costs],
        "upper": [cost.products[1].value for cost in costs],
    }
    crossings = [
        Mark(cross, hmhsa((cross, cross), width, 1, (grid,)).total, f"{cross}"),
        Mark(cube, hmhsa((cube, cube), width, 1, (grid,)).products[0].value, f"{cube:,}"),
    ]
    says = t("course.crossings_says", cross=cross, cube=f"{cube:,}", deeper=deeper)
    st.plotly_chart(
        cost_chart(
            sides,
            curves,
            {
                "plain": t("course.plain"),
                "grids": f"H-MHSA ({grid})",
                "lower": t("course.products_of", level=0),
                "upper": t("course.products_of", level=1),
            },
            crossings=crossings,
            crossings_name=t("course.crossings"),
            axes=(t("course.map_side"), t("cost.macs")),
            logarithmic=True,
            lines=_LINES,
            unit=t("course.tokens"),
        ),
        alt=f"{t('course.curves_alt')} {says}",
        config={"displayModeBar": False},
        key="course_curves",
    )
    st.markdown(says)


def _spread(last: int) -> list[int]:
    """Sides of maps up to `last`: all the small ones, a few hundred of the large, the powers of
    two."""
    steps = {round(64 * (last / 64) ** (i / 240)) for i in range(241)} if last > 64 else {last}
    powers = {2**i for i in range(1, last.bit_length())}
    return sorted({n for n in {*range(2, 65), *steps, *powers} if n <= last})


def _memory(context: StepContext) -> None:
    """4.3: the tables in bytes as the picture grows; both layers by the clock of this machine."""
    t, scene = context.t, context.scene
    block, config = price.priced(scene)
    if not context.revealed:
        rows, columns = block.size
        name = t("course.tokens_of", rows=rows, columns=columns)
        says = t("course.board_says", rows=rows, columns=columns)
        show_boards(context, [Board(name, rows, columns, says)], lambda *_: None)
        return
    side = st.slider(t("course.side"), *_SIDES, price.LARGE, 32, key="course_memory_side")
    plain, grids = price.tables(config, price.large_map(scene, side))
    show_bars(
        t("course.tables", stage=block.stage + 1, side=side),
        {t("course.plain"): plain / 1e6, "H-MHSA": grids / 1e6},
        " MB",
    )
    st.button(
        t("course.measure"),
        icon=":material/timer:",
        key="course_measure",
        on_click=lambda: st.session_state.setdefault(_TIMES, []).append(
            measure(config, block.size)
        ),
    )
    times = [measured(config, block.size), *st.session_state.get(_TIMES, [])]
    bill, smaller = price.bills(config, block.size)
    ratio = f"{bill.total / smaller.total:.1f}"
    st.markdown(t("course.clock_says", stage=block.stage + 1, ratio=ratio))
    _show_times(context, times)


def _show_times(context: StepContext, times: Sequence[TimingComparison]) -> None:
    t = context.t
    head = [t(f"course.clock_{name}") for name in ("run", "plain", "grids", "faster", "spread")]
    lines = [head]
    for number, timed in enumerate(times, 1):
        plain, grids = (
            f"{1000 * sorted(times)[len(times) // 2]:.1f}" for times in (timed.plain, timed.grids)
        )
        spread = f"{100 * timed.spread:.0f} %"
        lines.append([str(number), plain, grids, f"{timed.speedup:.1f}×", spread])
    show_table(lines)
    st.caption(t("course.clock_how", rounds=len(times[0].plain)))


PICTURES: dict[str, Callable[[StepContext], None]] = {
    "4.1": _new_bill,
    "4.2": _paying,
    "4.3": _memory,
}
