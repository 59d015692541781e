"""The page Cost: attention as images grow, and this network part by part."""

import math
from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from transcnn.analysis.cost import METHODS, Layer, crossing, curve, network_cost
from transcnn.analysis.cost.compare import GRID, LENGTH, WINDOW, Quantity, measure
from transcnn.figures.table import to_csv
from transcnn.model.config import HMHSA, Network
from transcnn.ui.app.downloads import take_away
from transcnn.ui.app.networks import parameters_of
from transcnn.ui.app.session import Session
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.cost.chart import Mark, cost_chart
from transcnn.ui.pages.cost.data import operations_of
from transcnn.words.translator import Translator, translator

_SIDES = range(32, 4097, 32)  # of images, in pixels
_STRIDES = (4, 8, 16, 32)
_WIDTHS = range(8, 1025, 8)
_LEVELS = (1, 2, 3, 4)
_GRIDS = range(2, 17)
_NAMES = {
    "mhsa": "MHSA",
    "hmhsa": "H-MHSA",
    "hmhsa_deep": "H-MHSA …",
    "swin": "Swin",
    "pvt": "PVT",
    "pvt_linear": "PVTv2-linear",
    "twins": "Twins",
    "grid_pooled": "v1.0 / HAT-Net",
    "linformer": "Linformer",
}
_FORMULA = "hmhsa"
_CHART = "cost_curves"


def show() -> None:
    """Draw the page: the layer's settings, the curves, the formula, the network's table."""
    state = Session.get()
    t = translator(state.language)
    config = state.config(state.model)
    st.title(t("cost.title"))
    st.write(t("cost.lede"))
    layer, side = _choose_layer(t, config)
    quantity, logarithmic = _choose_axes(t)
    names = _names(layer)
    curves = {name: curve(name, layer, _SIDES, quantity) for name in METHODS}
    crossings = _crossings(t, curves, names)
    st.plotly_chart(
        cost_chart(
            _SIDES,
            curves,
            names,
            crossings=[mark for mark, _ in crossings if mark is not None],
            stages=_stage_marks(t, config, side, quantity),
            stages_name=t("cost.stages_of", model=config.name, side=side),
            crossings_name=t("cost.crossings"),
            axes=(t("cost.side"), t("cost.macs" if quantity == "macs" else "cost.bytes")),
            logarithmic=logarithmic,
        ),
        alt=" ".join([t("cost.alt"), *(sentence for _, sentence in crossings)]),
        config={"displaylogo": False, "modeBarButtonsToRemove": ["toImage"]},  # below: two kinds
        key=_CHART,
    )
    if not logarithmic:
        st.caption(t("cost.leaving"))
    st.subheader(t("cost.crossings"))
    st.markdown("\n".join(f"- {sentence}" for _, sentence in crossings))
    st.caption(t("cost.conventions", window=WINDOW, grid=GRID, length=LENGTH))
    _show_formula(t, layer, side)
    _show_network(t, config, side)
    take_away(
        t,
        {"cost.csv": lambda: _curves_csv(curves)},
        chart=_CHART,
        onward="course",
        query=state.query(),
    )


# What is chosen. The widgets keep their values in the link, under their keys.


def _choose_layer(t: Translator, config: Network) -> tuple[Layer, int]:
    first = _layer_of(config, 0)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(t("cost.like", model=config.name))
        for s in range(len(config.stages)):
            st.button(t("view.stage", number=s + 1), on_click=_take_stage, args=(config, s))
    left, middle, right = st.columns(3, gap="medium")
    with left:
        width = _slide(t("cost.channels"), _WIDTHS, first.width, "channels", _keep_heads_possible)
        possible = _divisors(width)
        start = max(h for h in possible if h <= first.heads)
        heads = _pick(t("cost.heads"), possible, start, "heads")
    with middle:
        stride = _pick(t("cost.stride"), _STRIDES, first.stride, "stride")
        side = _slide(t("cost.side"), _SIDES, config.input.size, "side")
    with right:
        levels = _pick(t("cost.levels"), _LEVELS, len(first.merges) + 1, "levels")
        starts = (*first.merges, *[_GRIDS[0]] * len(_LEVELS))
        merges = tuple(
            _slide(t("cost.grid", level=i + 1), _GRIDS, starts[i], f"grid{i}")
            for i in range(levels - 1)
        )
        if not merges:
            st.caption(t("cost.one_level"))
    return Layer(stride, width, heads, merges), side


def _slide(
    label: str, values: range, start: int, key: str, on_change: Callable[[], None] | None = None
) -> int:
    return st.slider(
        label,
        values[0],
        values[-1],
        start,
        step=values.step,
        key=key,
        on_change=on_change,
        bind="query-params",
        persist_state="session",
    )


def _pick(label: str, values: Sequence[int], start: int, key: str) -> int:
    return st.select_slider(
        label, values, start, key=key, bind="query-params", persist_state="session"
    )


def _choose_axes(t: Translator) -> tuple[Quantity, bool]:
    # Toggles, because a bound choice would put its words into the link, of whatever language.
    with st.container(horizontal=True, gap="large"):
        memory = st.toggle(
            t("cost.memory"), key="memory", bind="query-params", persist_state="session"
        )
        linear = st.toggle(
            t("cost.linear"), key="linear", bind="query-params", persist_state="session"
        )
    return "memory" if memory else "macs", not linear


def _take_stage(config: Network, stage: int) -> None:
    """Set the sliders to the layer of a stage of the network."""
    layer = _layer_of(config, stage)
    st.session_state.update(
        channels=layer.width,
        heads=layer.heads,
        stride=layer.stride,
        levels=len(layer.merges) + 1,
        **{f"grid{i}": grid for i, grid in enumerate(layer.merges)},
    )


def _layer_of(config: Network, stage: int) -> Layer:
    """The first attention of a stage."""
    shape = config.stages[stage]
    attention = shape.attending[0]
    assert isinstance(attention, HMHSA)  # networks of other kinds cannot be chosen
    return Layer(shape.stride, attention.width, attention.heads, attention.merges)


def _keep_heads_possible() -> None:
    """After a change of the channels: the nearest number of heads below that divides them."""
    possible = _divisors(st.session_state["channels"])
    st.session_state["heads"] = max(h for h in possible if h <= st.session_state["heads"])


def _divisors(width: int) -> list[int]:
    return [h for h in range(1, width + 1) if width % h == 0]


# What is shown.


def _names(layer: Layer) -> dict[str, str]:
    """What the curves are called, H-MHSA's with their grids."""
    grids = ", ".join(map(str, layer.merges))
    last = layer.merges[-1] if layer.merges else GRID
    deep = ", ".join(map(str, (*layer.merges, last)))
    return {**_NAMES, "hmhsa": f"H-MHSA ({grids})", "hmhsa_deep": f"H-MHSA ({deep}, …)"}


def _crossings(
    t: Translator, curves: Mapping[str, Sequence[int]], names: Mapping[str, str]
) -> list[tuple[Mark | None, str]]:
    """H-MHSA against each of the others: where they cross for the last time, in words."""
    found = []
    ours = curves["hmhsa"]
    for name, theirs in curves.items():
        if name == "hmhsa":
            continue
        how = crossing(_SIDES, ours, theirs)
        ends = {True: "lower", False: "higher", None: "equal"}[how.lower]
        when = "always" if how.side is None and how.lower is not None else "from"
        key = "cost.equal" if how.lower is None else f"cost.{ends}_{when}"
        times = max(ours[-1], theirs[-1]) / min(ours[-1], theirs[-1])
        sentence = t(
            key,
            ours=names["hmhsa"],
            theirs=names[name],
            side=how.side,
            last=_SIDES[-1],
            times=f"{times:,.{0 if times >= 100 else 1 if times >= 10 else 2}f}",
        )
        mark = None
        if how.side is not None and how.value is not None:
            mark = Mark(how.side, how.value, f"{names[name]}: {how.side} px")
        found.append((mark, sentence))
    return found


def _stage_marks(t: Translator, config: Network, side: int, quantity: Quantity) -> list[Mark]:
    marks = []
    for s in range(len(config.stages)):
        value = curve("hmhsa", _layer_of(config, s), [side], quantity)[0]
        marks.append(Mark(side, value, f"{t('view.stage', number=s + 1)}: {value:,}"))
    return marks


def _show_formula(t: Translator, layer: Layer, side: int) -> None:
    st.subheader(t("cost.formula"))
    method = st.selectbox(
        t("cost.of"),
        list(METHODS),
        list(METHODS).index(_FORMULA),
        format_func=_NAMES.__getitem__,
        key="formula",
        bind="query-params",
        persist_state="session",
    )
    rows = math.ceil(side / layer.stride)
    cost = METHODS[method](layer, (rows, rows))
    st.write(t("cost.map", side=side, stride=layer.stride, places=rows, tokens=f"{rows**2:,}"))
    st.latex(cost.in_numbers())
    st.write(t("cost.weights", weights=f"{cost.weights:,}", bytes=_bytes(measure(cost, "memory"))))


def _bytes(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _show_network(t: Translator, config: Network, side: int) -> None:
    st.subheader(t("cost.network", model=config.name, side=side))
    formula = network_cost(config, (side, side))
    counted = operations_of(config.name, config.classes, side)
    parts = (parameters_of(config.name, config.classes), formula, counted)
    rows = [(t("cost.stem"), [of.stem for of in parts])]
    for s, stage in enumerate(config.stages):
        if stage.down is not None:
            rows.append((t("cost.down", stage=s + 1), [of.downs[s] for of in parts]))
        rows.append((t("view.stage", number=s + 1), [of.stages[s] for of in parts]))
    rows.append((t("cost.head"), [of.head for of in parts]))
    rows.append((t("cost.total"), [of.total for of in parts]))
    heads = [t(f"cost.{key}") for key in ("part", "parameters", "closed", "counted")]
    show_table([heads, *([name, *(f"{n:,}" for n in numbers)] for name, numbers in rows)])
    st.caption(
        t(
            "cost.agree" if formula == counted else "cost.disagree",
            products=f"{formula.attention_products:,}",
            share=f"{100 * formula.attention_products / formula.total:.1f}",
        )
    )


def _curves_csv(curves: Mapping[str, Sequence[int]]) -> str:
    return to_csv(["side", *curves], zip(_SIDES, *curves.values(), strict=True))
