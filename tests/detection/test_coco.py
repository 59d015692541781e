"""COCO's numbers: right by hand, the library's to the last bit, with intervals over images."""

import numpy as np
import pytest
from faster_coco_eval import COCO, COCOeval_faster

from tests.detection.judged import found, picture, some_pictures, there
from transcnn.detection.evaluation.coco import NUMBERS, coco_scores


def number(scores, name):
    return scores.number(name).value


def test_average_precision_of_a_set_by_hand():
    """Three objects; of the detections by score the first and third are right. The precision is 1
    up to the recall 1/3 (34 of the 101 recalls), 2/3 up to 2/3 (33 of them), then 0."""
    pictures = [
        picture(
            [there(10, 10, 50, 40), there(100, 10, 50, 40)],
            [found(10, 10, 50, 40, score=0.9), found(10, 100, 50, 40, score=0.8)],
        ),
        picture([there(20, 20, 60, 60)], [found(20, 20, 60, 60, score=0.7)]),
    ]

    scores = coco_scores(pictures, ["dog"])

    assert number(scores, "AP") == pytest.approx((34 + 33 * 2 / 3) / 101)
    assert number(scores, "AP50") == pytest.approx(number(scores, "AP"))
    assert number(scores, "AP75") == pytest.approx(number(scores, "AP"))
    assert number(scores, "AR_1") == number(scores, "AR_100") == pytest.approx(2 / 3)
    (only,) = scores.per_class
    assert (only.name, only.objects) == ("dog", 3)
    assert only.curve[:34].tolist() == pytest.approx([1] * 34)
    assert only.curve[34:67].tolist() == pytest.approx([2 / 3] * 33)
    assert not only.curve[67:].any()


def test_a_box_counts_at_the_thresholds_that_it_reaches():
    half = [picture([there(0, 0, 100, 50)], [found(0, 0, 62, 50)])]  # IoU 0.62

    scores = coco_scores(half, ["dog"])

    assert number(scores, "AP50") == 1
    assert number(scores, "AP75") == 0
    assert number(scores, "AP") == pytest.approx(3 / 10)


def test_small_medium_and_large_objects_are_told_apart_by_area():
    small, medium, large = (5, 5, 31, 31), (50, 5, 40, 40), (5, 50, 100, 100)
    everything = [there(*small), there(*medium), there(*large)]

    scores = coco_scores([picture(everything, [found(*small), found(*large)])], ["dog"])

    named = ("AP_small", "AP_medium", "AP_large", "AR_small", "AR_medium", "AR_large")
    assert [number(scores, name) for name in named] == pytest.approx([1, 0, 1, 1, 0, 1])


def test_the_area_is_that_of_the_mask_where_there_is_one():
    thin = there(0, 0, 150, 10, masked=True)  # 1500 pixels
    tall = found(0, 0, 150, 10, masked=True)

    assert number(coco_scores([picture([thin], [tall])], ["dog"]), "AP_medium") == 1


def test_a_number_of_which_there_is_nothing_is_not_defined():
    scores = coco_scores([picture([there(5, 5, 20, 20)], [])], ["dog", "cat"], draws=5)

    assert number(scores, "AP") == 0
    assert all(np.isnan(scores.number("AP_large")))
    dog, cat = scores.per_class
    assert dog.ap == 0
    assert np.isnan(cat.ap)


def test_what_is_found_in_a_crowd_is_no_error():
    crowd = there(80, 80, 100, 70, crowd=True)
    detections = [found(90, 90, 30, 30, score=0.95), found(10, 10, 50, 40, score=0.9)]

    with_crowd = coco_scores([picture([there(10, 10, 50, 40), crowd], detections)], ["dog"])
    without = coco_scores([picture([there(10, 10, 50, 40)], detections)], ["dog"])

    assert number(with_crowd, "AP") == pytest.approx(1)
    assert number(without, "AP") == pytest.approx(0.5)
    assert with_crowd.per_class[0].objects == 1


def test_masks_are_compared_by_their_pixels():
    same_box = there(10, 10, 60, 60, masked=True)
    other = found(10, 10, 60, 20, masked=True)
    other = type(other)(other.label, other.score, same_box.box, other.mask)
    pictures = [picture([same_box], [other])]

    assert number(coco_scores(pictures, ["dog"], "box"), "AP") == pytest.approx(1)
    assert number(coco_scores(pictures, ["dog"], "mask"), "AP") == 0


def by_the_library_alone(pictures, classes, kind):
    """As anybody would use it, from dictionaries of COCO's form."""

    def form(one):
        left, top, right, bottom = one.box
        made = {"category_id": one.label + 1, "bbox": [left, top, right - left, bottom - top]}
        return made | ({} if one.mask is None else {"segmentation": one.mask.rle})

    objects, results = [], []
    for image, one in enumerate(pictures):
        for thing in one.objects:
            size = thing.box.right - thing.box.left, thing.box.bottom - thing.box.top
            area = size[0] * size[1] if thing.mask is None else thing.mask.area
            more = {"id": len(objects) + 1, "image_id": image, "iscrowd": int(thing.crowd)}
            objects.append(form(thing) | more | {"area": area})
        for thing in one.detections:
            result = form(thing) | {"image_id": image, "score": thing.score}
            if kind == "segm":
                del result["bbox"]
            results.append(result)
    there = COCO(
        {
            "images": [{"id": i, "width": 200, "height": 160} for i in range(len(pictures))],
            "annotations": objects,
            "categories": [{"id": i + 1, "name": name} for i, name in enumerate(classes)],
        }
    )
    evaluator = COCOeval_faster(there, there.loadRes(results), kind)
    evaluator.run()
    return np.where(np.asarray(evaluator.stats) < 0, np.nan, evaluator.stats)


CLASSES = ("dog", "cat", "cow")


@pytest.mark.parametrize(("by", "kind"), [("box", "bbox"), ("mask", "segm")])
def test_the_numbers_are_the_librarys_to_the_last_bit(by, kind):
    pictures = some_pictures(40, masked=by == "mask")

    scores = coco_scores(pictures, CLASSES, by, draws=3)

    assert np.array_equal(
        scores.values, by_the_library_alone(pictures, CLASSES, kind), equal_nan=True
    )
    assert 0.1 < number(scores, "AP") < 0.9


def test_a_draw_is_the_score_of_the_images_that_it_drew():
    pictures = some_pictures(12)
    random = np.random.default_rng(7)
    drawn = [random.integers(12, size=12) for _ in range(3)]

    samples = coco_scores(pictures, CLASSES, draws=3, seed=7).samples

    for sample, chosen in zip(samples, drawn, strict=True):
        alone = coco_scores([pictures[i] for i in chosen], CLASSES)
        assert np.array_equal(sample, alone.values, equal_nan=True)
    assert len(np.unique(samples[:, 0])) == 3


def test_intervals_hold_the_number_and_differences_are_of_the_same_draws():
    pictures = some_pictures(40)
    worse = [picture(one.objects, one.detections[::2]) for one in pictures]

    scores, other = (coco_scores(some, CLASSES, draws=60) for some in (pictures, worse))

    for name in NUMBERS:
        value, low, high = scores.number(name)
        assert np.isnan(value) or low <= value <= high
    loss = other.less_than(scores, "AP50")
    assert loss.low < loss.value < loss.high
    assert loss.value == pytest.approx(number(scores, "AP50") - number(other, "AP50"))
    assert tuple(scores.less_than(scores, "AP50")) == (0, 0, 0)


def test_the_work_can_be_stopped_between_draws():
    def stop(done, of):
        assert of == 50
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        coco_scores(some_pictures(3), CLASSES, draws=50, progress=stop)
