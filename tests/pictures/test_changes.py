"""The fixed changes of a picture, by independent code and by numbers that must never move."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.errors import ChoiceError
from transcnn.evaluation import Change, parse_change
from transcnn.pictures.changes import apply_change, changed_cells

NAMES = st.text(max_size=20)
SHARES = st.floats(0, 1)


def pictures(count, side=224):
    return np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)


def smallest(u, k):
    """Which of the numbers are the k smallest, by sorting pairs instead of numpy's argsort."""
    return {i for _, i in sorted((value, i) for i, value in enumerate(u))[:k]}


def generator(name):
    return np.random.Generator(np.random.PCG64(zlib.crc32(name.encode("utf-8"))))


@given(name=NAMES, share=SHARES)
def test_gray_covers_the_cells_with_the_smallest_numbers(name, share):
    picture = pictures(1)[0]
    chosen = smallest(generator(name).random(49), round(share * 49))
    expected = picture.copy()
    for y in range(7):
        for x in range(7):
            if 7 * y + x in chosen:
                expected[32 * y : 32 * y + 32, 32 * x : 32 * x + 32] = (127, 127, 127)

    found = apply_change(picture, Change("gray", share), name, 0, 1, pytest.fail)

    assert np.array_equal(found, expected)


@given(name=NAMES, share=SHARES, run=st.integers(2, 9), data=st.data())
def test_cutmix_takes_the_same_cell_of_the_drawn_picture(name, share, run, data):
    index = data.draw(st.integers(0, run - 1))
    all_pictures = pictures(run)
    r = generator(name)
    chosen = smallest(r.random(49), round(share * 49))
    expected = all_pictures[index].copy()
    for cell in range(49):  # row by row
        if cell in chosen:
            source = (index + r.integers(1, run)) % run
            assert source != index
            y, x = divmod(cell, 7)
            expected[32 * y : 32 * (y + 1), 32 * x : 32 * (x + 1)] = all_pictures[
                source, 32 * y : 32 * (y + 1), 32 * x : 32 * (x + 1)
            ]

    found = apply_change(
        all_pictures[index],
        Change("cutmix", share),
        name,
        index,
        run,
        all_pictures.__getitem__,
    )

    assert np.array_equal(found, expected)


def test_the_cells_of_a_name_never_move():
    """Every published figure depends on them.

    Five cells and the three draws after them, as numpy 2.4.6 gave them for `generator(name)` with
    `random(49).argsort()[:5]`, sorted, and `integers(1, 1000, 3)`.
    """
    for name, cells, draws in [
        ("n01440764/ILSVRC2012_val_00000293.JPEG", [10, 21, 25, 41, 45], [959, 950, 89]),
        ("upload/e3b0c44298fc1c149afbf4c8996fb924", [2, 6, 18, 33, 37], [826, 634, 18]),
        ("斑马/照片.jpg", [14, 21, 26, 44, 46], [760, 188, 14]),
    ]:
        found, r = changed_cells(name, 5 / 49, (7, 7))
        assert [7 * row + column for row, column in found] == cells
        assert r.integers(1, 1000, 3).tolist() == draws


@pytest.mark.parametrize("kind", ["gray", "cutmix"])
def test_share_0_changes_nothing_and_share_1_everything(kind):
    black, white = np.zeros((224, 224, 3), np.uint8), np.full((224, 224, 3), 255, np.uint8)

    def changed(share):
        return apply_change(black, Change(kind, share), "a/b.jpg", 0, 2, [black, white].__getitem__)

    assert np.array_equal(changed(0), black)
    assert np.array_equal(changed(1), np.full_like(black, 127) if kind == "gray" else white)
    assert (black == 0).all()  # the picture itself is left as it was


@pytest.mark.parametrize("share", [0.1, 0.25, 0.4, 0.5, 0.99])
def test_the_share_is_rounded_to_whole_cells(share):
    cells, _ = changed_cells("a/b.jpg", share, (7, 7))

    assert len(set(cells)) == len(cells) == round(share * 49)
    assert cells == sorted(cells)


def test_no_change_is_the_picture_itself():
    picture = pictures(1)[0]

    assert apply_change(picture, Change(), "a/b.jpg", 0, 1, pytest.fail) is picture


def test_the_name_alone_decides():
    picture = pictures(1)[0]

    def gray(name):
        return apply_change(picture, Change("gray", 0.4), name, 0, 1, pytest.fail)

    assert np.array_equal(gray("a/b.jpg"), gray("a/b.jpg"))
    assert not np.array_equal(gray("a/b.jpg"), gray("a/c.jpg"))


def test_the_board_grows_with_the_picture():
    picture = pictures(1, side=128)[0]

    found = apply_change(picture, Change("gray", 1), "a/b.jpg", 0, 1, pytest.fail)

    assert len(changed_cells("a/b.jpg", 1, (4, 4))[0]) == 16
    assert (found == 127).all()


def test_a_file_name_that_is_no_text_has_cells_too():
    name = "a/" + b"\xff.jpg".decode(errors="surrogateescape")

    cells, _ = changed_cells(name, 0.4, (7, 7))

    r = np.random.Generator(np.random.PCG64(zlib.crc32(b"a/\xff.jpg")))
    assert {7 * y + x for y, x in cells} == smallest(r.random(49), 20)


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("none", Change()),
        ("gray:0", Change("gray", 0)),
        ("gray:0.4", Change("gray", 0.4)),
        ("gray:1", Change("gray", 1)),
        ("cutmix:.25", Change("cutmix", 0.25)),
        ("cutmix:1e-1", Change("cutmix", 0.1)),
    ],
)
def test_changes_are_read_from_text_and_written_back(text, change):
    assert parse_change(text) == change
    assert parse_change(str(change)) == change


@pytest.mark.parametrize(
    "text",
    [
        *("", "gray", "gray:", "gray:x", "gray:-0.1", "gray:1.01", "gray:nan", "gray:inf"),
        *(
            "gray:0,4",
            "gray:0.4:1",
            "cutmix",
            "cutmix:40%",
            "GRAY:0.4",
            "blur:0.4",
            "none:0.4",
            ":",
        ),
    ],
)
def test_any_other_text_is_refused_with_what_is_allowed(text):
    with pytest.raises(ChoiceError) as caught:
        parse_change(text)

    assert str(caught.value) == (
        f"change is {text!r}; allowed: none, gray:S, cutmix:S with S from 0 to 1."
    )
