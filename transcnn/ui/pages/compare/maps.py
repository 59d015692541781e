"""The chosen token's maps of two sides, in pairs: the picture, then each level."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from transcnn.analysis.attention_row import reading_facts, telling_token
from transcnn.analysis.shared import common_share
from transcnn.figures.scale import format_multiple
from transcnn.trace.trace import BlockTrace, Reading
from transcnn.ui.app.session import Selection
from transcnn.ui.components.maps import ColourBar, Map, multiple_steps
from transcnn.ui.pages.compare.data import Side
from transcnn.words.translator import Translator

Token = tuple[int, int]


@dataclass(frozen=True, eq=False)
class SideReading:
    """What the chosen token of one side reads; `block` None: the side has no H-MHSA."""

    side: Side
    block: BlockTrace | None = None
    token: Token = (0, 0)
    head: int | None = None
    readings: tuple[Reading, ...] = ()


def read_sides(sides: tuple[Side, Side], selection: Selection) -> tuple[SideReading, SideReading]:
    """The readings of the same place of both, in the block of the same number, or the last before
    it. The first, which always has H-MHSA, decides which token is shown where none is chosen.
    """
    leading = _block(sides[0], selection)
    token = selection.token or telling_token(leading)
    one, two = (_read(side, selection, token, leading.size) for side in sides)
    return one, two


def moved(token: Token, size: Token, other: Token) -> Token:
    """The token of a map of size `other` at the place of a token of a map of `size`."""
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


def pair_maps(t: Translator, found: tuple[SideReading, SideReading]) -> list[Map]:
    """The pictures of both, then level by level what both read: A, B, A, B, ..."""
    deepest = max(len(one.readings) for one in found)
    maps = [_picture(t, one) for one in found]
    for level in range(deepest):
        maps += [_level(t, one, level) for one in found]
    shapes = {m.link: set[tuple[int, int]]() for m in maps}
    for m in maps:
        shapes[m.link].add((m.rows, m.columns))
    return [m if len(shapes[m.link]) == 1 else replace(m, link=m.id) for m in maps]


def _picture(t: Translator, one: SideReading) -> Map:
    side = one.side
    name = f"{side.letter} · {side.name}"
    if one.block is None:
        return Map(f"{side.letter}/picture", name, photo=side.letter, says=side.source.alt)
    (rows, columns), token = one.block.size, one.token
    down, across = _grid_of(one.block)
    return Map(
        f"{side.letter}/picture",
        name,
        rows // down,
        columns // across,
        note=t("compare.pick"),
        says=side.source.alt,
        photo=side.letter,
        boxes=[
            (token[0] // down, token[1] // across, 1, 1),
            (token[0] / down, token[1] / across, 1 / down, 1 / across),
        ],
        start=(token[0] // down, token[1] // across),
        link="picture",
        pick=True,
    )


def _grid_of(block: BlockTrace) -> Token:
    """The tokens that one cell of the picture stands for: a grid of the first level, or one."""
    return block.levels[0].grid_size if len(block.levels) > 1 else (1, 1)


def _level(t: Translator, one: SideReading, level: int) -> Map:
    letter = one.side.letter
    name = f"{letter} · {t('compare.level', level=level + 1)}"
    identity = f"{letter}/{level}"
    if one.block is None:
        return Map(identity, name, missing=t("compare.nothing_read"), link=identity)
    if level >= len(one.readings):
        return Map(identity, name, missing=t("compare.no_level"), link=identity)
    reading = one.readings[level]
    facts = reading_facts(reading, 1, one.head)
    rows, columns = reading.valid.shape
    multiples, valid = facts.multiple.ravel(), reading.valid.ravel()
    exact = [f"{m:.3g}× ({100 * m * reading.uniform:.3g} %)" for m in multiples.tolist()]
    strongest = np.argsort(-np.where(valid, multiples, -1), kind="stable")[:3]
    return Map(
        identity,
        name,
        rows,
        columns,
        note=t("compare.at_most", most=format_multiple(float(multiples.max()))),
        says=t("compare.map_says", name=name, rows=rows, columns=columns),
        photo=letter,
        part=_part(one.block, reading),
        steps=[
            int(s) if v else None for s, v in zip(multiple_steps(multiples), valid, strict=True)
        ],
        values=[text if v else None for text, v in zip(exact, valid, strict=True)],
        numbers={int(k): format_multiple(float(multiples[k])).rstrip("×") for k in strongest},
        beyond=[int(k) for k in np.flatnonzero(valid & ((multiples > 16) | (multiples < 1 / 16)))],
        boxes=[(*reading.own, 1, 1)],
        origin=reading.grid_origin,
        start=reading.own,
        link=str(level),
        pick=True,
    )


def _part(block: BlockTrace, reading: Reading) -> tuple[float, float, float, float]:
    """What the grid of a reading covers of the network's square: left, top, width, height."""
    down, across = _factor(block, reading.level)
    rows, columns = reading.valid.shape
    top, left = reading.grid_origin
    high, wide = block.size
    return (left * across / wide, top * down / high, columns * across / wide, rows * down / high)


def _factor(block: BlockTrace, level: int) -> Token:
    """The tokens of level 0 that one of `level` stands for, down and across."""
    down = across = 1
    for below in block.levels[:level]:
        down, across = down * below.grid_size[0], across * below.grid_size[1]
    return down, across


def picked_token(one: SideReading, which: str, row: int, column: int) -> Token:
    """The token that asks once a cell of a map is picked: on a level, the same place inside of
    the merged token; on the picture, the middle of the cell."""
    assert one.block is not None
    if which == "picture":
        down, across = _grid_of(one.block)
        token = (row * down + down // 2, column * across + across // 2)
    else:
        reading = one.readings[int(which)]
        (down, across), (top, left) = _factor(one.block, reading.level), reading.grid_origin
        token = (
            (top + row) * down + one.token[0] % down,
            (left + column) * across + one.token[1] % across,
        )
    return min(token[0], one.block.size[0] - 1), min(token[1], one.block.size[1] - 1)


def multiples_bar(t: Translator) -> ColourBar:
    """The scale of multiples of an even share, the same on every page."""
    titles = (t("view.bar_below"), t("view.bar_uniform"), t("view.bar_above"))
    return ColourBar(("1/16", "1/8", "1/4", "1/2", "1×", "2×", "4×", "8×", "16×"), titles)


def sentences(t: Translator, found: tuple[SideReading, SideReading]) -> Sequence[str]:
    """What both read most, level by level, and how much of it they have in common."""
    said = []
    for level in range(max(len(one.readings) for one in found)):
        parts = [_most(t, one, level) for one in found if level < len(one.readings)]
        if len(parts) == 2:
            head = found[0].head if found[0].head == found[1].head else None
            same = common_share(found[0].readings[level], found[1].readings[level], head)
            if same is not None:
                parts.append(t("compare.common", share=f"{100 * same:.0f}"))
        said.append(t("compare.on_level", level=level + 1, says=" ".join(parts)))
    return said


def _most(t: Translator, one: SideReading, level: int) -> str:
    reading = one.readings[level]
    facts = reading_facts(reading, 1, one.head)
    row, column = (a + b + 1 for a, b in zip(facts.strongest, reading.grid_origin, strict=True))
    most = format_multiple(float(facts.multiple[facts.strongest]))
    return t("compare.most", letter=one.side.letter, row=row, column=column, most=most)
