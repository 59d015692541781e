"""The 1000 classes of ImageNet, by index, WNID or name in any language."""

import difflib
import functools
import json
from dataclasses import dataclass

from transcnn.assets import FOLDER
from transcnn.words import DEFAULT, LANGUAGES, class_names_in, language


@dataclass(frozen=True)
class ClassName:
    """One of the 1000 classes of ImageNet."""

    index: int
    wnid: str
    label: str
    synonyms: tuple[str, ...]

    def said_in(self, code: str) -> str:
        """Its name in the language `code`, with the English one beside it where that is usual."""
        spoken = language(code)
        if not self.wnid:
            return spoken.numbered_class.format(index=self.index)
        own = class_names_in(code).get(self.wnid, self.label)
        return own if own == self.label else spoken.class_name.format(name=own, english=self.label)


@functools.cache
def class_names() -> tuple[ClassName, ...]:
    """The 1000 classes in the order of their indices (that of the sorted WNIDs)."""
    rows = json.loads((FOLDER / "labels" / "imagenet.json").read_text(encoding="utf-8"))
    return tuple(
        ClassName(row["index"], row["wnid"], row["en"], tuple(row["en_more"])) for row in rows
    )


@functools.lru_cache(8)
def names_of(classes: int, indices: tuple[int, ...] | None = None) -> tuple[ClassName, ...]:
    """The names of a network's classes: ImageNet's if there are 1000, or those at `indices` of the
    1000. Classes of other networks are numbered from 0, since weights do not name them.
    """
    if indices is not None:
        return tuple(class_names()[i] for i in indices)
    if classes == len(class_names()):
        return class_names()
    numbered = language(DEFAULT).numbered_class
    return tuple(ClassName(i, "", numbered.format(index=i), ()) for i in range(classes))


@functools.cache
def _by_name() -> dict[str, ClassName]:
    """Every accepted name of a class, in lower case with spaces; of equal ones the first counts."""
    found: dict[str, ClassName] = {}
    for write in (
        lambda c: (c.wnid,),
        lambda c: (str(c.index),),
        lambda c: (c.label,),
        lambda c: c.synonyms,
        lambda c: filter(None, (class_names_in(code).get(c.wnid) for code in LANGUAGES)),
    ):
        for name in class_names():
            for text in write(name):
                found.setdefault(_plain(text), name)
    return found


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


def find_class(text: str) -> ClassName | None:
    """The class that `text` names by WNID, index, label, synonym or its name in any language; None
    if there is none."""
    if text.strip().startswith("-"):  # -1 is not class 1
        return None
    return _by_name().get(_plain(text))


def nearest_classes(text: str, count: int = 3) -> tuple[ClassName, ...]:
    """The classes with the most similarly spelled names, the most similar first; () if none."""
    alike = difflib.get_close_matches(_plain(text), list(_by_name()), n=2 * count, cutoff=0.6)
    return tuple(dict.fromkeys(_by_name()[name] for name in alike))[:count]


@functools.lru_cache(8)
def class_labels(
    language: str, classes: int = 1000, indices: tuple[int, ...] | None = None
) -> tuple[str, ...]:
    """The names of a network's classes in a language.

    `indices` are the network's classes among the 1000, where it has some of them.
    """
    return tuple(name.said_in(language) for name in names_of(classes, indices))
