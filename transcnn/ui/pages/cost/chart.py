"""The curves of the Cost page, with plotly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import plotly.graph_objects as go

Line = tuple[str, str, int]  # colour, dash, width

# Distinct by dash and colour; the colours of Okabe and Ito, the pale ones left out.
METHOD_LINES: Mapping[str, Line] = {
    "mhsa": ("#D55E00", "solid", 3),
    "hmhsa": ("#009E73", "solid", 4),
    "hmhsa_deep": ("#009E73", "dot", 3),
    "swin": ("#0072B2", "solid", 2),
    "pvt": ("#CC79A7", "solid", 2),
    "pvt_linear": ("#CC79A7", "dot", 2),
    "twins": ("#0072B2", "dot", 2),
    "grid_pooled": ("#E69F00", "solid", 2),
    "linformer": ("#808080", "dash", 2),
}


@dataclass(frozen=True)
class Mark:
    """A point of the chart, with what is said where one points at it."""

    side: int
    value: int
    says: str


def cost_chart(
    sides: Sequence[int],
    curves: Mapping[str, Sequence[int]],
    names: Mapping[str, str],
    *,
    crossings: Iterable[Mark],
    crossings_name: str,
    stages: Iterable[Mark] = (),
    stages_name: str = "",
    axes: tuple[str, str],
    logarithmic: bool,
    lines: Mapping[str, Line] = METHOD_LINES,
    unit: str = "px",
) -> go.Figure:
    """`curves` by their names in `lines`, at `sides` in `unit`."""
    figure = go.Figure()
    for name, values in curves.items():
        colour, dash, width = lines[name]
        figure.add_scatter(
            x=list(sides),
            y=list(values),
            name=names[name],
            mode="lines",
            line={"color": colour, "dash": dash, "width": width},
            hovertemplate=f"%{{x}} {unit}: %{{y:,}}",
        )
    for marks, name, symbol, size in (
        (list(crossings), crossings_name, "circle-open", 12),
        (list(stages), stages_name, "diamond", 10),
    ):
        if not marks:
            continue
        figure.add_scatter(
            x=[mark.side for mark in marks],
            y=[mark.value for mark in marks],
            text=[mark.says for mark in marks],
            name=name,
            mode="markers",
            marker={"symbol": symbol, "size": size, "color": "#009E73", "line": {"width": 2}},
            hovertemplate="%{text}<extra></extra>",
        )
    kind = "log" if logarithmic else "linear"
    doublings = [side for side in sides if side & (side - 1) == 0]
    figure.update_xaxes(title=axes[0], type=kind, tickvals=doublings if logarithmic else None)
    figure.update_yaxes(title=axes[1], type=kind, exponentformat="SI")
    if not logarithmic:  # the highest curves would press all others onto the axis
        figure.update_yaxes(range=[0, 2 * median(values[-1] for values in curves.values())])
    figure.update_layout(
        height=520,
        margin={"l": 8, "r": 32, "t": 8, "b": 8},
        legend={"orientation": "h", "y": -0.18, "x": 0},
    )
    return figure
