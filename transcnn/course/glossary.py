"""The terms of the field, and a card of the four that the course begins with.

They are in words/<language>/glossary.toml: [card.<name>], one for each of `CARD`, and
[terms.<name>] have a `term` and what it `says` in one sentence.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transcnn.course.checking import check_keys, check_text, read_toml
from transcnn.words import FOLDER

CARD = ("token", "grid", "level", "attention")


@dataclass(frozen=True)
class GlossaryTerm:
    """What something is called, and what it means in one sentence."""

    term: str
    says: str


@dataclass(frozen=True)
class Glossary:
    """Terms by their names, in the order in which they are shown; those of the card apart."""

    terms: Mapping[str, GlossaryTerm]
    card: Mapping[str, GlossaryTerm]


@functools.cache
def load_glossary(language: str) -> Glossary:
    """The glossary of a language. Raises ChoiceError naming what is wrong in its file."""
    text = (FOLDER / language / "glossary.toml").read_text(encoding="utf-8")
    return read_glossary(language, text)


def read_glossary(language: str, text: str) -> Glossary:
    """The same of a text. Raises ChoiceError."""
    where = f"glossary/{language}.toml"
    found = read_toml(where, text)
    check_keys(where, found, ("card", "terms"))
    check_keys(f"{where}: card", found["card"], CARD)
    return Glossary(
        **{
            part: {name: _term(f"{where}: {part}.{name}", entry) for name, entry in table.items()}
            for part, table in found.items()
        }
    )


def _term(where: str, entry: Any) -> GlossaryTerm:
    check_keys(where, entry, ("term", "says"))
    for said in entry.values():
        check_text(where, said)
    return GlossaryTerm(**entry)
