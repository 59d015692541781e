"""An evaluation is what predictions one by one add up to, whatever is switched or changed."""

import shutil
import zlib
from collections import Counter

import numpy as np
import pytest
import torch

from transcnn.errors import ChoiceError, FolderError
from transcnn.evaluation import evaluate, find_pictures, parse_change
from transcnn.model.interventions import INTERVENTIONS
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples as shipped_samples
from transcnn.trace import Where, make_intervention


@pytest.fixture(scope="session")
def pictures(samples):
    return find_pictures(samples)


@pytest.fixture(scope="session")
def crops(pictures):
    """[N, 224, 224, 3]: what the network sees of each picture."""
    return np.stack([prepare(decode(p.path.read_bytes()), 224)[0] for p in pictures])


def scores(pictures, ranked):
    """(count, first, among five) by class index, from each picture's classes in order."""
    table = Counter()
    for picture, order in zip(pictures, ranked, strict=True):
        right = picture.label.index
        table[right] += np.array([1, right == order[0], right in order[:5]], dtype=object)
    return {index: tuple(int(v) for v in row) for index, row in table.items()}


def check(evaluation, pictures, ranked):
    """The evaluation's numbers are those of `ranked`, every class by itself and together."""
    table = scores(pictures, ranked)
    assert [s.label.index for s in evaluation.per_class] == sorted(table)
    assert {s.label.index: (s.count, s.top1, s.top5) for s in evaluation.per_class} == table
    count, top1, top5 = (sum(column) for column in zip(*table.values(), strict=True))
    assert evaluation.count == count == len(pictures)
    assert evaluation.top1 == top1 / count
    assert evaluation.top5 == top5 / count


def ranks(logits):
    return np.argsort(-logits.numpy(), axis=1, kind="stable")


def test_accuracy_is_that_of_single_predictions(classifier, pictures):
    found = evaluate(classifier, pictures)

    tops = [classifier.predict(p.path, top=5).top for p in pictures]
    check(found, pictures, [[answer.name.index for answer in top] for top in tops])
    assert (found.model, found.attention, str(found.change)) == ("transcnn_lite0", "on", "none")
    assert found.unreadable == ()
    assert (found.count, round(found.top1 * found.count)) == (30, 17)  # as measured
    accepted = {sample.path.name: sample.accepted for sample in shipped_samples()}
    right = [
        top[0].name.index in accepted[p.path.name] for p, top in zip(pictures, tops, strict=True)
    ]
    assert sum(right) == 19  # where every accepted class counts, not the folder's alone


def test_squash_is_that_of_single_predictions(classifier, pictures):
    found = evaluate(classifier, pictures[:6], resize="squash")

    tops = [classifier.predict(p.path, top=5, resize="squash").top for p in pictures[:6]]
    check(found, pictures[:6], [[answer.name.index for answer in top] for top in tops])


@pytest.fixture(scope="session")
def gray(pictures, crops):
    """The crops with four tenths of their cells grey, by hand."""
    changed = crops.copy()
    for picture, values in zip(pictures, changed, strict=True):
        u = np.random.Generator(np.random.PCG64(zlib.crc32(picture.name.encode()))).random(49)
        for cell in np.argsort(u)[:20]:
            y, x = divmod(int(cell), 7)
            values[32 * y : 32 * y + 32, 32 * x : 32 * x + 32] = 127
    return changed


@pytest.mark.parametrize("intervention", ["on", "off", "uniform", "identity"])
def test_interventions_act_on_every_picture(classifier, pictures, gray, intervention):
    found = evaluate(classifier, pictures, attention=intervention, change=parse_change("gray:0.4"))

    rows = [classifier.logits(row[None], make_intervention(intervention)) for row in gray]
    check(found, pictures, ranks(torch.cat(rows)))
    assert found.attention == intervention
    assert str(found.change) == "gray:0.4"


def test_interventions_make_a_difference_that_would_be_noticed(classifier, pictures):
    change = parse_change("gray:0.4")

    found = [evaluate(classifier, pictures, attention=s, change=change) for s in ("on", "off")]

    assert found[0].per_class != found[1].per_class


class Lent:
    """Gives each place the attention of another picture's trace."""

    def __init__(self, trace):
        self.trace = trace

    def skips(self, stage, block):  # noqa: ARG002
        return False

    def added(self, place, value):  # noqa: ARG002
        return value

    def attention(self, place, weights, valid):  # noqa: ARG002
        levels = self.trace.block(place.stage, place.block).levels
        return torch.tensor(levels[place.level].attention)[None]


def test_swapped_gives_each_picture_the_attention_of_the_next(classifier, pictures, gray):
    found = evaluate(classifier, pictures, attention="swapped", change=parse_change("gray:0.4"))

    crop = prepare(decode(pictures[0].path.read_bytes()), 224)[1]
    traces = [classifier.trace_pixels(row, crop) for row in gray]
    others = traces[1:] + traces[:1]
    rows = [
        classifier.logits(row[None], Lent(other)) for row, other in zip(gray, others, strict=True)
    ]
    check(found, pictures, ranks(torch.cat(rows)))


def test_cutmix_takes_cells_from_the_pictures_of_the_run(classifier, pictures, crops):
    found = evaluate(classifier, pictures, change=parse_change("cutmix:0.6"))

    changed = crops.copy()
    for i, picture in enumerate(pictures):
        r = np.random.Generator(np.random.PCG64(zlib.crc32(picture.name.encode())))
        for cell in sorted(np.argsort(r.random(49))[:29]):
            source = (i + int(r.integers(1, len(pictures)))) % len(pictures)
            y, x = divmod(int(cell), 7)
            place = np.s_[32 * y : 32 * y + 32, 32 * x : 32 * x + 32]
            changed[i][place] = crops[source][place]
    check(found, pictures, ranks(classifier.logits(changed)))
    assert found.top1 < 0.7  # it does make the pictures harder


@pytest.mark.parametrize("batch", [pytest.param(1, marks=pytest.mark.long), 5, 100])
@pytest.mark.parametrize("attention", ["on", "swapped"])
def test_the_batch_changes_no_number(classifier, pictures, monkeypatch, attention, batch):
    change = parse_change("cutmix:0.4")
    expected = evaluate(classifier, pictures, attention=attention, change=change)
    monkeypatch.setitem(evaluate.__globals__, "BATCH", batch)

    assert evaluate(classifier, pictures, attention=attention, change=change) == expected


@pytest.fixture
def spoilt(samples, tmp_path):
    """The samples with three files that cannot be read, first, last and between."""
    folder = shutil.copytree(samples, tmp_path / "spoilt")
    subs = sorted(folder.iterdir())
    (subs[0] / "0.jpg").write_bytes(b"")
    (subs[5] / "notes.txt").write_text("no picture")
    (subs[-1] / "zz.jpg").write_bytes(next(subs[-1].iterdir()).read_bytes()[:2000])
    return folder


def test_unreadable_files_are_listed_and_leave_the_run_as_it_was(classifier, pictures, spoilt):
    change = parse_change("cutmix:0.4")
    expected = evaluate(classifier, pictures, attention="swapped", change=change)

    found = evaluate(classifier, find_pictures(spoilt), attention="swapped", change=change)

    assert (found.count, found.top1, found.top5) == (len(pictures), expected.top1, expected.top5)
    assert found.per_class == expected.per_class
    assert [(path.name, why.split(" Use ")[0]) for path, why in found.unreadable] == [
        ("0.jpg", "This file is not an image that can be read."),
        ("notes.txt", "This file is not an image that can be read."),
        ("zz.jpg", "This JPEG image is damaged or incomplete."),
    ]


def test_a_file_that_went_away_is_listed_with_a_sentence(classifier, samples, tmp_path):
    pictures = find_pictures(shutil.copytree(samples, tmp_path / "copy"))[:3]
    pictures[1].path.unlink()

    found = evaluate(classifier, pictures)

    assert found.count == 2
    assert found.unreadable == ((pictures[1].path, "No such file or directory."),)


def test_progress_tells_reading_and_measuring_to_the_end(classifier, pictures):
    steps = []

    evaluate(classifier, pictures[:18], progress=lambda *step: steps.append(step))

    reading = [("reading", i, 18) for i in range(1, 19)]
    assert steps == [*reading, ("measuring", 16, 18), ("measuring", 18, 18)]


def test_an_unknown_intervention_is_refused_before_the_work(classifier, pictures):
    with pytest.raises(ChoiceError) as caught:
        evaluate(classifier, pictures, attention="sideways", progress=pytest.fail)

    assert str(caught.value) == (f"attention is 'sideways'; allowed: {', '.join(INTERVENTIONS)}.")


def test_a_part_that_does_not_exist_is_refused_before_the_work(classifier, pictures):
    with pytest.raises(ChoiceError, match=r"level is 2; allowed: 0 to 1\."):
        evaluate(classifier, pictures, where=Where(level=2), progress=pytest.fail)


def test_a_intervention_acts_on_the_named_part_alone(classifier, pictures, gray):
    where = Where(stage=3, block=1, head=2)
    found = evaluate(classifier, pictures, "crop", "off", parse_change("gray:0.4"), where=where)

    logits = classifier.logits(gray, classifier.intervention("off", where=where))
    check(found, pictures, ranks(logits))
    assert not torch.equal(logits, classifier.logits(gray))
    assert found.where == where


def test_among_the_folder_s_classes_only_they_compete(classifier, pictures, gray):
    found = evaluate(classifier, pictures, change=parse_change("gray:0.4"))

    logits = classifier.logits(gray).numpy()
    right = np.array([p.label.index for p in pictures])
    present = np.array(sorted(set(right)))
    best = present[logits[:, present].argmax(1)]
    assert found.top1_among == np.mean(best == right)
    assert found.top1_among > found.top1


def test_a_folder_of_which_nothing_can_be_read_is_said(classifier, tmp_path):
    (tmp_path / "zebra").mkdir()
    (tmp_path / "zebra" / "a.jpg").touch()

    with pytest.raises(FolderError) as caught:
        evaluate(classifier, find_pictures(tmp_path))

    assert str(caught.value) == f"{tmp_path}: no file can be read."


def test_a_mistake_names_the_folder_that_was_asked_for_however_deep_its_files_lie(
    classifier, tmp_path
):
    (tmp_path / "zebra" / "2024" / "may").mkdir(parents=True)
    (tmp_path / "zebra" / "2024" / "may" / "a.jpg").touch()

    with pytest.raises(FolderError) as caught:
        evaluate(classifier, find_pictures(tmp_path))

    assert caught.value.details["folder"] == tmp_path


@pytest.mark.parametrize(
    ("settings", "what"),
    [({"attention": "swapped"}, "swapped"), ({"change": parse_change("cutmix:0.4")}, "cutmix")],
)
def test_one_picture_alone_has_nothing_to_swap(classifier, pictures, settings, what):
    with pytest.raises(FolderError, match=f": {what} needs two readable images or more.$"):
        evaluate(classifier, pictures[:1], **settings)
