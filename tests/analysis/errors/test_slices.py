"""Groups with unusually many errors: a planted one is found and named, and none in noise."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from tests.runs.made import random_table
from transcnn.analysis.errors.derived import with_derived
from transcnn.analysis.errors.filters import parse_filter
from transcnn.analysis.errors.slices import LEAST, find_slices
from transcnn.analysis.intervals import share_interval


def with_errors(table, where, share, seed=0):
    """The table whose pictures of `where` are answered wrongly with this probability."""
    on = table.cases["on"]
    wrong = where & (np.random.default_rng(seed).random(len(table)) < share)
    on.classes[wrong, 0] = 99
    on.true_rank[wrong] = 1
    return table


def dark_table(seed=0, photos=None, count=240):
    table = random_table(count, seed, wrong=0.1, photos=photos, features=5)
    table.features["brightness"] = np.random.default_rng([2, seed]).uniform(0, 255, count)
    return with_errors(table, table.features["brightness"] < 60, 0.7)


@pytest.mark.parametrize("photos", [None, 120])
def test_dark_pictures_that_are_wrong_are_found_and_named(photos):
    table = dark_table(photos=photos)
    found = find_slices(table)
    (key, value) = found[0].filter.terms[0]

    assert [s.filter.terms[0][0] for s in found if s.unusual] == ["brightness"]
    assert key == "brightness"
    assert value.startswith("..")
    assert 50 < float(value[2:]) < 75
    assert found[0].excess.low > 0.3


def test_a_class_a_tag_and_a_cluster_are_found_too():
    table = random_table(300, 5, wrong=0.05, features=3, classes=6)
    table = replace(table, features={**table.features, "cluster": np.arange(300) % 4.0})
    tagged = np.array(["a" in tags for tags in table.tags])
    for where, named in (
        (table.label == 2, "label:2"),
        (tagged, "tag:a"),
        (table.features["cluster"] == 3, "cluster:3..3"),
    ):
        copied = table.take(np.arange(300))
        found = [str(s.filter) for s in find_slices(with_errors(copied, where, 0.6)) if s.unusual]
        assert found == [named]


def test_a_groups_numbers_are_those_of_its_filter():
    table = dark_table(1)

    for s in find_slices(table):
        inside = parse_filter(str(s.filter)).chosen(table)
        wrong = [not r for r, i in zip(table.correct, inside, strict=True) if i]
        others = [not r for r, i in zip(table.correct, inside, strict=True) if not i]
        assert s.count == len(wrong) >= LEAST
        assert len(others) >= LEAST
        shares = sum(wrong) / len(wrong), sum(others) / len(others)
        assert s.errors.value == pytest.approx(shares[0])
        assert s.excess.value == pytest.approx(shares[0] - shares[1])
        assert s.errors == share_interval(np.array(wrong), table.family[inside])


def test_the_interval_of_the_excess_is_as_wide_as_drawing_photos_again_makes_it():
    table = dark_table(2, photos=80)
    first = find_slices(table)[0]
    inside, wrong = first.filter.chosen(table), ~table.correct
    r = np.random.default_rng(0)
    rows_of = [np.flatnonzero(table.family == f) for f in np.unique(table.family)]

    again = []
    for _ in range(400):
        rows = np.concatenate([rows_of[i] for i in r.integers(0, len(rows_of), len(rows_of))])
        again.append(wrong[rows][inside[rows]].mean() - wrong[rows][~inside[rows]].mean())

    low, high = np.quantile(again, (0.025, 0.975))
    assert (first.excess.low, first.excess.high) == pytest.approx((low, high), abs=0.05)


def fisher(wrong, right, other_wrong, other_right):
    """The chance of a division at most as likely as this one, its margins given."""
    inside, all_wrong = wrong + right, wrong + other_wrong
    total = inside + other_wrong + other_right

    def ways(k):
        return math.comb(all_wrong, k) * math.comb(total - all_wrong, inside - k)

    possible = range(max(0, inside + all_wrong - total), min(inside, all_wrong) + 1)
    return sum(ways(k) for k in possible if ways(k) <= ways(wrong)) / math.comb(total, inside)


def test_p_values_are_fishers_adjusted_for_the_number_of_groups():
    table = dark_table(3)
    found, p = find_slices(table), []

    for s in found:
        inside = s.filter.chosen(table)
        a, b = (int((~table.correct[side]).sum()) for side in (inside, ~inside))
        p.append(fisher(a, s.count - a, b, len(table) - s.count - b))

    adjusted = [s.adjusted_p for s in found]
    assert adjusted == pytest.approx(false_discovery_control(p), rel=1e-6, abs=0)


@pytest.mark.parametrize(
    ("pictures", "wrong", "photos"), [(240, 0.25, None), (286, 0.2, 22), (120, 0.1, None)]
)
def test_in_noise_a_group_is_found_no_more_often_than_promised(pictures, wrong, photos):
    tables = [random_table(pictures, seed, wrong, photos) for seed in range(40)]

    misjudged = sum(any(s.unusual for s in find_slices(table)) for table in tables)

    assert misjudged <= 6


def test_groups_with_fewer_errors_are_not_unusual():
    table = dark_table(4)
    found = find_slices(table)

    better = [s for s in found if s.excess.value < 0]
    assert any(s.adjusted_p < 0.05 for s in better)  # bright ones, told apart from chance
    assert not any(s.unusual for s in better)


@pytest.mark.parametrize("count", [1, LEAST, 2 * LEAST - 1])
def test_few_pictures_make_no_groups(count):
    assert find_slices(random_table(count, 0)) == []


def test_of_few_photos_nothing_is_on_progress():
    assert find_slices(random_table(200, 0, photos=4)) == []


def reading(kinds, count=60):
    """Pictures whose attention reads one of some places, with a little noise."""
    r = np.random.default_rng(1)
    kind = r.choice(len(kinds), count, p=np.array(kinds) / sum(kinds))
    received = r.uniform(0.5, 0.6, (count, 9))
    received[np.arange(count), kind] = 4
    return replace(random_table(count, 0), received=received), kind


def test_pictures_that_read_the_same_places_are_a_cluster_and_the_largest_is_the_first():
    table, kind = reading([5, 2, 1], 75)  # three clusters, as 75 are 3 x 25

    found = with_derived(table).features["cluster"]

    pairs = set(zip(kind.tolist(), found.tolist(), strict=True))
    assert pairs == {(0, 0.0), (1, 1.0), (2, 2.0)}


def test_clusters_are_the_same_each_time():
    table = random_table(250, 3)

    first, second = (with_derived(table).features["cluster"] for _ in range(2))

    assert first.tolist() == second.tolist()
    sizes = np.bincount(first.astype(int))
    assert len(sizes) == 8
    assert sizes.tolist() == sorted(sizes, reverse=True)


@pytest.mark.parametrize("count", [0, 1, 49])
def test_few_pictures_have_no_clusters(count):
    table = random_table(50, 0).take(np.arange(count))

    assert np.isnan(with_derived(table).feature("cluster")).all()


def test_pictures_that_are_all_read_alike_have_no_clusters():
    table = replace(random_table(100, 0), received=np.ones((100, 9)))

    clustered = with_derived(table)

    assert np.isnan(clustered.feature("cluster")).all()
    assert not [s for s in find_slices(clustered) if s.filter.get("cluster")]
