"""The images of a visitor's own classes: what they are called, and what was left out, and why.

Images are kept as the network sees them, with a small photo to look at; their files are not kept.
"""

import functools
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.errors import TransCNNError
from transcnn.labels import folded
from transcnn.pictures import decode, prepare
from transcnn.ui.app.images import decoding
from transcnn.words.translator import Translator, plain

LEAST_CLASSES, MOST_CLASSES = 2, 20
LEAST_IMAGES = 2  # of a class: one to learn from while the other is held out
MOST_IMAGES = 600  # together: about 120 MB
SIDE = 224  # pixels of an image, the largest input of the included networks
_LONGEST_NAME = 40  # letters of a class's name
_PHOTO_SIDE = 480  # pixels, the longer side of the photo
_THUMB, _SHOWN = 72, 12  # pixels of a thumbnail, how many a class shows
_COLUMNS = 6


@dataclass(frozen=True, eq=False)
class OwnImage:
    """An image: pixels [SIDE, SIDE, 3] of its central square and a JPEG file of all of it."""

    name: str
    pixels: NDArray[np.uint8]
    photo: bytes

    @functools.cached_property
    def digest(self) -> str:
        """sha256 of the pixels: the same whatever file they came in."""
        return hashlib.sha256(self.pixels.tobytes()).hexdigest()


def read_image(name: str, data: bytes) -> OwnImage:
    """The image of a file. Raises PictureError."""
    with decoding:
        decoded = decode(data)
        pixels, _ = prepare(decoded, SIDE)
        photo = decoded.image.copy()
        photo.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    photo.save(file, "JPEG", quality=90)
    return OwnImage(name, pixels, file.getvalue())


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that was not taken. `why`: an error, or an entry of the page's words, which
    `details` fill."""

    name: str
    why: TransCNNError | str
    details: Mapping[str, Any] = field(default_factory=dict)

    def said_in(self, t: Translator) -> str:
        """Name and reason, for Markdown."""
        if isinstance(self.why, str):
            reason = t(f"own_classes.{self.why}", **self.details)
        else:
            reason = t.error(self.why)
        return f"**{plain(self.name)}**: {plain(reason)}"


@dataclass(frozen=True, eq=False)
class OwnClass:
    """A class. `number` stays when others go; `named`: by the visitor."""

    number: int
    name: str
    named: bool = False
    images: tuple[OwnImage, ...] = ()

    @functools.cached_property
    def sheet(self) -> bytes:
        """A WebP file with thumbnails of the first images, in rows."""
        thumbs = [
            Image.fromarray(one.pixels).resize((_THUMB, _THUMB), Image.Resampling.BOX)
            for one in self.images[:_SHOWN]
        ]
        columns, rows = min(_COLUMNS, len(thumbs)), -(-len(thumbs) // _COLUMNS)
        step = _THUMB + 2
        sheet = Image.new("RGBA", (columns * step - 2, rows * step - 2))
        for i, thumb in enumerate(thumbs):
            sheet.paste(thumb, (i % _COLUMNS * step, i // _COLUMNS * step))
        file = io.BytesIO()
        sheet.save(file, "WEBP", quality=85)
        return file.getvalue()

    @property
    def in_sheet(self) -> int:
        """How many images the sheet shows."""
        return min(_SHOWN, len(self.images))


@dataclass
class Collection:
    """All classes of a visitor, and what was left out of what they brought last."""

    classes: list[OwnClass] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    made: int = 0  # classes, also those that are gone

    @property
    def images(self) -> int:
        """How many there are in all classes."""
        return sum(len(one.images) for one in self.classes)

    @property
    def room(self) -> int:
        """How many more images are taken."""
        return MOST_IMAGES - self.images

    @property
    def contents(self) -> str:
        """A digest of all names and images: whether anything changed."""
        found = hashlib.sha256()
        for one in self.classes:
            found.update(repr((one.name, [image.digest for image in one.images])).encode())
        return found.hexdigest()

    def find(self, name: str) -> OwnClass | None:
        """The class that is called so, in any letter case."""
        return next((one for one in self.classes if folded(one.name) == folded(tidy(name))), None)

    def add_class(self, name: str, *, named: bool = False) -> OwnClass:
        """A new class; the caller has made sure that there is room, and none of that name."""
        self.made += 1
        self.classes.append(OwnClass(self.made, tidy(name), named))
        return self.classes[-1]

    def rename(self, number: int, name: str) -> str | None:
        """Call a class otherwise; an entry of the words where it cannot be."""
        name = tidy(name)
        if not folded(name):
            return "no_name"
        other = self.find(name)
        if other is not None and other.number != number:
            return "name_taken"
        self._change(number, name=name, named=True)
        return None

    def remove(self, number: int) -> None:
        """Drop a class with its images."""
        self.classes = [one for one in self.classes if one.number != number]

    def has(self, digest: str) -> bool:
        """Whether the image is in one of the classes."""
        return any(image.digest == digest for one in self.classes for image in one.images)

    def drop(self, digest: str) -> None:
        """Drop an image from whatever class it is in."""
        for one in self.classes:
            kept = tuple(image for image in one.images if image.digest != digest)
            if len(kept) < len(one.images):
                self._change(one.number, images=kept)

    def add(self, number: int, images: Iterable[OwnImage]) -> None:
        """Add images to a class. One that is there already is left out, as are those for which
        there is no room: of a doubtful label the one that was given first counts."""
        known = {image.digest: one for one in self.classes for image in one.images}
        (into,) = (one for one in self.classes if one.number == number)
        taken, room = list(into.images), self.room
        for image in images:
            if (other := known.get(image.digest)) is not None:
                same = "same_image" if other.number == number else "same_in_other"
                self.left_out.append(LeftOut(image.name, same, {"name": other.name}))
            elif not room:
                self.left_out.append(LeftOut(image.name, "too_many", {"limit": MOST_IMAGES}))
            else:
                known[image.digest] = into
                taken.append(image)
                room -= 1
        self._change(number, images=tuple(taken))

    def add_named(self, name: str, images: Sequence[OwnImage]) -> None:
        """Add images to the class that is called so, a new one where there is none."""
        found = self.find(name)
        if found is None:
            if len(self.classes) >= MOST_CLASSES:
                self.left_out.append(LeftOut(name, "too_many_classes", {"limit": MOST_CLASSES}))
                return
            found = self.add_class(name, named=True)
        elif found.name != tidy(name):
            self.left_out.append(LeftOut(name, "joined", {"name": found.name}))
        self.add(found.number, images)

    def drop_unused(self) -> None:
        """Drop classes that have neither images nor a name of the visitor's."""
        self.classes = [one for one in self.classes if one.images or one.named]

    def missing(self) -> tuple[str, dict[str, Any]] | None:
        """What keeps a network from learning: an entry of the words with its values; or nothing."""
        if len(self.classes) < LEAST_CLASSES:
            return "needs_classes", {"least": LEAST_CLASSES}
        few = [one for one in self.classes if len(one.images) < LEAST_IMAGES]
        if few:
            names = ", ".join(f"{one.name} ({len(one.images)})" for one in few)
            return "needs_images", {"least": LEAST_IMAGES, "names": names}
        return None

    def _change(self, number: int, **values: Any) -> None:
        self.classes = [
            replace(one, **values) if one.number == number else one for one in self.classes
        ]


def tidy(name: str) -> str:
    """A name of a class as it is kept: one line, not too long."""
    return " ".join(name.split())[:_LONGEST_NAME].strip()
