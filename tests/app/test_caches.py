"""What is computed for one visitor stays with that visitor; the rest is computed once for all."""

from types import SimpleNamespace

import pytest

from transcnn.ui.app.images import sample_image
from transcnn.ui.app.networks import is_public
from transcnn.ui.pages.explanations import data as explanations
from transcnn.ui.pages.explanations.link import FAST
from transcnn.ui.pages.overview import data as overview

SHARED = pytest.mark.parametrize(
    ("model", "sample", "shared"),
    [
        ("transcnn_lite0", "lion", True),
        ("transcnn_nano@0.045", "lion", True),
        ("transcnn_lite0", None, False),  # an upload
        ("custom", "lion", False),
    ],
)


@SHARED
def test_only_samples_in_models_that_ship_are_shared_on_the_overview(
    monkeypatch, model, sample, shared
):
    monkeypatch.setattr(overview, "_pack_for_all", lambda *_: True)
    monkeypatch.setattr(overview, "_pack", lambda *_: False)
    assert overview.pack_overview(None, model, sample, True) == shared


@SHARED
def test_only_maps_of_samples_by_models_that_ship_are_shared(monkeypatch, model, sample, shared):
    monkeypatch.setattr(explanations, "_explain_for_everybody", lambda *_: True)
    monkeypatch.setattr(explanations, "_explain", lambda *_: False)
    explained = SimpleNamespace(
        image=SimpleNamespace(sample=sample), model=model, subject=None, key="key"
    )
    choices = {explanations.ExplainChoice: explanations.ExplainChoice(methods=FAST[:1])}
    state = SimpleNamespace(part=lambda kind: choices.get(kind) or kind())
    [found] = explanations.find_maps(state, explained)
    assert found.attribution == shared


def test_a_moved_crop_of_a_sample_is_another_image_and_shared_too():
    whole, moved = (sample_image("taxis-wide", "en", crop) for crop in (50, 20))
    assert whole.digest != moved.digest  # by which caches tell images apart
    assert is_public(moved.sample, "transcnn_lite0")
