"""The tokens of a block as a figure and as a table: levels, merges, what the block adds.

Functions and tables count from 0, as links and commands do; titles count from 1.
"""

from dataclasses import dataclass
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
from transcnn.figures.scale import NORMS, colours, norm_colours
from transcnn.figures.sheet import Mark, Panel, Row, Sheet
from transcnn.figures.table import to_csv
from transcnn.trace.trace import BlockTrace, LevelTrace, Trace
from transcnn.words.translator import Translator

NEIGHBOURS = 5
COLUMNS = (
    *("stage", "block", "map", "level", "row", "column"),
    *("norm", "red", "green", "blue", "cosine", "won_multiple_of_even"),
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

    def _mark(self, level: int, on: int, token: tuple[int, int], label: str = "") -> Mark:
        """The part that a token of `level` covers on a map of level `on`."""
        (down, across), (step_down, step_across) = (
            self.block.token_size(level),
            self.block.token_size(on),
        )
        rows, columns = down / step_down, across / step_across
        return Mark(token[0] * rows, token[1] * columns, rows, columns, label)

    def _marks(self, on: int, least: int = 0) -> tuple[Mark, ...]:
        """The chosen token on a map of level `on`, or what it became on the level `least`."""
        level = max(on, least, self.level)
        return (self._mark(level, on, self.block.ancestor(self.token, level)),)

    def _alike(self) -> tuple[Mark, ...]:
        marks = (
            self._mark(self.level, self.level, near.token, str(i + 1))
            for i, near in enumerate(self._neighbours)
        )
        return (*marks, *self._marks(self.level))

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
        picture = Panel(
            self.t("figures.network_input"),
            pixels,
            marks=(Mark(row * down, column * across, down, across),),
        )
        return Row(
            self.t(
                "figures.tokens_row",
                shares=self._shares(self._colours),
                near=len(self._neighbours),
            ),
            (
                picture,
                *(
                    Panel(
                        self.t(
                            "figures.tokens_level",
                            level=self._name(level.level),
                            rows=level.size[0],
                            columns=level.size[1],
                        ),
                        self._colours(level.tokens_in),
                        self._borders(level),
                        self._alike() if level.level == self.level else self._marks(level.level),
                    )
                    for level in self.block.levels
                ),
            ),
        )

    def _norms(self) -> Row:
        panels = (
            Panel(
                self._name(level.level),
                norm_colours(token_norms(level.tokens_in)),
                self._borders(level),
            )
            for level in self.block.levels
        )
        bar = scale_bar(self.t("figures.norm"), NORMS)
        return Row(self.t("figures.norms"), tuple(panels), (bar,))

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
                        Panel(
                            self.t("figures.merge_argmax"),
                            colours(merge.won / merge.even),
                            self.block.levels[merge.level].grid_size,
                            self._marks(merge.level, above),
                        ),
                        *(
                            Panel(self.t(key), self._colours(tokens), (1, 1), self._marks(above))
                            for key, tokens in (
                                ("figures.maximum", merge.largest),
                                ("figures.average", merge.average),
                                ("figures.sum", merge.merged),
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
                Panel(name, self._added_colours(values), None, self._marks(0))
                for name, values in maps
            ),
        )

    def csv(self) -> str:
        """A row for each token of each map: its norm and colour; cosines with the chosen token
        for the level in front; the channels that a token won in the merge that follows.
        """
        likeness = cosines(self._front.tokens_in, self.block.ancestor(self.token, self.level))
        won = {merge.level: merge.won / merge.even for merge in merges(self.block)}
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
