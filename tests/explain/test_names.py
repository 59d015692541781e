"""The tables of methods, scores and baselines agree with the code and the words."""

from dataclasses import fields

import pytest

from transcnn.classifier import Classifier
from transcnn.explain.methods import make_method, method_class
from transcnn.explain.names import BASELINES, METHODS, SCORES
from transcnn.explain.subject import Subject, Target
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator

OPTIONS = ("stage", "block", "level", "token")  # those of `explain` and of links


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_what_its_entry_says(name):
    info, method = METHODS[name], make_method(name)

    assert method.name == info.name == name
    assert method.kind == info.kind
    having = {field.name for field in fields(method_class(name))}
    assert set(info.options) == having & set(OPTIONS)
    assert set(info.over_images or ()) <= having


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_score_baseline_and_unit_has_its_words(language):
    words = translator(language).table("explanations")

    wanted = {f"{what}_{name}" for name in METHODS for what in ("method", "says", "limit")}
    wanted |= {f"{what}_{name}" for name in SCORES for what in ("score", "weak")}
    wanted |= {f"baseline_{name}" for name in BASELINES}
    wanted |= {f"unit_{method.kind.name}" for method in METHODS.values()}
    assert wanted <= set(words)


@pytest.mark.slow
def test_the_runs_named_beside_a_method_are_the_runs_that_it_makes():
    """Counted at the network's door; up to three more are those that check its sum."""
    clf = Classifier()
    pixels = prepare(decode(samples()[0].path.read_bytes()), 224)[0]
    images = []
    clf.model.register_forward_pre_hook(lambda _, inputs: images.append(len(inputs[0])))
    for name, info in METHODS.items():
        images.clear()
        make_method(name).explain(Subject(clf, pixels, Target(281)))
        assert info.runs <= sum(images) <= info.runs + 3, name
