"""A folder of class folders becomes a list of labelled pictures, always in the same order."""

import itertools
import os

import pytest

from transcnn.errors import ChoiceError, FolderError
from transcnn.evaluation import find_pictures


def make(folder, *files):
    """Empty files; whether they are pictures is for their reader to find out."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    return folder


@pytest.mark.parametrize(
    "sub",
    [
        *("n02391049", "N02391049", "340", "zebra", "Zebra", "ZEBRA"),
        *("great white shark", "great_white_shark", "Great-White-Shark", "white_shark"),
    ],
)
def test_sub_folders_are_named_by_wnid_index_label_or_synonym(tmp_path, sub):
    (found,) = find_pictures(make(tmp_path, f"{sub}/a.jpg"))

    assert found.path == tmp_path / sub / "a.jpg"
    assert found.name == f"{sub}/a.jpg"
    assert found.label.index == (2 if "shark" in sub.lower() else 340)


def test_pictures_come_in_the_order_of_their_names(tmp_path):
    files = ["zebra/b.jpg", "340/z.jpg", "zebra/a.png", "n02391049/c.gif", "zebra/B.jpg"]

    found = find_pictures(make(tmp_path, *files))

    assert [picture.name for picture in found] == sorted(files)
    assert {picture.label.label for picture in found} == {"zebra"}


def test_files_deeper_inside_belong_to_the_class(tmp_path):
    found = find_pictures(make(tmp_path, "zebra/2024/may/a.jpg", "zebra/b.jpg"))

    assert [picture.name for picture in found] == ["zebra/a.jpg", "zebra/b.jpg"]


def test_hidden_files_and_folders_do_not_count(tmp_path):
    hidden = [".git/a.jpg", "zebra/.DS_Store", "zebra/.thumbs/a.jpg", ".zebra/a.jpg"]

    found = find_pictures(make(tmp_path, *hidden, "zebra/a.jpg"))

    assert [picture.name for picture in found] == ["zebra/a.jpg"]


def test_files_beside_the_class_folders_do_not_count(tmp_path):
    found = find_pictures(make(tmp_path, "readme.txt", "loose.jpg", "zebra/a.jpg"))

    assert [picture.name for picture in found] == ["zebra/a.jpg"]


def test_what_is_no_picture_is_kept_for_the_reader_to_report(tmp_path):
    found = find_pictures(make(tmp_path, "zebra/a.jpg", "zebra/notes.txt", "zebra/Thumbs.db"))

    assert len(found) == 3


@pytest.mark.parametrize(("limit", "chosen"), [(1, [0]), (2, [0, 5]), (3, [0, 3, 6]), (10, None)])
def test_a_limit_takes_that_many_evenly_spaced(tmp_path, limit, chosen):
    files = [f"{sub}/{i}.jpg" for sub in ("cock", "zebra") for i in range(5)]

    found = find_pictures(make(tmp_path, *files), limit)

    wanted = files if chosen is None else [files[i] for i in chosen]
    assert [picture.name for picture in found] == wanted


@pytest.mark.parametrize(("count", "limit"), [(7, 3), (100, 99), (1000, 7), (5, 5), (5, 9)])
def test_gaps_between_chosen_pictures_differ_by_one_at_most(tmp_path, count, limit):
    files = [f"zebra/{i:04}.jpg" for i in range(count)]

    found = find_pictures(make(tmp_path, *files), limit)

    places = [files.index(picture.name) for picture in found]
    placeholders = {b - a for a, b in itertools.pairwise(places)}
    assert len(places) == min(count, limit)
    assert places[0] == 0
    assert max(placeholders) - min(placeholders) <= 1
    assert count - places[-1] <= max(placeholders) + 1


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(tmp_path, limit):
    with pytest.raises(ChoiceError) as caught:
        find_pictures(make(tmp_path, "zebra/a.jpg"), limit)

    assert str(caught.value) == f"limit is {limit}; allowed: 1 or more."


def test_a_sub_folder_that_names_no_class_is_said(tmp_path):
    with pytest.raises(FolderError) as caught:
        find_pictures(make(tmp_path, "zebra/a.jpg", "unicorn/a.jpg"))

    assert str(caught.value) == (
        f"{tmp_path}: 'unicorn' is not the WNID, index or name of a class; "
        "nearest: long-horned beetle, corn, junco."
    )


def test_an_empty_sub_folder_may_have_any_name(tmp_path):
    (tmp_path / "unicorn").mkdir()

    assert len(find_pictures(make(tmp_path, "zebra/a.jpg"))) == 1


def test_folders_without_pictures_are_said(tmp_path):
    empty = tmp_path / "empty"
    (empty / "zebra").mkdir(parents=True)
    file = make(tmp_path, "file.jpg") / "file.jpg"

    for folder, reason in [
        (empty, "it has no sub-folders with images"),
        (tmp_path / "nowhere", "there is no such folder"),
        (file, "there is no such folder"),
    ]:
        with pytest.raises(FolderError) as caught:
            find_pictures(folder)
        assert str(caught.value) == f"{folder}: {reason}."


def test_linked_class_folders_are_followed(tmp_path):
    real = make(tmp_path / "real", "x/a.jpg")
    (tmp_path / "set").mkdir()
    os.symlink(real / "x", tmp_path / "set" / "zebra")

    assert [picture.name for picture in find_pictures(tmp_path / "set")] == ["zebra/a.jpg"]
