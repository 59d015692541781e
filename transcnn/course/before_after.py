"""The test before the course and the one after it: two parallel forms of six items.

Items 1 to 3 of a form can be answered from a sentence that was read (surface), 4 to 6 need it to be
put to use (deep). Half of the learners begin with form A, half with B. The words are in
assets/before_after/<language>.toml.
"""

import functools
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from transcnn.analysis.cost.attention import hmhsa
from transcnn.course.checking import check_keys, check_text, read_toml
from transcnn.words import FOLDER

Form = Literal["A", "B"]
Depth = Literal["surface", "deep"]

FORMS: tuple[Form, Form] = ("A", "B")
TIMES = ("before", "after")

# Item 4: a map, its grids, and how they are changed.
_SIDE, _GROWN, _GRID, _WIDER = 32, 64, 4, 8
_GAPS = {
    "side": str(_SIDE),
    "grown": str(_GROWN),
    "g": str(_GRID),
    "wider": str(_WIDER),
    "board": str(_SIDE // _GRID),
}


@dataclass(frozen=True)
class FormItem:
    """One item of a form; `options` have words in the file, `key` is the right one of them."""

    form: Form
    number: int
    depth: Depth
    options: tuple[str, ...]
    key: str

    @property
    def name(self) -> str:
        return f"{self.form}{self.number}"

    @property
    def shown(self) -> tuple[str, ...]:
        """The options in the order in which they are shown: shuffled by form and item."""
        return tuple(sorted(self.options, key=lambda o: zlib.crc32(f"{self.name}{o}".encode())))


def _products(side: int, grid: int) -> tuple[int, int]:
    """The multiply-adds of all pairs at level 0 and at the last level, for one channel."""
    first, last = hmhsa((side, side), 1, 1, (grid,)).products
    return first.value, last.value


def _factors(before: tuple[int, int], after: tuple[int, int]) -> tuple[Fraction, ...]:
    return tuple(Fraction(b, a) for a, b in zip(before, after, strict=True))


def _named(factors: tuple[Fraction, ...], offered: Mapping[str, tuple[Fraction, ...]]) -> str:
    return next(name for name, those in offered.items() if those == factors)


_GROWTH = {
    "area": (Fraction(4), Fraction(4)),
    "unlike": (Fraction(4), Fraction(16)),
    "square": (Fraction(16), Fraction(16)),
}
_WIDENING = {
    "side": (Fraction(2), Fraction(1, 2)),
    "unlike": (Fraction(4), Fraction(1, 16)),
    "square": (Fraction(16), Fraction(1, 4)),
}
_GROWS = _named(_factors(_products(_SIDE, _GRID), _products(_GROWN, _GRID)), _GROWTH)
_WIDENS = _named(_factors(_products(_GROWN, _GRID), _products(_GROWN, _WIDER)), _WIDENING)

ITEMS = (
    FormItem("A", 1, "surface", ("object", "channel", "place"), "place"),
    FormItem("A", 2, "surface", ("rows", "columns", "both"), "rows"),
    FormItem("A", 3, "surface", ("average", "maximum", "both"), "both"),
    FormItem("A", 4, "deep", tuple(_GROWTH), _GROWS),
    FormItem("A", 5, "deep", ("yes", "no", "alike"), "no"),
    FormItem("A", 6, "deep", ("reason", "unneeded", "wrong"), "unneeded"),
    FormItem("B", 1, "surface", ("pixel", "grid", "head"), "grid"),
    FormItem("B", 2, "surface", ("one", "share", "quarter"), "share"),
    FormItem("B", 3, "surface", ("average", "maximum", "both"), "both"),
    FormItem("B", 4, "deep", tuple(_WIDENING), _WIDENS),
    FormItem("B", 5, "deep", ("last", "own", "nothing"), "own"),
    FormItem("B", 6, "deep", ("own", "avoided", "even"), "avoided"),
)
BY_NAME = {item.name: item for item in ITEMS}


def items_of(form: str) -> tuple[FormItem, ...]:
    return tuple(item for item in ITEMS if item.form == form)


def form_at(learner: str, time: str) -> Form:
    """The form that a learner gets before or after: half of them the other way round."""
    return FORMS[(zlib.crc32(learner.encode()) + TIMES.index(time)) % 2]


@dataclass(frozen=True)
class FormItemWords:
    """The question of an item, and its options."""

    asks: str
    options: Mapping[str, str]


@functools.cache
def load_items(language: str) -> dict[str, FormItemWords]:
    """The words of every item by its name. Raises ChoiceError naming what is wrong in the file."""
    return read_items(
        language, (FOLDER / language / "before_after.toml").read_text(encoding="utf-8")
    )


def read_items(language: str, text: str) -> dict[str, FormItemWords]:
    """The same of a text. Raises ChoiceError."""
    where = f"before_after/{language}.toml"
    found = read_toml(where, text)
    check_keys(where, found, BY_NAME)
    words = {}
    for name, item in BY_NAME.items():
        check_keys(f"{where}: {name}", found[name], ("asks", "options"))
        asks, options = found[name]["asks"], found[name]["options"]
        check_keys(f"{where}: {name}.options", options, item.options)
        check_text(f"{where}: {name}", asks, tuple(_GAPS))
        for said in options.values():
            check_text(f"{where}: {name}", said)
        words[name] = FormItemWords(asks.format(**_GAPS), options)
    return words
