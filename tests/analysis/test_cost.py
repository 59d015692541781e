"""Parameters and multiply-adds, exactly: tables, closed forms, and torch's own counter as judge.

The tables were counted once on instantiated networks (trainable parameters; one multiply-add of
convolutions, linear layers, QK^T and AV counts one) and agree with the closed forms; those of the
authors' networks were counted on the authors' own modules.
"""

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from transcnn import list_models
from transcnn.analysis.cost import network_boxes, network_cost
from transcnn.analysis.cost.count import count_operations, count_parameters
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.config import (
    BATCH,
    HMHSA,
    Block,
    Bottleneck,
    Input,
    Network,
    PooledAttention,
    Stage,
    Stem,
)
from transcnn.model.hooks import BlockHooks, Hooks
from transcnn.model.network import TransCNN, build
from transcnn.model.pooled import GridPooledAttention
from transcnn.model.variants import network

AT_256 = (
    (8,),
    (8,),
    (8,),
    (),
)  # merge grids that divide every map at 256, as the table's do at 224


def on_meta(net):
    """The network without memory for its values: counting needs shapes only."""
    with torch.device("meta"):
        return TransCNN(net).eval()


def count(module):
    return sum(p.numel() for p in module.parameters())


def parts(model):
    """Parameters in the order of the tables: stem, stage, downsampling, ..., stage, head."""
    between = [n for s in range(4) for n in (count(model.downs[s]), count(model.blocks[s]))]
    return [count(model.stem), *between[1:], count(model.head)]


def cost_parts(cost):
    """Multiply-adds in the same order."""
    between = [n for s in range(4) for n in (cost.downs[s], cost.stages[s])]
    return [cost.stem, *between[1:], cost.head]


SMALL, BASE = "transcnn_small", "transcnn_base"


@pytest.mark.parametrize(
    ("name", "per_level", "expected", "total"),
    [
        (SMALL, False, (114432, 409088, 2191360, 7414784), 12378120),
        (SMALL, True, (139392, 508160, 2586112, 7414784), 12896904),
        (BASE, False, (171648, 818176, 8765440, 12715008), 24718728),
        (BASE, True, (209088, 1016320, 10344448, 12715008), 26533320),
    ],
)
def test_parameters_of_the_papers_networks(name, per_level, expected, total):
    model = on_meta(network(name, qkv_per_level=per_level))

    one, two, three, four = expected
    assert parts(model) == [9760, one, 82688, two, 329216, three, 1313792, four, 513000]
    assert count(model) == total


# Input side, stages, total, attention products of it. Stem and head follow below.
PAPER_COST = [
    (SMALL, 224, (401621248, 336879616, 437518336, 366836736), 1770364160, 86563072),
    (SMALL, 256, (524812288, 447348736, 574898176, 481099776), 2325155840, 127025152),
    (BASE, 224, (602431872, 673759232, 1750073344, 628002816), 3881775488, 164371840),
    (BASE, 256, (787218432, 894697472, 2299592704, 823197696), 5101703168, 249364480),
]


@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize(("name", "side", "stages", "total", "products"), PAPER_COST)
def test_multiply_adds_of_the_papers_networks(name, side, stages, total, products, per_level):
    settings = dict(qkv_per_level=per_level) | (dict(merges=AT_256) if side == 256 else {})

    cost = network_cost(network(name, **settings), (side, side))

    stem, down = {224: (34320384, 64225280), 256: (44826624, 83886080)}[side]
    assert (cost.stem, cost.head) == (stem, 512000)
    assert cost.downs == (0, down, down, down)
    assert cost.stages == stages
    assert cost.total == total
    assert cost.attention_products == products


# Parameters, buffers, entries of the state dict, parameters by part.
AUTHORS_PARAMETERS = {
    "transcnn_v1_tiny": (
        (13315976, 57951, 435),
        (9760, 139648, 82688, 508672, 329216, 4066304, 1313792, 6352896, 513000),
    ),
    "transcnn_v1_small": (
        (26538824, 129165, 749),
        (9760, 209472, 82688, 1017344, 329216, 10348544, 1313792, 12715008, 513000),
    ),
    "transcnn_v1_medium": (
        (48322504, 198053, 913),
        (9760, 209472, 82688, 1017344, 411520, 24072960, 2051840, 19825920, 641000),
    ),
    "transcnn_v1_large": (
        (80033352, 283325, 1077),
        (9760, 209472, 82688, 1017344, 493824, 45987840, 2953728, 28509696, 769000),
    ),
    "hatnet_tiny": (
        (12655912, 0, 295),
        (7440, 114720, 41760, 441408, 208080, 5263200, 830592, 5363712, 385000),
    ),
    "hatnet_small": (
        (25747784, 0, 364),
        (9760, 200064, 74112, 1165440, 369600, 12428800, 1476096, 9510912, 513000),
    ),
    "hatnet_medium": (
        (42942472, 0, 686),
        (9760, 324672, 74112, 2330880, 369600, 28333440, 1476096, 9510912, 513000),
    ),
    "hatnet_large": (
        (63132488, 0, 939),
        (9760, 300096, 74112, 3107840, 369600, 41947200, 1845120, 14837760, 641000),
    ),
}

# Total, without attention products, attention products, stages; at 256 (v1) or 224 (HAT-Net).
AUTHORS_COST = {
    "transcnn_v1_tiny": (
        (2850541568, 2573717504, 276824064),
        (623902720, 516947968, 999292928, 413401088),
    ),
    "transcnn_v1_small": (
        (5651615744, 5169270784, 482344960),
        (935854080, 1033895936, 2561671168, 823197696),
    ),
    "transcnn_v1_medium": (
        (9519825920, 8916894720, 602931200),
        (935854080, 1033895936, 5904138240, 1280655360),
    ),
    "transcnn_v1_large": (
        (15460808704, 14703736832, 757071872),
        (935854080, 1033895936, 11208228864, 1838776320),
    ),
    "hatnet_tiny": (
        (2128134912, 1969741824, 158393088),
        (393630720, 345612288, 979937280, 267676416),
    ),
    "hatnet_small": (
        (4548314112, 4292868096, 255446016),
        (659914752, 894738432, 2284011520, 472507392),
    ),
    "hatnet_medium": (
        (8777348096, 8294604800, 482743296),
        (1066942464, 1789476864, 5211279360, 472507392),
    ),
    "hatnet_large": (
        (12074854656, 11440291328, 634563328),
        (989872128, 2385969152, 7708538880, 735141120),
    ),
}


@pytest.mark.parametrize("name", AUTHORS_PARAMETERS)
def test_parameters_of_the_authors_networks(name):
    (parameters, buffers, entries), by_part = AUTHORS_PARAMETERS[name]

    model = on_meta(network(name))

    assert parts(model) == list(by_part)
    assert count(model) == parameters
    assert sum(b.numel() for b in model.buffers()) == buffers
    assert len(model.state_dict()) == entries


@pytest.mark.parametrize("name", AUTHORS_COST)
def test_multiply_adds_of_the_authors_networks(name):
    (total, without_products, products), stages = AUTHORS_COST[name]
    net = network(name)

    cost = network_cost(net, (net.input.size, net.input.size))

    assert cost.stages == stages
    assert cost.total == total
    assert cost.attention_products == products
    assert cost.total - cost.attention_products == without_products


def test_parameters_of_lite0():
    model = on_meta(network("transcnn_lite0"))

    attention = sum(count(b.attn) for stage in model.blocks for b in stage if b.attn is not None)

    assert count(model) == 5385256
    assert attention == 733248


def test_the_body_of_lite0_costs_what_its_table_says():
    net = network("transcnn_lite0")
    # kernel, input side, expansion, width in, width out, stride; by stage, read off EfficientNet
    table = [
        [(3, 112, 1, 32, 16, 1), (3, 112, 6, 16, 24, 2), (3, 56, 6, 24, 24, 1)],
        [(5, 56, 6, 24, 40, 2), (5, 28, 6, 40, 40, 1)],
        [
            (3, 28, 6, 40, 80, 2),
            *[(3, 14, 6, 80, 80, 1)] * 2,
            (5, 14, 6, 80, 112, 1),
            *[(5, 14, 6, 112, 112, 1)] * 2,
        ],
        [(5, 14, 6, 112, 192, 2), *[(5, 7, 6, 192, 192, 1)] * 3, (3, 7, 6, 192, 320, 1)],
    ]

    cost = network_cost(net, (224, 224))

    assert cost.stem == 112 * 112 * 27 * 32
    assert cost.downs == (0, 0, 0, 0)
    assert cost.head == 7 * 7 * 320 * 1280 + 1280 * 1000
    for rows, stage, total in zip(table, net.stages, cost.stages, strict=True):
        expected = 0
        for k, side, e, c_in, c_out, stride in rows:
            out = side // stride
            expected += side**2 * c_in * e * c_in * (e > 1)
            expected += out**2 * (k * k * e * c_in + e * c_in * c_out)
            expected += attention_of_lite0(stage, side, c_in) if c_in == c_out else 0
        assert total == expected


def attention_of_lite0(stage, side, width):
    """Level 0 on the map, level 1 on the 7 x 7 board; at the last stage only the board."""
    n, merges = side**2, stage.attending[0].merges
    if not merges:
        return 4 * n * width**2 + 2 * n * n * width
    projections = 3 * n * width**2 + 3 * 49 * width**2 + n * width**2
    return projections + 2 * n * merges[0] ** 2 * width + 2 * 49 * 49 * width


def one_block(attention):
    """A network with `attention` alone in its first stage, and the same without it."""

    def stage(attention):
        bottleneck = Bottleneck(width, width, 3, 1)
        return Stage((Block(bottleneck, attention),), stride=4)

    width = attention.width
    return [
        Network("one block", Input(224), Stem(width), (stage(a),), BATCH, "silu", 10)
        for a in (attention, None)
    ]


def attention_cost(attention, size):
    with_it, without = (
        network_cost(net, (4 * size[0], 4 * size[1])) for net in one_block(attention)
    )
    assert with_it.stem == without.stem
    assert with_it.head == without.head
    return with_it.total - without.total, with_it.attention_products


# Attention, map, multiply-adds, elements of all its attention matrices.
ATTENTION = [
    (HMHSA(512, (), 64), (7, 7), 53838848, 19208),
    (HMHSA(256, (), 64), (14, 14), 71049216, 153664),
    (HMHSA(64, (), 64), (56, 56), 1310195712, 9834496),
    (HMHSA(64, (8,), 64), (56, 56), 77979776, 203105),
    (HMHSA(64, (4, 2), 64), (56, 56), 61220992, 53361),
    (HMHSA(128, (7,), 64), (28, 28), 62066688, 77344),
    (HMHSA(256, (7,), 64), (14, 14), 57092096, 38480),
    (HMHSA(32, (4, 3), 8), (18, 22), 2239744, 32080),  # grids cut off by the edge
    (PooledAttention(48, 8, 8, 48, BATCH), (56, 56), 70371840, 354368),
    (PooledAttention(128, 7, 4, 64, BATCH), (28, 28), 85499904, 153664),
    (PooledAttention(64, 8, 8, 64, BATCH), (64, 64), 151519232, 524288),
    (PooledAttention(512, 1, 1, 64, BATCH), (7, 7), 53838848, 19208),
]


@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize(("attention", "size", "expected", "memory"), ATTENTION)
def test_multiply_adds_and_memory_of_one_attention(attention, size, expected, memory, per_level):
    if isinstance(attention, PooledAttention):
        kind = GridPooledAttention
    else:
        kind = HierarchicalAttention
        attention = HMHSA(attention.width, attention.merges, attention.head_width, per_level)
    with torch.device("meta"):
        module = kind(attention)
        x = torch.empty(1, attention.width, *size)
    hooks = Hooks()

    with FlopCounterMode(display=False) as counter:
        module(x, BlockHooks(hooks, 0, 0))

    matrices = [value for place, value in hooks.records.items() if place.name == "attention"]
    assert attention_cost(attention, size)[0] == expected
    assert counter.get_total_flops() == 2 * expected
    assert sum(value.numel() for value in matrices) == memory


@pytest.mark.parametrize("per_level", [False, True])
@pytest.mark.parametrize("merges", [(), (4,), (4, 2)])
def test_parameters_of_h_mhsa_follow_the_closed_form(merges, per_level):
    c, levels = 24, len(merges) + 1
    projections = levels if per_level else 1
    module = HierarchicalAttention(HMHSA(c, merges, 8, per_level))

    expected = 2 * levels * c + projections * (3 * c * c + 3 * c) + c * c + c

    assert count(module) == expected


def test_with_equal_grids_the_cost_is_formula_13():
    n, c, g = 64 * 64, 32, 8
    r = (1 - g**-4) / (1 - g**-2)  # two levels

    total, _ = attention_cost(HMHSA(c, (g,), 8), (64, 64))

    assert total == r * (3 * n * c * c + 2 * n * g * g * c) + n * c * c


@pytest.mark.parametrize(
    "size",
    [
        (224, 224),
        (75, 101),
        pytest.param((256, 256), marks=pytest.mark.long),
        pytest.param((160, 96), marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize("name", list_models())
def test_torchs_own_counter_agrees_part_by_part(name, size):
    net = network(name)

    assert network_cost(net, size) == count_operations(on_meta(net), size)


@pytest.mark.parametrize("size", [(64, 64), (75, 101)])
@pytest.mark.parametrize("name", ["transcnn_lite0", "transcnn_nano", "transcnn_v1_tiny"])
def test_torchs_own_counter_agrees_on_a_pass_with_real_numbers(name, size):
    model = build(name).eval()

    assert network_cost(model.config, size) == count_operations(model, size)


@pytest.mark.parametrize("name", list_models())
def test_parameters_by_part_are_all_parameters(name):
    model = on_meta(network(name))

    found = count_parameters(model)

    between = [n for s in range(4) for n in (found.downs[s], found.stages[s])]
    head = count(model.head) + count(model.head_conv) + count(model.head_norm)
    assert [found.stem, *between[1:], found.head] == [*parts(model)[:-1], head]
    assert found.total == count(model)


def test_the_cost_is_for_one_picture_of_any_shape():
    net = network("transcnn_small")

    assert network_cost(net, (224, 448)).total > network_cost(net, (224, 224)).total
    assert network_cost(net, (96, 160)).total == network_cost(net, (160, 96)).total


@pytest.mark.parametrize("name", ["transcnn_lite0", "transcnn_small", "hatnet_tiny"])
def test_boxes_have_the_shapes_that_the_modules_give(name):
    """Every convolution outside attention, in the order in which a picture passes them."""
    net = network(name)
    model, given = on_meta(net), []

    def keep(_, __, out):
        given.append(tuple(out.shape[1:]))

    parts = [model.stem, *model.downs, model.head_conv]
    parts += [block.irb for stage in model.blocks for block in stage]
    for part in parts:
        for module in part.modules():
            if isinstance(module, nn.Conv2d):
                module.register_forward_hook(keep)
    with torch.no_grad():
        model(torch.zeros(1, 3, 224, 224, device="meta"))
    boxes = network_boxes(net, (224, 224))
    pieces = [piece for box in boxes for piece in box.inside]
    convolutions = [p.out for p in pieces if p.operation in ("convolution", "depthwise")]
    assert convolutions == given
    kinds = [box.kind for box in boxes]
    assert kinds.count("attention") == sum(len(stage.attending) for stage in net.stages)
    assert (kinds[0], kinds[-1]) == ("stem", "head")
    assert boxes[-1].out == (1000, 1, 1)
