"""What is computed for one visitor stays with that visitor; the rest is computed once for all."""

import pytest

from transcnn.ui.app.images import sample_image
from transcnn.ui.pages.overview import data


@pytest.mark.parametrize(
    ("model", "sample", "cache"),
    [
        ("transcnn_lite0", "lion", "all"),
        ("transcnn_nano@0.045", "lion", "all"),
        ("transcnn_lite0", None, "one"),  # an upload
        ("custom", "lion", "one"),
    ],
)
def test_only_samples_in_models_that_ship_are_shared(monkeypatch, model, sample, cache):
    monkeypatch.setattr(data, "_pack_for_all", lambda *_: "all")
    monkeypatch.setattr(data, "_pack", lambda *_: "one")
    assert data.pack_overview(None, model, sample, True) == cache


def test_a_moved_crop_of_a_sample_is_another_image():
    whole, moved = (sample_image("taxis-wide", "en", crop) for crop in (50, 20))
    assert whole.digest != moved.digest  # by which caches tell images apart
