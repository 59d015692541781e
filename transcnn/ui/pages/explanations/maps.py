"""Maps as the browser draws them, and what they say in words."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transcnn.errors import TransCNNError
from transcnn.explain.agreement import agreement
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import TIMES_UNIFORM, Kind
from transcnn.figures.cells import CellMap
from transcnn.figures.explained import colour_scale, drawn_values, format_value
from transcnn.figures.scale import ColourScale
from transcnn.ui.components.cells import Panel
from transcnn.ui.pages.explanations.data import Explained, Found
from transcnn.words.translator import Translator

_LINK = "picture"  # all maps are of one image


def picture_panel(explained: Explained, name: str) -> Panel:
    """The image as the network sees it, to be pointed at."""
    image = explained.prepared.pixels
    return Panel(
        "picture", CellMap(name, 14, 14, image=image, says=explained.image.alt), link=_LINK
    )


def method_panel(t: Translator, explained: Explained, found: Found) -> Panel:
    """The map of a method, or why there is none yet, or at all."""
    name = t(f"explanations.method_{found.name}")
    if found.attribution is not None:
        return attribution_panel(t, explained, found.name, name, found.attribution)
    if found.error is not None:
        missing = error_says(t, found.error)
        if isinstance(found.error, TransCNNError):
            missing = t("explanations.cannot", why=missing)
    else:
        assert found.task is not None
        missing = t("explanations.under_way" if found.task.under_way else "explanations.stopped")
    return Panel(found.name, CellMap(name), missing=missing)


def error_says(t: Translator, error: Exception) -> str:
    """Why there is nothing to show; of a fault in the program only that it is one."""
    return t.error(error) if isinstance(error, TransCNNError) else t("explanations.broke")


def attribution_panel(
    t: Translator,
    explained: Explained,
    identity: str,
    name: str,
    one: Attribution,
    note: str | None = None,
) -> Panel:
    """A map on the scale that its kind declares."""
    values = drawn_values(one, len(explained.prepared.pixels))
    rows, columns = values.shape
    cells = CellMap(
        name,
        rows,
        columns,
        values,
        _scale(t, one.kind),
        image=explained.prepared.pixels,
        says=t("explanations.map_says", name=name, rows=rows, columns=columns),
    )
    return Panel(identity, cells, strongest(t, one.kind, values) if note is None else note, _LINK)


def strongest(t: Translator, kind: Kind, values: Values) -> str:
    """The value of the strongest cell and where it is."""
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    value = format_value(kind, float(values[row, column])).replace("-", "−")
    return t("explanations.strongest", value=value, row=row + 1, column=column + 1)


def _scale(t: Translator, kind: Kind) -> ColourScale:
    """The colours of a kind, with what the ends of their bar mean."""
    if kind == TIMES_UNIFORM:
        titles = (t("view.bar_below"), "", t("view.bar_above"))
    elif kind.signed:
        titles = (t("explanations.against"), "", t("explanations.for"))
    else:
        titles = ("", "", t("explanations.stronger"))
    return replace(colour_scale(kind), titles=titles)


def unit_words(t: Translator, kind: Kind) -> str:
    """What the values of a kind are counted in."""
    return t(f"explanations.unit_{kind.name}")


def agreement_rows(
    t: Translator, found: Sequence[Found]
) -> tuple[list[list[str]], list[tuple[str, str, float]]]:
    """The rank correlations as a table with heads, and each pair of methods with its number."""
    maps = [(one.name, one.attribution) for one in found if one.attribution is not None]
    numbers = agreement([attribution for _, attribution in maps])
    names = [t(f"explanations.method_{name}") for name, _ in maps]
    rows = [["", *names]]
    rows += [
        [name, *(correlation_text(float(n)) for n in row)]
        for name, row in zip(names, numbers, strict=True)
    ]
    pairs = [
        (names[i], names[k], float(numbers[i, k]))
        for i in range(len(names))
        for k in range(i)
        if not math.isnan(numbers[i, k])
    ]
    return rows, pairs


def correlation_text(value: float) -> str:
    """A correlation for people; "–" where a map is flat."""
    return "–" if math.isnan(value) else f"{value:+.2f}".replace("-", "−")
