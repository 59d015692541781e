"""Ablations compare cases on the same pictures, picture by picture."""

import math

import numpy as np
import pytest

from transcnn.errors import ChoiceError
from transcnn.evaluation import evaluate, find_pictures, parse_change
from transcnn.evaluation.ablation import (
    Ablation,
    Condition,
    ablate,
    backbone_predictions,
    intervention_cases,
    part_cases,
)
from transcnn.evaluation.prepared import prepare_pictures
from transcnn.model.interventions import INTERVENTIONS
from transcnn.trace import Where

GRAY = parse_change("gray:0.4")


@pytest.fixture(scope="session")
def pictures(samples):
    return find_pictures(samples)


@pytest.fixture(scope="session")
def run(pictures):
    return prepare_pictures(pictures, 224)


def test_every_case_has_the_accuracy_of_its_evaluation(classifier, pictures, run):
    cases = [*intervention_cases(classifier, [GRAY]), Condition("uniform", Where(stage=2), GRAY)]
    labels = [p.label.index for p in pictures]

    found = ablate(classifier, run, labels, cases)

    assert [c.attention for c in cases[:-1]] == list(INTERVENTIONS)
    for case in cases:
        top1 = evaluate(
            classifier, pictures, attention=case.attention, change=GRAY, where=case.where
        ).top1
        assert found.share(case).value == top1, case
    assert len({found.share(case).value for case in cases}) >= 3


def test_attention_on_is_measured_even_if_not_asked_for(classifier, run):
    cases = part_cases([Where(stage=0)], [GRAY])
    found = ablate(classifier, run, [0] * len(run), cases)
    assert list(found.correct) == [Condition(change=GRAY), *cases]


def test_the_body_s_answers_are_those_without_h_mhsa(classifier, run):
    body = classifier.logits(np.asarray(run.pixels), classifier.intervention("off"))
    assert backbone_predictions(classifier, run) == body.argmax(1).tolist()


def test_shares_have_wilson_s_interval():
    right = np.array([True] * 8 + [False] * 2)
    share = Ablation({Condition(): right}).share(Condition())
    # Wilson 1927: the p for which (0.8 - p)^2 = z^2 p (1 - p) / 10
    assert share.value == 0.8
    for p in (share.low, share.high):
        assert (0.8 - p) ** 2 == pytest.approx(1.959964**2 * p * (1 - p) / 10)
    assert share.low < 0.8 < share.high


def test_losses_are_counted_pair_by_pair():
    on, off = np.array([[1, 1, 1, 0, 0], [1, 0, 0, 1, 0]], dtype=bool)
    loss = Ablation({Condition(): on, Condition("off"): off}).loss(Condition("off"))
    differences = [0, 1, 1, -1, 0]
    assert loss.value == pytest.approx(0.2)
    half = 1.959964 * np.std(differences) / math.sqrt(5)
    assert (loss.low, loss.high) == pytest.approx((0.2 - half, 0.2 + half))


def test_a_case_that_cannot_be_is_refused_before_any_is_run(classifier, run, monkeypatch):
    monkeypatch.setattr(type(classifier), "logits", pytest.fail)
    for case in (Condition("sideways"), Condition("uniform", Where(stage=7))):
        with pytest.raises(ChoiceError):
            ablate(classifier, run, [0] * len(run), [Condition(), case])
