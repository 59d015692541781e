"""The demonstration: enough pictures, the same each time, labelled as their photos are."""

import csv
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from transcnn.pictures.samples import samples
from transcnn.runs.demonstration import SIDE, TAG, VARIATIONS, make_demonstration
from transcnn.runs.labelled import find_items
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

KINDS = ("crop", "blur", "noise", "occlusion", "rotation", "recolour")
PHOTOS = {sample.name: sample for sample in samples() if sample.accepted}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    return make_demonstration(tmp_path_factory.mktemp("demonstration") / "new" / "folder")


@pytest.fixture(scope="module")
def items(table):
    return find_items(table.parent, within=table.parent)


def pixels(table, name):
    return np.asarray(Image.open(table.parent / name)).astype(float)


def test_there_are_at_least_200_pictures_and_as_many_files(table, items):
    assert len(items) == 13 * len(PHOTOS) >= 200
    files = {path.name for path in table.parent.iterdir()}
    assert files == {item.name for item in items} | {table.name, "ATTRIBUTION.md"}


def test_authors_licences_and_that_the_photos_are_changed_stand_beside_them(table):
    """In every language; which licence concerns what is made of a photo, too."""
    text = (table.parent / "ATTRIBUTION.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        said = text.split("# Sample photographs")[0]
        assert translator(language)("about.variations") in said
    for sample in samples():
        assert sample.author in text
        assert (sample.licence_address or sample.licence) in text
    shared_alike = {s.path.name for s in samples() if "BY-SA" in s.licence}
    assert shared_alike == set(re.findall(r"[\w-]+\.jpg", said))


def test_it_is_the_same_to_the_byte_each_time(table, tmp_path):
    again = make_demonstration(tmp_path / "again")

    for file in table.parent.iterdir():
        assert (again.parent / file.name).read_bytes() == file.read_bytes(), file.name


def test_what_is_there_is_not_made_again(table):
    before = {path: path.stat().st_mtime_ns for path in table.parent.iterdir()}

    assert make_demonstration(table.parent) == table

    assert {path: path.stat().st_mtime_ns for path in table.parent.iterdir()} == before


def test_what_was_left_half_made_is_made_whole(table, tmp_path):
    (tmp_path / "zebra-original.jpg").write_bytes(b"half")

    make_demonstration(tmp_path)

    whole = (table.parent / "zebra-original.jpg").read_bytes()
    assert (tmp_path / "zebra-original.jpg").read_bytes() == whole


def test_every_label_is_right_for_its_photo(items):
    for item in items:
        assert set(item.labels) == set(PHOTOS[item.source].accepted)
        assert item.name.startswith(f"{item.source}-")
    assert {item.source for item in items} == set(PHOTOS)


def test_tags_tell_kind_and_severity_and_that_it_is_a_demonstration(items):
    assert tuple(VARIATIONS) == KINDS
    for item in items:
        kind, _, severity = item.name.removeprefix(f"{item.source}-")[:-4].partition("-")
        own = {kind, f"{kind}-{severity}"} if severity else {"original"}
        assert set(item.tags) == {TAG} | own
    counted = Counter(tag for item in items for tag in item.tags)
    assert counted == {
        TAG: 13 * len(PHOTOS),
        "original": len(PHOTOS),
        **{kind: 2 * len(PHOTOS) for kind in KINDS},
        **{f"{kind}-{severity}": len(PHOTOS) for kind in KINDS for severity in (1, 2)},
    }


def test_the_table_can_be_read_by_anybody(table, items):
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))

    assert list(rows[0]) == ["file", "label", "source", "tags"]
    assert sorted(row["file"] for row in rows) == [item.name for item in items]


@pytest.mark.parametrize("photo", ["zebra", "lion", "pizza"])
def test_severities_are_as_documented(table, photo):
    original = pixels(table, f"{photo}-original.jpg")
    height, width = original.shape[:2]
    assert min(height, width) == SIDE
    varied = {
        (kind, severity): pixels(table, f"{photo}-{kind}-{severity}.jpg")
        for kind in KINDS
        for severity in (1, 2)
    }

    for severity, share in ((1, 0.7), (2, 0.45)):
        sides = varied["crop", severity].shape[:2]
        assert sides == pytest.approx((share * height, share * width), abs=1)
    assert varied["rotation", 2].shape[:2] == (width, height)
    np.testing.assert_allclose(varied["rotation", 2], np.rot90(original), atol=60)
    for severity, sigma in ((1, 25), (2, 60)):  # clipping and JPEG take some of it
        deviation = (varied["noise", severity] - original).std()
        assert 0.5 * sigma < deviation < 1.1 * sigma
    for severity, share in ((1, 0.25), (2, 0.5)):
        gray = (np.abs(varied["occlusion", severity] - 127).max(2) < 12).mean()
        before = (np.abs(original - 127).max(2) < 12).mean()
        assert gray == pytest.approx(share + (1 - share) * before, abs=0.06)
    for kind in KINDS:
        shapes = {varied[kind, severity].shape for severity in (1, 2)}
        if len(shapes) == 1:
            distance = [np.abs(varied[kind, s] - original).mean() for s in (1, 2)]
            assert distance[1] > distance[0] > 1
