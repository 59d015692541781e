"""How attention reads, in numbers: against loops over a small network whose grids are cut off."""

import math

import numpy as np
import pytest
import torch

from tests.golden.recipe import fill, reference_input
from tests.model.reference import bilinear, nearest
from transcnn import create_model
from transcnn.analysis.appearance import appearance
from transcnn.analysis.attention_statistics import SINK_NORM, SINK_RECEIVED, find_sinks
from transcnn.analysis.attention_statistics import attention_statistics as statistics_
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.trace import make_intervention

# On 100 pixels the maps are 25, 13, 7 and 4 tokens wide: no grid divides its map.
PADDED = dict(merges=((6, 3), (5,), (4,), (3,)), widths=(16, 24, 32, 48), head_width=8)
VARIANTS = {
    "paper": {},
    "norms": dict(output_norm=None, qkv_per_level=True, upsampling="bilinear"),
    "plain": dict(merges=((6, 3), (5,), (4,), ())),
}


# Torch's inference mode, as in a run.
attention_statistics = torch.inference_mode()(statistics_)


def run(model, size=(100, 90), intervention=None):
    hooks = Hooks(intervention=intervention)
    x = torch.cat([reference_input(seed, 128, 128)[:, :, : size[0], : size[1]] for seed in (7, 8)])
    with torch.inference_mode():
        model(x, hooks)
    return hooks.records


@pytest.fixture(scope="module", params=VARIANTS)
def ran(request):
    """A network, its records of two pictures, and what was made of them."""
    model = fill(create_model("transcnn_nano", **{**PADDED, **VARIANTS[request.param]}))
    records = run(model)
    return model, records, attention_statistics(model, records, (100, 90))


def blocks_of(model):
    """(stage, block, module) of every H-MHSA."""
    for s, stage in enumerate(model.blocks):
        for b, block in enumerate(block for block in stage if block.attn is not None):
            yield s, b, block.attn


def sizes_of(stage):
    """The map of a stage, for pictures of 100 x 90."""
    return tuple(math.ceil(side / (4 * 2**stage)) for side in (100, 90))


def entropy_and_distance(weights, grid, size):
    """Of one picture [h, down, across, t, s], token by token; distances in tokens."""
    entropies, distances = [], []
    for head, down, across in np.ndindex(weights.shape[:3]):
        places = [
            (y, x)
            for y in range(grid[0])
            for x in range(grid[1])
            if down * grid[0] + y < size[0] and across * grid[1] + x < size[1]
        ]
        for y, x in places:
            row = [
                float(weights[head, down, across, y * grid[1] + x, v * grid[1] + u])
                for v, u in places
            ]
            entropy = -sum(w * math.log(w) for w in row if w > 0)
            entropies.append(entropy / math.log(len(places)) if len(places) > 1 else 0.0)
            distances.append(
                sum(w * math.dist((y, x), p) for w, p in zip(row, places, strict=True))
            )
    return sum(entropies) / len(entropies), sum(distances) / len(distances)


def test_entropy_and_distance_are_those_of_loops_over_tokens(ran):
    model, records, found = ran
    for picture in range(2):
        by_stage = {}
        for stage, block, module in blocks_of(model):
            size, side = sizes_of(stage), 4.0 * 2**stage
            for level, merge in enumerate([*module.config.merges, None]):
                grid = (merge, merge) if merge else size
                weights = records[HookPoint(stage, block, "attention", level)][picture].numpy()
                pair = entropy_and_distance(weights, grid, size)
                by_stage.setdefault((stage, level), []).append((pair[0], pair[1] * side))
                if merge:
                    size = tuple(math.ceil(s / merge) for s in size)
                    side *= merge
        for (stage, level), values in by_stage.items():
            entropy, distance = np.mean(values, axis=0)
            numbers = found[picture].numbers
            assert numbers[f"entropy_s{stage}_l{level}"] == pytest.approx(entropy, rel=1e-4)
            assert numbers[f"distance_s{stage}_l{level}"] == pytest.approx(distance, rel=1e-4)
        means = [v for k, v in found[picture].numbers.items() if k.startswith("entropy_")]
        assert found[picture].numbers["entropy"] == pytest.approx(np.mean(means), rel=1e-5)


def shares_of_all_levels(records, stage, block, module, picture):
    """<u_i, u> / <u, u> of each level, each enlarged place by place and projected by hand."""
    size = records[HookPoint(stage, block, "input")].shape[2:]
    matrix = module.proj.weight.detach().double().numpy()[:, :, 0, 0]
    terms, factor = [], 1
    for level in range(len(module.norms)):
        both = [
            records[HookPoint(stage, block, n, level)][picture] for n in ("attended", "tokens_in")
        ]
        with torch.inference_mode():
            normed = module.output_norms[level]((both[0] + both[1])[None])[0].double().numpy()
        enlarge = {"nearest": nearest, "bilinear": bilinear}[module.config.upsampling]
        enlarged = enlarge(normed, factor, *size)
        terms.append(np.einsum("oc,cyx->oyx", matrix, enlarged))
        factor *= ([*module.config.merges, 1])[level]
    total = sum(terms)
    return [float((term * total).sum() / (total * total).sum()) for term in terms], total


def test_the_levels_shares_add_up_to_1_and_the_last_is_the_global_one(ran):
    model, records, found = ran
    for picture in range(2):
        by_stage = {}
        for stage, block, module in blocks_of(model):
            shares, total = shares_of_all_levels(records, stage, block, module, picture)
            assert sum(shares) == pytest.approx(1)
            added = records[HookPoint(stage, block, "added")][picture].double().numpy()
            bias = module.proj.bias.detach().double().numpy()[:, None, None]
            np.testing.assert_allclose(total + bias, added, atol=1e-4)
            by_stage.setdefault(stage, []).append(shares)
        numbers = found[picture].numbers
        several = {s: v for s, v in by_stage.items() if len(v[0]) > 1}
        for stage, shares in several.items():
            mean = np.mean([of[-1] for of in shares])
            assert numbers[f"global_s{stage}"] == pytest.approx(mean, rel=1e-3, abs=1e-4)
        assert {k for k in numbers if k.startswith("global_s")} == {
            *(f"global_s{s}" for s in several),
            "global_share",
        }
        assert numbers["global_share"] == pytest.approx(
            np.mean([numbers[f"global_s{s}"] for s in several]), rel=1e-5
        )


def test_received_is_the_last_stages_share_as_multiple_of_an_even_one(ran):
    model, records, found = ran
    module = model.blocks[3][0].attn
    size = sizes_of(3)
    for merge in module.config.merges:
        size = tuple(math.ceil(s / merge) for s in size)
    weights = records[HookPoint(3, 0, "attention", len(module.config.merges))]
    for picture in range(2):
        board = weights[picture, :, 0, 0].numpy()
        cells = size[0] * size[1]
        asking = list(np.ndindex(board.shape[:2]))  # head, token
        by_hand = [
            cells * sum(float(board[*a, s]) for a in asking) / len(asking) for s in range(cells)
        ]
        assert found[picture].grid == size
        assert found[picture].received == pytest.approx(by_hand, rel=1e-4)
        assert np.mean(found[picture].received) == pytest.approx(1, rel=1e-5)


def test_a_picture_has_the_same_numbers_alone(ran):
    model, records, found = ran
    for picture in range(2):
        alone = {place: value[picture : picture + 1] for place, value in records.items()}
        (again,) = attention_statistics(model, alone, (100, 90))

        assert again.numbers == pytest.approx(found[picture].numbers, rel=1e-4, abs=1e-5)
        assert again.sinks == found[picture].sinks


def test_even_attention_has_all_entropy_and_no_sink():
    model = fill(create_model("transcnn_nano", **PADDED))

    for found in attention_statistics(
        model, run(model, intervention=make_intervention("uniform")), (100, 90)
    ):
        entropies = [v for k, v in found.numbers.items() if k.startswith("entropy")]
        assert len(entropies) > 8
        assert entropies == pytest.approx([1] * len(entropies), rel=1e-5)
        assert found.received == pytest.approx([1] * len(found.received), rel=1e-5)
        assert (found.sinks, found.numbers["sinks"]) == ((), 0)


def test_attention_to_oneself_has_no_entropy_and_no_distance():
    model = fill(create_model("transcnn_nano", **PADDED))

    for found in attention_statistics(
        model, run(model, intervention=make_intervention("identity")), (100, 90)
    ):
        for name, value in found.numbers.items():
            if name.startswith(("entropy", "distance")):
                assert value == 0, name
        assert found.sinks == ()


def with_a_sink(records, stage, block, level, cell, picture=0):
    """The records with half of all reading of one last level turned to one cell, which is loud."""
    changed = {place: value.clone() for place, value in records.items()}
    weights = changed[HookPoint(stage, block, "attention", level)][picture]
    weights *= 0.5
    weights[..., cell] += 0.5
    x = changed[HookPoint(stage, block, "input")][picture]
    x /= x.square().mean(0, keepdim=True).sqrt()  # all of one size
    columns = 4
    row, column = divmod(cell, columns)
    x[:, row, column] *= 3
    return changed


def test_a_planted_sink_is_found_where_it_is():
    """In the last stage, whose only level is the map of 4 x 4 tokens."""
    model = fill(create_model("transcnn_nano", **{**PADDED, **VARIANTS["plain"]}))
    records = run(model, (100, 100), make_intervention("uniform"))
    assert [a.sinks for a in attention_statistics(model, records, (100, 100))] == [(), ()]

    first, second = attention_statistics(model, with_a_sink(records, 3, 0, 0, cell=6), (100, 100))

    assert (first.sinks, first.numbers["sinks"]) == (((3, 0, 6),), 1)
    assert np.argmax(first.received) == 6
    assert second.sinks == ()


def board_of(received, norm, tokens=9):
    """Attention of `tokens` cells with the last one read so many times an even share."""
    board = np.full((1, 2, tokens, tokens), (1 - received / tokens) / (tokens - 1))
    board[..., -1] = received / tokens
    x = np.ones((1, 5, 3, 3))
    x[..., 2, 2] = norm
    return torch.tensor(board), torch.tensor(x)


@pytest.mark.parametrize(
    ("received", "norm", "sink"),
    [
        (SINK_RECEIVED * 1.01, SINK_NORM * 1.01, True),
        (SINK_RECEIVED * 0.99, SINK_NORM * 1.01, False),
        (SINK_RECEIVED * 1.01, SINK_NORM * 0.99, False),
        (8, 1, False),
        (1, 50, False),
    ],
)
def test_a_sink_is_read_much_and_loud(received, norm, sink):
    found = find_sinks(*board_of(received, norm), (3, 3))

    assert found[0].tolist() == [False] * 8 + [sink]


def test_a_sink_is_read_by_nearly_all():
    """Two of nine that look elsewhere are too many, however much the others read."""
    board, x = board_of(6, 4)
    assert find_sinks(board, x, (3, 3))[0, -1]

    board[0, :, :2] = 1 / 9 * 0.9
    board[0, :, :2, 0] += 0.1

    assert not find_sinks(board, x, (3, 3)).any()


def test_what_a_picture_looks_like_by_loops():
    pixels = np.random.default_rng(0).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    pixels[0, 0] = 0
    luma = [[float(0.299 * r + 0.587 * g + 0.114 * b) for r, g, b in row] for row in pixels]
    flat = [v for row in luma for v in row]
    laplacian = [
        luma[y - 1][x] + luma[y + 1][x] + luma[y][x - 1] + luma[y][x + 1] - 4 * luma[y][x]
        for y in range(1, 5)
        for x in range(1, 5)
    ]
    saturation = [
        (int(max(p)) - int(min(p))) / int(max(p)) if max(p) else 0.0 for row in pixels for p in row
    ]

    found = appearance(pixels, 2.5)

    assert found == pytest.approx(
        {
            "brightness": sum(flat) / 36,
            "contrast": float(np.std(flat)),
            "sharpness": math.log10(1 + float(np.var(laplacian))),
            "saturation": sum(saturation) / 36,
            "megapixels": 2.5,
        }
    )


def test_a_flat_picture_is_neither_sharp_nor_colourful():
    found = appearance(np.full((8, 8, 3), 90, np.uint8), 1)

    assert found["brightness"] == pytest.approx(90)
    assert (found["contrast"], found["sharpness"]) == pytest.approx((0, 0), abs=1e-9)
    assert found["saturation"] == 0
