"""Chapter 4 on the page, about the cost; what is a key waits for the reveal."""

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from transcnn.analysis.cost.attention import hmhsa, mhsa
from transcnn.course import ch4_cost as cost
from transcnn.course.clock import measure, measured
from transcnn.course.figures import ch4_cost as figures
from transcnn.figures.figure import Stacks
from transcnn.ui.pages.cost.chart import Mark, cost_chart
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import show_figures

# Of Okabe and Ito, for the parts of the cost in their order.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#56B4E9")
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


def _by_stage(context: StepContext) -> None:
    """4.1: the grids of each stage; afterwards its cost beside that of plain attention."""
    t, scene, layers = context.t, context.scene, cost.first_layers(context.scene)
    side = scene.trace.crop.size
    if context.revealed:
        side = st.slider(
            t("course.side"), *_SIDES, min(side, _SIDES[1]), 32, key="course_price_side"
        )
        [stacks] = figures.by_stage(scene, t, True, side=side)
        assert isinstance(stacks, Stacks)
        _show_stacks(stacks)
        return
    stage = st.segmented_control(
        t("course.stage"),
        list(layers),
        format_func=lambda s: t("view.stage", number=s + 1),
        default=cost.priced(scene)[0].stage,
        required=True,
        key="course_price_stage",
    )
    show_figures(context, figures.by_stage(scene, t, False, stage))
    config, (rows, columns) = layers[stage], scene.classifier.config.map_size(stage, (side, side))
    key = "course.in_grids" if config.merges else "course.one_grid"
    grid = config.merges[0] if config.merges else None
    st.caption(t(key, channels=config.width, count=f"{rows * columns:,}", g=grid))


def _show_stacks(figure: Stacks) -> None:
    """Stacked bars, each in percent of what counts as its whole."""
    chart, stacks = go.Figure(), figure.stacks
    names = [stack.name for stack in stacks]
    for part, colour in zip(figure.parts, _COLOURS, strict=True):
        chart.add_bar(
            x=[100 * stack.parts.get(part, 0) / stack.whole for stack in stacks],
            y=names,
            orientation="h",
            name=part,
            marker_color=colour,
            customdata=[f"{stack.parts.get(part, 0):,}" for stack in stacks],
            hovertemplate="%{y}: %{customdata}",
        )
    ends = [100 * stack.total / stack.whole for stack in stacks]
    totals = [f"{stack.total / 1e6:,.1f} M" for stack in stacks]
    for name, end, total in zip(names, ends, totals, strict=True):
        chart.add_annotation(x=end, y=name, text=f" {total}", showarrow=False, xanchor="left")
    chart.update_layout(
        barmode="stack",
        height=96 + 34 * len(stacks),
        margin=dict(l=0, r=8, t=4, b=8),
        xaxis=dict(ticksuffix=" %", range=[0, 1.25 * max(ends)], fixedrange=True),
        yaxis=dict(autorange="reversed", fixedrange=True, automargin=True),
        legend=dict(orientation="h", y=-0.12, x=0, traceorder="normal"),
    )
    st.markdown(f"**{figure.name}**")
    said = "; ".join(f"{name}: {total}" for name, total in zip(names, totals, strict=True))
    st.plotly_chart(
        chart, alt=f"{figure.name}. {said}", config={"displayModeBar": False}, key="course_stacks"
    )


def _paying(context: StepContext) -> None:
    """4.2: both bills as the map grows, and where they cross."""
    t, scene = context.t, context.scene
    if not context.revealed:
        show_figures(context, figures.paying(scene, t, False))
        return
    left, right = st.columns(2)
    with left:
        grid = st.slider(
            t("course.grid_side"),
            _GRIDS[0],
            _GRIDS[-1],
            min(cost.first_grid(scene), _GRIDS[-1]),
            key="course_grid",
        )
    with right:
        width = st.slider(
            t("course.channels"),
            _WIDTHS[0],
            _WIDTHS[-1],
            min(_WIDTHS, key=lambda width: abs(width - cost.priced(scene)[1].width)),
            step=_WIDTHS.step,
            key="course_width",
        )
    cross, cube, deeper = (
        cost.pays_from(grid, width),
        grid**3,
        cost.deeper_from(grid, width),
    )
    sides = _spread(2 * cube)
    bills = [hmhsa((n, n), width, 1, (grid,)) for n in sides]
    curves = {
        "plain": [mhsa((n, n), width, 1).total for n in sides],
        "grids": [bill.total for bill in bills],
        "lower": [bill.products[0].value for bill in bills],
        "upper": [bill.products[1].value for bill in bills],
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
                "lower": t("course.products_of", level=1),
                "upper": t("course.products_of", level=2),
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
    """4.3: the attention matrices in bytes as the picture grows; both layers by the clock."""
    t, scene = context.t, context.scene
    if not context.revealed:
        show_figures(context, figures.memory(scene, t, False))
        return
    block, config = cost.priced(scene)
    side = st.slider(t("course.side"), *_SIDES, cost.LARGE, 32, key="course_memory_side")
    times = st.session_state.get(_TIMES, [])
    tables, clock = figures.memory(scene, t, True, side, times)
    show_figures(context, [tables])
    st.button(
        t("course.measure"),
        icon=":material/timer:",
        key="course_measure",
        on_click=lambda: st.session_state.setdefault(_TIMES, []).append(
            measure(config, block.size)
        ),
    )
    bill, smaller = cost.bills(config, block.size)
    ratio = f"{bill.total / smaller.total:.1f}"
    st.markdown(t("course.clock_says", stage=block.stage + 1, ratio=ratio))
    show_figures(context, [clock])
    st.caption(t("course.clock_how", rounds=len(measured(config, block.size).plain)))


STEPS: dict[str, Callable[[StepContext], None]] = {
    "4.1": _by_stage,
    "4.2": _paying,
    "4.3": _memory,
}
