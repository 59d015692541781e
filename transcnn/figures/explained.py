"""Attributions as colours and as a figure, on the scales that their kinds declare.

A scale belongs to the kind of value: it is the same for every image, class and network, so equal
colours mean equal values. Signed values diverge about zero, unsigned ones begin at the page. Maps
have few large values and many small ones, so scales are linear about zero and logarithmic above a
tenth of their end:

    place = asinh(10 v / end) / asinh(10)

Multiples of uniform attention have the scale of attention, `figures.scale`.
"""

from collections.abc import Iterator
from dataclasses import replace

from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import KINDS, TIMES_UNIFORM, Kind
from transcnn.explain.subject import Subject
from transcnn.figures.attention import scale_bar
from transcnn.figures.cells import Box, image_map, value_map
from transcnn.figures.scale import MULTIPLES, ColourScale, format_multiple
from transcnn.figures.sheet import Bar, Row, Sheet
from transcnn.words.translator import Translator

CELL = 8  # pixels of the network's input: finer maps are drawn in cells of that side


SCALES = {
    kind: ColourScale("bent", kind.scale_end, kind.signed)
    for kind in KINDS
    if kind.scale_end is not None
}
"""Of every kind but multiples of uniform attention."""


def colour_scale(kind: Kind) -> ColourScale:
    """How values of a kind become colours."""
    return SCALES.get(kind, MULTIPLES)


def drawn_values(attribution: Attribution, sides: int | tuple[int, int]) -> Values:
    """What is drawn of a map of a network's input of `sides` pixels (down and across, or
    both): [rows, columns], in the unit of its scale, no finer than `CELL` pixels."""
    both = (sides, sides) if isinstance(sides, int) else sides
    most = (max(1, side // CELL) for side in both)
    rows, columns = (min(pair) for pair in zip(attribution.values.shape, most, strict=True))
    values = attribution.on_cells(rows, columns)
    if not attribution.kind.per_area:
        return values
    places = values.size if attribution.kind.adds_up else attribution.values.size
    return values * places / 100


def value_bar(kind: Kind, title: str = "") -> Bar:
    """The colour bar of a kind."""
    return scale_bar(title, colour_scale(kind))


def unit_text(t: Translator, kind: Kind) -> str:
    """The unit of what is drawn of a kind."""
    return t(f"explanations.unit_{kind.name}")


def format_value(kind: Kind, value: float) -> str:
    """A value in the unit of the kind's scale, in two figures."""
    return f"{value:.2g}" if kind in SCALES else format_multiple(value)


def explained_sheet(t: Translator, subject: Subject, attribution: Attribution) -> Sheet:
    """The network's input [H, W, 3] and the map beside it, on the scale of its kind."""
    kind = attribution.kind
    values = drawn_values(attribution, subject.sides)
    least, most = (format_value(kind, float(v)) for v in (values.min(), values.max()))
    boxes = _token(subject, attribution, subject.sides)
    picture = image_map(t("figures.network_input"), subject.pixels, boxes)
    rows, columns = values.shape
    name = t("figures.cells", rows=rows, columns=columns, least=least, most=most)
    boxes = _token(subject, attribution, values.shape)
    shown = replace(value_map(name, values, colour_scale(kind)), boxes=boxes)
    bar = value_bar(kind, unit_text(t, kind))
    row = Row("; ".join(_details(t, attribution)), (picture, shown), (bar,))
    what = what_text(t, subject, attribution)
    title = t("figures.title", model=subject.classifier.config.name, what=what)
    return Sheet(title, (row,), t(f"explanations.limit_{attribution.method}"))


def _details(t: Translator, attribution: Attribution) -> Iterator[str]:
    """Settings, counted from 1, and facts, in words."""
    for name, value in attribution.settings.items():
        if name == "token":
            row, column = (int(part) + 1 for part in str(value).split(","))
            yield t("figures.setting_token", row=row, column=column)
        elif name in ("stage", "block", "level"):
            yield t(f"figures.setting_{name}", value=int(value) + 1)
        elif f"figures.setting_{name}" in t:
            said = f"explanations.fill_{value}"
            yield t(f"figures.setting_{name}", value=t(said) if said in t else value)
        else:  # a method's own, without words
            yield f"{name} {value}"
    yield from fact_sentences(t, attribution, digits=3)


def fact_sentences(t: Translator, one: Attribution, digits: int = 2) -> list[str]:
    """The numbers of a map, such as its logit; a completeness error also in percent of it."""
    said = {
        name: t(f"explanations.fact_{name}", value=t.fixed(value, digits))
        for name, value in one.facts.items()
    }
    logit = one.facts.get("explained_logit")
    if logit and (error := said.get("completeness_error")) is not None:
        share = abs(one.facts["completeness_error"] / logit)
        said["completeness_error"] = t(
            "explanations.of_the_logit", error=error, percent=f"{100 * share:.0f}"
        )
    return list(said.values())


def what_text(t: Translator, subject: Subject, attribution: Attribution) -> str:
    """The method and what it explains; attention is the same for every class."""
    method = t(f"explanations.method_{attribution.method}")
    if attribution.kind == TIMES_UNIFORM:
        return t("figures.explained_attention", method=method)
    return t("figures.explained", method=method, target=target_text(t, subject))


def target_text(t: Translator, subject: Subject) -> str:
    """The explained logit, or difference of logits, in words."""
    names, target = subject.classifier.names, subject.target
    of = names[target.of].said_in(t.language)
    if target.versus is None:
        return of
    return t("figures.versus", of=of, versus=names[target.versus].said_in(t.language))


def _token(subject: Subject, attribution: Attribution, cells: tuple[int, ...]) -> tuple[Box, ...]:
    """The query token on a map of `cells` over the image, where the method has one."""
    if "token" not in attribution.settings:
        return ()
    size = subject.classifier.config.map_size(int(attribution.settings["stage"]), subject.sides)
    row, column = map(int, str(attribution.settings["token"]).split(","))
    rows, columns = (n / whole for n, whole in zip(cells, size, strict=True))
    return (Box(row * rows, column * columns, rows, columns),)
