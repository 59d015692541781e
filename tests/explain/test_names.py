"""The tables of methods, scores and baselines agree with the code and the words."""

from dataclasses import fields

import pytest

from transcnn.explain.methods import make_method, method_class
from transcnn.explain.names import BASELINES, METHODS, SCORES
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
