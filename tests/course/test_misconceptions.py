"""Wrong ways: where they lead, once more by plain sums, and who is told that they went one."""

import pytest

from tests.course.conftest import PICTURES
from transcnn.course.ch3_grids import centred
from transcnn.course.hand_map import read_map
from transcnn.course.questions import Choose, Estimate, PosedQuestion
from transcnn.course.steps import QUESTIONS, STEPS

WITH_WAYS = [name for name, question in QUESTIONS.items() if question.misconceptions]


@pytest.fixture(params=PICTURES)
def scene(scenes, request):
    return scenes[request.param]


def led(posed):
    """Every way with every guess that it leads to, as learners give it."""
    for misconception, ends in posed.misconceptions.items():
        for guess in ends:
            yield misconception, float(guess) if isinstance(posed.asks, Estimate) else guess


def test_a_question_leads_along_the_ways_that_its_step_names(scene):
    for name in WITH_WAYS:
        posed = QUESTIONS[name].pose(scene)
        if posed is not None and not posed.flat:
            assert set(posed.misconceptions) == set(QUESTIONS[name].misconceptions), name
            for misconception, guess in led(posed):
                assert posed.takes(guess), (name, misconception)
                assert posed.misconception(guess) in (misconception, None), (name, misconception)


def test_on_the_first_pictures_every_way_can_be_on_progress_from_the_answer(scenes):
    """Else a sentence would never be said."""
    for name in WITH_WAYS:
        on_progress = set()
        for scene in scenes.values():
            posed = QUESTIONS[name].pose(scene)
            on_progress |= {posed.misconception(guess) for _, guess in led(posed)}
        assert on_progress >= set(QUESTIONS[name].misconceptions), name


def test_ways_of_the_example_by_hand_are_those_of_the_sheet_of_paper(scene):
    """Asker 1 of the grid 0, 1, 0, 1: powers 1, 2, 1, 2; values 0, 6, 0, 6. Merged: 3 + 0."""

    def ends(name):
        return {
            misconception: list(found)
            for misconception, found in QUESTIONS[name].pose(scene).misconceptions.items()
        }

    assert ends("qkv.weight") == {
        "zeros": [pytest.approx(2 / (2 + 2))],
        "alike": [1 / 4],
        "undivided": [pytest.approx(2)],
    }
    assert ends("mix.by_hand") == {
        "alone": [pytest.approx(0 / 6 + 6 / 3 + 0 / 6 + 6 / 3)],
        "copied": [pytest.approx(6)],
        "nothing": [pytest.approx(1)],
    }
    assert ends("merging.by_hand") == {
        "average": [pytest.approx((3 + 0 + 0 - 3) / 4)],
        "half": [pytest.approx((3 + 0) / 2)],
        "twice": [pytest.approx(3 + 3)],
    }


def test_ways_move_with_the_map_by_hand(scene_of):
    edited = read_map([0, 2, 1, 0, 0, 1, 0, -1, 0, -1, 0, 0, 1, 0, 0, 0])
    posed = QUESTIONS["qkv.weight"].pose(scene_of("zebra", hand_map=edited))
    # Asker 2 of the grid 0, 2, 0, 1: powers 1, 16, 1, 4; the other token of its column has 4.
    assert posed.misconceptions["zeros"] == [pytest.approx(4 / (16 + 4))]
    assert posed.misconception(0.2) == "zeros"
    assert posed.misconception(4.0) == "undivided"


def test_ways_of_counts_are_those_of_the_architecture(scene):
    """Stage 1: 56 x 56 tokens of 24 channels, grids of 8 x 8; the input has 224 x 224 pixels."""
    misconceptions = {
        name: QUESTIONS[name].pose(scene).misconceptions
        for name in (
            "tokens.count",
            "rows.largest_column_sum",
            "heads.agreeing",
            "grids.fewer_pairs",
            "upsampling.different_vectors",
        )
    }
    assert misconceptions["tokens.count"] == {
        "board": [7 * 7],
        "pixels": [224 * 224],
        "channels": [24],
        "other_stage": [14 * 14, 28 * 28],
        "one_side": [56],
    }
    assert misconceptions["rows.largest_column_sum"] == {"columns": [1], "everybody": [49]}
    assert misconceptions["heads.agreeing"] == {"all": [7]}
    assert misconceptions["grids.fewer_pairs"] == {"tokens": [64], "side": [8]}
    assert misconceptions["upsampling.different_vectors"] == {"all": [56 * 56]}


def test_a_square_around_the_query_has_it_in_the_middle_and_is_no_grid(scene):
    block = scene.trace.blocks[0]
    y, x = scene.token(block.size)
    for top, left, bottom, right in centred(block, (y, x)):
        assert bottom - top == right - left == 7
        assert abs((top + bottom) / 2 - y) <= 0.5
        assert abs((left + right) / 2 - x) <= 0.5
    assert len(set(centred(block, (0, 55)))) == 4, "also in a corner"
    assert (
        QUESTIONS["grids.own_grid"].pose(scene).misconception(centred(block, (y, x))[0])
        == "centred"
    )


def test_nobody_is_on_progress_of_a_way_who_is_right_or_could_have_gone_two():
    posed = PosedQuestion(
        Estimate(1.0, within=0.1), misconceptions={"one": [1.05], "two": [2], "three": [2.01]}
    )
    assert posed.misconception(1.05) is None, "right"
    assert posed.misconception(2.0) is None, "either"
    assert posed.misconception(7.0) is None, "neither"
    assert (
        PosedQuestion(
            Choose(("a", "b"), frozenset("a")), misconceptions={"b": ["b"]}
        ).misconception("b")
        == "b"
    )


def test_ways_have_words_of_their_own():
    assert len(WITH_WAYS) >= 15
    assert all(
        q.misconceptions == tuple(dict.fromkeys(q.misconceptions))
        for s in STEPS
        for q in s.questions.values()
    )
