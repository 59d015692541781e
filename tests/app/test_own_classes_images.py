"""Images of own classes: what is taken, what is left out and said, what is learned from them."""

import numpy as np
import pytest

from tests.app.shapes import KINDS, packed, shape, shapes
from transcnn.classifier import Classifier
from transcnn.errors import ArchiveError
from transcnn.pictures import decode, prepare
from transcnn.ui.pages.own_classes import collection as collecting
from transcnn.ui.pages.own_classes.collection import (
    MOST_CLASSES,
    SIDE,
    Collection,
    read_image,
)
from transcnn.ui.pages.own_classes.learning import learn
from transcnn.ui.pages.own_classes.reading import read_archive, read_files
from transcnn.words.translator import translator

T = translator("en")


def quiet(*_):
    """Progress that nobody looks at."""


def said(left_out):
    return [one.said_in(T).replace("\\", "") for one in left_out]


def archive(files, room=600):
    return read_archive("mine.zip", packed(files), room, quiet)


def test_an_image_is_kept_as_the_network_sees_it():
    data = shape("disk", 0, (900, 500))

    kept = read_image("disk.jpg", data)

    assert np.array_equal(kept.pixels, prepare(decode(data), SIDE)[0])
    assert decode(kept.photo).size == (480, 267), "a small photo of all of it"


def test_files_become_images_and_what_is_none_is_named():
    files = [*shapes("disk", 2), ("note.txt", b"hello"), ("cut.jpg", shape("disk", 3)[:300])]

    found = read_files("disk", files, 600, quiet)

    assert [image.name for image in found.found["disk"]] == ["disk-0.jpg", "disk-1.jpg"]
    assert [line.split(":")[0] for line in said(found.left_out)] == ["**note.txt**", "**cut.jpg**"]
    assert "not an image that can be read" in said(found.left_out)[0]


def test_an_archive_has_a_class_in_each_folder():
    found = archive(
        {
            **{f"{kind}/{i}.jpg": shape(kind, i) for kind in KINDS for i in range(2)},
            "disk/more/2.jpg": shape("disk", 2),
            "disk/.hidden.jpg": b"",
            "__MACOSX/disk/._0.jpg": b"",
            "stray.jpg": shape("disk", 4),
            "empty/": b"",
        }
    )

    assert {name: len(images) for name, images in found.found.items()} == {
        "disk": 3,
        "square": 2,
        "stripes": 2,
    }
    assert said(found.left_out) == [
        "**stray.jpg**: it lies in no folder, so its class is not known.",
        "**empty**: this folder has no images.",
    ]


@pytest.mark.parametrize("files", [{}, {"a.jpg": shape("disk", 0)}])
def test_an_archive_without_folders_is_one_sentence(files):
    found = archive(files)

    assert not found.found
    assert len(found.left_out) == 1
    assert said(found.left_out)[0].startswith("**mine.zip**: there are no folders")


def test_what_is_no_archive_is_an_error_of_ours():
    with pytest.raises(ArchiveError):
        read_archive("mine.zip", b"no archive", 600, quiet)


def test_more_folders_than_classes_are_named():
    found = archive({f"{i:02}/0.jpg": shape("disk", i) for i in range(MOST_CLASSES + 2)})

    assert len(found.found) == MOST_CLASSES
    assert [line[:6] for line in said(found.left_out)] == ["**20**", "**21**"]


def test_where_there_are_too_many_images_every_class_keeps_its_part():
    files = {f"{kind}/{i}.jpg": shape(kind, i) for kind in KINDS for i in range(4)}

    found = archive(files, room=6)

    assert [len(images) for images in found.found.values()] == [2, 2, 2]
    assert len(found.left_out) == 6


# The collection


def collection(*counts):
    found = Collection()
    for kind, count in zip(KINDS, counts, strict=False):
        one = found.add_class(kind)
        found.add(one.number, [read_image(*file) for file in shapes(kind, count)])
    return found


def test_the_same_image_counts_once_and_where_it_was_first():
    found = collection(2, 2)
    copy = read_image("copy.jpg", shape("disk", 0))

    found.add(1, [copy])
    found.add(2, [copy])

    assert [len(one.images) for one in found.classes] == [2, 2]
    assert said(found.left_out) == [
        "**copy.jpg**: the same image is already in disk.",
        "**copy.jpg**: the same image is already in disk, where it stays; an image can have one"
        " class only.",
    ]


def test_names_that_differ_in_letter_case_only_are_one_class():
    found = collection(2, 2)

    found.add_named("DISK", [read_image("new.jpg", shape("disk", 8))])

    assert [(one.name, len(one.images)) for one in found.classes] == [("disk", 3), ("square", 2)]
    assert said(found.left_out) == [
        "**DISK**: this name differs from disk in upper and lower case only; its images were added"
        " there."
    ]
    assert found.rename(2, " Disk ") == "name_taken"
    assert found.rename(2, "  ") == "no_name"
    assert found.rename(2, "a  box\n") is None
    assert found.classes[1].name == "a box"
    assert found.rename(2, "A Box") is None, "its own name in another letter case"


def test_no_more_images_and_classes_are_kept_than_said(monkeypatch):
    monkeypatch.setattr(collecting, "MOST_IMAGES", 3)
    found = collection(2, 2)
    assert [len(one.images) for one in found.classes] == [2, 1]
    assert said(found.left_out) == ["**square-1.jpg**: there is no room for more than 3 images."]

    for number in range(MOST_CLASSES - 2):
        found.add_named(f"class {number}", [])
    found.add_named("one more", [])
    assert len(found.classes) == MOST_CLASSES
    assert "no room for more than 20 classes" in said(found.left_out)[-1]


def test_what_keeps_a_network_from_learning_is_named():
    assert Collection().missing()[0] == "needs_classes"
    assert collection(3).missing()[0] == "needs_classes"
    assert collection(3, 1).missing() == ("needs_images", {"least": 2, "names": "square (1)"})
    assert collection(2, 2).missing() is None


def test_a_class_can_go_and_so_can_an_image():
    found = collection(2, 2)
    before = found.contents

    found.drop(found.classes[0].images[0].digest)
    assert [len(one.images) for one in found.classes] == [1, 2]
    assert found.contents != before
    found.remove(1)
    assert [one.name for one in found.classes] == ["square"]
    assert found.add_class("new").number == 3, "numbers are not used again"


# Learning


@pytest.fixture(scope="module")
def learned():
    steps = []
    work = learn("transcnn_nano", Classifier("transcnn_nano"), collection(8, 8, 8))
    return work(steps.append), steps


def test_a_head_is_learned_that_tells_the_classes_apart_on_held_out_images(learned):
    found, steps = learned

    assert found.measured.how == "leave-one-out"
    assert found.measured.images == 24
    assert found.measured.accuracy.low > found.measured.majority == pytest.approx(1 / 3)
    assert {step.phase for step in steps} == {"features", "folds"}
    assert steps[-1].done == steps[-1].of == 24


def test_the_weight_file_has_names_and_figures_and_predicts_as_the_network_does(learned, tmp_path):
    found, _ = learned
    path = tmp_path / "own.safetensors"
    path.write_bytes(found.model.data)

    opened = Classifier(path)

    assert [name.label for name in opened.names] == list(KINDS)
    assert opened.measured["held_out"]["correct"] == found.measured.correct
    top = opened.predict(shape("stripes", 100)).top
    assert top[0].name.label == "stripes"
    assert found.model.label(T) == "transcnn_nano: disk, square, stripes"


def test_reading_reports_how_far_it_is():
    done = []

    read_files("disk", shapes("disk", 3), 600, lambda *step: done.append(step))

    assert done == [(1, 3), (2, 3), (3, 3)]
