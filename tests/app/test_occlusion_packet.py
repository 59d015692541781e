"""What came of a hidden picture can be read back from its packet."""

import io

import numpy as np
from PIL import Image

from tests.app.test_packets import unpacked
from transcnn.analysis.occlusion import LastLevelAttention, OcclusionResult, PredictionChange
from transcnn.classifier import PredictedClass
from transcnn.labels import class_names
from transcnn.ui.components.packets.occlusion import occlusion_packet
from transcnn.ui.components.packets.trace import PER_OCTAVE, UNIFORM


def test_shares_picture_and_answers_come_back():
    r = np.random.default_rng(3)
    own = r.random((7, 7)) > 0.4
    shares = [r.dirichlet(np.ones(49), size=49).astype(np.float32) for _ in range(2)]
    readings = (
        LastLevelAttention(0, 0, shares[0], 0.8, 0.6),
        LastLevelAttention(3, 2, shares[1], None, 0.5),
    )
    pixels = r.integers(0, 256, size=(224, 224, 3), dtype=np.uint8)
    answers = [PredictedClass(class_names()[i], 0.1 * i, float(i), i) for i in range(1, 6)]
    one = PredictionChange(tuple(answers[1:]), answers[1], tuple(answers))
    other = PredictionChange(tuple(answers), answers[3], tuple(answers[::-1]))

    header, body = unpacked(
        occlusion_packet("key", OcclusionResult(pixels, own, one, other, readings))
    )

    count = header["codes"]
    codes = np.frombuffer(body[: 2 * count], "<u2").astype(float)
    multiples = 2.0 ** ((codes - UNIFORM) / PER_OCTAVE)
    np.testing.assert_allclose(
        multiples.reshape(2, 49, 49) / 49, np.stack(shares), rtol=2e-4, atol=1e-6
    )
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(body[2 * count :]))), pixels)
    assert header["visible"] == own.ravel().tolist()
    assert header["blocks"] == [
        {"stage": 0, "block": 0, "on_visible": 0.8, "on_masked": 0.6},
        {"stage": 3, "block": 2, "on_visible": None, "on_masked": 0.5},
    ]
    for name, outcome in (("attention", one), ("backbone", other)):
        on_progress = header[name]
        assert [a["probability"] for a in on_progress["before"]] == [
            a.probability for a in outcome.before
        ]
        assert on_progress["kept"]["probability"] == outcome.kept.probability
        assert [a["probability"] for a in on_progress["top"]] == [
            a.probability for a in outcome.top
        ]
