"""Shares of right answers, by class and in all, and who is taken for whom: reckoned by hand."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.made import random_table, table_of
from transcnn.analysis.errors.scores import accuracy, class_scores, confusion
from transcnn.analysis.intervals import share_interval

#                  right  right  wrong  wrong  right  wrong
TABLE = table_of([3, (3, 4), 3, 5, 5, (7, 3)], [3, 4, 5, 3, 5, 9])


def test_the_share_of_right_answers_by_hand():
    assert accuracy(TABLE).value == 0.5
    assert accuracy(TABLE) == share_interval(TABLE.correct)


def test_among_the_first_five_the_rank_counts():
    table = random_table(50, seed=1)
    ranks = np.arange(50) % 8
    table.cases["on"].true_rank[:] = ranks

    for among in range(1, 6):
        assert accuracy(table, among).value == pytest.approx(sum(ranks < among) / 50)


def test_with_photos_the_interval_is_by_photo():
    photos = ["a", "a", "a", "b", "b", "c"]
    table = table_of([1] * 6, [1, 1, 1, 2, 2, 1], sources=photos)

    assert accuracy(table) == share_interval(table.correct, np.array([0, 0, 0, 1, 1, 2]))
    assert accuracy(table).low < accuracy(table_of([1] * 6, [1, 1, 1, 2, 2, 1])).low


def test_no_pictures_have_no_share():
    with pytest.raises(ValueError, match="no images, no accuracy"):
        accuracy(TABLE.take(np.zeros(6, dtype=np.bool_)))


def test_scores_of_classes_by_hand():
    """The worst first. The picture of 3 or 4 that was answered 4 is one of 4."""
    found = [(s.label, s.correct, s.count, s.predicted) for s in class_scores(TABLE)]

    assert found == [(7, 0, 1, 0), (3, 1, 2, 2), (5, 1, 2, 2), (4, 1, 1, 1)]
    assert [s.accuracy.value for s in class_scores(TABLE)] == [0, 0.5, 0.5, 1]


def test_confusions_by_hand():
    found = confusion(TABLE)

    assert found.labels.tolist() == [3, 4, 5, 7]
    assert found.predictions.tolist() == [3, 4, 5, 7, 9]
    assert found.counts.tolist() == [
        [1, 0, 1, 0, 0],
        [0, 1, 0, 0, 0],
        [1, 0, 1, 0, 0],
        [0, 0, 0, 0, 1],
    ]
    assert found.pairs() == [(3, 5, 1), (5, 3, 1), (7, 9, 1)]


def test_a_matrix_that_can_be_read_has_the_classes_that_are_confused_most():
    table = table_of([1, 1, 2, 2, 2, 3, 4], [2, 2, 1, 1, 1, 1, 4])
    found = confusion(table)

    assert found.most_confused(2) == [1, 2]
    assert found.most_confused(9) == [1, 2, 3]
    assert confusion(table_of([3, 1, 2], [3, 1, 2])).most_confused(2) == [1, 2]
    assert [found.count(*pair) for pair in ((2, 1), (4, 4), (1, 1), (9, 1), (1, 9))] == [
        *(3, 1, 0, 0, 0)
    ]


def test_the_most_frequent_confusion_is_first():
    table = table_of([1, 1, 2, 2, 2, 3], [2, 2, 1, 1, 1, 1])

    assert confusion(table).pairs() == [(2, 1, 3), (1, 2, 2), (3, 1, 1)]


@given(st.integers(1, 60), st.integers(0, 1000), st.sampled_from([2, 5, 10]))
def test_every_picture_is_counted_once_and_right_ones_on_the_diagonal(n, seed, classes):
    table = random_table(n, seed, classes=classes)

    found = confusion(table)

    by_hand = Counter(zip(table.label.tolist(), table.predicted.tolist(), strict=True))
    counted = {
        (int(label), int(answer)): int(found.counts[i, j])
        for i, label in enumerate(found.labels)
        for j, answer in enumerate(found.predictions)
    }
    assert {pair: count for pair, count in counted.items() if count} == by_hand
    assert found.counts.sum() == n
    assert sum(count for pair, count in counted.items() if len(set(pair)) == 1) == sum(
        table.correct
    )
    assert sum(score.count for score in class_scores(table)) == n
    assert sum(score.correct for score in class_scores(table)) == table.correct.sum()
