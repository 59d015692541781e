"""Buttons that save a plotly chart as PNG and SVG."""

from transcnn.ui.components import component

_show = component("chart_files", "buttons")


def chart_files(chart: str, kinds: dict[str, str]) -> None:
    """Save the chart with the key `chart`; `kinds`: the buttons' texts by ending, png and svg."""
    _show(key=f"files_of_{chart}", data={"chart": chart, "kinds": kinds}, height="content")
