"""What the tokens of a box attend to, as maps and as a table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transcnn.analysis.attention_row import row_facts
from transcnn.analysis.detection.inside import (
    Inside,
    Token,
    attention_inside,
    centre_token,
    token_at,
    tokens_across,
)
from transcnn.detection.objects import Detection
from transcnn.figures.cells import Box as Frame
from transcnn.figures.cells import CellMap, Role, box_on_map
from transcnn.figures.scale import format_multiple
from transcnn.pictures.geometry import Box
from transcnn.trace.trace import BlockTrace, Reading, Trace
from transcnn.ui.app.attention_map import attention_map
from transcnn.ui.app.image_page import level_name
from transcnn.ui.components.cells import Panel
from transcnn.ui.pages.detect.data import SeenImage
from transcnn.ui.pages.detect.link import DetectChoice
from transcnn.words.translator import Translator

FRAME: Role = "key"  # of the box on the maps, which has the colour of its class


@dataclass(frozen=True, eq=False)
class BoxReading:
    """A token of a box in one block, and what it attends to."""

    block: BlockTrace
    box: Box
    token: Token
    readings: tuple[Reading, ...]

    @property
    def inside(self) -> list[Inside]:
        """The share of attention inside the box, by level."""
        return [attention_inside(reading, self.box) for reading in self.readings]

    @property
    def area(self) -> Box:
        """What the token covers of the image."""
        row, column = self.readings[0].own
        return self.readings[0].areas[row][column]

    @property
    def centre(self) -> tuple[float, float]:
        """Where the token is on the image: x, y."""
        left, top, right, bottom = self.area
        return (left + right) / 2, (top + bottom) / 2


def read_box(trace: Trace, one: Detection, choice: DetectChoice) -> BoxReading:
    """The chosen token of a box, or that at its centre; the usual block for one that is not there.

    A token of a link counts where it lies on the box.
    """
    blocks = {(b.stage, b.block): b for b in trace.blocks}
    usual = blocks[DetectChoice.stage, DetectChoice.block]
    block = blocks.get((choice.stage, choice.block), usual)
    token = choice.token
    if token is None or not _inside(block, trace, one.box, token):
        token = centre_token(block, trace.crop, one.box)
    readings = trace.read(block.stage, block.block, token)
    return BoxReading(block, one.box, token, tuple(readings))


def corners(block: BlockTrace, trace: Trace, box: Box) -> tuple[Token, Token]:
    """The first and the last token (row, column) that a box lies on."""
    first = token_at(block, trace.crop, box.left, box.top)
    # A box that ends with a token does not lie on the next one.
    last = token_at(block, trace.crop, box.right - 1e-3, box.bottom - 1e-3)
    return first, last


def _inside(block: BlockTrace, trace: Trace, box: Box, token: Token) -> bool:
    (top, left), (bottom, right) = corners(block, trace, box)
    return top <= token[0] <= bottom and left <= token[1] <= right


def panels(
    t: Translator,
    found: BoxReading,
    trace: Trace,
    seen: SeenImage,
    pick: Callable[[Token], None],
) -> Sequence[Panel]:
    """The tokens of the box, one of which is picked, then what it attends to at each level."""
    return [
        _tokens(t, found, trace, seen, pick),
        *(_level(t, found, r, seen) for r in found.readings),
    ]


def _tokens(
    t: Translator,
    found: BoxReading,
    trace: Trace,
    seen: SeenImage,
    pick: Callable[[Token], None],
) -> Panel:
    """A part of the image around the box, no strip; a token beside the box picks the nearest."""
    first, last = corners(found.block, trace, found.box)
    (top, left), (rows, columns) = _around(first, last, found.block.size)

    def picked(row: int, column: int) -> None:
        at = (top + row, left + column)
        row, column = (min(max(k, a), b) for k, a, b in zip(at, first, last, strict=True))
        pick((row, column))

    cells = CellMap(
        t("detect.tokens"),
        rows,
        columns,
        boxes=(
            Frame(found.token[0] - top, found.token[1] - left),
            _frame(found, seen, 0, (top, left)),
        ),
        image=seen.pixels,
        origin=(top, left),
        whole=tokens_across(found.block, seen.crop, 0),
        says=t("detect.tokens_says", rows=rows, columns=columns),
    )
    return Panel("tokens", cells, t("detect.pick"), on_pick=picked)


def _around(first: Token, last: Token, size: Token) -> tuple[Token, Token]:
    """Where the part that is shown begins, and its rows and columns: the tokens from `first` to
    `last`, and on both sides of the shorter side as many more as make it 3/4 of the longer, as far
    as a map of `size` has them."""
    spans = [b - a + 1 for a, b in zip(first, last, strict=True)]
    starts, sides = [], []
    for start, span, count in zip(first, spans, size, strict=True):
        side = min(count, max(span, round(0.75 * max(spans))))
        starts.append(min(max(0, start - (side - span) // 2), count - side))
        sides.append(side)
    return (starts[0], starts[1]), (sides[0], sides[1])


def _level(t: Translator, found: BoxReading, reading: Reading, seen: SeenImage) -> Panel:
    name = level_name(t, reading.level, len(found.readings))
    facts = row_facts(reading, 1)
    rows, columns = reading.valid.shape
    cells = attention_map(
        t,
        name,
        reading,
        facts,
        boxes=(_frame(found, seen, reading.level, reading.grid_origin),),
        image=seen.pixels,
        whole=tokens_across(found.block, seen.crop, reading.level),
        says=t("detect.map_says", name=name, rows=rows, columns=columns),
    )
    most = format_multiple(float(facts.multiple.max()))
    return Panel(str(reading.level), cells, t("compare.strongest", most=most))


def _frame(found: BoxReading, seen: SeenImage, level: int, origin: Token) -> Frame:
    """The box on the map of a level that begins at `origin`."""
    whole = tokens_across(found.block, seen.crop, level)
    return box_on_map(found.box, seen.crop.picture, whole, origin, role=FRAME)
