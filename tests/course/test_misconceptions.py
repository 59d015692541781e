"""Misconceptions: every known wrong answer has one, where it leads, once more by plain sums, and
who is told of it.
"""

import pytest

from tests.course.conftest import PICTURES
from tests.course.test_claims import scenes_of
from transcnn.course.ch3_grids import centred
from transcnn.course.hand_map import read_map
from transcnn.course.questions import (
    Choose,
    Click,
    Draw,
    Estimate,
    Order,
    PosedQuestion,
    Tick,
    name_wrong,
)
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


@pytest.fixture(scope="module")
def varied(scene_of):
    """Scenes of two networks, on which other things are true."""
    chosen = [scene_of(name, chosen_map=shown) for name in PICTURES for shown in range(3)]
    trained = [scene for _, scene in scenes_of("transcnn_nano", PICTURES)]
    return [*chosen, scene_of("paving-stones"), *trained]


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_wrong_choice_tick_and_order_is_named(varied, name):
    """Of numbers, clicks and drawings there are too many: some are."""
    for scene in varied:
        posed = QUESTIONS[name].pose(scene)
        if posed is None or posed.flat:
            continue
        match posed.asks:
            case Choose() | Tick() | Order():
                wrong = [one for one in posed.asks.answers if posed.mark(one) != "hit"]
                assert wrong
                assert [one for one in wrong if posed.misconception(one) is None] == []
            case Estimate() | Click() | Draw():
                assert posed.misconceptions


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_misconception_is_known_by_an_answer_somewhere(varied, name):
    """Else its sentence would never be said. An option that is right in all of these scenes is
    wrong in others."""
    known, rights = set(), []
    for scene in varied:
        posed = QUESTIONS[name].pose(scene)
        if posed is not None and not posed.flat:
            known |= {posed.misconception(guess) for _, guess in led(posed)}
            if isinstance(posed.asks, Choose):
                rights.append(posed.asks.right)
    if rights:
        known |= frozenset.intersection(*rights)
    assert known >= set(QUESTIONS[name].misconceptions)


@pytest.mark.parametrize(
    ("values", "guess", "named"),
    [
        ({"stem": 1, "attention": 2, "bottleneck": 3}, "attention bottleneck stem", "attention"),
        ({"stem": 1, "attention": 2, "bottleneck": 3}, "bottleneck stem attention", "stem_early"),
        ({"stem": 3, "attention": 1, "bottleneck": 2}, "bottleneck stem attention", "stem_late"),
    ],
)
def test_a_wrong_order_is_named_by_what_it_has_the_wrong_way_round(values, guess, named):
    asks = Order(values)
    beliefs = {
        "attention": lambda order: ("attention", "bottleneck") in asks.too_early(order),
        "stem_early": lambda order: any(first == "stem" for first, _ in asks.too_early(order)),
        "stem_late": lambda order: any(then == "stem" for _, then in asks.too_early(order)),
    }
    posed = PosedQuestion(asks, misconceptions=name_wrong(asks, beliefs))
    assert posed.misconception(tuple(guess.split())) == named
    assert posed.misconception(asks.right) is None


def test_what_may_be_swapped_is_no_wrong_order():
    near = Order({"a": 1.0, "b": 1.05, "c": 0.01, "d": 0.02}, least=0.05)
    assert near.too_early(("a", "b", "c", "d")) == set()
    assert near.too_early(("c", "a", "b", "d")) == {("c", "a"), ("c", "b")}


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
    assert misconceptions["heads.agreeing"] == {"all": [7], "none": [0]}
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
