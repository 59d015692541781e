"""Sentences by key: "table.name" is the entry `name` of <language>/<table>.toml."""

import functools
import re
import string
import tomllib
from typing import Any

from transcnn.errors import TransCNNError
from transcnn.words.languages import FOLDER

# Files of a shape of their own, which their readers check.
_OTHERS = ("glossary", "before_after", "samples")


class Translator:
    """The catalogue of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._tables: dict[str, dict[str, str]] = {
            file.stem: tomllib.loads(file.read_text(encoding="utf-8"))
            for file in (FOLDER / language).glob("*.toml")
            if file.stem not in _OTHERS
        }

    def __call__(self, key: str, **placeholders: Any) -> str:
        """The sentence "table.name", its gaps filled."""
        table, name = key.split(".")
        return self._tables[table][name].format(**placeholders)

    def table(self, name: str) -> dict[str, str]:
        """All sentences of a table, gaps open: for the browser's side, which fills them."""
        return self._tables[name]

    def error(self, error: TransCNNError) -> str:
        """What to tell a person about `error`."""
        return self._tables["errors"][type(error).__name__].format(**error.details)


def plain(text: str) -> str:
    """A text from outside, such as a file's name, so that Markdown shows it as it is."""
    return re.sub(f"([{re.escape(string.punctuation)}])", r"\\\1", " ".join(text.split()))


@functools.cache
def translator(language: str) -> Translator:
    """The words of `language`, one of `LANGUAGES`."""
    return Translator(language)
