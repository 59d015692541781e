"""A picture with places hidden and what came of it, as a figure and as tables.

Stages, blocks, rows and columns count from 0, as in links and commands.
"""

import numpy as np

from transcnn.analysis.occlusion import BoardReading, Hiding, Outcome
from transcnn.figures.attention import scale_bar
from transcnn.figures.scale import colours
from transcnn.figures.sheet import Mark, Panel, Row, Sheet
from transcnn.figures.table import to_csv

Cell = tuple[int, int]

ANSWER_COLUMNS = ("network", "picture", "rank", "index", "label", "probability", "logit")
CELL_COLUMNS = (
    *("stage", "block", "asking_row", "asking_column", "asking_hidden"),
    *("row", "column", "hidden", "share"),
)
_NOTE = "Crosses: hidden. A share says where a block mixed from, not why the answer came."


def hiding_sheet(model: str, hiding: Hiding, stage: int, block: int, cell: Cell) -> Sheet:
    """The hidden picture, and where `cell` of the board reads at the last level of a block."""
    reading = next(r for r in hiding.readings if (r.stage, r.block) == (stage, block))
    rows, columns = hiding.own.shape
    side = len(hiding.pixels) / rows
    hidden = [(int(y), int(x)) for y, x in zip(*np.nonzero(~hiding.own), strict=True)]
    picture = Panel(
        "The picture as the network sees it",
        hiding.pixels,
        (round(side), round(side)),
        (Mark(cell[0] * side, cell[1] * side, side, side),),
    )
    board = Panel(
        f"Where cell {cell[0]},{cell[1]} reads: {_kept(reading)}",
        colours(_multiples(reading, cell, (rows, columns))),
        (1, 1),
        (*(Mark(y, x, 1, 1, "x") for y, x in hidden if (y, x) != cell), Mark(*cell, 1, 1)),
    )
    title = f"{model}, stage {stage}, block {block}, last level (all from 0)"
    answers = (
        f"With H-MHSA: {_answer(hiding.with_attention)}. Bare body: {_answer(hiding.body)}. "
        f"{len(hidden)} of {rows * columns} cells hidden"
    )
    bar = scale_bar("read, multiple of an even share")
    return Sheet(title, (Row(answers, (picture, board), (bar,)),), _NOTE)


def _multiples(reading: BoardReading, cell: Cell, board: tuple[int, int]) -> np.ndarray:
    shares = reading.shares[cell[0] * board[1] + cell[1]]
    return (shares * shares.size).reshape(board)


def _kept(reading: BoardReading) -> str:
    if reading.from_own is None:
        return "all is hidden"
    return f"own cells keep {100 * reading.from_own:.0f} % to own"


def _answer(outcome: Outcome) -> str:
    now, before = outcome.top[0], outcome.before[0]
    return (
        f"{now.name.label} {100 * now.probability:.1f} % (whole picture: {before.name.label} "
        f"{100 * before.probability:.1f} %)"
    )


def answers_csv(hiding: Hiding) -> str:
    """The likeliest classes of both networks, on the whole picture and on the hidden one."""
    rows = []
    for network, outcome in (("with_attention", hiding.with_attention), ("body", hiding.body)):
        for picture, answers in (("whole", outcome.before), ("hidden", outcome.top)):
            for rank, answer in enumerate(answers, 1):
                name, numbers = answer.name, (answer.probability, answer.logit)
                rows.append((network, picture, rank, name.index, name.label, *numbers))
    return to_csv(ANSWER_COLUMNS, rows)


def cells_csv(hiding: Hiding) -> str:
    """What every cell of the board reads from every cell, in every block's last level."""
    places = list(np.ndindex(hiding.own.shape))
    rows = []
    for reading in hiding.readings:
        for i, asking in enumerate(places):
            for k, read in enumerate(places):
                hidden = (int(not hiding.own[asking]), int(not hiding.own[read]))
                share = float(reading.shares[i, k])
                rows.append(
                    (reading.stage, reading.block, *asking, hidden[0], *read, hidden[1], share)
                )
    return to_csv(CELL_COLUMNS, rows)
