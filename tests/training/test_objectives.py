"""Each objective against loops that follow its sentence."""

import math
from dataclasses import replace

import pytest
import torch

from transcnn.model.hooks import HookPoint
from transcnn.training import objectives
from transcnn.training.network import Outputs
from transcnn.training.objectives import DistillationBatch

# Stage maps of a 128-pixel picture: a board of 4 x 4 cells.
SIZES, WIDTHS = (32, 16, 8, 4), (3, 4, 5, 6)


@pytest.fixture
def lesson():
    """Random answers in float64 to two pictures: one block at stage 0 (two levels), one at 3."""
    g = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(*shape, generator=g, dtype=torch.float64)

    def answer(attention):
        maps = tuple(normal(2, c, n, n) for c, n in zip(WIDTHS, SIZES, strict=True))
        return Outputs(maps, normal(2, 7), normal(2, 10), attention)

    attention = {
        HookPoint(0, 0, "attention", 0): normal(2, 3, 4, 4, 64, 64).softmax(-1),
        HookPoint(0, 0, "attention", 1): normal(2, 3, 1, 1, 16, 16).softmax(-1),
        HookPoint(3, 0, "attention", 0): normal(2, 2, 1, 1, 16, 16).softmax(-1),
    }
    own = torch.rand(2, 4, 4, generator=g) > 0.4
    own[1] = True  # the second picture is whole
    return DistillationBatch(answer(attention), answer({}), own)


def _relative_error(given, wanted):
    error = spread = 0.0
    for c in range(wanted.shape[1]):
        mean = wanted[:, c].mean()
        error += ((given[:, c] - wanted[:, c]) ** 2).sum()
        spread += ((wanted[:, c] - mean) ** 2).sum()
    return error / spread


def test_stages_and_pooled_are_errors_relative_to_the_spread(lesson):
    pairs = zip(lesson.student.stages, lesson.teacher.stages, strict=True)
    by_hand = sum(_relative_error(given, wanted) for given, wanted in pairs)
    torch.testing.assert_close(objectives.stages(lesson), by_hand)
    by_hand = _relative_error(lesson.student.pooled, lesson.teacher.pooled)
    torch.testing.assert_close(objectives.pooled(lesson), by_hand)


def test_logits_are_a_divergence_in_nats(lesson):
    by_hand = 0.0
    for given, wanted in zip(lesson.student.logits, lesson.teacher.logits, strict=True):
        p, q = wanted.exp() / wanted.exp().sum(), given.exp() / given.exp().sum()
        by_hand += sum(p[k] * (p[k] / q[k]).log() for k in range(10)) / 2
    torch.testing.assert_close(objectives.logits(lesson), by_hand)


def test_whole_uses_uncovered_images_only(lesson):
    given, wanted = lesson.student.logits[1], lesson.teacher.logits[1]  # the first one is covered
    p, q = wanted.exp() / wanted.exp().sum(), given.exp() / given.exp().sum()
    by_hand = sum(p[k] * (p[k] / q[k]).log() for k in range(10))
    torch.testing.assert_close(objectives.whole(lesson), by_hand)
    lesson.own[1, 0, 0] = False
    assert float(objectives.whole(lesson)) == 0


def _standardised(features):
    out = features.clone()
    for c in range(features.shape[1]):
        out[:, c] = (features[:, c] - features[:, c].mean()) / features[:, c].std(correction=0)
    return out


def _row_divergences(lesson, weights, features, cell):
    """KL of every readable row; `cell` tells the board's cell of a place of the level's map."""
    heads_mean = weights.mean(1)
    features = _standardised(features)
    side = math.isqrt(weights.shape[-1])
    found = []
    for b in range(2):
        for down in range(weights.shape[2]):
            for across in range(weights.shape[3]):
                places = [
                    (down * side + y, across * side + x) for y in range(side) for x in range(side)
                ]
                keys = [s for s, place in enumerate(places) if lesson.own[b][cell(place)]]
                for t, asking in enumerate(places if keys else ()):
                    u = features[b, :, *asking]
                    scores = []
                    for s in keys:
                        v = features[b, :, *places[s]]
                        cosine = u @ v / (u.norm() * v.norm())
                        scores.append(0.0 if s == t else float(cosine) / 0.2)
                    target = torch.tensor(scores, dtype=torch.float64).softmax(0)
                    given = heads_mean[b, down, across, t, keys]
                    found.append((target * (target / given).log()).sum())
    return torch.stack(found).mean()


def test_rows_follow_the_similarity_of_own_features(lesson):
    attention = lesson.student.attention
    inside = _row_divergences(
        lesson,
        attention[0, 0, "attention", 0],
        lesson.teacher.stages[0],
        lambda place: (place[0] // 8, place[1] // 8),
    )
    boards = [
        _row_divergences(lesson, attention[place], lesson.teacher.stages[3], lambda place: place)
        for place in ((0, 0, "attention", 1), (3, 0, "attention", 0))
    ]
    torch.testing.assert_close(
        objectives.rows(lesson), (inside + sum(boards)) / 3, rtol=1e-5, atol=0
    )


def test_own_cells_use_the_attention_of_last_levels_only(lesson):
    found = []
    for place in ((0, 0, "attention", 1), (3, 0, "attention", 0)):
        weights = lesson.student.attention[place]
        for b in range(2):
            own = [s for s in range(16) if lesson.own[b, s // 4, s % 4]]
            rows = weights[b, :, 0, 0].reshape(-1, 16)
            found += [-math.log(sum(float(row[s]) for s in own)) / len(rows) / 4 for row in rows]
    assert float(objectives.own_cells(lesson)) == pytest.approx(sum(found))


def test_entropy_is_1_for_uniform_rows_and_0_for_rows_that_select_one_token(lesson):
    by_hand = []
    for weights in lesson.student.attention.values():
        rows = weights.reshape(-1, weights.shape[-1])
        entropies = [-sum(p * p.log() for p in row) / math.log(len(row)) for row in rows[:40]]
        by_hand.append((sum(entropies) / 40, rows))
    some = DistillationBatch(
        replace(
            lesson.student,
            attention={
                HookPoint(0, 0, "attention", level): rows[:40].reshape(1, 1, 1, 1, 40, -1)
                for level, (_, rows) in enumerate(by_hand)
            },
        ),
        lesson.teacher,
        lesson.own,
    )
    wanted = sum(entropy for entropy, _ in by_hand) / 3
    assert float(objectives.entropy(some)) == pytest.approx(float(wanted))

    def given(rows):
        attention = {HookPoint(0, 0, "attention", 0): rows[None, None, None, None]}
        alone = {HookPoint(1, 0, "attention", 0): torch.ones(1, 1, 1, 1, 1, 1)}
        outputs = replace(lesson.student, attention=attention | alone)  # a grid of one token
        return float(objectives.entropy(DistillationBatch(outputs, lesson.teacher, lesson.own)))

    assert given(torch.full((4, 4), 0.25)) == pytest.approx(1)
    assert given(torch.eye(4)) == pytest.approx(0, abs=1e-6)


def test_the_total_is_the_weighted_sum(lesson):
    weights = {"stages": 0.3, "rows": 2.0}
    loss, parts = objectives.total(lesson, weights)
    assert parts.keys() == weights.keys()
    by_hand = 0.3 * objectives.stages(lesson) + 2 * objectives.rows(lesson)
    torch.testing.assert_close(loss, by_hand)


def test_the_teachers_own_outputs_have_no_loss(lesson):
    right = DistillationBatch(lesson.teacher, lesson.teacher, lesson.own)
    for name in ("stages", "pooled", "logits", "whole"):
        assert float(objectives.PARTS[name](right)) == pytest.approx(0, abs=1e-12)
