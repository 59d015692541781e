"""What becomes of detections, by hand."""

from transcnn.analysis.detection.boxes import area, intersection, iou
from transcnn.analysis.detection.differences import Difference, compare_detections
from transcnn.detection.objects import Detection
from transcnn.pictures.geometry import Box


def found(label, score, left, top, right, bottom):
    return Detection(label, score, Box(left, top, right, bottom))


def test_areas_by_hand():
    one, other = Box(0, 0, 10, 10), Box(5, 0, 15, 10)
    assert (area(one), intersection(one, other), iou(one, other)) == (100, 50, 50 / 150)
    assert intersection(one, Box(20, 20, 30, 30)) == 0
    assert iou(Box(3, 3, 3, 3), Box(3, 3, 3, 3)) == 0


def test_each_fate():
    before = (
        found(0, 0.9, 0, 0, 100, 100),  # stays
        found(0, 0.8, 200, 0, 300, 100),  # moves by a fifth: IoU 80 / 120
        found(1, 0.7, 400, 0, 500, 100),  # becomes class 2
        found(1, 0.6, 600, 0, 700, 100),  # vanishes
    )
    after = (
        found(2, 0.95, 400, 0, 500, 100),
        found(0, 0.9, 0, 0, 100, 95),
        found(1, 0.5, 800, 0, 900, 100),  # appears
        found(0, 0.4, 220, 0, 320, 100),
    )
    assert compare_detections(before, after) == (
        Difference("kept", 0, 1, 0.95),
        Difference("moved", 1, 3, 80 / 120),
        Difference("other_class", 2, 0, 1.0),
        Difference("vanished", 3, None),
        Difference("appeared", None, 2),
    )


def test_boxes_that_overlap_by_less_than_half_are_two_objects():
    before, after = (found(0, 0.9, 0, 0, 100, 100),), (found(0, 0.9, 0, 60, 100, 160),)
    assert [d.fate for d in compare_detections(before, after)] == ["vanished", "appeared"]


def test_the_own_class_goes_before_a_larger_overlap_with_another():
    before = (found(0, 0.9, 0, 0, 100, 100), found(1, 0.3, 0, 0, 100, 90))
    after = (found(1, 0.9, 0, 0, 100, 100), found(0, 0.8, 0, 0, 100, 80))
    fates = [(d.fate, d.before, d.after) for d in compare_detections(before, after)]
    assert fates == [("moved", 0, 1), ("kept", 1, 0)]


def test_the_highest_score_chooses_first():
    """Both overlap with the only one after by more than half."""
    before = (found(0, 0.4, 0, 0, 100, 100), found(0, 0.9, 0, 0, 100, 70))
    [second, first] = compare_detections(before, (found(0, 0.5, 0, 0, 100, 85),))
    assert (second.fate, first.fate) == ("vanished", "moved")


def test_nothing_before_and_nothing_after_is_no_difference():
    assert compare_detections((), ()) == ()
