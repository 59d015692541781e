"""Maps as the browser draws them, and what they say in words."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from transcnn.errors import TransCNNError
from transcnn.explain.agreement import agreement
from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import TIMES_UNIFORM, Kind
from transcnn.figures.explained import SCALES, drawn_values, format_value, value_bar
from transcnn.ui.components.maps import STEPS, ColourBar, Map, multiple_steps
from transcnn.ui.pages.explanations.data import Asked, Found
from transcnn.words.translator import Translator

_LINK = "picture"  # all maps are of one picture


def picture_map(asked: Asked, name: str) -> Map:
    """The picture as the network sees it, to be pointed at."""
    side = 14
    return Map(
        "picture",
        name,
        side,
        side,
        says=asked.source.alt,
        photo="picture",
        link=_LINK,
        start=(7, 7),
    )


def method_map(t: Translator, asked: Asked, found: Found) -> Map:
    """The map of a method, or why there is none yet, or at all."""
    name = t(f"explanations.method_{found.name}")
    if found.attribution is not None:
        return attribution_map(t, asked, found.name, name, found.attribution)
    if found.error is not None:
        why = error_says(t, found.error)
        foreseen = isinstance(found.error, TransCNNError)
        return Map(found.name, name, missing=t("explanations.cannot", why=why) if foreseen else why)
    assert found.work is not None
    waiting = "explanations.under_way" if found.work.under_way else "explanations.stopped"
    return Map(found.name, name, missing=t(waiting))


def error_says(t: Translator, error: Exception) -> str:
    """Why there is nothing to show; of a fault in the program only that it is one."""
    return t.error(error) if isinstance(error, TransCNNError) else t("explanations.broke")


def attribution_map(
    t: Translator, asked: Asked, identity: str, name: str, one: Attribution, note: str | None = None
) -> Map:
    """A map on the scale that its kind declares, with the bar of that scale."""
    kind, values = one.kind, drawn_values(one, len(asked.opened.pixels))
    rows, columns = values.shape
    flat = values.ravel()
    texts = [f"{v:.3g}×" if kind == TIMES_UNIFORM else f"{v:.3g}" for v in flat.tolist()]
    return Map(
        identity,
        name,
        rows,
        columns,
        note=strongest(t, kind, values) if note is None else note,
        says=t("explanations.map_says", name=name, rows=rows, columns=columns),
        photo="picture",
        steps=[int(step) for step in _steps(kind, flat)],
        values=[text.replace("-", "−") for text in texts],
        beyond=[int(cell) for cell in np.flatnonzero(_beyond(kind, flat))],
        start=(rows // 2, columns // 2),
        link=_LINK,
        bar=_bar(t, kind),
    )


def strongest(t: Translator, kind: Kind, values: Values) -> str:
    """The value of the strongest cell and where it is."""
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    value = format_value(kind, float(values[row, column])).replace("-", "−")
    return t("explanations.strongest", value=value, row=row + 1, column=column + 1)


def _steps(kind: Kind, values: Values) -> NDArray[np.int64]:
    if kind == TIMES_UNIFORM:
        return multiple_steps(values)
    steps: NDArray[np.int64] = np.rint((SCALES[kind].place(values) + 1) / 2 * STEPS).astype(
        np.int64
    )
    return steps


def _beyond(kind: Kind, values: Values) -> NDArray[np.bool_]:
    if kind == TIMES_UNIFORM:
        return (values > 16) | (values < 1 / 16)
    return np.abs(values) > SCALES[kind].end


def _bar(t: Translator, kind: Kind) -> ColourBar:
    ticks = tuple(tick.replace("-", "−") for tick in value_bar(kind).ticks)
    if kind == TIMES_UNIFORM:
        return ColourBar(ticks, (t("view.bar_below"), "", t("view.bar_above")))
    if kind.signed:
        return ColourBar(ticks, (t("explanations.against"), "", t("explanations.for")))
    return ColourBar(ticks, ("", "", t("explanations.stronger")), warm=True)


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
