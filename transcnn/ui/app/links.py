"""The codec of links: what a visitor has chosen, as the parameters of an address.

A page declares its part as a frozen dataclass derived from `LinkPart`. A field made with `param`
has a name in the link, a default, and a `Text` that writes and reads it; other fields are not part
of links. Defaults are left out. Links are never trusted: what cannot be read is as if it was not
there, and `LinkPart.existing` replaces what a network does not have. The browser gets finished
parameters (`browser_link`) and has no rule of its own.
"""

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypeVar

from transcnn.errors import TransCNNError
from transcnn.model.config import Network

_PARAM = "param"
_LONGEST = 2_000  # characters of a parameter that are looked at


@dataclass(frozen=True)
class Text:
    """Writes a value and reads it back; `read` raises ValueError or TransCNNError for no value."""

    write: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Param:
    """How a field stands in a link. `old`: names that links had before; `of_image`: left out where
    the image is an upload, which is not part of links.
    """

    name: str
    text: Text
    default: Any
    old: tuple[str, ...]
    of_image: bool


def param(
    default: Any, text: Text, name: str, *, old: tuple[str, ...] = (), of_image: bool = False
) -> Any:
    """A field of a `LinkPart` that stands in links."""
    return field(default=default, metadata={_PARAM: Param(name, text, default, old, of_image)})


@dataclass(frozen=True)
class LinkPart:
    """What a visitor has chosen on a page, or on several."""

    @classmethod
    def translated(cls, link: Mapping[str, str]) -> Mapping[str, str]:
        """A link with the parameters of today, where those of former versions meant others."""
        return link

    def existing(self, config: Network) -> Self:  # noqa: ARG002
        """The same with the default in place of what the network does not have."""
        return self

    def for_other_image(self) -> Self:
        """What remains when another image is chosen."""
        return self

    def for_other_network(self) -> Self:
        """What remains when another network is chosen."""
        return self


Part = TypeVar("Part", bound=LinkPart)


def params(kind: type[LinkPart]) -> dict[str, Param]:
    """The parameters of a part, by its fields."""
    return {f.name: f.metadata[_PARAM] for f in fields(kind) if _PARAM in f.metadata}


def names(kinds: Iterable[type[LinkPart]]) -> list[str]:
    """The names that the parts have in links, also those of before."""
    found = [n for kind in kinds for p in params(kind).values() for n in (p.name, *p.old)]
    return list(dict.fromkeys(found))


def decode(kind: type[Part], link: Mapping[str, str], over: Part | None = None) -> Part:
    """The part of a link; fields that are not part of links are those of `over`."""
    link = kind.translated(link)
    found = {}
    for name, one in params(kind).items():
        found[name] = one.default
        text = next((link[n] for n in (one.name, *one.old) if n in link), None)
        if text is not None and len(text) <= _LONGEST:
            with contextlib.suppress(ValueError, TransCNNError):
                found[name] = one.text.read(text)
    return kind(**found) if over is None else replace(over, **found)


def encode(*parts: LinkPart, upload: bool = False) -> dict[str, str]:
    """The parameters that differ from their defaults; `upload`: the image is one."""
    return {
        one.name: one.text.write(getattr(part, name))
        for part in parts
        for name, one in params(type(part)).items()
        if getattr(part, name) != one.default and not (upload and one.of_image)
    }


def browser_link(*parts: LinkPart, upload: bool = False) -> dict[str, str | None]:
    """`encode` for the browser to write: None for parameters that go out of the address."""
    return dict.fromkeys(names(map(type, parts))) | encode(*parts, upload=upload)


# How values are written.


def whole_number(text: str) -> int:
    """A whole number from 0 of at most 9 digits. Raises ValueError for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise ValueError(text)
    return int(text)


def word(longest: int = 200) -> Text:
    """Any text of at most `longest` characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise ValueError("too long")
        return text

    return Text(str, read)


def one_of(options: Collection[str], old: Mapping[str, str] | None = None) -> Text:
    """One of `options`; `old` are words of former versions, with those of today."""

    def read(text: str) -> str:
        text = (old or {}).get(text, text)
        if text not in options:
            raise ValueError(text)
        return text

    return Text(str, read)


def some_of(options: Collection[str]) -> Text:
    """Several of `options`, each once; what is none of them is left out."""

    def read(text: str) -> tuple[str, ...]:
        found = tuple(one for one in dict.fromkeys(text.split(",")) if one in options)
        if text and not found:
            raise ValueError(text)
        return found

    return Text(",".join, read)


def numbers(separator: str = ",", *, least: int = 0, most: int) -> Text:
    """`least` to `most` whole numbers, all or none of them."""

    def read(text: str) -> tuple[int, ...]:
        found = tuple(whole_number(part) for part in text.split(separator)) if text else ()
        if not least <= len(found) <= most:
            raise ValueError(text)
        return found

    return Text(lambda found: separator.join(map(str, found)), read)


NUMBER = Text(str, whole_number)
POSITION = numbers(least=2, most=2)  # row and column
