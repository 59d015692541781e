"""All words of the app: strings/<language>.toml, keyed by purpose.

A sentence may have named gaps, `{m}`, and emphasis, `*like this*`, which the browser's side sets
in bold type.
"""

import functools
import re
import string
import tomllib
from pathlib import Path
from typing import Any

from transcnn.errors import TransCNNError
from transcnn.labels import names_of

# Each in its own words, for people who look for theirs.
LANGUAGES = {"en": "English", "zh": "中文"}
_STRINGS = Path(__file__).with_name("strings")


class Words:
    """The catalogue of one language."""

    def __init__(self, language: str) -> None:
        text = (_STRINGS / f"{language}.toml").read_text(encoding="utf-8")
        self.language = language
        self._tables: dict[str, dict[str, str]] = tomllib.loads(text)

    def __call__(self, key: str, **gaps: Any) -> str:
        """The sentence "table.name", its gaps filled."""
        table, name = key.split(".")
        return self._tables[table][name].format(**gaps)

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
def words(language: str) -> Words:
    """The words of `language`, one of `LANGUAGES`."""
    return Words(language)


@functools.lru_cache(8)
def class_labels(
    language: str, classes: int = 1000, indices: tuple[int, ...] | None = None
) -> tuple[str, ...]:
    """The names of a network's classes; those of the 1000 in Chinese with the English beside.

    `indices` are the network's classes among the 1000, where it has some of them.
    """
    names = names_of(classes, indices)
    if language == "zh" and names[0].wnid:
        return tuple(" ".join(dict.fromkeys((n.chinese, n.label))) for n in names)
    return tuple(name.chinese if language == "zh" else name.label for name in names)
