"""The chosen token's maps of two sides, in pairs: the image, then each level."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from transcnn.analysis.attention_row import row_facts, telling_token
from transcnn.analysis.overlap import attention_overlap
from transcnn.figures.cells import Box, CellMap
from transcnn.figures.scale import format_multiple
from transcnn.trace.trace import BlockTrace, Reading
from transcnn.ui.app.attention_map import attention_map
from transcnn.ui.app.image_page import level_name
from transcnn.ui.app.selection import Selection
from transcnn.ui.components.cells import Panel
from transcnn.ui.pages.compare.data import Side
from transcnn.words.translator import Translator

Token = tuple[int, int]


@dataclass(frozen=True, eq=False)
class SideReading:
    """What the chosen token of one side attends to; `block` None: the side has no H-MHSA."""

    side: Side
    block: BlockTrace | None = None
    token: Token = (0, 0)
    head: int | None = None
    readings: tuple[Reading, ...] = ()


def read_sides(sides: tuple[Side, Side], selection: Selection) -> tuple[SideReading, SideReading]:
    """The attention of the same position in both, in the block of the same number, or the last
    before it. The first, which always has H-MHSA, decides which token is shown where none is
    chosen.
    """
    leading = _block(sides[0], selection)
    token = selection.token or telling_token(leading)
    one, two = (_read(side, selection, token, leading.size) for side in sides)
    return one, two


def moved(token: Token, size: Token, other: Token) -> Token:
    """The token of a map of size `other` at the position of a token of a map of `size`."""
    row, column = (
        (2 * place + 1) * new // (2 * old)
        for place, old, new in zip(token, size, other, strict=True)
    )
    return row, column


def _block(side: Side, selection: Selection) -> BlockTrace:
    assert side.trace is not None
    blocks = [b for b in side.trace.blocks if b.stage == selection.stage]
    return blocks[min(selection.block, len(blocks) - 1)]


def _read(side: Side, selection: Selection, token: Token, size: Token) -> SideReading:
    if side.trace is None:
        return SideReading(side)
    block = _block(side, selection)
    row, column = moved(token, size, block.size)
    head = selection.head if selection.head in range(block.heads) else None
    readings = side.trace.read(block.stage, block.block, (row, column))
    return SideReading(side, block, (row, column), head, tuple(readings))


def pair_panels(
    t: Translator, found: tuple[SideReading, SideReading], pick: Callable[[str, int, int], None]
) -> list[Panel]:
    """The images of both, then level by level what both attend to: A, B, A, B, ...

    `pick` gets the panel's id, the row and the column of a cell that was picked.
    """
    deepest = max(len(one.readings) for one in found)
    panels = [_picture(t, one) for one in found]
    for level in range(deepest):
        panels += [_level(t, one, level) for one in found]
    shapes = {p.link: set[tuple[int, int]]() for p in panels}
    for p in panels:
        shapes[p.link].add((p.map.rows, p.map.columns))

    def complete(panel: Panel) -> Panel:
        link = panel.link if len(shapes[panel.link]) == 1 else panel.id
        picked = None if panel.missing or not panel.link else partial(pick, panel.id)
        return replace(panel, link=link, on_pick=picked)

    return [complete(panel) for panel in panels]


def _picture(t: Translator, one: SideReading) -> Panel:
    side, pixels = one.side, one.side.prepared.pixels
    name, identity = f"{side.letter} · {side.name}", f"{side.letter}/picture"
    if one.block is None:
        return Panel(identity, CellMap(name, image=pixels, says=side.image.alt))
    (rows, columns), token = one.block.size, one.token
    down, across = _grid_of(one.block)
    cells = CellMap(
        name,
        rows // down,
        columns // across,
        boxes=(
            Box(token[0] // down, token[1] // across),
            Box(token[0] / down, token[1] / across, 1 / down, 1 / across),
        ),
        image=pixels,
        says=side.image.alt,
    )
    return Panel(identity, cells, t("compare.pick"), "picture")


def _grid_of(block: BlockTrace) -> Token:
    """The tokens that one cell of the image stands for: a grid of the first level, or one."""
    return block.levels[0].grid_size if len(block.levels) > 1 else (1, 1)


def _level(t: Translator, one: SideReading, level: int) -> Panel:
    letter = one.side.letter
    name = f"{letter} · {level_name(t, level, len(one.readings))}"
    identity = f"{letter}/{level}"
    if one.block is None:
        says = t("compare.no_attention")
        photo = CellMap(name, image=one.side.prepared.pixels, says=says)
        return Panel(identity, photo, says, link=identity)
    if level >= len(one.readings):
        return Panel(identity, CellMap(name), link=identity, missing=t("compare.no_level"))
    reading = one.readings[level]
    facts = row_facts(reading, 1, one.head)
    rows, columns = reading.valid.shape
    down, across = one.block.token_size(level)
    cells = attention_map(
        t,
        name,
        reading,
        facts,
        boxes=(),
        image=one.side.prepared.pixels,
        whole=(one.block.size[0] / down, one.block.size[1] / across),
        says=t("compare.map_says", name=name, rows=rows, columns=columns),
    )
    most = format_multiple(float(facts.multiple.max()))
    return Panel(identity, cells, t("compare.strongest", most=most), str(level))


def picked_token(one: SideReading, which: str, row: int, column: int) -> Token:
    """The query token once a cell of a map is picked: on a level, the same position inside of
    the merged token; on the image, the middle of the cell."""
    assert one.block is not None
    if which == "picture":
        down, across = _grid_of(one.block)
        token = (row * down + down // 2, column * across + across // 2)
    else:
        reading = one.readings[int(which)]
        (down, across), (top, left) = one.block.token_size(reading.level), reading.grid_origin
        token = (
            (top + row) * down + one.token[0] % down,
            (left + column) * across + one.token[1] % across,
        )
    return min(token[0], one.block.size[0] - 1), min(token[1], one.block.size[1] - 1)


def sentences(t: Translator, found: tuple[SideReading, SideReading]) -> Sequence[str]:
    """The strongest weight of both, level by level, and the overlap of their attention."""
    said = []
    count = max(len(one.readings) for one in found)
    for level in range(count):
        parts = [_most(t, one, level) for one in found if level < len(one.readings)]
        if len(parts) == 2:
            head = found[0].head if found[0].head == found[1].head else None
            same = attention_overlap(found[0].readings[level], found[1].readings[level], head)
            if same is not None:
                parts.append(t("compare.overlap", share=f"{100 * same:.0f}"))
        said.append(t("compare.on_level", level=level_name(t, level, count), says=" ".join(parts)))
    return said


def _most(t: Translator, one: SideReading, level: int) -> str:
    reading = one.readings[level]
    facts = row_facts(reading, 1, one.head)
    row, column = (a + b + 1 for a, b in zip(facts.strongest, reading.grid_origin, strict=True))
    most = format_multiple(float(facts.multiple[facts.strongest]))
    return t("compare.strongest_at", letter=one.side.letter, row=row, column=column, most=most)
