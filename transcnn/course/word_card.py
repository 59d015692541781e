"""The drawings of the card of terms: SVG in the colour of the text around it."""

from html import escape

_SIDE, _CELL = 4, 20  # cells a side of the map that is drawn, and pixels of one
_WEIGHTS = (0.1, 0.2, 0.05, 0.05, 0.2, 0.75, 0.1, 0.05, 0.1, 0.45, 0.9, 0.05, 0.05, 0.1, 0.2, 0.05)


def draw(word: str, says: str, ink: str = "currentColor") -> str:
    """The drawing of one term of the card; `says` is its sentence, the alternative text."""
    parts = {"token": _token, "grid": _grid, "level": _level, "attention": _attention}[word]()
    look = f'xmlns="http://www.w3.org/2000/svg" fill="none" stroke="{ink}" color="{ink}"'
    named = f'role="img" aria-label="{escape(says)}"'
    return f'<svg viewBox="-4 -4 168 88" width="168" height="88" {named} {look}>{parts}</svg>'


def _map(left: int, side: int, cell: int) -> str:
    size = side * cell
    lines = "".join(
        f"M{left} {i * cell}h{size}M{left + i * cell} 0v{size}" for i in range(side + 1)
    )
    return f'<path d="{lines}" stroke-opacity="0.45"/>'


def _cell(row: int, column: int, opacity: float, left: int = 40) -> str:
    return (
        f'<rect x="{left + column * _CELL}" y="{row * _CELL}" width="{_CELL}" height="{_CELL}" '
        f'fill="currentColor" fill-opacity="{opacity}" stroke="none"/>'
    )


def _token() -> str:
    return _cell(1, 2, 0.75) + _map(40, _SIDE, _CELL)


def _grid() -> str:
    inside = "".join(_cell(row, column, 0.3) for row in (0, 1) for column in (2, 3))
    outline = '<rect x="80" y="0" width="40" height="40" stroke-width="3" stroke-dasharray="6 4"/>'
    return inside + _map(40, _SIDE, _CELL) + outline


def _level() -> str:
    """Four by four in grids of two by two; an arrow; two by two."""
    below = "".join(_cell(row, column, 0.3, 0) for row in (0, 1) for column in (2, 3))
    cuts = '<path d="M40 0v80M0 40h80" stroke-width="3" stroke-dasharray="6 4"/>'
    arrow = '<path d="M88 40h20m-6 -6l6 6l-6 6" stroke-width="2"/>'
    above = '<g transform="translate(0 20)">' + _cell(0, 1, 0.75, 120) + _map(120, 2, 20) + "</g>"
    return below + _map(0, _SIDE, _CELL) + cuts + arrow + above


def _attention() -> str:
    """The query token has a ring; the darker a token, the larger its attention weight."""
    cells = "".join(_cell(*divmod(i, _SIDE), share) for i, share in enumerate(_WEIGHTS))
    ring = f'<circle cx="{40 + 1.5 * _CELL}" cy="{2.5 * _CELL}" r="7" stroke-width="3"/>'
    return cells + _map(40, _SIDE, _CELL) + ring
