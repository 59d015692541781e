"""Attention: the attention weights of one block at one level, averaged over heads.

    values[s] = T * mean over heads of P[t, s]         for the query token t (or its ancestor)
    values[s] = T * mean over heads and t of P[t, s]   without one: over all queries of the grid

T is the number of tokens of the grid, so 1 is uniform attention. The map shows where the block
mixes information from, not why the model predicted this class; it is the same for every class.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from transcnn.explain.attribution import Attribution, Values
from transcnn.explain.kinds import Kind
from transcnn.explain.method import OnProgress, quiet, settings_of
from transcnn.explain.names import METHODS
from transcnn.explain.parts import find_block, find_level
from transcnn.explain.subject import Subject
from transcnn.trace.trace import LevelTrace


@dataclass(frozen=True)
class Attention:
    """At `level` of `block` of `stage`, from 0; None is the last. `token` is the query token (row,
    column) on the block's map; None averages over all queries.

    Tokens outside the query's grid, to which it cannot attend, are 0. Raises ChoiceError for a part
    that the network lacks.
    """

    stage: int | None = None
    block: int | None = None
    level: int | None = None
    token: tuple[int, int] | None = None

    name: ClassVar[str] = "attention"
    kind: ClassVar[Kind] = METHODS[name].kind

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        stage, block = find_block(subject.classifier, self.stage, self.block)
        level = find_level(subject.classifier, stage, block, self.level)
        on_progress(0)
        trace = subject.trace
        on_progress(1)
        if self.token is None:
            values = _mean_over_queries(trace.block(stage, block).levels[level])
        else:
            reading = trace.read(stage, block, self.token)[level]
            values = np.zeros(trace.block(stage, block).levels[level].size)
            rows, columns = reading.valid.any(1).sum(), reading.valid.any(0).sum()
            top, left = reading.grid_origin
            values[top : top + rows, left : left + columns] = reading.multiple.mean(0)[
                :rows, :columns
            ]
        used = replace(self, stage=stage, block=block, level=level)
        return Attribution(self.name, self.kind, values, settings_of(used))


def _mean_over_queries(level: LevelTrace) -> Values:
    """The mean attention to each token over the queries of its grid, in multiples of uniform."""
    queries = level.valid[None, :, :, :, None]  # rows of padding tokens are ignored
    summed = np.where(queries, level.multiple, 0).sum(3, dtype=np.float64)  # h down across s
    mean = summed.mean(0) / level.valid.sum(-1, keepdims=True)
    return level.as_map(mean)
