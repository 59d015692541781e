"""Explanations of one picture: one HTML file that needs no network and no other file.

What it says comes in words already, in the language of whoever made it; here it is laid out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.pictures.address import picture_address
from transcnn.reports.page import fill

Rows = Sequence[Sequence[str]]
"""A table, its heads first."""


@dataclass(frozen=True)
class Graph:
    """Curves by name over 0 to 1, and the band of one of them: (at, low, high)."""

    title: str
    curves: Sequence[tuple[str, str, Sequence[tuple[float, float]]]]  # name, colour, points
    band: Sequence[tuple[float, float, float]] = ()


@dataclass(frozen=True)
class Chapter:
    """One method: its map [rows, columns, 3] in colours with the bar of its scale, its numbers."""

    title: str
    says: Sequence[str]
    colours: NDArray[np.uint8] | None = None
    bar: NDArray[np.uint8] | None = None  # [steps, 3]
    ticks: Sequence[str] = ()
    values: Rows = ()  # the map itself
    tables: Sequence[tuple[str, Rows]] = ()
    graphs: Sequence[Graph] = ()
    command: str = ""


@dataclass(frozen=True)
class Explanations:
    """A whole file."""

    language: str
    title: str
    says: Sequence[str]
    picture: NDArray[np.uint8]  # [S, S, 3]
    alt: str
    facts: Rows
    chapters: Sequence[Chapter]
    agreement: tuple[str, Rows] | None
    numbers: str  # what the folded numbers of a map are called
    limits: Sequence[str]


def render(explanations: Explanations) -> str:
    """The file."""
    filters: dict[str, Callable[..., object]] = {
        "picture": _address,
        "line": _line,
        "band": _band,
        "ends": _ends,
    }
    return fill("explanations.html", explanations.language, filters, e=explanations)


def _address(pixels: NDArray[np.uint8]) -> str:
    """A picture as an address of its own."""
    return picture_address(Image.fromarray(np.ascontiguousarray(pixels)), "PNG")


def _ends(graph: Graph) -> tuple[float, float]:
    """The least and the most of all that a graph shows."""
    heights = [y for _, _, points in graph.curves for _, y in points]
    heights += [y for _, low, high in graph.band for y in (low, high)]
    return min(heights), max(heights)


def _line(points: Sequence[tuple[float, float]], graph: Graph) -> str:
    """Points of a curve in the 300 by 200 of the drawing."""
    low, high = _ends(graph)
    span = (high - low) or 1.0
    return " ".join(f"{300 * x:.1f},{200 - 200 * (y - low) / span:.1f}" for x, y in points)


def _band(graph: Graph) -> str:
    """The outline of the band."""
    there = [(at, high) for at, _, high in graph.band]
    back = [(at, low) for at, low, _ in reversed(graph.band)]
    return _line([*there, *back], graph)
