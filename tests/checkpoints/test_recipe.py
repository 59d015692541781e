"""The recipe makes the numbers that the golden outputs were computed from."""

import pytest

from tests.golden.recipe import reference_input, reference_value

# Key, shape, the first three values, the sum; from the numpy 2.4 that made the golden outputs.
VALUES = [
    ("patch_embed.0.weight", (16, 3, 3, 3), (-0.08448391, 0.01163659, 0.1392702), -1.80832),
    ("patch_embed.0.bias", (16,), (0.002400234, -0.05701504, 0.007346776), 0.1401962),
    ("patch_embed.1.weight", (16,), (1.020994, 1.087905, 0.9457787), 16.36864),
    ("patch_embed.1.running_var", (16,), (1.085977, 1.031949, 1.318504), 22.90295),
    (
        "blocks.0.0.attn.qkv.weight",
        (192, 64, 1, 1),
        (0.05321907, -0.04538156, 0.2360542),
        22.43442,
    ),
    (
        "blocks.0.0.attn.proj.weight",
        (64, 64, 1, 1),
        (-0.03151027, -0.01006046, -0.02460287),
        -2.222645,
    ),
    ("classifier.1.weight", (1000, 512), (0.1072239, -0.08410806, -0.01383245), -7.925453),
]


@pytest.mark.parametrize(("key", "shape", "first", "total"), VALUES)
def test_weights_follow_from_their_key(key, shape, first, total):
    value = reference_value(key, shape).astype("float32")

    assert value.shape == shape
    assert value.ravel()[:3] == pytest.approx(first, rel=1e-6)
    assert value.sum(dtype="float64") == pytest.approx(total, rel=1e-6)


def test_pictures_follow_from_their_number():
    x = reference_input(7, 224, 224)
    wide = reference_input(11, 128, 256)

    assert x[0, :, 0, 0].tolist() == pytest.approx([-0.04499612, 2.4522424, -1.8873414])
    assert x[0, :, 100, 50].tolist() == pytest.approx([-1.4260007, -1.5007411, 0.09217661])
    assert x.double().mean().item() == pytest.approx(-0.166057420, rel=1e-7)
    assert x.double().norm().item() == pytest.approx(369.979967, rel=1e-7)
    assert wide[0, :, 0, 0].tolist() == pytest.approx([-0.18965283, -0.873408, 0.87541234])
