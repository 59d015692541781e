"""Hiding is that of the fixed tests, and what comes of it that of single runs."""

import numpy as np
import pytest

from transcnn.analysis.occlusion import PatchDonors, drawn_cells, occlude, run_occluded
from transcnn.classifier import Classifier
from transcnn.pictures import decode, prepare
from transcnn.pictures.changes import apply_change, parse_change
from transcnn.pictures.samples import samples

NAMES = ["elephant", "espresso", "pizza", "zebra"]
ELEPHANT = "samples/elephant.jpg"


@pytest.fixture(scope="module")
def classifier():
    return Classifier()


@pytest.fixture(scope="module")
def run():
    files = {s.name: s.path for s in samples()}
    pictures = [prepare(decode(files[name].read_bytes()), 224)[0] for name in NAMES]
    return PatchDonors(ELEPHANT, 0, pictures)


@pytest.mark.parametrize("share", [0.2, 0.4, 0.8])
@pytest.mark.parametrize(("fill", "kind"), [("gray", "gray"), ("patches", "cutmix")])
def test_the_drawn_cells_are_hidden_as_in_an_evaluation(run, fill, kind, share):
    hidden = occlude(run, drawn_cells(ELEPHANT, share, (7, 7)), fill, share)

    change = parse_change(f"{kind}:{share}")
    expected = apply_change(run.pictures[0], change, ELEPHANT, 0, 4, run.pictures.__getitem__)
    assert np.array_equal(hidden, expected)


def test_another_hidden_cell_leaves_the_patches_as_they_are(run):
    cells = drawn_cells(ELEPHANT, 0.4, (7, 7))
    before = occlude(run, cells, "patches", 0.4)
    for added in sorted(set(np.ndindex(7, 7)) - set(cells)):
        after = occlude(run, [*cells, added], "patches", 0.4)
        differs = (before != after).any(2).reshape(7, 32, 7, 32).any((1, 3))
        assert np.argwhere(differs).tolist() == [list(added)]
        y, x = added
        place = np.s_[32 * y : 32 * y + 32, 32 * x : 32 * x + 32]
        assert any(np.array_equal(after[place], p[place]) for p in run.pictures[1:])


def test_both_networks_answer_as_in_runs_of_their_own(classifier, run):
    cells = drawn_cells(ELEPHANT, 0.4, (7, 7))
    hidden = occlude(run, cells, "patches", 0.4)
    found = run_occluded(classifier, run.pictures[0], hidden, cells)

    for outcome, intervention in (
        (found.with_attention, None),
        (found.backbone, classifier.intervention("off")),
    ):
        whole, changed = (
            classifier.logits(p[None], intervention)[0].softmax(0)
            for p in (run.pictures[0], hidden)
        )
        index = int(whole.argmax())
        best = whole.sort(descending=True)
        assert [a.name.index for a in outcome.before] == best.indices[:5].tolist()
        assert [a.probability for a in outcome.before] == pytest.approx(
            best.values[:5].tolist(), abs=1e-5
        )
        assert outcome.kept.name.index == index
        assert outcome.kept.probability == pytest.approx(float(changed[index]), abs=1e-5)
        best = changed.sort(descending=True)
        assert [a.name.index for a in outcome.top] == best.indices[:5].tolist()
        assert [a.probability for a in outcome.top] == pytest.approx(
            best.values[:5].tolist(), abs=1e-5
        )
    assert found.with_attention.top[0] != found.backbone.top[0], "else this tells nothing"


def test_readings_are_the_last_level_of_a_trace(classifier, run):
    cells = [(0, 0), (3, 4), (6, 6)]
    hidden = occlude(run, cells, "patches", 0.4)
    found = run_occluded(classifier, run.pictures[0], hidden, cells)

    crop = prepare(decode(samples()[0].path.read_bytes()), 224)[1]
    trace = classifier.trace_pixels(hidden, crop)
    assert [(r.stage, r.block) for r in found.readings] == [
        (b.stage, b.block) for b in trace.blocks
    ]
    numbers = [7 * y + x for y, x in cells]
    assert np.flatnonzero(~found.own.ravel()).tolist() == numbers
    for reading, block in zip(found.readings, trace.blocks, strict=True):
        rows = block.levels[-1].attention[:, 0, 0].mean(0)
        np.testing.assert_allclose(reading.weights, rows, rtol=1e-4, atol=1e-6)
        own = [k for k in range(49) if k not in numbers]
        mass = [sum(float(rows[t, k]) for k in own) for t in range(49)]
        assert reading.from_own == pytest.approx(np.mean([mass[t] for t in own]), rel=1e-4)
        assert reading.from_hidden == pytest.approx(np.mean([mass[t] for t in numbers]), rel=1e-4)


def test_with_nothing_hidden_no_place_is_a_stranger(classifier, run):
    found = run_occluded(classifier, run.pictures[0], run.pictures[0], [])
    assert all(r.from_hidden is None for r in found.readings)
    assert all(r.from_own == pytest.approx(1) for r in found.readings)
    assert found.with_attention.kept.probability == pytest.approx(
        found.with_attention.before[0].probability, abs=1e-6
    )
