"""What of a person's folders is trained on, what is held out, and what is left out and why."""

import os
import shutil
import unicodedata

import numpy as np
import pytest
from PIL import Image

from tests.training.finetune.conftest import COLOURS, draw, draw_classes
from transcnn.errors import (
    FewOwnClasses,
    FolderError,
    ManyOwnClasses,
    MoreClassesThanImages,
    NothingHeldOut,
    SameClassName,
)


def left_out(images):
    return {(one.path.relative_to(images.folder).as_posix(), one.why) for one in images.left_out}


def files(images, numbers):
    return {images.source.files[i].relative_to(images.folder).as_posix() for i in numbers}


def test_a_fifth_of_each_class_is_held_out_and_a_seed_draws_the_same(found, tmp_path):
    folder = draw_classes(tmp_path / "own", {"b": 10, "a": 5, "c": 7})

    images = found(folder)

    assert images.classes == ("a", "b", "c")
    held = np.bincount(images.labels[images.measuring])
    assert held.tolist() == [1, 2, 1]
    assert [len(chosen) for chosen in images.by_class] == [4, 8, 6]
    assert not set(images.training) & set(images.measuring)
    assert found(folder).checksum() == images.checksum()
    assert found(folder, seed=1).checksum() != images.checksum()
    images.check()


@pytest.mark.parametrize("name", ["val", "Test"])
def test_a_split_of_the_persons_own_is_kept(found, tmp_path, name):
    draw_classes(tmp_path / "own" / "train", {"cat": 6, "dog": 7})
    for i, given in enumerate(("Cat", "dog", "cow")):
        draw(tmp_path / "own" / name / given / "1.png", COLOURS[0], 90 + i)
    shutil.copy(tmp_path / "own/train/dog/00.png", tmp_path / "own" / name / "dog" / "same.png")

    images = found(tmp_path / "own")

    assert images.classes == ("cat", "dog")
    assert files(images, images.measuring) == {f"{name}/Cat/1.png", f"{name}/dog/1.png"}
    assert len(images.training) == 13
    assert left_out(images) == {
        (f"{name}/cow", "unknown_class"),
        (f"{name}/dog/same.png", "copy"),
    }


def test_a_class_may_be_called_train(found, tmp_path):
    folder = draw_classes(tmp_path / "own", {"train": 5, "bus": 5})

    assert found(folder).classes == ("bus", "train")


def test_a_class_with_too_few_images_is_left_out_and_the_run_goes_on(found, tmp_path):
    folder = draw_classes(tmp_path / "own", {"cat": 6, "dog": 5, "one": 1, "four": 4, "none": 0})

    images = found(folder)

    assert images.classes == ("cat", "dog")
    assert left_out(images) == {("one", "few"), ("four", "few"), ("none", "few")}
    assert {one.path.name: one.details["count"] for one in images.left_out} == {
        "one": 1,
        "four": 4,
        "none": 0,
    }


def test_an_image_in_two_classes_is_left_out_of_both_whatever_its_file(found, tmp_path):
    folder = draw_classes(tmp_path / "own", {"cat": 7, "dog": 7})
    with Image.open(folder / "cat" / "03.png") as image:
        image.save(folder / "dog" / "other.bmp")
    shutil.copy(folder / "dog" / "02.png", folder / "dog" / "copy.png")

    images = found(folder)

    assert left_out(images) == {
        ("cat/03.png", "two_classes"),
        ("dog/other.bmp", "two_classes"),
        ("dog/copy.png", "copy"),
    }
    others = {one.path.name: one.details["other"].name for one in images.left_out}
    assert others == {"03.png": "other.bmp", "other.bmp": "03.png", "copy.png": "02.png"}
    used = files(images, [*images.training, *images.measuring])
    assert len(used) == 13
    assert "dog/02.png" in used


def test_what_is_no_image_or_in_no_class_is_listed(found, tmp_path):
    folder = draw_classes(tmp_path / "own", {"cat": 6, "dog": 6})
    (folder / "cat" / "notes.txt").write_text("no picture")
    (folder / "dog" / "cut.png").write_bytes((folder / "dog" / "00.png").read_bytes()[:200])
    (folder / "readme.txt").write_text("about")
    (folder / ".hidden").mkdir()
    unnamed = os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")
    shutil.copytree(folder / "cat", unnamed)

    images = found(folder)

    assert images.classes == ("cat", "dog")
    assert {(one.path.name, one.why) for one in images.left_out} == {
        ("notes.txt", "unreadable"),
        ("cut.png", "unreadable"),
        ("readme.txt", "no_class"),
        (os.path.basename(unnamed), "name"),
    }


def test_the_folder_of_the_run_is_no_class(tmp_path, found):
    folder = draw_classes(tmp_path, {"cat": 6, "dog": 6})

    found(folder)

    assert found(folder).classes == ("cat", "dog")


ACCENT = "école"


@pytest.mark.parametrize(
    ("counts", "error", "said"),
    [
        ({"Cat": 5, "cat": 5, "dog": 5}, SameClassName, "'Cat' and 'cat'"),
        (
            {unicodedata.normalize(form, ACCENT): 5 for form in ("NFC", "NFD")},
            SameClassName,
            "have the same name",
        ),
        ({}, FolderError, "it has no sub-folders, one for each class"),
        ({"a": 1, "b": 0, "c": 0}, MoreClassesThanImages, "more classes (3) than images (1)"),
        ({"cat": 6}, FewOwnClasses, "usable images: cat; 2 to 1000 are needed"),
        ({"cat": 6, "dog": 4}, FewOwnClasses, "at least 5 usable images: cat;"),
        ({f"{i}": 0 for i in range(1001)}, ManyOwnClasses, "1001 classes; up to 1000"),
    ],
    ids=["case", "form", "none", "more classes", "one", "one is large enough", "many"],
)
def test_what_cannot_be_trained_on_is_one_sentence(found, tmp_path, counts, error, said):
    (tmp_path / "own").mkdir()
    folder = draw_classes(tmp_path / "own", counts)

    with pytest.raises(error) as raised:
        found(folder).check()

    assert said in str(raised.value)
    assert str(raised.value).startswith(f"{folder}: ")


def test_a_folder_that_is_not_there_and_a_split_that_holds_nothing(found, tmp_path):
    with pytest.raises(FolderError, match="there is no such folder"):
        found(tmp_path / "nowhere")
    draw_classes(tmp_path / "own" / "train", {"cat": 6, "dog": 6})
    (tmp_path / "own" / "val" / "cat").mkdir(parents=True)

    with pytest.raises(NothingHeldOut, match="val: it has no usable image"):
        found(tmp_path / "own").check()
