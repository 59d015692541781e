"""Numbers of a reading, recomputed place by place; and the token that is worth showing first."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.analysis.attention_row import inner_telling_token, row_facts, telling_token
from transcnn.assets import FOLDER
from transcnn.classifier import Classifier
from transcnn.pictures import Box, Crop
from transcnn.trace import BlockTrace, LevelTrace, Reading, Trace

SIDES = st.integers(1, 12)
SEEDS = st.integers(0, 10_000)


def reading_of(probability, own, valid=None):
    """A reading of a first level whose grid starts at row 0, column 0; [h, rows, columns]."""
    probability = np.array(probability, dtype=np.float32)
    _, rows, columns = probability.shape
    valid = np.ones((rows, columns), bool) if valid is None else np.array(valid)
    areas = ((Box(0, 0, 1, 1),) * columns,) * rows
    multiple = probability * np.float32(valid.sum())
    return Reading(0, own, (0, 0), probability, multiple, valid, areas)


def random_block(size, grids, heads, seed):
    """An H-MHSA as traced, with random attention; where the map ends, weights are 0."""
    generator = np.random.default_rng(seed)
    levels, level_size = [], size
    for i, grid in enumerate([*((g, g) for g in grids), None]):
        grid = grid or level_size
        down, across = (math.ceil(s / g) for s, g in zip(level_size, grid, strict=True))
        exists = np.zeros((down * grid[0], across * grid[1]), bool)
        exists[: level_size[0], : level_size[1]] = True
        exists = exists.reshape(down, grid[0], across, grid[1]).transpose(0, 2, 1, 3)
        exists = exists.reshape(down, across, 1, -1)
        tokens = grid[0] * grid[1]
        scores = generator.standard_normal((heads, down, across, tokens, tokens)) * 2
        weights = np.exp(scores) * exists
        weights = (weights / weights.sum(-1, keepdims=True)).astype(np.float32)
        nothing = np.zeros((heads, *level_size), np.float32)
        padded = (down * grid[0], across * grid[1])
        levels.append(
            LevelTrace(i, grid, level_size, padded, nothing, weights, nothing, None, None)
        )
        level_size = (down, across)
    nothing = np.zeros((heads, *size), np.float32)
    return BlockTrace(0, 0, heads, heads, size, nothing, nothing, tuple(levels))


def readings_of(block):
    """The readings of every token, as a trace gives them."""
    crop = Crop((64, 64), Box(0, 0, 64, 64), 64)
    trace = Trace("random", None, crop, np.zeros(1, np.float32), (block,))
    for token in np.ndindex(block.size):
        yield token, trace.read(0, 0, token)


def test_facts_of_four_places_by_hand():
    facts = row_facts(reading_of([[[0.5, 0.25], [0.125, 0.125]]], own=(0, 0)), side_px=10)

    assert facts.multiple.tolist() == [[2, 1], [0.5, 0.5]]
    assert (facts.strongest, facts.own, facts.half, facts.tokens) == ((0, 0), 2.0, 1, 4)
    diagonal = math.hypot(10, 10)
    assert facts.distance == pytest.approx(0.25 * 10 + 0.125 * 10 + 0.125 * diagonal)
    assert facts.uniform_distance == pytest.approx((10 + 10 + diagonal) / 4)


def test_facts_are_of_the_mean_of_the_heads_or_of_one():
    heads = reading_of([[[1.0, 0.0]], [[0.25, 0.75]]], own=(0, 0))

    mean, second = row_facts(heads, 1), row_facts(heads, 1, head=1)

    assert mean.multiple.tolist() == [[1.25, 0.75]]
    assert mean.strongest == (0, 0)
    assert second.multiple.tolist() == [[0.5, 1.5]]
    assert second.strongest == (0, 1)
    assert (mean.distance, second.distance) == pytest.approx((0.375, 0.75))


def test_places_beyond_the_edge_count_nowhere():
    cut = reading_of([[[0.75, 0.25], [0, 0]]], (0, 1), valid=[[True, True], [False, False]])

    facts = row_facts(cut, 8)

    assert (facts.tokens, facts.half, facts.strongest) == (2, 1, (0, 0))
    assert facts.own == 0.5
    assert (facts.distance, facts.uniform_distance) == pytest.approx((6, 4))


@given(SIDES, SIDES, st.lists(st.integers(2, 4), max_size=2), st.integers(1, 3), SEEDS)
def test_facts_are_what_a_plain_recomputation_gives(rows, columns, grids, heads, seed):
    block = random_block((rows, columns), grids, heads, seed)
    side = 3.5

    for _, levels in readings_of(block):
        for reading in levels:
            facts = row_facts(reading, side)
            places = [tuple(map(int, p)) for p in np.argwhere(reading.valid)]
            share = {p: reading.probability[:, p[0], p[1]].mean(dtype=float) for p in places}
            distance = {p: side * math.dist(p, reading.own) for p in places}
            ranked = sorted(share.values(), reverse=True)

            assert facts.tokens == len(places)
            assert share[facts.strongest] == pytest.approx(ranked[0], rel=1e-6)
            assert sum(ranked[: facts.half]) >= 0.5 - 1e-6
            assert sum(ranked[: facts.half - 1]) <= 0.5 + 1e-6
            assert facts.own == pytest.approx(len(places) * share[reading.own], rel=1e-5)
            assert facts.distance == pytest.approx(
                sum(share[p] * distance[p] for p in places), rel=1e-5, abs=1e-9
            )
            assert facts.uniform_distance == pytest.approx(sum(distance.values()) / len(places))


def score(readings):
    """The sum over levels of log2(strongest multiple of the mean head, itself excluded)."""
    total = 0.0
    for reading in readings:
        multiple = reading.multiple.astype(float).mean(0)
        others = [multiple[p] for p in map(tuple, np.argwhere(reading.valid)) if p != reading.own]
        total += math.log2(max(others)) if others else -1000  # who reads nobody tells nothing
    return total


@given(SIDES, SIDES, st.lists(st.integers(2, 4), max_size=2), st.integers(1, 3), SEEDS)
def test_the_telling_token_is_the_best_of_all(rows, columns, grids, heads, seed):
    block = random_block((rows, columns), grids, heads, seed)

    scores = {token: score(levels) for token, levels in readings_of(block)}

    assert scores[telling_token(block)] == pytest.approx(max(scores.values()), rel=1e-5)


def test_the_telling_token_of_equals_is_the_first():
    block = random_block((6, 6), [3], 2, seed=0)
    for level in block.levels:
        level.attention[...] = 1 / level.attention.shape[-1]

    assert telling_token(block) == (0, 0)


def test_the_telling_token_looks_elsewhere_at_both_levels():
    block = random_block((4, 4), [2], 1, seed=0)
    first, second = (level.attention for level in block.levels)
    first[...] = second[...] = 0.25
    first[0, 1, 0, 2] = [0.1, 0.7, 0.2, 0.0]  # token (3, 0): 2.8x an even share on another
    first[0, 0, 0, 1] = [0.0, 1.0, 0.0, 0.0]  # token (0, 1) reads itself, which does not count
    assert telling_token(block) == (3, 0)

    second[0, 0, 0, 3] = [0.9, 0.1, 0.0, 0.0]  # and the cell of (2, 2) 3.6x: its first token wins
    assert telling_token(block) == (2, 2)


def test_the_token_that_is_shown_in_the_overview_is_found_by_its_rule():
    """In loops: off the border, strongest weight elsewhere, at every level; the largest sum."""
    trace = Classifier().trace(FOLDER / "samples" / "zebra.jpg")
    for block in trace.blocks:
        best, sums = None, {}
        for token in itertools.product(*map(range, block.size)):
            total, elsewhere = 0.0, True
            for reading in trace.read(block.stage, block.block, token):
                multiple = reading.multiple.mean(0)
                own = multiple[reading.own]
                multiple[reading.own] = 0
                size = block.levels[reading.level].size
                inside = all(0 < t < n - 1 for t, n in zip(reading.token, size, strict=True))
                elsewhere &= inside and bool(multiple.max() > own)
                total += np.log2(multiple.max())
            if elsewhere:
                sums[token] = total
        best = max(sums, key=sums.get)
        assert sums[inner_telling_token(block)] == pytest.approx(sums[best])
