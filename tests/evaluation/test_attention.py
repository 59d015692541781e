"""The numbers of reading against loops over traces of single pictures."""

import math

import numpy as np
import pytest

from transcnn.evaluation import find_pictures, parse_change
from transcnn.evaluation.attention import attention_in_box, jitter, measure_heads, own_cells
from transcnn.evaluation.prepared import prepare_pictures
from transcnn.pictures import Box, Crop
from transcnn.pictures.changes import UNCHANGED

CUTMIX = parse_change("cutmix:0.4")
WHOLE = Crop((224, 224), Box(0, 0, 224, 224), 224)


@pytest.fixture(scope="session")
def run(samples):
    return prepare_pictures(find_pictures(samples, 3), 224)


@pytest.fixture(scope="session")
def heads(classifier, run):
    return {head.where: head for head in measure_heads(classifier, run, CUTMIX)}


@pytest.fixture(scope="session")
def seen(classifier, run):
    """For each picture of the run under cutmix: (its trace, that of its jittered copy)."""
    pictures = [run.changed(i, CUTMIX) for i in range(3)]
    return [[classifier.trace_pixels(v, WHOLE) for v in (p, jitter(p))] for p in pictures]


def _rows(trace, where):
    """[grids, T, T] of one head."""
    level = trace.block(where.stage, where.block).levels[where.level]
    weights = level.attention[where.head].astype(float)
    return weights.reshape(-1, *weights.shape[-2:])


def test_entropy_and_distances_are_means_over_rows(heads, seen):
    assert len(heads) == 82
    for where in list(heads)[::9]:
        entropy, even, other, jittered = [], [], [], []
        for i, (trace, moved) in enumerate(seen):
            rows = _rows(trace, where)
            count = rows.shape[-1]
            for j, row in enumerate(rows.reshape(-1, count)):
                entropy.append(-sum(p * math.log(p) for p in row if p > 0) / math.log(count))
                even.append(sum(abs(row - 1 / count)) / 2)
                for values, compared in ((other, seen[(i + 1) % 3][0]), (jittered, moved)):
                    values.append(sum(abs(row - _rows(compared, where).reshape(-1, count)[j])) / 2)
        found = heads[where]
        by_hand = [np.mean(v) for v in (entropy, even, other, jittered)]
        given = [found.entropy, found.off_uniform, found.other_picture, found.jittered]
        assert given == pytest.approx(by_hand, rel=1e-4), where


def test_own_cells_are_those_that_cutmix_leaves(run):
    for i in range(3):
        same = [
            (
                run.changed(i, CUTMIX)[y : y + 32, x : x + 32]
                == run.pixels[i][y : y + 32, x : x + 32]
            )
            for y in range(0, 224, 32)
            for x in range(0, 224, 32)
        ]
        own = own_cells(run.names[i], CUTMIX, 7).ravel()
        assert [bool(s.all()) for s in same] == own.tolist()
        assert own.sum() == 29
    assert own_cells(run.names[0], UNCHANGED, 7).all()


def test_own_cells_get_what_their_tokens_and_the_patches_read_of_them(heads, seen, run):
    for where in (w for w in heads if w.stage == 3 or w == type(w)(2, 1, 1, 4)):
        of_all, of_own, of_patches = [], [], []
        for i, (trace, _) in enumerate(seen):
            own = own_cells(run.names[i], CUTMIX, 7).ravel()
            mass = _rows(trace, where)[0][:, own].sum(1)
            of_all.append(mass.mean())
            of_own.append(mass[own].mean())
            of_patches.append(mass[~own].mean())
        found = heads[where]
        given = [found.own, found.own_from_own, found.own_from_patches]
        assert given == pytest.approx([np.mean(v) for v in (of_all, of_own, of_patches)], rel=1e-4)
        assert found.area == pytest.approx(29 / 49)


def test_only_boards_under_a_change_have_own_cells(classifier, run, heads):
    assert {w.level for w, head in heads.items() if head.own is None} == {0}
    assert all(heads[w].own is not None for w in heads if w.level == 1 or w.stage == 3)
    whole = measure_heads(classifier, run, UNCHANGED)
    assert all(head.own is None for head in whole)


def test_a_box_gets_the_reading_of_the_cells_inside(classifier, run):
    pixels = run.changed(1, UNCHANGED)
    trace = classifier.trace_pixels(pixels, WHOLE)
    # Cells 1 and 2 of row 3 whole, half of cell 3: 224 pixels are 7 cells.
    found = {
        (b.stage, b.block): b
        for b in attention_in_box(classifier, pixels, WHOLE, (1 / 7, 3 / 7, 3.5 / 7, 4 / 7))
    }
    assert len(found) == 9
    for (stage, block), box in found.items():
        rows = trace.block(stage, block).levels[-1].attention[:, 0, 0].astype(float)
        mass = rows[:, :, 22] + rows[:, :, 23] + rows[:, :, 24] / 2
        assert box.all_tokens == pytest.approx(mass.mean(), rel=1e-4)
        outside = np.delete(mass, [22, 23, 24], axis=1)
        assert box.outside == pytest.approx(outside.mean(), rel=1e-4)
        assert box.area == pytest.approx(2.5 / 49)


def test_a_jittered_copy_is_moved_and_brighter():
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[10, 20] = (100, 250, 10)
    copy = jitter(picture)
    assert copy[14, 24].tolist() == [110, 255, 11]
    assert copy.shape == picture.shape
    assert np.count_nonzero(copy) == 3


def test_one_picture_has_no_other_to_compare_with(classifier, samples):
    with pytest.raises(ValueError, match="two"):
        measure_heads(classifier, prepare_pictures(find_pictures(samples, 1), 224), UNCHANGED)
