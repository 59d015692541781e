"""Any size and shape of images: what is seen of them, and that places lie where they belong."""

import itertools

import numpy as np
import pytest
from PIL import Image

from transcnn import Classifier
from transcnn.errors import ChoiceError
from transcnn.evaluation import evaluate, find_pictures, parse_change
from transcnn.explain.methods import make_method
from transcnn.explain.subject import Subject, Target
from transcnn.figures.explained import explained_sheet
from transcnn.figures.sheet import svg
from transcnn.pictures.decode import from_image
from transcnn.pictures.prepare import RESIZES, most_pixels, prepare
from transcnn.words.translator import translator

SHAPES = {"landscape": (600, 250), "portrait": (180, 400), "square": (256, 256), "line": (3, 900)}
"""Width and height."""


@pytest.fixture(scope="module")
def classifier():
    return Classifier("transcnn_nano", device="cpu")


def ramp(size):
    """An image whose red is the fraction of its width, and whose green that of its height."""
    width, height = size
    across, down = ((np.arange(side) + 0.5) / side * 255 for side in (width, height))
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = across[None], down[:, None]
    pixels[..., 2] = 255  # of gray, blue is 127
    return from_image(Image.fromarray(pixels))


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("size", [64, 100])
def test_every_place_of_the_input_lies_where_its_pixels_come_from(resize, shape, size):
    picture = ramp(SHAPES[shape])

    pixels, crop = prepare(picture, size, resize)

    assert pixels.shape == (*crop.sides, 3)
    assert pixels.shape[0] * pixels.shape[1] <= most_pixels(size, resize)
    seen = 0
    for y, x in itertools.product(*({*range(0, side, 7), (side - 1) // 2} for side in crop.sides)):
        box = crop.on_picture(y, x, y + 1, x + 1)
        at = (
            (box.left + box.right) / 2 / picture.size[0],
            (box.top + box.bottom) / 2 / picture.size[1],
        )
        red, green, blue = pixels[y, x].astype(float)
        if min(at) < -0.05 or max(at) > 1.05:
            assert (red, green, blue) == (127, 127, 127)
        elif min(at) > 0.05 and max(at) < 0.95:
            seen += 1
            cell = 255 / np.array(picture.size)  # a step of the ramp, of few pixels
            assert abs(red - 255 * at[0]) < 5 + cell[0]
            assert abs(green - 255 * at[1]) < 5 + cell[1]
    assert seen


def test_what_the_ways_show_of_a_landscape():
    shown = {resize: prepare(ramp((400, 200)), 64, resize)[1] for resize in RESIZES}

    assert tuple(shown["crop"].box) == (100, 0, 300, 200)
    assert tuple(shown["squash"].box) == (0, 0, 400, 200)
    assert tuple(shown["pad"].box) == (0, -100, 400, 300)
    assert tuple(shown["whole"].box) == (0, 0, 400, 200)
    assert {resize: crop.sides for resize, crop in shown.items()} == {
        "crop": (64, 64),
        "squash": (64, 64),
        "pad": (64, 64),
        "whole": (64, 128),
    }


def test_whole_keeps_the_shape_up_to_four_sides_in_multiples_of_32():
    sides = {size: prepare(ramp(size), 128, "whole")[1].sides for size in SHAPES.values()}

    assert sides == {(600, 250): (128, 320), (180, 400): (288, 128), (256, 256): (128, 128)} | {
        (3, 900): (512, 32)
    }


@pytest.mark.parametrize("resize", RESIZES)
@pytest.mark.parametrize("shape", ["landscape", "portrait"])
def test_tokens_of_a_trace_lie_where_their_pixels_come_from(classifier, resize, shape):
    picture = ramp(SHAPES[shape])
    trace = classifier.trace(picture, resize, size=96)
    block = trace.block(1, 0)
    rows, columns = (side / n for side, n in zip(trace.crop.sides, block.size, strict=True))

    assert (rows, columns) == (8, 8)
    for token in [(0, 0), (block.size[0] - 1, block.size[1] - 1), (3, 5)]:
        first = trace.read(1, 0, token)[0]
        row, column = token
        wanted = trace.crop.on_picture(8 * row, 8 * column, 8 * row + 8, 8 * column + 8)
        own_row, own_column = first.own
        assert first.areas[own_row][own_column] == pytest.approx(wanted)


def test_tokens_of_a_size_that_is_no_multiple_are_cut_at_the_edge(classifier):
    trace = classifier.trace(ramp((200, 200)), size=100)
    block = trace.block(1, 0)

    reading = trace.read(1, 0, (12, 12))[0]

    assert block.size == (13, 13)
    row, column = reading.own
    assert reading.areas[row][column] == pytest.approx((192, 192, 200, 200))


@pytest.mark.parametrize("shape", ["landscape", "portrait"])
@pytest.mark.parametrize("method", ["saliency", "occlusion", "grad_cam", "rollout"])
def test_a_map_of_a_whole_image_has_its_shape(classifier, shape, method):
    pixels, crop = classifier.prepare(ramp(SHAPES[shape]), "whole", 64)
    subject = Subject(classifier, pixels, Target(0))

    found = make_method(method).explain(subject)

    rows, columns = found.values.shape
    assert rows * crop.sides[1] == columns * crop.sides[0]
    assert svg(explained_sheet(translator("en"), subject, found)).startswith("<svg")


def test_predictions_at_any_size_and_shape(classifier):
    pictures = [ramp(size) for size in SHAPES.values()]

    for resize, size in itertools.product(RESIZES, (None, 32, 100)):
        one_by_one = [classifier.predict(p, 3, resize, size) for p in pictures]
        for found, wanted in zip(
            classifier.predict_many(pictures, 3, resize, batch=4, size=size),
            one_by_one,
            strict=True,
        ):
            assert [a.output for a in found.top] == [a.output for a in wanted.top]
    assert classifier.predict(pictures[0]) == classifier.predict(pictures[0], 5, "crop", 128)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, classifier):
    folder = tmp_path_factory.mktemp("shapes")
    name = classifier.names[0].label
    (folder / name).mkdir()
    for shape, size in SHAPES.items():
        ramp(size).image.save(folder / name / f"{shape}.png")
    return folder


@pytest.mark.parametrize("attention", ["on", "uniform"])
def test_an_evaluation_of_whole_images_is_that_of_each(classifier, folder, attention):
    pictures = find_pictures(folder, None, classifier.classes)

    found = evaluate(classifier, pictures, "whole", attention, size=64)

    right = 0
    for one in pictures:
        pixels, _ = classifier.prepare(one.path, "whole", 64)
        logits = classifier.logits(pixels[None], classifier.intervention(attention))[0]
        right += int(logits.argmax() == 0)
    assert (found.count, found.top1) == (4, right / 4)


def test_images_of_several_shapes_are_not_mixed(classifier, folder):
    pictures = find_pictures(folder, None, classifier.classes)
    allowed = r"crop, squash, pad where images are mixed \(cutmix, swapped\)"

    with pytest.raises(ChoiceError, match=allowed):
        evaluate(classifier, pictures, "whole", "swapped")
    with pytest.raises(ChoiceError, match=allowed):
        evaluate(classifier, pictures, "whole", change=parse_change("cutmix:0.4"))


def test_other_sizes_and_ways_are_refused_in_one_sentence(classifier, folder, called):
    image = next(folder.rglob("square.png"))

    for size in (0, 31, 2049, -5):
        sentence = f"size is {size}; allowed: 32 to 2048 pixels.\n"
        assert called("predict", image, "--size", size) == (2, "", sentence)
        assert called("evaluate", folder, "--model", "transcnn_nano", "--size", size) == (
            2,
            "",
            sentence,
        )
    with pytest.raises(ChoiceError, match="resize is 'fit'; allowed: crop, squash, pad, whole"):
        classifier.predict(image, resize="fit")
    method = ("explain", image, "--method", "saliency", "--resize", "whole")
    assert called(*method, "--faithfulness") == (
        2,
        "",
        "resize is 'whole'; allowed: crop, squash, pad with --faithfulness.\n",
    )
    assert called(*method, "--crop", 20) == (
        2,
        "",
        "crop is 20; allowed: 50 unless --resize is crop.\n",
    )
