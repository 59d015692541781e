"""Answering a run: every picture once, whatever stops it, with broken ones listed."""

import os

import numpy as np
import pytest
from PIL import Image

from tests.pictures.refused import NOT_A_PICTURE
from tests.runs.made import assert_same
from transcnn import Classifier, create_model
from transcnn.errors import ChoiceError, OtherRun
from transcnn.runs.labelled import LabelledPicture, find_items
from transcnn.runs.measured import Broken
from transcnn.runs.run import BATCH, begin_run, classify_run
from transcnn.runs.store import open_run

COUNT = 2 * BATCH + 8


@pytest.fixture(scope="module")
def items(tmp_path_factory):
    """Pictures of noise of ten classes, one of which is no picture."""
    folder = tmp_path_factory.mktemp("pictures")
    r = np.random.default_rng(0)
    rows = ["file,label,source"]
    for i in range(COUNT):
        values = r.integers(0, 256, (8, 9, 3), dtype=np.uint8)
        Image.fromarray(values).resize((70, 60)).save(folder / f"{i:02}.png")
        rows.append(f"{i:02}.png,{i % 10},photo {i // 2}")
    (folder / "17.png").write_text("no picture")
    (folder / "t.csv").write_text("\n".join(rows))
    return find_items(folder / "t.csv")


@pytest.fixture(scope="module")
def whole(small, items, tmp_path_factory):
    """A run in one go, and the events that it gave."""
    path = tmp_path_factory.mktemp("runs") / "whole.sqlite"
    store = begin_run(path, small, items, "crop")
    return store, list(classify_run(store, small, items, "crop", 1))


def test_every_batch_is_an_event_and_all_are_done_at_the_end(whole):
    store, events = whole

    assert [done.progress.done for done in events] == [BATCH, 2 * BATCH, COUNT]
    assert all(done.progress.of == COUNT for done in events)
    assert [done.progress.finished for done in events] == [False, False, True]
    assert all(done.rate > 0 and done.left_s >= 0 for done in events)
    assert events[-1].left_s == 0
    assert store.remaining() == []


def test_what_is_no_picture_is_listed_and_does_not_stop_the_run(whole):
    store, _ = whole

    sentence = NOT_A_PICTURE
    assert store.broken() == [Broken("17.png", sentence)]
    assert len(store.table()) == COUNT - 1


@pytest.mark.parametrize("workers", [1, 2])
def test_stopped_and_gone_on_with_a_run_is_what_it_is_in_one_go(
    small, items, whole, tmp_path, workers
):
    path = tmp_path / "run.sqlite"
    store = begin_run(path, small, items, "crop")
    events = list(classify_run(store, small, items, "crop", workers, lambda: True))
    assert len(events) == workers, "stopped after the batches that were being answered"
    assert store.progress().done == events[-1].progress.done < COUNT

    again = begin_run(path, small, items, "crop")
    left = again.remaining()
    assert len(left) == COUNT - store.progress().done
    for _ in classify_run(again, small, left, "crop", workers):
        pass

    assert again.progress().finished
    assert_same(again, whole[0])
    assert again.broken() == whole[0].broken()


def test_a_reader_who_leaves_early_loses_nothing_that_was_stored(small, items, tmp_path):
    store = begin_run(tmp_path / "run.sqlite", small, items, "crop")

    for done in classify_run(store, small, items, "crop", 1):
        assert store.progress() == done.progress
        break

    assert open_run(tmp_path / "run.sqlite").progress().done == BATCH


def test_several_workers_answer_as_one_does(small, items, whole, tmp_path):
    store = begin_run(tmp_path / "run.sqlite", small, items, "crop")
    done = [e.progress.done for e in classify_run(store, small, items, "crop", 2)]

    assert done[-1] == COUNT
    assert done == sorted(done)
    assert_same(store, whole[0])


def test_the_same_work_twice_at_once_counts_nothing_twice(small, items, tmp_path):
    """Two commands on one run: the second finds what the first has stored meanwhile."""
    store = begin_run(tmp_path / "run.sqlite", small, items, "crop")
    first = classify_run(store, small, items, "crop", 1)
    second = classify_run(store, small, items, "crop", 1)
    next(first)

    for events in (second, first):
        for _ in events:
            pass

    assert store.progress().finished
    assert len(store.table()) == COUNT - 1


def test_without_anything_left_nothing_happens(small, whole):
    store, _ = whole

    assert list(classify_run(store, small, store.remaining(), "crop", 1)) == []


def test_other_settings_or_pictures_are_another_run(small, items, whole):
    path = whole[0].path
    changed = [
        *items[:-1],
        LabelledPicture(items[-1].name, items[-1].path, (5, 6), items[-1].source),
    ]
    other = Classifier.around(create_model("transcnn_nano", classes=10), "1" * 64)

    for classifier, pictures, resize, what in [
        (small, items, "squash", "resize"),
        (small, items[:-1], "crop", "pictures"),
        (small, changed, "crop", "pictures"),
        (other, items, "crop", "weights_sha256"),
    ]:
        with pytest.raises(OtherRun) as caught:
            begin_run(path, classifier, pictures, resize)
        assert str(caught.value) == (
            f"The run 'whole' was started with other {what}; "
            "choose another name to start a new one."
        )
    assert begin_run(path, small, items, "crop").progress().finished


def test_a_network_without_levels_is_refused_before_anything_is_made(items, tmp_path):
    classifier = Classifier.around(create_model("hatnet_tiny", classes=10), "0" * 64)

    with pytest.raises(ChoiceError, match="model is 'hatnet_tiny'; allowed: networks with H-MHSA"):
        begin_run(tmp_path / "run.sqlite", classifier, items, "crop")

    assert list(tmp_path.iterdir()) == []


def test_a_label_that_the_network_does_not_have_is_refused(small, items, tmp_path):
    """Labels are ImageNet's; this network answers ten classes, whose numbers are 0 to 9."""
    zebra = [LabelledPicture("a.png", items[0].path, (340,), "a.png")]

    with pytest.raises(ChoiceError):
        begin_run(tmp_path / "run.sqlite", small, zebra, "crop")


def test_a_file_whose_name_is_no_text_is_answered(small, items, tmp_path):
    """As old archives have them; the command line promises to cope with such names."""
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / "3").mkdir()
    (tmp_path / "3" / name).write_bytes(items[0].path.read_bytes())

    store = begin_run(tmp_path / "run.sqlite", small, find_items(tmp_path), "crop")
    for _ in classify_run(store, small, store.remaining(), "crop", 1):
        pass

    assert store.progress().finished
    assert store.broken() == []
    assert store.table().names.tolist() == [r"3/caf\xe9.png"]
    assert store.file(1) == tmp_path / "3" / name
