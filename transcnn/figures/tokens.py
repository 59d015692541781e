"""The tokens of a block as a figure and as a table: levels, merges, what the block adds.

Functions and tables count from 0, as links and commands do; titles count from 1.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.added import Added
from transcnn.analysis.tokens import (
    ChannelColours,
    Neighbour,
    cosines,
    fit_colours,
    merges,
    nearest,
    token_norms,
)
from transcnn.figures import sheet
from transcnn.figures.attention import level_name, scale_bar
from transcnn.figures.cells import Box, CellMap, image_map, value_map
from transcnn.figures.scale import MULTIPLES, NORMS
from transcnn.figures.sheet import Row, Sheet
from transcnn.figures.table import to_csv, zero_based
from transcnn.trace.trace import BlockTrace, LevelTrace, Trace
from transcnn.words.translator import Translator

NEIGHBOURS = 5
COLUMNS = (
    *zero_based("stage", "block"),
    "map",
    *zero_based("level", "row", "column"),
    *("norm", "red", "green", "blue", "cosine", "maxima_times_uniform"),
)


@dataclass(frozen=True)
class TokensFigure:
    """The tokens of `block`; `token` is a position of its level-0 map, `level` the one in front."""

    t: Translator
    trace: Trace
    block: BlockTrace
    added: Added
    level: int
    token: tuple[int, int]

    @cached_property
    def _front(self) -> LevelTrace:
        return self.block.levels[self.level]

    @cached_property
    def _neighbours(self) -> tuple[Neighbour, ...]:
        return nearest(
            self._front.tokens_in, self.block.ancestor(self.token, self.level), NEIGHBOURS
        )

    @cached_property
    def _colours(self) -> ChannelColours:
        return fit_colours([level.tokens_in for level in self.block.levels])

    @cached_property
    def _added_colours(self) -> ChannelColours:
        return fit_colours([*self.added.terms, self.added.recorded])

    def _borders(self, level: LevelTrace) -> tuple[int, int]:
        """Around each grid that is merged; around each token where none is."""
        return (1, 1) if level.merged_max is None else level.grid_size

    def _boxes(self, on: int, least: int = 0) -> tuple[Box, ...]:
        """The chosen token on a map of level `on`, or what it became on the level `least`."""
        level = max(on, least, self.level)
        (down, across), (step_down, step_across) = map(self.block.token_size, (level, on))
        rows, columns = down / step_down, across / step_across
        row, column = self.block.ancestor(self.token, level)
        return (Box(row * rows, column * columns, rows, columns),)

    def _alike(self) -> dict[int, str]:
        """The numbers of the most similar tokens, by their cells."""
        columns = self._front.size[1]
        cells = (near.token[0] * columns + near.token[1] for near in self._neighbours)
        return {cell: str(number) for number, cell in enumerate(cells, 1)}

    def sheet(self, pixels: NDArray[np.uint8]) -> Sheet:
        """The figure as data; `pixels` [S, S, 3] is the picture as the network saw it."""
        block = self.block
        row, column = self.block.ancestor(self.token, self.level)
        what = self.t(
            "figures.tokens",
            stage=block.stage + 1,
            block=block.block + 1,
            level=self._name(self.level),
            row=row + 1,
            column=column + 1,
        )
        title = self.t("figures.title", model=self.trace.model, what=what)
        rows = (self._levels(pixels), self._norms(), *self._merges(), self._added())
        return Sheet(title, rows, self.t("figures.tokens_limit"))

    def _name(self, level: int) -> str:
        return level_name(self.t, level, len(self.block.levels))

    def _shares(self, fitted: ChannelColours) -> str:
        return " + ".join(self.t.percent(float(share), 0) for share in fitted.share)

    def png(self, pixels: NDArray[np.uint8]) -> bytes:
        return sheet.png(self.sheet(pixels))

    def svg(self, pixels: NDArray[np.uint8]) -> str:
        return sheet.svg(self.sheet(pixels))

    def _levels(self, pixels: NDArray[np.uint8]) -> Row:
        side = len(pixels) / np.array(self.block.size)  # pixels of a token of level 0
        down, across = (side * self.block.token_size(self.level)).tolist()
        row, column = self.block.ancestor(self.token, self.level)
        box = Box(row * down, column * across, down, across)
        picture = image_map(self.t("figures.network_input"), pixels, (box,))
        return Row(
            self.t(
                "figures.tokens_row",
                shares=self._shares(self._colours),
                near=len(self._neighbours),
            ),
            (
                picture,
                *map(self._level, self.block.levels),
            ),
        )

    def _level(self, level: LevelTrace) -> CellMap:
        name = self.t(
            "figures.tokens_level",
            level=self._name(level.level),
            rows=level.size[0],
            columns=level.size[1],
        )
        colours = self._colours(level.tokens_in)
        drawn = image_map(name, colours, self._boxes(level.level), self._borders(level))
        return replace(drawn, texts=self._alike()) if level.level == self.level else drawn

    def _norms(self) -> Row:
        maps = (
            replace(
                value_map(self._name(level.level), token_norms(level.tokens_in), NORMS),
                lines=self._borders(level),
            )
            for level in self.block.levels
        )
        bar = scale_bar(self.t("figures.norm"), NORMS)
        return Row(self.t("figures.norms"), tuple(maps), (bar,))

    def _merges(self) -> tuple[Row, ...]:
        bar = scale_bar(self.t("figures.merge_bar"))
        rows = []
        for merge in merges(self.block):
            above = merge.level + 1
            rows.append(
                Row(
                    self.t(
                        "figures.merge",
                        level=self._name(merge.level),
                        next=self._name(above),
                        error=self.t.number(merge.difference, 2),
                    ),
                    (
                        replace(
                            value_map(
                                self.t("tokens.panel_argmax"), merge.won / merge.uniform, MULTIPLES
                            ),
                            lines=self.block.levels[merge.level].grid_size,
                            boxes=self._boxes(merge.level, above),
                        ),
                        *(
                            image_map(
                                self.t(key), self._colours(tokens), self._boxes(above), (1, 1)
                            )
                            for key, tokens in (
                                ("tokens.panel_max", merge.largest),
                                ("tokens.panel_avg", merge.average),
                                ("tokens.table_sum", merge.merged),
                            )
                        ),
                    ),
                    (bar,),
                )
            )
        return tuple(rows)

    def _added(self) -> Row:
        maps: list[tuple[str, NDArray[np.floating]]] = [
            *((self._name(i), term) for i, term in enumerate(self.added.terms)),
            (self.t("figures.added_sum"), self.added.recorded),
        ]
        return Row(
            self.t(
                "figures.added",
                shares=self._shares(self._added_colours),
                error=self.t.number(self.added.difference, 2),
            ),
            tuple(
                image_map(name, self._added_colours(values), self._boxes(0))
                for name, values in maps
            ),
        )

    def csv(self) -> str:
        """A row for each token of each map: its norm and colour; cosines with the chosen token
        for the level in front; the channels that a token won in the merge that follows.
        """
        likeness = cosines(self._front.tokens_in, self.block.ancestor(self.token, self.level))
        won = {merge.level: merge.won / merge.uniform for merge in merges(self.block)}
        rows: list[tuple[object, ...]] = []
        for name, level, values in self._maps():
            norms = token_norms(values)
            fitted = self._added_colours if name in ("term", "added") else self._colours
            rgb = fitted(values)
            for row, column in np.ndindex(norms.shape):
                tokens = name == "tokens"
                cosine = float(likeness[row, column]) if tokens and level == self.level else ""
                share = float(won[level][row, column]) if tokens and level in won else ""
                where = (self.block.stage, self.block.block, name, level, row, column)
                rows.append(
                    (*where, float(norms[row, column]), *rgb[row, column].tolist(), cosine, share)
                )
        return to_csv(COLUMNS, rows)

    def _maps(self) -> list[tuple[str, int | str, NDArray[np.floating]]]:
        """Every map of the figure: its name, its level ("" for the sum), its values."""
        maps: list[tuple[str, int | str, NDArray[np.floating]]] = [
            ("tokens", level.level, level.tokens_in) for level in self.block.levels
        ]
        for merge in merges(self.block):
            maps += [("max", merge.level, merge.largest), ("average", merge.level, merge.average)]
        maps += [("term", i, term) for i, term in enumerate(self.added.terms)]
        return [*maps, ("added", "", self.added.recorded)]
