"""Texts from outside, such as names of files, made safe to print."""

import unicodedata

# Joiners belong to the spelling of several scripts and to emoji; alone they change nothing.
_KEPT = "\u200c\u200d"
QUOTED = 300  # characters of a value that an error quotes
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")  # control, direction, half characters, line ends


def visible(text: str, keep: str = "") -> str:
    r"""The text with control, escape, line-end and direction characters written out, as in `\x1b`.

    A terminal, a log, a table or a page then shows all of it, and nothing else happens. Characters
    in `keep` stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(c) if _hides(c) and c not in keep else c for c in text)


def shorten(text: str, most: int) -> str:
    """The text, or its beginning and end where it is longer than `most` characters."""
    if len(text) <= most:
        return text
    begin = 2 * most // 3
    return f"{text[:begin]}…{text[len(text) - (most - begin - 1) :]}" if most > 2 else text[:most]


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _HIDDEN and character not in _KEPT


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a name that is no text
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape", "backslashreplace").decode("ascii")
