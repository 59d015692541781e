"""The terms of the field, and a card of the four that the course begins with.

They are in words/<language>/glossary.toml: [card.<name>], one for each of `CARD`, and
[terms.<name>] have a `term` and what it `says` in one sentence; terms also the `words` by which
texts use them.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from transcnn.course.checking import check_keys, check_text, read_toml
from transcnn.words import FOLDER

CARD = ("token", "grid", "level", "attention")


@dataclass(frozen=True)
class GlossaryTerm:
    """What something is called, and what it means in one sentence."""

    term: str
    says: str
    words: tuple[str, ...] = ()


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
    terms = {n: _term(f"{where}: terms.{n}", one, True) for n, one in found["terms"].items()}
    card = {n: _term(f"{where}: card.{n}", one, False) for n, one in found["card"].items()}
    return Glossary(terms, card)


def _term(where: str, entry: Any, used: bool) -> GlossaryTerm:
    check_keys(where, entry, ("term", "says", *(["words"] if used else [])))
    words = tuple(entry.get("words", ()))
    for said in (entry["term"], entry["says"], *words):
        check_text(where, said)
    return GlossaryTerm(entry["term"], entry["says"], words)


@dataclass
class TermLinks:
    """Links each term of a glossary to its card, where the texts of a page first use it."""

    glossary: Glossary
    used: set[str] = field(default_factory=set)

    def __call__(self, text: str) -> str:
        """The text in Markdown, the first use of every term in it a link to #term-<name>."""

        def link(found: re.Match[str]) -> str:
            name = named[found[0].lower()]
            if name in self.used:
                return found[0]
            self.used.add(name)
            return f"[{found[0]}](#term-{name})"

        named = {w.lower(): name for name, term in self.glossary.terms.items() for w in term.words}
        return re.sub(
            "|".join(map(_pattern, sorted(named, key=len, reverse=True))), link, text, flags=re.I
        )


def _pattern(word: str) -> str:
    """Finds the word, where it is not a part of another one; Chinese has no gaps between words."""
    before = r"(?<![A-Za-z-])" if word[0].isascii() else ""
    after = r"(?![A-Za-z-])" if word[-1].isascii() else ""
    return f"{before}{re.escape(word)}{after}"
