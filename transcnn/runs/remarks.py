"""What one person adds to a run that many see: kept in memory, and the file is only read."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from transcnn.analysis.errors.table import Table
from transcnn.runs.store import Store


@dataclass
class Remarks:
    """Notes and tags by image id, and filters by the names under which they were saved."""

    notes: dict[int, str] = field(default_factory=dict)
    tags: dict[int, tuple[str, ...]] = field(default_factory=dict)
    slices: dict[str, str] = field(default_factory=dict)

    def over(self, table: Table) -> Table:
        """The table with these notes in place of its own, and these tags besides its own."""
        if not self.notes and not self.tags:
            return table
        ids = table.ids.tolist()
        return replace(
            table,
            notes=tuple(map(self.notes.get, ids, table.notes)),
            tags=tuple(
                tags.union(self.tags.get(picture, ()))
                for picture, tags in zip(ids, table.tags, strict=True)
            ),
        )


class RemarkedRun(Store):
    """A run whose notes, tags and saved filters are those of `remarks` besides the file's own."""

    def __init__(self, path: Path, remarks: Remarks) -> None:
        super().__init__(path)
        self.remarks = remarks

    @contextlib.contextmanager
    def _open(self, mode: str = "rw") -> Iterator[sqlite3.Connection]:
        with super()._open(mode) as db:  # "ro" would leave an empty journal, a change of the run
            db.execute("PRAGMA query_only = ON")
            yield db

    def table(self) -> Table:
        return self.remarks.over(super().table())

    def write_note(self, picture: int, text: str) -> None:
        self.remarks.notes[picture] = text

    def write_tags(self, picture: int, tags: Sequence[str]) -> None:
        self.remarks.tags[picture] = tuple(sorted(set(tags)))

    def own_tags(self, picture: int) -> list[str]:
        return list(self.remarks.tags.get(picture, ()))

    def slices(self) -> dict[str, str]:
        return dict(sorted({**super().slices(), **self.remarks.slices}.items()))

    def save_slice(self, name: str, text: str) -> None:
        if text:
            self.remarks.slices[name] = text
        else:
            self.remarks.slices.pop(name, None)
