"""What is kept of a picture: each case's answer is what the network says, asked by hand."""

import hashlib
import io
import zlib

import numpy as np
import pytest
from PIL import Image

from tests.golden.recipe import fill
from tests.pictures.refused import NOT_A_PICTURE
from transcnn import Classifier, create_model
from transcnn.analysis.appearance import appearance
from transcnn.analysis.errors.table import CASES
from transcnn.assets import FOLDER
from transcnn.pictures import decode, prepare
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measure import measure, prepare_item
from transcnn.runs.measured import Broken

SAMPLES = FOLDER / "samples"
ITEMS = [
    LabelledPicture("zebra.jpg", SAMPLES / "zebra.jpg", (340,), "zebra"),
    LabelledPicture("sub/cat.jpg", SAMPLES / "cat.jpg", (281, 282, 285), "cat"),
    LabelledPicture("wrong.jpg", SAMPLES / "pizza.jpg", (2,), "pizza"),
]


@pytest.fixture(scope="module")
def prepared():
    return [prepare_item(item, 224, "crop") for item in ITEMS]


@pytest.fixture(scope="module")
def found(lite0, prepared):
    return measure(lite0, prepared)


def hidden(pixels, cells):
    covered = pixels.copy()
    for row, column in cells:
        covered[32 * row : 32 * row + 32, 32 * column : 32 * column + 32] = 127
    return covered


def drawn(name, count):
    """The cells with the smallest of 49 numbers that follow from the name."""
    r = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    return [divmod(int(i), 7) for i in np.argsort(r.random(49), kind="stable")[:count]]


def by_hand(lite0, item, case):
    """The logits [1000] of one case, one picture, by the switch or by painting the cells."""
    pixels, _ = prepare(decode(item.path.read_bytes()), 224, "crop")
    match case:
        case "off" | "uniform":
            return lite0.logits(pixels[None], lite0.intervention(case))[0]
        case "edge":
            cells = [(y, x) for y in range(7) for x in range(7) if {y, x} & {0, 6}]
        case "most_read":
            attention = lite0.attention(pixels[None])
            last = max(p.stage for p in attention)
            blocks = {p.block for p in attention if p.stage == last}
            boards = []
            for block in blocks:
                levels = [p for p in attention if (p.stage, p.block) == (last, block)]
                boards.append(attention[max(levels, key=lambda p: p.level)][0, :, 0, 0])
            read = np.mean([b.numpy().mean((0, 1)) for b in boards], axis=0)
            cells = [divmod(int(i), 7) for i in np.argsort(-read, kind="stable")[:10]]
        case "random":
            cells = drawn(item.name, 10)
        case _:
            cells = []
    return lite0.logits(hidden(pixels, cells)[None])[0]


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_answered_as_the_network_answers_by_hand(lite0, found, case):
    for item, measured in zip(ITEMS, found, strict=True):
        logits = by_hand(lite0, item, case)
        shares = np.exp(logits.double().numpy() - float(logits.max()))
        shares /= shares.sum()
        answer = measured.predictions[case]
        order = np.argsort(-shares, kind="stable")

        assert [c for c, _ in answer.top] == order[:5].tolist()
        assert [p for _, p in answer.top] == pytest.approx(shares[order[:5]].tolist(), abs=2e-4)
        right = sum(shares[label] for label in item.labels)
        assert answer.true_probability == pytest.approx(right, abs=2e-4)
        ranks = [order.tolist().index(label) for label in item.labels]
        assert answer.true_rank == min(ranks)


def test_the_cases_are_those_of_the_table_and_differ(found):
    for measured in found:
        assert tuple(measured.predictions) == CASES
        assert len({a.true_probability for a in measured.predictions.values()}) == len(CASES)
    assert [m.predictions["on"].true_rank == 0 for m in found] == [True, True, False]


def test_a_batch_gives_what_each_picture_gives_alone(lite0, prepared, found):
    for one, together in zip(prepared, found, strict=True):
        (alone,) = measure(lite0, [one])

        assert (alone.name, alone.digest, alone.size) == (
            together.name,
            together.digest,
            together.size,
        )
        assert alone.thumbnail == together.thumbnail
        assert alone.features == pytest.approx(together.features, rel=1e-3, abs=1e-4)
        assert alone.attention.received == pytest.approx(together.attention.received, rel=1e-3)
        for case in CASES:
            a, b = alone.predictions[case], together.predictions[case]
            assert [c for c, _ in a.top] == [c for c, _ in b.top]
            assert a.true_probability == pytest.approx(b.true_probability, abs=1e-4)


def test_the_file_and_its_looks_are_kept(prepared, found):
    for item, pixels, measured in zip(ITEMS, prepared, found, strict=True):
        data = item.path.read_bytes()
        picture = decode(data)
        assert measured.digest == hashlib.sha256(data).hexdigest()
        assert measured.size == picture.size
        megapixels = picture.size[0] * picture.size[1] / 1e6
        looks = appearance(pixels.pixels, megapixels)
        assert {k: measured.features[k] for k in looks} == looks
        assert measured.attention.numbers.items() <= measured.features.items()
        thumb = Image.open(io.BytesIO(measured.thumbnail))
        assert (thumb.format, max(thumb.size)) == ("JPEG", 112)
        assert thumb.width / thumb.height == pytest.approx(
            picture.size[0] / picture.size[1], rel=0.02
        )


def test_several_right_classes_count_together(found):
    cat = found[1].predictions["on"]
    shares = dict(cat.top)

    assert cat.true_probability >= sum(shares.get(label, 0) for label in ITEMS[1].labels)
    assert cat.true_probability > max(shares.values())


def test_pictures_are_cut_or_squeezed_as_asked(prepared):
    squeezed = prepare_item(ITEMS[0], 224, "squash")

    assert not np.array_equal(squeezed.pixels, prepared[0].pixels)


def test_on_another_board_the_most_read_places_are_those_of_its_cells(small, tmp_path):
    """96 pixels have 3 x 3 cells, as the last stage's board has places; a fifth of 9 is 2."""
    Image.effect_noise((128, 128), 90).convert("RGB").save(tmp_path / "a.png")
    one = prepare_item(LabelledPicture("a.png", tmp_path / "a.png", (3,), "a"), 96, "crop")

    (found,) = measure(small, [one])

    board = np.array(found.attention.received).reshape(found.attention.grid)
    assert board.shape == (3, 3)
    cells = [divmod(int(i), 3) for i in np.argsort(-board, axis=None, kind="stable")[:2]]
    logits = small.logits(hidden(one.pixels, cells)[None])[0]
    assert found.predictions["most_read"].true_probability == pytest.approx(
        float(logits.softmax(0)[3]), abs=1e-4
    )


def test_a_network_of_few_classes_answers_by_their_numbers_among_all():
    """Zebra, cat, shark, pizza, lion and panda, in that order of logits."""
    numbers = (340, 281, 2, 963, 291, 388)
    shape = dict(classes=numbers, widths=(16, 24, 32, 48), head_width=8, input_size=96)
    network = Classifier.around(fill(create_model("transcnn_nano", **shape)), "0" * 64)
    one = prepare_item(ITEMS[2], 96, "crop")  # said to be a shark

    (found,) = measure(network, [one])

    shares = network.logits(one.pixels[None])[0].softmax(0).tolist()
    order = sorted(range(6), key=lambda place: -shares[place])
    on = found.predictions["on"]
    assert [number for number, _ in on.top] == [numbers[place] for place in order[:5]]
    assert on.true_probability == pytest.approx(shares[2], abs=1e-5)
    assert on.true_rank == order.index(2)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("text.jpg", NOT_A_PICTURE),
        ("half.jpg", "This JPEG image is damaged or incomplete."),
        ("nowhere.jpg", "No such file or directory."),
        ("folder", "Is a directory."),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, name, why):
    (tmp_path / "text.jpg").write_text("no picture")
    (tmp_path / "half.jpg").write_bytes((SAMPLES / "zebra.jpg").read_bytes()[:5000])
    (tmp_path / "folder").mkdir()

    found = prepare_item(LabelledPicture(name, tmp_path / name, (340,), name), 224, "crop")

    assert found == Broken(name, why)


def test_a_name_that_no_file_can_have_is_one_sentence(tmp_path):
    found = prepare_item(LabelledPicture("a\0b", tmp_path / "a\0b", (340,), "a"), 224, "crop")

    assert isinstance(found, Broken)
