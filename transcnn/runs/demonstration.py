"""A labelled demonstration set: variations of the sample photos that have a class.

Each photo comes as it is and changed in six ways, each at two severities that are known:

    crop       the middle 70 % or 45 % of each side
    blur       Gaussian, sigma 2 or 5 pixels of 256
    noise      Gaussian, standard deviation 25 or 60 of 255
    occlusion  25 % or 50 % of 8 x 8 cells gray
    rotation   30 or 90 degrees, corners filled with the photo's mean colour
    recolour   hues rotated by a third or a half of the circle

Beside them are their authors and licences, as the licences ask. It is for demonstration, not a
benchmark: 30 photos are few, and the variations of one photo are not independent.
"""

import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from transcnn.figures.table import to_csv
from transcnn.files import private_folder, replacing, write_file
from transcnn.pictures import decode
from transcnn.pictures.samples import ATTRIBUTION, Sample, samples
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

SIDE = 256  # pixels of the shorter side
TABLE = "labels.csv"
TAG = "demonstration"  # on every picture

Vary = Callable[[Image.Image, int, np.random.Generator], Image.Image]


def make_demonstration(folder: Path) -> Path:
    """Write the variations, their attribution and their table into `folder`; the path of the table.

    The same files each time; where the table is there already, nothing is done.
    """
    table = folder / TABLE
    if table.is_file():
        return table
    private_folder(folder)
    said = [translator(language)("about.variations") for language in LANGUAGES]
    text = "\n\n".join([*said, ATTRIBUTION.read_text(encoding="utf-8")])
    write_file(folder / ATTRIBUTION.name, text)
    rows = []
    for sample in samples():
        if sample.accepted:
            rows += _write_variations(sample, folder)
    write_file(table, to_csv(("file", "label", "source", "tags"), rows))
    return table


def _write_variations(sample: Sample, folder: Path) -> list[tuple[str, str, str, str]]:
    photo = _small(decode(sample.path.read_bytes()).image)
    label = "|".join(map(str, sample.accepted))
    made = [("original", photo, "original")]
    for kind, vary in VARIATIONS.items():
        for severity in (1, 2):
            seed = zlib.crc32(f"{sample.name}/{kind}/{severity}".encode())
            r = np.random.Generator(np.random.PCG64(seed))
            made.append(
                (f"{kind}-{severity}", vary(photo, severity, r), f"{kind} {kind}-{severity}")
            )
    rows = []
    for name, picture, tags in made:
        file = f"{sample.name}-{name}.jpg"
        with replacing(folder / file) as part:
            picture.save(part, "JPEG", quality=92)
        rows.append((file, label, sample.name, f"{TAG} {tags}"))
    return rows


def _small(image: Image.Image) -> Image.Image:
    scale = SIDE / min(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.BICUBIC)


def _crop(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:  # noqa: ARG001
    share = {1: 0.7, 2: 0.45}[severity]
    width, height = photo.width * share, photo.height * share
    left, top = (photo.width - width) / 2, (photo.height - height) / 2
    return photo.crop((round(left), round(top), round(left + width), round(top + height)))


def _blur(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:  # noqa: ARG001
    return photo.filter(ImageFilter.GaussianBlur({1: 2, 2: 5}[severity]))


def _noise(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:
    values = np.asarray(photo, dtype=float)
    noisy = values + r.normal(0, {1: 25, 2: 60}[severity], values.shape)
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def _occlude(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:
    values = np.array(photo)
    edges = [np.linspace(0, side, 9).astype(int) for side in values.shape[:2]]
    for cell in r.permutation(64)[: {1: 16, 2: 32}[severity]]:
        row, column = divmod(int(cell), 8)
        values[edges[0][row] : edges[0][row + 1], edges[1][column] : edges[1][column + 1]] = 127
    return Image.fromarray(values)


def _rotate(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:  # noqa: ARG001
    if severity == 2:
        return photo.transpose(Image.Transpose.ROTATE_90)
    mean = tuple(int(v) for v in np.asarray(photo).mean((0, 1)))
    return photo.rotate(30, Image.Resampling.BICUBIC, fillcolor=mean)


def _recolour(photo: Image.Image, severity: int, r: np.random.Generator) -> Image.Image:  # noqa: ARG001
    hue, *others = photo.convert("HSV").split()
    turned = hue.point(lambda value: (value + {1: 85, 2: 128}[severity]) % 256)
    return Image.merge("HSV", (turned, *others)).convert("RGB")


VARIATIONS: Mapping[str, Vary] = {
    "crop": _crop,
    "blur": _blur,
    "noise": _noise,
    "occlusion": _occlude,
    "rotation": _rotate,
    "recolour": _recolour,
}
