"""A wrong description is refused in one sentence; a right one is frozen, and sizes follow."""

import dataclasses

import pytest

from transcnn.errors import ChoiceError
from transcnn.model import config
from transcnn.model.config import (
    BATCH,
    HMHSA,
    Block,
    Bottleneck,
    Downsampling,
    Input,
    Level,
    Norm,
    PooledAttention,
    Stem,
)
from transcnn.model.variants import network

GOOD = dict(
    norm=dict(kind="batch", eps=1e-5),
    hmhsa=dict(width=16, merges=(4, 2), head_width=4),
    pooled=dict(width=16, grid=7, pool=2, head_width=4, norm=BATCH),
    bottleneck=dict(width_in=8, width_out=8, kernel=3, expansion=4),
    input=dict(size=224),
    stem=dict(width_out=8),
    down=dict(width_in=8, width_out=16),
)
KINDS = dict(
    norm=Norm,
    hmhsa=HMHSA,
    pooled=PooledAttention,
    bottleneck=Bottleneck,
    input=Input,
    stem=Stem,
    down=Downsampling,
)
WHOLE = "whole numbers from 1"

# what is described, the field, a wrong value, what the sentence says is allowed
WRONG = [
    ("norm", "kind", "instance", "batch, group, layer"),
    ("norm", "eps", 0.0, "numbers above 0"),
    ("norm", "eps", "small", "numbers above 0"),
    ("hmhsa", "width", 0, WHOLE),
    ("hmhsa", "width", 16.0, WHOLE),
    ("hmhsa", "head_width", -4, WHOLE),
    ("hmhsa", "head_width", 5, "the divisors of the width 16"),
    ("hmhsa", "merges", (8, 1), "grids of 2 or more"),
    ("hmhsa", "merges", (2.5,), "grids of 2 or more"),
    ("hmhsa", "merges", 8, "grids of 2 or more"),
    ("hmhsa", "level_norm", "batch", "a Norm, or None"),
    ("hmhsa", "input_norm", 1e-5, "a Norm, or None"),
    ("hmhsa", "output_norm", "layer", "a Norm, or None"),
    ("hmhsa", "upsampling", "cubic", "nearest, bilinear"),
    ("pooled", "width", 1.5, WHOLE),
    ("pooled", "grid", 0, WHOLE),
    ("pooled", "pool", -1, WHOLE),
    ("pooled", "head_width", 3, "the divisors of the width 16"),
    ("bottleneck", "width_in", 0, WHOLE),
    ("bottleneck", "width_out", "8", WHOLE),
    ("bottleneck", "expansion", 0, WHOLE),
    ("bottleneck", "kernel", 4, "1, 3, 5, 7"),
    ("bottleneck", "stride", 3, "1, 2"),
    ("bottleneck", "residual", True, "False where the stride is 2 or the widths differ"),
    ("input", "size", 16, "32 pixels or more"),
    ("input", "size", "224", "32 pixels or more"),
    ("stem", "width_out", 0, WHOLE),
    ("stem", "width_between", 0, WHOLE),
    ("down", "width_in", -8, WHOLE),
    ("down", "width_out", 0, WHOLE),
]


def sentence(field, value, allowed):
    return rf"{field} is {value!r}; allowed: {allowed}"


@pytest.mark.parametrize(("kind", "field", "value", "allowed"), WRONG)
def test_a_wrong_value_is_refused_with_field_value_and_what_is_allowed(kind, field, value, allowed):
    settings = GOOD[kind] | {field: value}
    if field == "residual":
        settings["stride"] = 2

    with pytest.raises(ChoiceError) as caught:
        KINDS[kind](**settings)

    assert sentence(field, value, allowed) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.details["value"] == value


@pytest.mark.parametrize("kind", GOOD)
def test_a_right_description_is_accepted_and_frozen(kind):
    made = KINDS[kind](**GOOD[kind])

    for field in dataclasses.fields(made):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, field.name, getattr(made, field.name))


def test_every_description_is_frozen():
    kinds = [k for k in vars(config).values() if dataclasses.is_dataclass(k)]

    assert {*KINDS.values(), config.Network, config.Stage, Block, Level} <= set(kinds)
    assert all(kind.__dataclass_params__.frozen for kind in kinds)


def test_attention_of_another_width_than_its_bottleneck_is_refused():
    with pytest.raises(ChoiceError, match=r"attention\.width is 16; allowed: 8, the width of its"):
        Block(Bottleneck(8, 8, 3, 4), HMHSA(**GOOD["hmhsa"]))


CLASSES = "a number, indices of the 1000 classes of ImageNet, or names"

NETWORKS = [
    ("transcnn_small", "activation", "tanh", "silu, gelu, relu6"),
    ("transcnn_small", "activation", ["silu"], "silu, gelu, relu6"),
    ("transcnn_small", "norm", "batch", "a Norm"),
    ("transcnn_small", "classes", -1, "whole numbers from 0"),
    ("transcnn_small", "classes", 10.0, CLASSES),
    ("transcnn_small", "dropout", 1, "from 0 up to, but not including, 1"),
    ("transcnn_small", "dropout", "little", "from 0 up to, but not including, 1"),
    ("transcnn_small", "drop_path", -0.1, "from 0 up to, but not including, 1"),
    ("transcnn_small", "widths", (64, 128, 256), "one value for each of 4 stages"),
    ("transcnn_small", "widths", 64, "one value for each of 4 stages"),
    ("transcnn_small", "depths", (2, 2, 2, 2, 2), "one value for each of 4 stages"),
    ("transcnn_small", "depths", (2, 0, 2, 2), WHOLE),
    ("transcnn_small", "depths", (2, 1.5, 2, 2), WHOLE),
    ("transcnn_small", "merges", ((8,),), "one value for each of 4 stages"),
    ("transcnn_small", "kernels", (5,), "one value for each of 4 stages"),
    ("transcnn_small", "head_width", (64, 64), "one value for each of 4 stages"),
    ("transcnn_lite0", "head_width", 8, "one value for each of 4 stages"),
    ("transcnn_lite0", "merges", ((8,), (4,)), "one value for each of 4 stages"),
    ("hatnet_tiny", "grids", (8, 7, 7), "one value for each of 4 stages"),
    ("hatnet_tiny", "pools", (8, 4), "one value for each of 4 stages"),
    ("hatnet_tiny", "depths", (2, 2, 6, 0), WHOLE),
]


@pytest.mark.parametrize(("name", "field", "value", "allowed"), NETWORKS)
def test_a_wrong_setting_of_a_network_is_refused_in_the_same_way(name, field, value, allowed):
    with pytest.raises(ChoiceError) as caught:
        network(name, **{field: value})

    assert sentence(field, value, allowed) in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (dict(merges=((8,), 7, (7,), ())), "merges is 7; allowed: grids of 2 or more"),
        (dict(kernels=(5, 4, 5, 3)), "kernel is 4; allowed: 1, 3, 5, 7"),
        (dict(expansions=(4, 4, 0, 4)), f"expansion is 0; allowed: {WHOLE}"),
        (
            dict(widths=(64, 96, 256, 512)),
            "head_width is 64; allowed: the divisors of the width 96",
        ),
    ],
)
def test_a_wrong_value_of_one_stage_is_named(settings, message):
    with pytest.raises(ChoiceError) as caught:
        network("transcnn_small", **settings)

    assert message in str(caught.value)


def test_levels_go_on_until_one_grid_is_left():
    attention = HMHSA(32, (4, 3), 8)

    first, second, last = attention.levels((18, 22))

    assert (first.size, first.grid, first.grids, first.padded_size) == (
        (18, 22),
        (4, 4),
        (5, 6),
        (20, 24),
    )
    assert (second.size, second.grids, second.padded_size) == ((5, 6), (2, 2), (6, 6))
    assert (last.size, last.grid, last.grids, last.padded_size) == ((2, 2), (2, 2), (1, 1), (2, 2))
    assert (first.merge, second.merge, last.merge) == (4, 3, None)


@pytest.mark.parametrize("size", [(224, 224), (225, 223), (75, 100)])
def test_maps_have_one_place_for_each_stride_pixels_begun(size):
    net = network("transcnn_small")

    for stage, stride in enumerate((4, 8, 16, 32)):
        expected = (-(-size[0] // stride), -(-size[1] // stride))
        assert net.map_size(stage, size) == expected
