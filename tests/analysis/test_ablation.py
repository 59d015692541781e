"""The answer without what H-MHSA does."""

import numpy as np
import pytest
import torch

from transcnn.analysis.ablation import rerun
from transcnn.classifier import Classifier
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.trace import INTERVENTIONS, Where, make_intervention


@pytest.fixture(scope="module")
def classifier():
    return Classifier("transcnn_lite0")


def prepared(name: str) -> np.ndarray:
    sample = next(s for s in samples() if s.name == name)
    return prepare(decode(sample.path.read_bytes()), 224)[0]


def test_attention_on_is_the_plain_run_bit_for_bit(classifier):
    plain = classifier.logits(prepared("zebra")[None])
    switched = classifier.logits(prepared("zebra")[None], make_intervention("on"))
    assert torch.equal(plain, switched)


def test_every_intervention_is_a_run_of_its_own(classifier):
    picture, other = prepared("elephant"), prepared("espresso")
    normal = classifier.logits(picture[None])[0]
    runs = {run.intervention: run for run in rerun(classifier, picture, normal.numpy(), other)}
    assert list(runs) == list(INTERVENTIONS)
    answer = int(normal.argmax())
    for name, run in runs.items():
        intervention = classifier.intervention(name, classifier.attention(other[None]))
        logits = classifier.logits(picture[None], intervention)[0]
        assert run.answer.name.index == answer, "the class that wins with attention on"
        assert run.answer.logit == pytest.approx(float(logits[answer]))
        assert run.answer.probability == pytest.approx(float(logits.softmax(0)[answer]))
        assert run.top[0].name.index == int(logits.argmax())


def test_a_pictures_own_attention_swapped_in_changes_nothing(classifier):
    picture = prepared("lion")
    normal = classifier.logits(picture[None])[0].numpy()
    runs = {run.intervention: run for run in rerun(classifier, picture, normal, picture)}
    assert runs["swapped"].answer.logit == pytest.approx(runs["on"].answer.logit, abs=1e-4)


def test_a_part_alone_is_switched(classifier):
    picture, other = prepared("elephant"), prepared("espresso")
    normal = classifier.logits(picture[None])[0]
    where = Where(stage=1, block=0, level=1)
    runs = {
        run.intervention: run for run in rerun(classifier, picture, normal.numpy(), other, where)
    }
    assert list(runs) == [n for n in INTERVENTIONS if n != "mean"], "no mean of a level"
    answer = int(normal.argmax())
    for name, run in runs.items():
        intervention = classifier.intervention(name, classifier.attention(other[None]), where)
        logits = classifier.logits(picture[None], intervention)[0]
        assert run.answer.logit == pytest.approx(float(logits[answer]), abs=1e-4)
    everywhere = {r.intervention: r for r in rerun(classifier, picture, normal.numpy(), other)}
    assert runs["off"].answer.logit != pytest.approx(everywhere["off"].answer.logit, abs=1e-3)
