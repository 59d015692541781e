"""The classes of networks: the 1000 of ImageNet by index, WNID or name in any language, or a
person's own by their names."""

import difflib
import functools
import json
import unicodedata
from dataclasses import dataclass

from transcnn.assets import FOLDER
from transcnn.words import DEFAULT, LANGUAGES, class_names_in, language, object_names_in
from transcnn.words.visible import visible


@dataclass(frozen=True)
class ClassName:
    """A class: one of ImageNet's 1000, a person's own (no WNID), or one of which only the number
    is known (`numbered`)."""

    index: int
    wnid: str
    label: str
    synonyms: tuple[str, ...] = ()
    numbered: bool = False

    def said_in(self, code: str) -> str:
        """Its name in the language `code`, with the English one beside it where that is usual."""
        spoken = language(code)
        if self.numbered:
            return spoken.numbered_class.format(index=self.index)
        if not self.wnid:
            return self.label
        own = class_names_in(code).get(self.wnid, self.label)
        return own if own == self.label else spoken.class_name.format(name=own, english=self.label)


@functools.cache
def class_names() -> tuple[ClassName, ...]:
    """The 1000 classes in the order of their indices (that of the sorted WNIDs)."""
    rows = json.loads((FOLDER / "labels" / "imagenet.json").read_text(encoding="utf-8"))
    return tuple(
        ClassName(row["index"], row["wnid"], row["en"], tuple(row["en_more"])) for row in rows
    )


@dataclass(frozen=True)
class Classes:
    """The `count` classes of a network, in the order of its logits.

    They are those at `indices` of the 1000 of ImageNet, or have `own` names, or are all 1000; those
    of other networks have numbers only, since weights do not name them.
    """

    count: int = 1000
    indices: tuple[int, ...] | None = None
    own: tuple[str, ...] | None = None

    @property
    def names(self) -> tuple[ClassName, ...]:
        """The class of each logit."""
        return _names(self)

    @property
    def by_number(self) -> tuple[ClassName, ...]:
        """The class of each number that stands for one in runs and links: its index in ImageNet
        where it is one of the 1000, else its position."""
        return class_names() if self.indices is not None else self.names

    def said_in(self, language: str) -> tuple[str, ...]:
        """The name of the class of each logit in a language."""
        return _said_in(self, language)

    def find(self, text: str) -> ClassName | None:
        """The class that `text` names; None if there is none.

        Own names count in any letter case and Unicode form, as folders of other systems have them,
        and the position where no class is called so. Otherwise it is found among the 1000, whether
        the network has it or not.
        """
        if self.names[0].wnid:
            return find_class(text)
        own = self.own or tuple(name.label for name in self.names)
        wanted = folded(text)
        called = (self.names[i] for i, name in enumerate(own) if folded(name) == wanted)
        placed = (name for name in self.names if str(name.index) == text.strip())
        return next(called, None) or next(placed, None)

    def nearest(self, text: str) -> tuple[ClassName, ...]:
        """The classes with the most similarly spelled names; () if none are similar."""
        if self.own is None:
            return nearest_classes(text)
        alike = difflib.get_close_matches(text, self.own, n=3, cutoff=0.6)
        return tuple(self.names[self.own.index(name)] for name in alike)


IMAGENET = Classes()


@functools.lru_cache(8)
def _names(classes: Classes) -> tuple[ClassName, ...]:
    if classes.own is not None:
        return tuple(ClassName(i, "", visible(name)) for i, name in enumerate(classes.own))
    if classes.indices is not None:
        return tuple(class_names()[i] for i in classes.indices)
    if classes.count == len(class_names()):
        return class_names()
    called = language(DEFAULT).numbered_class
    return tuple(
        ClassName(i, "", called.format(index=i), numbered=True) for i in range(classes.count)
    )


@functools.lru_cache(8)
def _said_in(classes: Classes, language: str) -> tuple[str, ...]:
    return tuple(name.said_in(language) for name in classes.names)


def object_name(name: str, code: str) -> str:
    """A detector's class in the language `code`: COCO's categories have names there, a person's own
    classes stay as they are."""
    return object_names_in(code).get(folded(name), visible(name))


def folded(name: str) -> str:
    """A name of an own class without letter case, Unicode form and outer spaces."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold()).strip()


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
