"""Tables as CSV: the only place that writes them, with the same line ends and rules everywhere.

Spreadsheets take a cell for a formula by its first sign, even after spaces, in full width, or where
they part cells at another sign than the comma. Such a sign gets an apostrophe before it. Numbers
stay numbers, and JSON and Parquet need nothing of this.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from transcnn.words.visible import visible

# In each width and height that Unicode has.
_SIGNS = (
    r"=+\-@\u2212\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
    r"\u207c\u208c\u207a\u208a\u207b\u208b\ufb29\u2a75\u2a76"
)
# At the beginning, and after what other spreadsheets take for the end of a cell.
_FORMULA = re.compile(rf"(?:^|(?<=[;\t\r\n]))(?=[\s\u200b\ufeff'\"]*[{_SIGNS}])")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?(inf|nan)", re.ASCII | re.IGNORECASE)


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The rows below the names of their columns."""
    return csv_lines([columns, *rows])


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows without a heading, or the heading alone: for files that grow."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows([safe_cell(one) for one in row] for row in rows)
    return file.getvalue()


def plain_cell(text: str) -> str:
    """A cell as it was before `to_csv` put an apostrophe before its sign."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text


def zero_based(*names: str) -> tuple[str, ...]:
    """Names of columns whose numbers count from 0."""
    return tuple(f"{name} (0-based)" for name in names)


def safe_cell(value: object) -> object:
    """The value as a cell that no spreadsheet takes for a formula and no terminal for a command."""
    if isinstance(value, Path):  # an address, which other programs open
        return _harmless(str(value))
    if not isinstance(value, str):
        return value
    return _harmless(visible(value, keep="\n"))


def _harmless(text: str) -> str:
    """The text, with an apostrophe before each part that a spreadsheet may take for a formula."""
    return text if _NUMBER.fullmatch(text) else _FORMULA.sub("'", text)
