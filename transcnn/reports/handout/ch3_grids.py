"""The figures of chapter 3."""

from dataclasses import replace

from transcnn.course import ch3_grids as going_up
from transcnn.course.questions import Click, Draw
from transcnn.course.scene import Place, Scene
from transcnn.course.steps import QUESTIONS
from transcnn.pictures.changes import Pixels
from transcnn.reports.handout.ch1_attention import Figures, last_board, map_by_hand, products
from transcnn.reports.handout.drawing import Bars, Board, Figure
from transcnn.reports.wording import Wording


def photos(scene: Scene) -> dict[str, Pixels]:
    """The moved picture, by the name that figures use."""
    return {"moved": going_up.moved_pixels(scene, going_up.MOVED)}


def _part(scene: Scene, t: Wording, token: Place) -> Board:
    """The part of the first stage's map around a token, which is marked."""
    (top, left), (rows, columns) = going_up.window(scene, token)
    whole = scene.trace.blocks[0].size
    return Board(
        t("handout_part", top=top + 1, bottom=top + rows, left=left + 1, right=left + columns),
        rows,
        columns,
        marks=[((token[0] - top) * columns + token[1] - left, "t")],
        whole=whole,
        origin=(top, left),
    )


def _with_key(scene: Scene, name: str, board: Board) -> Board:
    """The board with the right cell or rectangle of a question."""
    posed, (top, left) = QUESTIONS[name].pose(scene), board.origin
    match posed.asks if posed else None:
        case Click(best=(y, x)):
            at = ((y - top) * board.columns + x - left, "u")
            return replace(board, marks=(*board.marks, at))
        case Draw(key=(first, start, last, end)):
            box = first - top, start - left, last - top, end - left
            return replace(board, boxes=(*board.boxes, box))
    return board


def _grids(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    part = _part(scene, t, scene.token(scene.trace.blocks[0].size))
    return [_with_key(scene, "grids.own_grid", part) if revealed else part]


def _wall(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    token, trace = going_up.wall_token(scene), scene.trace
    part = _part(scene, t, token)
    if revealed:
        _, trace = going_up.moved(scene, going_up.MOVED)
        name = t("handout_moved", px=going_up.MOVED)
        part = _with_key(scene, "boundary.after_shift", replace(part, name=name, photo="moved"))
        part = _with_key(scene, "boundary.beyond", part)
    size = part.rows, part.columns
    return [replace(part, multiples=going_up.read_in_window(trace, token, part.origin, size))]


def _merging(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.trace.blocks[0]
    boards = {
        name: Board(
            t(f"handout_{name}"),
            values.shape[0],
            values.shape[1],
            amounts=[float(v) for v in values.ravel()],
            dots=[scene.share],
        )
        for name, values in going_up.merged_lengths(block).items()
    }
    if not revealed:
        return [boards["average"], map_by_hand(scene, t)]
    counts = going_up.winners(scene)
    top, left, _, _ = going_up.grid_of(block, scene.token(block.size))
    winners = Board(
        t("handout_winners"),
        counts.shape[0],
        counts.shape[1],
        texts=[str(n) if n else "" for n in counts.ravel()],
        whole=block.size,
        origin=(top, left),
    )
    return [boards["both"], winners, products(scene, t, 0, 1)]


def _up(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block, first = scene.peaked_block or scene.block, scene.trace.blocks[0].size
    dots = [((y + 0.5) / first[0], (x + 0.5) / first[1]) for y, x in going_up.cell_mates(scene)]
    if not revealed:
        return [replace(last_board(scene, block, t("handout_mates")), dots=dots)]
    reading = last_board(scene, block, t("handout_reading"), scene.attention_row(block))
    return [_with_key(scene, "levels.strongest_other", reading)]


def _smoothing(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    if not revealed:
        fine = going_up.smoothed(scene, block)
        rows, columns = fine.shape
        values = [float(m) for m in fine.ravel()]
        return [Board(t("handout_smooth"), rows, columns, values, dots=[scene.share])]
    lengths = enumerate(going_up.level_lengths(scene))
    return [
        last_board(scene, block, t("handout_cells"), scene.attention_row(block)),
        Bars(t("handout_level_lengths"), {t("handout_level", level=i + 1): v for i, v in lengths}),
    ]


def _reaching(scene: Scene, t: Wording, revealed: bool) -> list[Figure]:
    block = scene.peaked_block or scene.block
    marks = ((scene.query_index(block), "t"), (going_up.farthest_cell(scene, block), "u"))
    if not revealed:
        return [last_board(scene, block, t("handout_asker"), None, marks)]
    return [last_board(scene, block, t("handout_reading"), scene.attention_row(block), marks)]


FIGURES: dict[str, Figures] = {
    "3.1": _grids,
    "3.2": _wall,
    "3.3": _merging,
    "3.4": _up,
    "3.5": _smoothing,
    "3.6": _reaching,
}
