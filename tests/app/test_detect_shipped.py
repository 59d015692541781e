"""Detect with the detectors that ship: one finds boxes, the other masks, too."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.app.planted import sample_path
from tests.app.test_detect import open_detect, views
from transcnn.detection.catalogue import shipped_detectors
from transcnn.detection.detector import ObjectDetector


@pytest.mark.parametrize("name", shipped_detectors())
def test_the_detector_is_chosen_and_draws_what_it_finds(name):
    app = open_detect(picture="cat")
    app.selectbox(key="detect_detector").set_value(name).run()
    assert not app.exception
    assert app.query_params.get("detector", shipped_detectors()[0]) == name
    [view] = views(app, "detections")
    network = ObjectDetector.open(name, device="cpu")
    found = network.detect(sample_path("cat")).above(0.5).detections
    assert len(view["boxes"]) == len(found) >= 1
    for shown, one in zip(view["boxes"], found, strict=True):
        assert (shown["mask"] is not None) == network.config.masks
        if shown["mask"] is not None:
            picture = Image.open(io.BytesIO(base64.b64decode(shown["mask"].split(",")[1])))
            drawn = np.asarray(picture.convert("RGBA"))[..., 3] > 0
            assert drawn.mean() == pytest.approx(one.mask.pixels().mean(), abs=0.01)
