"""Reading tables of others: CSV files whose rows, columns and cells have limits.

The lines are counted and measured before they are taken apart, so that a table of any size costs no
more than the limits allow.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from transcnn.errors import FolderError, NotPlainFile, TableTooLarge
from transcnn.files import read_plain
from transcnn.limits import limits

_LINES_OF_A_ROW = 10  # a cell may have line ends, and some programs write empty lines


def read_text(path: Path) -> str:
    """The text of a table in UTF-8, with or without its mark. Raises TableTooLarge,
    and FolderError for what is no plain file, or no text."""
    try:
        return read_plain(path, limits().table_mb, too_large(path)).decode("utf-8-sig")
    except NotPlainFile as error:
        reason = f"it is a {error.details['kind']}, not a file"
        raise FolderError(folder=path, reason=reason) from error
    except UnicodeDecodeError as error:
        raise FolderError(folder=path, reason="it is not a CSV file in UTF-8") from error


def rows_of(text: str, path: Path, most_rows: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file by the numbers of their lines, from 1, the names of the columns first;
    empty lines are left out. `path` is for errors. Raises FolderError, among them TableTooLarge."""
    allowed, count = limits(), 0
    table = csv.reader(_lines(text, path, _LINES_OF_A_ROW * (most_rows + 1)))
    try:
        for cells in table:
            if not cells:
                continue
            count += 1
            if count > most_rows + 1 or len(cells) > allowed.columns:
                raise too_large(path, most_rows)
            if any(len(cell) > allowed.cell_characters for cell in cells):
                raise too_large(path, most_rows)
            yield table.line_num, cells
    except csv.Error as error:
        raise FolderError(folder=path, reason="it is not a CSV file in UTF-8") from error


def _lines(text: str, path: Path, most: int) -> Iterator[str]:
    """The lines, one at a time: a list of all of them would be larger than the text. At most so
    many, empty ones and those inside of quotes too."""
    longest, begin, count = limits().line_characters, 0, 0
    while begin < len(text):
        end = text.find("\n", begin) + 1 or len(text)
        count += 1
        if end - begin > longest or count > most:
            raise too_large(path)
        yield text[begin:end]
        begin = end


def too_large(path: Path, most_rows: int | None = None) -> TableTooLarge:
    """The error of a table beyond the limits."""
    allowed = limits()
    return TableTooLarge(
        folder=path,
        megabytes=allowed.table_mb,
        rows=allowed.rows if most_rows is None else most_rows,
        columns=allowed.columns,
        line=allowed.line_characters,
        cell=allowed.cell_characters,
    )
