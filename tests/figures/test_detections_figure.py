"""The figure of what a detector finds: boxes, masks and labels on the image."""

import io
import itertools
import tomllib
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from transcnn.detection.objects import Detected, Detection, Mask
from transcnn.detection.presets import ANIMALS, COCO
from transcnn.figures.detections import colour_of, draw_detections
from transcnn.figures.drawing import LIGHT, Picture, Ring, Tag
from transcnn.labels import object_name
from transcnn.pictures import take_picture
from transcnn.pictures.geometry import Box
from transcnn.words import FOLDER
from transcnn.words.translator import translator

ENGLISH, CHINESE = translator("en"), translator("zh")


def photo(width, height):
    return take_picture(Image.new("RGB", (width, height), (90, 90, 90)))


def drawn(width, height, *detections, t=ENGLISH, threshold=0.5):
    found = Detected((width, height), detections)
    picture = photo(width, height)
    return draw_detections(t, picture, found, COCO, model="planted", threshold=threshold)


def of_kind(drawing, kind):
    return [shape for shape in drawing.shapes if isinstance(shape, kind)]


def inside(tag, area):
    return (
        area.left <= tag.left
        and tag.left + tag.width <= area.left + area.width
        and area.top <= tag.top
        and tag.top + tag.height <= area.top + area.height
    )


def apart(first, second):
    return (
        first.left + first.width <= second.left
        or second.left + second.width <= first.left
        or first.top + first.height <= second.top
        or second.top + second.height <= first.top
    )


def test_labels_lie_on_the_image_wherever_the_boxes_are():
    corners = [(0, 0, 30, 20), (770, 0, 800, 20), (0, 580, 30, 600), (770, 580, 800, 600)]
    boxes = [Box(*at) for at in corners] + [Box(0, 0, 800, 600)]

    drawing = drawn(800, 600, *(Detection(60, 0.9, box) for box in boxes))

    image = of_kind(drawing, Picture)[0]
    tags = of_kind(drawing, Tag)
    assert len(tags) == 5
    assert all(inside(tag, image) for tag in tags)


def test_labels_of_crowded_boxes_do_not_cover_each_other():
    random = np.random.default_rng(33)
    corners = random.uniform(0, 300, (60, 2))
    found = [
        Detection(i, 0.99 - i / 200, Box(x, y, x + 40, y + 40)) for i, (x, y) in enumerate(corners)
    ]

    tags = of_kind(drawn(800, 600, *found), Tag)

    assert len(tags) == 60
    assert all(apart(*pair) for pair in itertools.combinations(tags, 2))


@pytest.mark.parametrize("size", [(4000, 6), (6, 4000), (1, 1)])
def test_extreme_images_have_their_labels_on_the_page(size):
    drawing = drawn(*size, Detection(15, 0.9, Box(0, 0, *size)))

    [tag] = of_kind(drawing, Tag)
    page = Picture(0, 0, drawing.width, drawing.height, np.zeros((1, 1, 3), np.uint8))
    assert inside(tag, page)
    assert Image.open(io.BytesIO(drawing.png)).size == (drawing.width, drawing.height)


def test_boxes_and_masks_lie_where_the_objects_are():
    pixels = np.zeros((300, 400), dtype=bool)
    pixels[100:200, 40:120] = True
    drawing = drawn(400, 300, Detection(16, 0.9, Box(40, 100, 120, 200), Mask.of(pixels)))

    image, overlay = of_kind(drawing, Picture)
    [ring] = of_kind(drawing, Ring)
    scale = image.width / 400
    expected = (image.left + 40 * scale, image.top + 100 * scale)
    assert (ring.left, ring.top) == pytest.approx(expected)
    assert (ring.right - ring.left, ring.bottom - ring.top) == pytest.approx(
        (80 * scale, 100 * scale)
    )
    rows, columns = np.nonzero(overlay.pixels[..., 3])
    assert (rows.min(), rows.max() + 1) == (100 * scale, 200 * scale)
    assert (columns.min(), columns.max() + 1) == (40 * scale, 120 * scale)
    contour, within = overlay.pixels[160, 64, 3], overlay.pixels[200, 100, 3]
    assert contour == 255 > within > 0


def test_what_is_below_the_threshold_is_not_drawn():
    low, high = (Detection(15, score, Box(9, 9, 50, 50)) for score in (0.3, 0.6))

    assert len(of_kind(drawn(100, 100, high, low), Tag)) == 1
    drawing = drawn(100, 100, low)
    assert (of_kind(drawing, Tag), of_kind(drawing, Ring)) == ([], [])
    assert drawing.title == "planted: no object with a score of at least 0.50"


def test_labels_and_titles_speak_both_languages():
    zebra = Detection(COCO.index("zebra"), 0.876, Box(0, 0, 90, 90))

    english, chinese = (drawn(300, 300, zebra, t=t) for t in (ENGLISH, CHINESE))

    assert [tag.text for d in (english, chinese) for tag in of_kind(d, Tag)] == [
        "zebra 0.88",
        "斑马 0.88",
    ]
    assert english.title == "planted: 1 object with a score of at least 0.50"
    assert chinese.title == "planted：1 个目标的置信度不低于 0.50"


def test_every_category_has_a_chinese_name_and_own_classes_keep_theirs():
    names = tomllib.loads((FOLDER / "zh" / "objects.toml").read_text(encoding="utf-8"))

    assert list(names) == list(COCO)
    assert set(ANIMALS) < set(COCO)
    assert len(set(names.values())) == 80
    assert object_name("my own class", "zh") == "my own class"
    assert object_name("dog", "en") == "dog"


def luminance(colour):
    shares = np.frombuffer(bytes.fromhex(colour[1:]), np.uint8) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_dark_letters_are_readable_on_every_colour_and_animals_differ_in_theirs():
    colours = {colour_of(label) for label in range(80)}

    assert len({colour_of(label) for label in range(len(ANIMALS))}) == len(ANIMALS)
    assert LIGHT not in colours
    for colour in colours:
        assert (luminance(colour) + 0.05) / (luminance("#14130F") + 0.05) >= 4.5


def test_the_svg_holds_the_photo_once_and_every_label_as_text():
    dog = Detection(COCO.index("dog"), 0.9, Box(10, 10, 90, 90))
    drawing = ElementTree.fromstring(drawn(300, 200, dog).svg)

    [image] = drawing.findall(".//{*}image")
    assert image.get("href").startswith("data:image/jpeg;base64,")
    assert "dog 0.90" in [text.text for text in drawing.findall(".//{*}text")]
