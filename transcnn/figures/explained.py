"""Attributions as colours and as a figure, on the scales that their kinds declare.

A scale belongs to the kind of value: it is the same for every picture, class and network, so equal
colours mean equal values. Signed values diverge about zero, unsigned ones begin at the page. Maps
have few large values and many small ones, so scales are linear about zero and logarithmic above a
tenth of their end:

    place = asinh(10 v / end) / asinh(10)

Multiples of an even share have the scale of readings, `figures.scale`.
"""

from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import KINDS, TIMES_UNIFORM, Kind
from transcnn.explain.subject import Subject
from transcnn.figures.attention import scale_bar
from transcnn.figures.scale import MULTIPLES, ColourScale, format_multiple
from transcnn.figures.sheet import Bar, Mark, Panel, Row, Sheet
from transcnn.words.translator import translator

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


def drawn_values(attribution: Attribution, side: int) -> Values:
    """What is drawn of a map of a network's input of `side` pixels: [rows, columns], in the unit
    of its scale, no finer than `CELL` pixels."""
    most = max(1, side // CELL)
    rows, columns = (min(size, most) for size in attribution.values.shape)
    values = attribution.on_cells(rows, columns)
    if not attribution.kind.per_area:
        return values
    places = values.size if attribution.kind.adds_up else attribution.values.size
    return values * places / 100


def value_bar(kind: Kind) -> Bar:
    """The colour bar of a kind."""
    return scale_bar(unit(kind), colour_scale(kind))


def unit(kind: Kind) -> str:
    """The unit of what is drawn of a kind."""
    return translator("en")(f"explanations.unit_{kind.name}")


def format_value(kind: Kind, value: float) -> str:
    """A value in the unit of the kind's scale, in two figures."""
    return f"{value:.2g}" if kind in SCALES else format_multiple(value)


def note(method: str) -> str:
    """What the map of a method does not show, in a sentence."""
    return translator("en")(f"explanations.limit_{method}")


def explained_sheet(subject: Subject, attribution: Attribution) -> Sheet:
    """The picture [S, S, 3] as the network sees it and the map beside it, on its kind's scale."""
    kind, side = attribution.kind, len(subject.pixels)
    values = drawn_values(attribution, side)
    least, most = (format_value(kind, float(v)) for v in (values.min(), values.max()))
    picture = Panel(
        "The picture as the network sees it",
        subject.pixels,
        marks=_token(subject, attribution, (side, side)),
    )
    cells = " x ".join(map(str, values.shape))
    shown = Panel(
        f"{cells} cells, from {least} to {most}",
        colour_scale(kind).colours(values),
        (1, 1),
        _token(subject, attribution, values.shape),
    )
    knobs = ", ".join(f"{name} {value}" for name, value in attribution.settings.items())
    facts = ", ".join(
        f"{name.replace('_', ' ')} {value:.3g}" for name, value in attribution.facts.items()
    )
    row = Row(
        "; ".join(part for part in (knobs, facts) if part), (picture, shown), (value_bar(kind),)
    )
    title = f"{subject.classifier.config.name}, {what_of(subject, attribution)}"
    return Sheet(title, (row,), note(attribution.method))


def what_of(subject: Subject, attribution: Attribution) -> str:
    """The method and what it explains; readings are the same for every class."""
    if attribution.kind == TIMES_UNIFORM:
        return f"{attribution.method}, whatever the class"
    return f"{attribution.method} of {target_name(subject)}"


def target_name(subject: Subject) -> str:
    """The explained number in words."""
    names, target = subject.classifier.names, subject.target
    of = names[target.of].label
    return of if target.versus is None else f"{of} against {names[target.versus].label}"


def _token(subject: Subject, attribution: Attribution, cells: tuple[int, ...]) -> tuple[Mark, ...]:
    """The asking token on a board of `cells` over the picture, where the method has one."""
    if "token" not in attribution.settings:
        return ()
    side = len(subject.pixels)
    size = subject.classifier.config.map_size(int(attribution.settings["stage"]), (side, side))
    row, column = map(int, str(attribution.settings["token"]).split(","))
    rows, columns = (n / whole for n, whole in zip(cells, size, strict=True))
    return (Mark(row * rows, column * columns, rows, columns),)
