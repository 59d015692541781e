"""One attention layer of each kind: closed form, count of the real operations, and known numbers.

H-MHSA and the authors' attention are counted on their modules. The others have no module here, so
each is written a second time as the operations that its paper describes, and those are counted by
torch. The tables were worked out by hand and by an operator count elsewhere.
"""

import math

import pytest
import torch
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

from transcnn.analysis.cost import METHODS, Layer, attention_cost, crossing, curve
from transcnn.analysis.cost import attention as forms
from transcnn.analysis.cost.compare import measure
from transcnn.errors import ChoiceError
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import BATCH, HMHSA, PooledAttention
from transcnn.model.hooks import BlockHooks, Hooks
from transcnn.model.pooled import GridPooledAttention

# Function, map, channels, heads, settings -> multiply-adds, elements of all attention matrices.
KNOWN = [
    ("mhsa", (7, 7), 512, 8, {}, 53838848, 19208),
    ("mhsa", (14, 14), 256, 4, {}, 71049216, 153664),
    ("mhsa", (56, 56), 64, 1, {}, 1310195712, 9834496),
    ("hmhsa", (56, 56), 64, 1, dict(merges=(8,)), 77979776, 203105),
    ("hmhsa", (56, 56), 64, 1, dict(merges=(4, 2)), 61220992, 53361),
    ("hmhsa", (28, 28), 128, 2, dict(merges=(7,)), 62066688, 77344),
    ("hmhsa", (14, 14), 256, 4, dict(merges=(7,)), 57092096, 38480),
    ("hmhsa", (18, 22), 32, 4, dict(merges=(4, 3)), 2239744, 32080),
    ("swin", (56, 56), 96, 3, dict(window=7), 145108992, 460992),
    ("swin", (28, 28), 192, 6, dict(window=7), 130357248, 230496),
    ("swin", (30, 40), 96, 3, dict(window=7), 68019840, 216090),
    ("pvt", (56, 56), 64, 1, dict(ratio=8), 58605568, 153664),
    ("pvt", (28, 28), 128, 2, dict(ratio=4), 49975296, 76832),
    ("pvt", (7, 7), 512, 8, dict(ratio=1), 53838848, 19208),
    ("pvt_linear", (56, 56), 64, 1, {}, 45961216, 153664),
    ("pvt_linear", (28, 28), 128, 2, {}, 37933056, 76832),
    ("pvt_linear", (14, 14), 320, 5, {}, 61340160, 48020),
    ("twins", (56, 56), 64, 2, dict(window=7, ratio=8), 129654784, 614656),
    ("twins", (28, 28), 128, 4, dict(window=7, ratio=4), 111190016, 307328),
    ("twins", (14, 14), 256, 8, dict(window=7, ratio=2), 106172416, 153664),
    ("grid_pooled", (56, 56), 48, 1, dict(grid=8, pool=8), 70371840, 354368),
    ("grid_pooled", (28, 28), 128, 2, dict(grid=7, pool=4), 85499904, 153664),
    ("grid_pooled", (64, 64), 64, 1, dict(grid=8, pool=8), 151519232, 524288),
    ("linformer", (56, 56), 64, 1, dict(length=49), 90718208, 153664),
    ("linformer", (14, 14), 256, 4, dict(length=64), 64225280, 50176),
    ("linformer", (32, 32), 128, 2, dict(length=256), 201326592, 524288),
]


@pytest.mark.parametrize(("name", "size", "c", "h", "settings", "total", "weights"), KNOWN)
def test_closed_forms_give_the_known_numbers(name, size, c, h, settings, total, weights):
    cost = getattr(forms, name)(size, c, h, **settings)

    assert (cost.total, cost.weights) == (total, weights)


def test_a_closed_form_is_the_sum_of_what_its_formula_shows():
    for method, of in METHODS.items():
        cost = of(Layer(4, 24, 3, (8,)), (57, 57))
        terms = [*cost.projections, *cost.products]

        shown = [
            math.prod(
                int(base) ** int(exponent.rstrip("}") or 1)
                for base, _, exponent in (f.partition("^{") for f in term.numbers.split(r" \cdot "))
            )
            for term in terms
        ]

        assert shown == [term.value for term in terms], method
        assert sum(shown) == cost.total


# Counted on the modules: 16 attentions on 6 maps each, most of which do not divide into grids.

SIZES = [(7, 7), (14, 14), (16, 16), (9, 13), (18, 22), (31, 5)]
MODULES = [
    *(
        HMHSA(24, merges, 8)
        for merges in [(), (2,), (3,), (4,), (7,), (8,), (2, 2), (4, 3), (3, 2, 2)]
    ),
    HMHSA(32, (4, 2), 16, qkv_per_level=True),
    *(PooledAttention(24, g, r, 8, BATCH) for g, r in [(8, 8), (8, 4), (8, 2), (1, 1)]),  # v1.0
    *(PooledAttention(24, g, r, 12, BATCH, unused_norm=True) for g, r in [(7, 4), (7, 2)]),  # HAT
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("config", MODULES, ids=str)
def test_closed_forms_equal_the_count_on_the_real_modules(config, size):
    kind = HierarchicalAttention if isinstance(config, HMHSA) else GridPooledAttention
    with torch.device("meta"):
        module, x = kind(config).eval(), torch.empty(1, config.width, *size)
    hooks = Hooks()  # listened to: the fused kernel would hide the products from the counter

    with FlopCounterMode(display=False) as counter:
        module(x, BlockHooks(hooks, 0, 0))

    cost = attention_cost(config, size)
    by_operation = counter.get_flop_counts()["Global"]
    products = sum(n for operation, n in by_operation.items() if "bmm" in str(operation))
    matrices = [v for place, v in hooks.records.items() if place.name == "attention"]
    assert counter.get_total_flops() == 2 * cost.total
    assert products == 2 * cost.multiplied
    assert sum(v.numel() for v in matrices) == cost.weights


def test_the_maps_of_that_count_are_many_and_padded():
    assert len(SIZES) * len(MODULES) >= 60
    padded = [
        (config, size)
        for config in MODULES
        for size in SIZES
        if isinstance(config, HMHSA)
        and any(level.padded_size != level.size for level in config.levels(size))
    ]
    assert len(padded) >= 20


# The other layers, as operations.


def attend(q, k, v, h, matrices):
    """Heads of q [B, t, C], k and v [B, s, C]."""
    q, k, v = (x.unflatten(-1, (h, -1)).transpose(-2, -3) for x in (q, k, v))
    weights = (q @ k.transpose(-1, -2)).softmax(-1)
    matrices.append(weights)
    return (weights @ v).transpose(-2, -3).flatten(-2)


def weight(*shape):
    return torch.empty(*shape, device="meta")


def project(x, width):
    return F.linear(x, weight(width, x.shape[-1]))


def run_swin(x, h, matrices, window):
    c = x.shape[1]
    x = F.pad(x, (0, -x.shape[3] % window, 0, -x.shape[2] % window))
    x = x.unfold(2, window, window).unfold(3, window, window)  # 1 c down across y x
    tokens = x.permute(0, 2, 3, 4, 5, 1).reshape(-1, window**2, c)
    project(attend(*project(tokens, 3 * c).chunk(3, -1), h, matrices), c)


def run_pvt(x, h, matrices, ratio):
    c = x.shape[1]
    small = x if ratio == 1 else F.conv2d(x, weight(c, c, ratio, ratio), stride=ratio)
    read_small(x, small, h, matrices)


def run_pvt_linear(x, h, matrices, side=7):
    c = x.shape[1]
    small = F.conv2d(F.adaptive_avg_pool2d(x, side), weight(c, c, 1, 1))
    read_small(x, small, h, matrices)


def read_small(x, small, h, matrices):
    c = x.shape[1]
    tokens, few = (m.flatten(2).transpose(1, 2) for m in (x, small))
    out = attend(project(tokens, c), *project(few, 2 * c).chunk(2, -1), h, matrices)
    project(out, c)


def run_twins(x, h, matrices, window, ratio):
    run_swin(x, h, matrices, window)
    run_pvt(x, h, matrices, ratio)


def run_linformer(x, h, matrices, length):
    c = x.shape[1]
    tokens = x.flatten(2).transpose(1, 2)
    q, k, v = project(tokens, 3 * c).chunk(3, -1)
    k, v = (weight(1, length, tokens.shape[1]) @ m for m in (k, v))
    project(attend(q, k, v, h, matrices), c)


OTHERS = [
    ("swin", run_swin, dict(window=7)),
    ("swin", run_swin, dict(window=4)),
    ("pvt", run_pvt, dict(ratio=4)),
    ("pvt", run_pvt, dict(ratio=1)),
    ("pvt_linear", run_pvt_linear, {}),
    ("twins", run_twins, dict(window=7, ratio=2)),
    ("linformer", run_linformer, dict(length=20)),
]


@pytest.mark.parametrize("size", [(8, 8), (14, 21), (30, 40), (17, 9)])
@pytest.mark.parametrize(("name", "run", "settings"), OTHERS)
def test_closed_forms_of_others_equal_the_count_of_their_operations(name, run, settings, size):
    matrices = []

    with FlopCounterMode(display=False) as counter:
        run(weight(1, 24, *size), 3, matrices, **settings)

    cost = getattr(forms, name)(size, 24, 3, **settings)
    assert counter.get_total_flops() == 2 * cost.total
    assert sum(m.numel() for m in matrices) == cost.weights


# Properties.


def test_without_merges_h_mhsa_costs_what_mhsa_costs():
    plain, none = forms.mhsa((9, 13), 24, 3), forms.hmhsa((9, 13), 24, 3, ())

    assert (plain.total, plain.weights) == (none.total, none.weights)


@pytest.mark.parametrize("grid", [2, 7, 8])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 3), (1024, 1024)])
def test_levels_go_on_until_one_grid_is_left(size, grid):
    merges = forms.merges_to_one_grid(size, grid)

    last = HMHSA(8, merges, 8).levels(size)[-1]
    assert max(last.size) <= grid
    if merges:
        before = HMHSA(8, merges[:-1], 8).levels(size)[-1]
        assert max(before.size) > grid


def test_with_enough_levels_four_times_the_tokens_cost_four_times_as_much():
    layer = Layer(4, 24, 3, (8,))
    small, large = curve("hmhsa_deep", layer, (2048, 4096), "macs")

    assert large / small == pytest.approx(4, rel=0.01)
    small, large = curve("mhsa", layer, (2048, 4096), "macs")
    assert large / small == pytest.approx(16, rel=0.01)


def test_memory_is_that_of_float32():
    cost = forms.mhsa((7, 7), 8, 1)

    assert measure(cost, "memory") == 4 * 49 * 49
    assert measure(cost, "macs") == cost.total


@pytest.mark.parametrize(
    ("first", "second", "side", "lower"),
    [
        ([1, 1, 1], [2, 2, 2], None, True),
        ([3, 3, 3], [2, 2, 2], None, False),
        ([3, 2, 1], [2, 2, 2], 30, True),
        ([1, 3, 1, 1], [2, 2, 2, 2], 30, True),  # swapped twice; settled from the third on
        ([1, 1, 3], [2, 2, 2], 30, False),
        ([1, 2], [2, 2], None, None),
    ],
)
def test_a_crossing_is_where_the_order_is_settled(first, second, side, lower):
    found = crossing([10, 20, 30, 40][: len(first)], first, second)

    assert (found.side, found.lower) == (side, lower)
    assert found.value == (None if side is None else first[[10, 20, 30, 40].index(side)])


def test_a_layer_that_cannot_be_is_refused():
    with pytest.raises(ChoiceError):
        Layer(4, 24, 5, (8,))
    with pytest.raises(ChoiceError):
        Layer(4, 24, 3, (1,))
