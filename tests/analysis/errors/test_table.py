"""A table: its columns, its rows kept together, and how alike attention reads."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runs.made import random_table, table_of
from transcnn.analysis.errors.derived import similarity
from transcnn.analysis.errors.table import CASES
from transcnn.errors import ChoiceError


def row(table, i):
    """All that a table holds of one picture."""
    return (
        *(table.ids[i], table.names[i], table.labels[i], table.sources[i], table.tags[i]),
        *(table.notes[i], table.sinks[i], tuple(table.received[i])),
        *((name, float(values[i])) for name, values in table.features.items()),
        *(
            (name, *c.classes[i], *c.probabilities[i], c.true_probability[i], c.true_rank[i])
            for name, c in table.cases.items()
        ),
    )


def test_the_answer_that_is_right_is_the_label_and_else_the_first_right_class():
    table = table_of(labels=[(3, 7), (3, 7), (3, 7)], answers=[7, 3, 5])

    assert table.label.tolist() == [7, 3, 3]
    assert table.predicted.tolist() == [7, 3, 5]
    assert table.correct.tolist() == [True, True, False]


def test_pictures_of_one_source_are_a_family():
    family = table_of([1, 1, 1, 1], [1, 1, 1, 1], sources=["b", "a", "b", "c"]).family

    assert family[0] == family[2]
    assert len(set(family.tolist())) == 3


def test_changed_and_gained_compare_a_case_with_attention_on():
    table = table_of(
        [1, 1, 2], [1, 1, 3], [0.9, 0.6, 0.8], off=([1, 2, 2], [0.5, 0.1, 0.7]), uniform=[1, 1, 3]
    )

    assert table.changed("off").tolist() == [False, True, True]
    assert table.gained("off") == pytest.approx([0.4, 0.5, 0.1 - 0.7])
    assert not table.changed("uniform").any()
    assert table.feature("gained_off").tolist() == table.gained("off").tolist()
    assert table.feature("confidence").tolist() == [0.9, 0.6, 0.8]


def test_the_names_of_features_are_those_that_exist():
    table = table_of([1], [1], features={"brightness": [3]})

    names = ["confidence", *(f"gained_{case}" for case in CASES[1:]), "brightness"]
    assert table.feature_names() == names
    assert all(len(table.feature(name)) == 1 for name in names)


@pytest.mark.parametrize("name", ["nonsense", "gained_on", "gained_", "label", ""])
def test_a_feature_that_does_not_exist_is_refused_with_those_that_do(name):
    with pytest.raises(ChoiceError) as caught:
        table_of([1], [1], features={"brightness": [3]}).feature(name)

    assert str(caught.value).startswith(f"feature is {name!r}; allowed: confidence, gained_off, ")
    assert str(caught.value).endswith("brightness.")


@given(st.integers(1, 30), st.integers(0, 1000), st.data())
def test_taking_rows_keeps_all_of_a_picture_together(n, seed, data):
    table = random_table(n, seed, photos=5)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    order = np.array(data.draw(st.lists(st.integers(0, n - 1), max_size=10)), dtype=np.int64)

    for chosen, places in ((mask, np.flatnonzero(mask)), (order, order)):
        taken = table.take(chosen)
        assert len(taken) == len(places)
        assert [row(taken, k) for k in range(len(taken))] == [row(table, i) for i in places]
        assert taken.correct.tolist() == table.correct[places].tolist()


def similarity_by_loops(table):
    found = []
    for i in range(len(table)):
        mine, others = table.received[i] - 1, []
        for j in range(len(table)):
            same_class = table.label[j] == table.label[i]
            if same_class and table.sources[j] != table.sources[i]:
                others.append(table.received[j] - 1)
        if not others:
            found.append(math.nan)
            continue
        mean = [sum(other[k] for other in others) / len(others) for k in range(len(mine))]
        dot = sum(a * b for a, b in zip(mine, mean, strict=True))
        lengths = math.hypot(*mine) * math.hypot(*mean)
        found.append(dot / lengths if lengths > 0 else math.nan)
    return found


@given(st.integers(1, 40), st.integers(0, 1000), st.sampled_from([None, 2, 9]))
def test_similarity_is_the_cosine_with_other_photos_of_the_class(n, seed, photos):
    table = random_table(n, seed, photos=photos, classes=3)

    found = similarity(table)

    np.testing.assert_allclose(found, similarity_by_loops(table), atol=1e-12)


def test_similarity_by_hand():
    """Two that read alike, one that reads the contrary, one without a fellow, one that is even."""
    received = [[2, 0], [3, -1], [0.5, 1.5], [2, 0], [1, 1]]
    table = table_of([1, 1, 1, 2, 1], [1, 1, 1, 2, 1], received=received)

    found = similarity(table).tolist()

    assert found[:3] == pytest.approx([1, 1, -1])  # -1: the others' mean points to the first
    assert math.isnan(found[3])
    assert math.isnan(found[4])
