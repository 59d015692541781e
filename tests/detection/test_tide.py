"""TIDE's kinds of error, planted one by one, and what each costs."""

import numpy as np
import pytest

from tests.detection.judged import found, picture, some_pictures, there
from transcnn.detection.evaluation.coco import coco_scores
from transcnn.detection.evaluation.tide import KINDS, find_errors

DOG, CAT = 0, 1
HERE = (20, 20, 100, 100)
NEAR = (20, 20, 100, 70)  # IoU 0.7 with HERE
HALF = (20, 20, 100, 30)  # IoU 0.3
APART = (20, 115, 100, 40)  # IoU 0.04


def errors_of(objects, detections, **more):
    return find_errors([picture(objects, detections)], 2, **more)


def test_a_detection_without_error_is_correct():
    errors = errors_of([there(*HERE)], [found(*NEAR)])

    assert errors.ap50 == pytest.approx(1)
    assert [(one.error, one.object) for one in errors.detections] == [(None, 0)]
    assert all((kind.count, kind.cost) == (0, 0) for kind in errors.kinds.values())


@pytest.mark.parametrize(
    ("kind", "detections", "about", "missed"),
    [
        ("classification", [found(*NEAR, label=CAT)], 0, False),
        ("localisation", [found(*HALF)], 0, False),
        ("both", [found(*HALF, label=CAT)], None, True),
        ("background", [found(*APART)], None, True),
        ("background", [found(*APART, label=CAT)], None, True),
        ("duplicate", [found(*HERE, score=0.95), found(*NEAR, score=0.9)], 0, False),
    ],
)
def test_each_kind_is_told_from_the_others(kind, detections, about, missed):
    errors = errors_of([there(*HERE)], detections)

    last = errors.detections[-1]
    assert (last.error, last.object) == (kind, about)
    counts = {name: errors.kinds[name].count for name in KINDS}
    assert counts == {name: int(name == kind or (name == "missed" and missed)) for name in KINDS}
    assert [(one.picture, one.object) for one in errors.missed] == ([(0, 0)] if missed else [])


def test_a_detection_where_there_is_no_object_at_all_is_background():
    errors = find_errors([picture([], [found(*HERE)]), picture([there(*HERE)], [])], 1)

    assert [one.error for one in errors.detections] == ["background"]
    assert errors.kinds["missed"].count == 1


def test_the_detection_of_the_higher_score_takes_the_object():
    errors = errors_of([there(*HERE)], [found(*HERE, score=0.3), found(*NEAR, score=0.8)])

    assert [(one.detection, one.error) for one in errors.detections] == [
        *((1, None), (0, "duplicate"))
    ]


def test_a_wrong_class_or_place_costs_what_setting_it_right_gains():
    """Two dogs; one is found, the other is called a cat: AP50 is 51 of 101 recalls."""
    other = (125, 20, 70, 100)
    objects = [there(*HERE), there(*other)]
    for wrong, kind in (
        (found(*other, label=CAT, score=0.5), "classification"),
        (found(125, 20, 70, 30, score=0.5), "localisation"),
    ):
        errors = errors_of(objects, [found(*HERE), wrong])

        assert errors.ap50 == pytest.approx(51 / 101)
        assert errors.kinds[kind].cost == pytest.approx(50 / 101)
        assert sum(one.cost for one in errors.kinds.values()) == pytest.approx(50 / 101)


def test_of_several_about_one_object_only_one_can_be_set_right():
    twice = [found(*HALF, score=0.9), found(20, 90, 100, 30, score=0.8)]

    alone = errors_of([there(*HERE), there(0, 0, 5, 5)], twice)
    taken = errors_of([there(*HERE)], [found(*HERE, score=0.95), *twice])

    assert alone.kinds["localisation"].count == 2
    assert alone.kinds["localisation"].cost == pytest.approx(51 / 101)
    assert taken.kinds["localisation"].cost == 0  # they are taken away, behind what is right


def test_what_is_too_much_costs_what_taking_it_away_gains():
    """One dog is found behind a false one: the precision is 1/2 at every recall."""
    for false, kind in (
        (found(*APART, score=0.95), "background"),
        (found(*HALF, label=DOG, score=0.95), "both"),
    ):
        wanted = there(*HERE) if kind == "background" else there(20, 20, 100, 100, label=CAT)
        right = there(125, 10, 70, 30)
        errors = errors_of([wanted, right], [false, found(125, 10, 70, 30, score=0.5)])

        assert errors.kinds[kind].count == 1
        assert errors.kinds[kind].cost > 0


def test_a_missed_object_costs_what_not_asking_for_it_gains():
    errors = errors_of([there(*HERE), there(125, 20, 70, 100)], [found(*HERE)])

    assert errors.kinds["missed"].count == 1
    assert errors.kinds["missed"].cost == pytest.approx(50 / 101)


def test_a_class_that_is_missed_altogether_gains_nothing_from_not_being_asked_for():
    errors = errors_of([there(*HERE), there(*HERE, label=CAT)], [found(*HERE)])

    assert errors.ap50 == pytest.approx(0.5)
    assert errors.kinds["classification"].count == 0
    assert (errors.kinds["missed"].count, errors.kinds["missed"].cost) == (1, 0)


def test_what_is_found_in_a_crowd_is_no_error():
    crowd = there(0, 0, 190, 150, crowd=True)

    errors = errors_of([crowd], [found(*HERE), found(*HERE, label=CAT)])

    assert [(one.label, one.error) for one in errors.detections] == [(CAT, "background")]
    assert errors.missed == ()


def test_masks_are_judged_by_their_pixels():
    same_box = there(*HERE, masked=True)
    one = found(*HALF, masked=True)
    one = type(one)(one.label, one.score, same_box.box, one.mask)

    assert errors_of([same_box], [one]).detections[0].error is None
    assert errors_of([same_box], [one], by="mask").detections[0].error == "localisation"


@pytest.mark.parametrize("by", ["box", "mask"])
def test_its_average_precision_is_that_of_coco(by):
    pictures = some_pictures(60, masked=by == "mask")

    errors = find_errors(pictures, 3, by)

    scores = coco_scores(pictures, ("dog", "cat", "cow"), by)
    assert errors.ap50 == pytest.approx(scores.number("AP50").value, abs=1e-12)
    assert all(errors.kinds[kind].count for kind in KINDS)
    assert all(np.isfinite(errors.kinds[kind].cost) for kind in KINDS)
