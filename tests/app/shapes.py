"""Images of three classes that any network tells apart: disks, squares and stripes."""

import io
import zipfile

import numpy as np
from PIL import Image, ImageDraw

KINDS = ("disk", "square", "stripes")


def shape(kind: str, number: int, size: tuple[int, int] = (240, 180)) -> bytes:
    """A JPEG file; the same for the same number."""
    r = np.random.Generator(np.random.PCG64([KINDS.index(kind), number]))
    image = Image.new("RGB", size, tuple(map(int, r.integers(90, 200, 3))))
    draw = ImageDraw.Draw(image)
    x, y, side = int(r.integers(50, 140)), int(r.integers(30, 90)), int(r.integers(40, 60))
    colour = tuple(map(int, r.integers(0, 90, 3)))
    if kind == "disk":
        draw.ellipse([x, y, x + side, y + side], fill=colour)
    elif kind == "square":
        draw.rectangle([x, y, x + side, y + side], fill=colour)
    else:
        for left in range(-100, size[0], 15):
            draw.line([left + x, 0, left + x + 50, size[1]], fill=colour, width=5)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90)
    return file.getvalue()


def shapes(kind: str, count: int) -> list[tuple[str, bytes]]:
    """Files by name and bytes."""
    return [(f"{kind}-{number}.jpg", shape(kind, number)) for number in range(count)]


def packed(files: dict[str, bytes]) -> bytes:
    """A zip of files by their paths."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return whole.getvalue()
