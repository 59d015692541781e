"""The languages, and what differs between them besides their sentences.

A third language is one line in `LANGUAGES` and one folder with the files of `en/`.
"""

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent

LANGUAGES = {"en": "English", "zh": "中文"}  # by code, each under its own name

DEFAULT = next(iter(LANGUAGES))


@dataclass(frozen=True)
class Language:
    """What `<language>/language.toml` says."""

    tag: str  # BCP 47: of HTML, and for CLDR's plurals and numbers
    class_name: str  # an ImageNet class by {name}, its own in this language, and {english}
    numbered_class: str  # a class without a name, by {index}
    word: str  # a regular expression of what counts as a word of a lesson
    longest_lesson: int  # in such words


@functools.cache
def language(code: str) -> Language:
    """The language `code`, one of `LANGUAGES`."""
    return Language(**_read(code, "language"))


@functools.cache
def class_names_in(code: str) -> dict[str, str]:
    """ImageNet's classes in a language, by WNID; empty where it has no names of its own."""
    return _read(code, "classes")


@functools.cache
def object_names_in(code: str) -> dict[str, str]:
    """COCO's categories in a language, by their English names; empty where it has none of its
    own."""
    return _read(code, "objects")


def _read(code: str, file: str) -> dict[str, Any]:
    path = FOLDER / code / f"{file}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
