"""Features, filters and intervals in words."""

import math

import pytest

from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.intervals import Interval
from transcnn.labels import class_names
from transcnn.reports.wording import (
    effect_with_interval,
    feature_name,
    filter_text,
    points_with_interval,
    share_with_interval,
)
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

ENGLISH = translator("en")
FEATURES = ("brightness", "contrast", "sharpness", "saturation", "megapixels", "entropy")
MORE = ("global_share", "sinks", "similarity", "cluster", "confidence")


@pytest.mark.parametrize("language", LANGUAGES)
def test_features_have_names_for_people(language):
    t = translator(language)
    located = ["entropy_s0_l0", "distance_s3_l1", "global_s2", "gained_off", "gained_most_read"]

    found = [feature_name(t, name) for name in (*FEATURES, *MORE, *located)]

    assert len(set(found)) == len(found)
    assert not any("_" in name or "{" in name for name in found)
    assert feature_name(t, "something_new") == "something_new"


def test_stages_and_levels_count_from_1():
    assert "stage 4, level 2" in feature_name(ENGLISH, "distance_s3_l1")


def test_filters_are_said_in_words():
    meant = parse_filter("label:340|388 brightness:..62 entropy:0.5..0.7 cluster:3..3 tag:blur")

    assert filter_text(ENGLISH, meant, class_names()) == (
        f"{ENGLISH('report.label')}: zebra | giant panda, "
        f"{ENGLISH('report.feature_brightness')} ≤ 62, "
        f"{ENGLISH('report.feature_entropy')} ≥ 0.5 ≤ 0.7, "
        f"{ENGLISH('report.feature_cluster')}: 3, tag blur"
    )


def test_values_are_written_with_their_intervals():
    assert share_with_interval(ENGLISH, Interval(0.5, 0.25, 0.75)) == "50.0 % (25.0 – 75.0)"
    assert points_with_interval(ENGLISH, Interval(0.1, -0.05, 0.25)) == "+10.0 (−5.0 – +25.0)"
    assert effect_with_interval(ENGLISH, Interval(-0.5, -1, 0.25)) == "−0.50 (−1.00 – +0.25)"


def test_one_image_has_no_interval_and_says_so():
    assert share_with_interval(ENGLISH, Interval(0.0, 0.0, 1.0)) == "n/a (one image)"
    assert points_with_interval(ENGLISH, Interval(0.1, math.nan, math.nan)) == "n/a (one image)"
