"""Sentences by key: "table.name" is the entry `name` of <language>/<table>.toml.

An entry is a sentence with placeholders, or a table of its plural forms by CLDR's categories:

    found = "{count} images"
    found = { one = "{count} image", other = "{count} images" }
    tested = { by = "tests", one = "{tests} group of {of}", other = "{tests} groups of {of}" }

`by` names the placeholder that decides; without it, it is `count`.
"""

import functools
import re
import string
import tomllib
from pathlib import Path
from typing import Any, Protocol

from transcnn.words.languages import FOLDER, language
from transcnn.words.numbers import Numbers
from transcnn.words.visible import QUOTED, shorten, visible

# Files of a shape of their own, which their readers check.
_OTHERS = ("before_after", "classes", "glossary", "language", "objects", "samples")

Entry = str | dict[str, str]


class Detailed(Protocol):
    """An error with the values of its sentence's placeholders."""

    details: dict[str, Any]


class Translator(Numbers):
    """The catalogue of one language, and its numbers."""

    def __init__(self, code: str) -> None:
        super().__init__(language(code).tag)
        self.language = code
        self._tables: dict[str, dict[str, Entry]] = {
            file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
            for file in (FOLDER / code).glob("*.toml")
            if file.stem not in _OTHERS
        }

    def __call__(self, key: str, /, **placeholders: Any) -> str:
        """The sentence of a key, its placeholders filled."""
        table, name = key.split(".")
        return self._sentence(self._tables[table][name], placeholders).format(**placeholders)

    def __contains__(self, key: str) -> bool:
        table, name = key.split(".")
        return name in self._tables[table]

    def table(self, name: str) -> dict[str, Entry]:
        """All entries of a table, placeholders open: for the browser, which fills them."""
        return self._tables[name]

    def error(self, error: Detailed, whole_paths: bool = False) -> str:
        """The sentence of an error, one of `transcnn.errors`.

        Of paths it has the names alone, since a visitor has no business where this computer keeps
        its files; or the `whole_paths`.
        """
        entry = self._tables["errors"][type(error).__name__]
        details = {
            name: value.name if isinstance(value, Path) and not whole_paths else value
            for name, value in error.details.items()
        }
        return _QUOTING.format(self._sentence(entry, details), **details)

    def _sentence(self, entry: Entry, placeholders: dict[str, Any]) -> str:
        if isinstance(entry, str):
            return entry
        form = self._locale.plural_form(placeholders[entry.get("by", "count")])
        return entry.get(form, entry["other"])


class _Quoting(string.Formatter):
    """Fills in values from outside: visible, and of a length that can be read."""

    def format_field(self, value: Any, format_spec: str) -> str:
        return shorten(visible(super().format_field(value, format_spec)), QUOTED)


_QUOTING = _Quoting()


def plain(text: str) -> str:
    """A text from outside, such as a file's name, so that Markdown shows it as it is."""
    shown = visible(" ".join(text.split()))
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", shown)


@functools.cache
def translator(code: str) -> Translator:
    """The words of the language `code`, one of `LANGUAGES`."""
    return Translator(code)
