"""The words of reports: both languages say the same things, and no word is a leftover."""

import math
import re
import string
from pathlib import Path

import pytest

from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.table import CASES
from transcnn.analysis.intervals import Interval
from transcnn.labels import class_names
from transcnn.reports import wording
from transcnn.reports.handout.html import CHAPTERS
from transcnn.reports.wording import Wording, number, p_value, percent, points, strings
from transcnn.words import LANGUAGES

PACKAGE = Path(wording.__file__).parents[1]
# The app's board says some of these words too.
USERS = [*(PACKAGE / "reports").rglob("*.py"), *(PACKAGE / "ui").rglob("*.py")]
USERS += (PACKAGE / "reports").rglob("*.html")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in USERS)
HANDOUT = {  # what its figures and questions put together
    "": (
        "row",
        "column",
        "average",
        "both",
        "first",
        "runner_up",
        "cell",
        "box",
        "side",
        "faster",
        "spread",
        "noise",
    ),
    "level_": (0, 1),
    "plain_": ("ms",),
    "grids_": ("ms",),
    "part_": ("products", "projections", "upper", "mixing"),
    "bill_": ("plain", "grids"),
    "box_": ("stem", "down", "attention", "bottleneck", "head"),
    "ring_": ("near", "middle", "far"),
    "block_": ("first", "star", "last"),
    "grid_": range(4),
    "write_": ("estimate", "click", "draw"),
    "flat_": ("asks", "yes", "no"),
    "right_": ("factor", "within"),
    "none_": ("helps", "ticked"),
}
FEATURES = ("brightness", "contrast", "sharpness", "saturation", "megapixels", "entropy")
MORE = ("global_share", "sinks", "similarity", "cluster", "confidence")


def placeholders(sentence):
    return sorted(name for _, name, _, _ in string.Formatter().parse(sentence) if name)


def test_both_languages_have_the_same_keys_with_the_same_placeholders():
    english, chinese = (strings(language) for language in LANGUAGES)

    assert list(english) == list(chinese)
    for key, sentence in english.items():
        assert placeholders(sentence) == placeholders(chinese[key]), key


def test_the_languages_differ():
    english, chinese = (strings(language) for language in LANGUAGES)
    same = [key for key in english if english[key] == chinese[key]]

    assert same == ["effect"]  # a name
    assert all(re.search(r"[\u4e00-\u9fff]", chinese[key]) for key in chinese if key not in same)


def composed():
    """Keys that are put together from parts: of cases, of features, of filters."""
    yield from (f"case_{case}" for case in CASES)
    yield from (f"feature_{name}" for name in (*FEATURES, *MORE))
    for term in ("right", "sink", "right_in"):
        yield from (f"filter_{term}_{value}" for value in ("yes", "no"))
    yield from (f"filter_{key}" for key in ("tag", "text"))
    yield from (f"feature_{kind}_at" for kind in ("entropy", "distance"))
    yield from (f"handout_chapter_{chapter}" for chapter in CHAPTERS)
    for part, names in HANDOUT.items():
        yield from (f"handout_{part}{name}" for name in names)


@pytest.mark.parametrize("key", strings("en"))
def test_every_word_is_said_by_somebody(key):
    assert key in set(composed()) or re.search(rf"""["']{key}["']""", CODE), f"nobody says {key}"


def test_every_composed_word_is_there():
    assert set(composed()) <= strings("en").keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_features_have_names_for_people(language):
    t = Wording(language)
    places = ["entropy_s0_l0", "distance_s3_l1", "global_s2", "gained_off", "gained_most_read"]

    found = [t.feature(name) for name in (*FEATURES, *MORE, *places)]

    assert len(set(found)) == len(found)
    assert not any("_" in name or "{" in name for name in found)
    assert t.feature("something_new") == "something_new"


def test_stages_and_levels_count_from_1():
    assert Wording("en").feature("distance_s3_l1") == "Mean reach in pixels, stage 4, level 2"


def test_filters_are_said_in_words():
    t = Wording("en")
    meant = parse_filter("label:340|388 brightness:..62 entropy:0.5..0.7 cluster:3..3 tag:blur")

    assert t.filter(meant, class_names()) == (
        "Right class: zebra | giant panda, Brightness (0 to 255) ≤ 62, "
        "Entropy of attention (share of an even reading's) ≥ 0.5 ≤ 0.7, "
        "Cluster of what is read: 3, tag blur"
    )


def test_numbers_are_written_with_their_signs():
    assert [percent(v) for v in (0, 0.5, 1, math.nan)] == ["0.0 %", "50.0 %", "100.0 %", "–"]
    assert [points(v) for v in (0.123, -0.05, math.nan)] == ["+12.3", "−5.0", "–"]
    assert [number(v) for v in (123456.0, -0.5, math.nan)] == ["1.235e+05", "−0.5", "–"]
    assert [p_value(v) for v in (0, 0.00099, 0.0101, 1)] == ["< 0.001", "< 0.001", "0.010", "1.000"]
    assert Wording("en").share(Interval(0.5, 0.25, 0.75)) == "50.0 % (25.0 – 75.0)"
    assert Wording("en").points(Interval(0.1, -0.05, 0.25)) == "+10.0 (−5.0 – +25.0)"
