"""Every key a second time, by loops over the arrays of the trace, for three pictures; and keys
change with what they are about.
"""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.course.conftest import PICTURES
from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.course import ch1_attention as tokens_chapter
from transcnn.course import ch2_heads as heads_chapter
from transcnn.course import ch3_grids as grids_chapter
from transcnn.course import ch4_cost as cost_chapter
from transcnn.course import ch4_network as network_chapter
from transcnn.course.clock import TimingComparison, measured
from transcnn.course.questions import Click, Draw, Estimate, Order
from transcnn.course.steps import QUESTIONS
from transcnn.model.attention import attend
from transcnn.model.hooks import Hooks
from transcnn.model.network import blank

TWELVE = [(y, x) for y in (40, 104, 168) for x in (24, 88, 152, 200)]


def pose(scene, name):
    return QUESTIONS[name].pose(scene)


def star(scene):
    """Stage 3, third block."""
    return next(b for b in scene.trace.blocks if (b.stage, b.block) == (2, 2))


def loops(scene, cell=None):
    """What each head and the mean give from the asker's cell of the 7 x 7 board, and the cell."""
    attention = star(scene).levels[-1].attention
    if cell is None:
        cell = scene.query[0] // 32 * 7 + scene.query[1] // 32
    by_head = [[float(attention[h, 0, 0, cell, s]) for s in range(49)] for h in range(7)]
    mean = [sum(by_head[h][s] for h in range(7)) / 7 for s in range(49)]
    return by_head, mean, cell


@pytest.fixture(params=PICTURES)
def scene(scenes, request):
    return scenes[request.param]


def test_the_first_row_of_each_of_the_three_images_is_not_nearly_uniform(scenes):
    """So the block of all the keys below is the one that the loops look at."""
    for scene in scenes.values():
        assert 49 * max(loops(scene)[1]) >= 1.15
        assert scene.peaked_block is star(scene)


def test_tokens_count_counts_the_tokens_of_stage_1(scene):
    assert pose(scene, "tokens.count").asks.key == 56 * 56


def test_tokens_covering_is_the_token_whose_16_pixels_hold_the_marked_one(scene):
    y, x = tokens_chapter.marked_pixel(scene)
    key = pose(scene, "tokens.covering").asks.best
    assert [
        (r, c)
        for r in range(14)
        for c in range(14)
        if r * 16 <= y < r * 16 + 16 and c * 16 <= x < c * 16 + 16
    ] == [key]
    assert all(2 <= p % 16 < 14 for p in (y, x)), "off the border"


def test_qkv_scores_qkv_weight_and_mix_by_hand_are_those_of_the_sheet_of_paper(scene):
    assert pose(scene, "qkv.scores").placeholders["scores"] == "0, 1, 0, 1"
    assert pose(scene, "qkv.scores").asks.right == {"scores"}
    assert pose(scene, "qkv.weight").asks.key == pytest.approx(1 / 3, abs=1e-12)
    assert pose(scene, "mix.by_hand").asks.key == pytest.approx(5, abs=1e-12)


def test_rows_which_is_row_is_the_side_whose_numbers_sum_to_one(scene):
    block, cell = tokens_chapter.row_and_column(scene)
    attention = block.levels[-1].attention
    row = sum(float(attention[h, 0, 0, cell, s]) for h in range(7) for s in range(49)) / 7
    column = sum(float(attention[h, 0, 0, t, cell]) for h in range(7) for t in range(49)) / 7
    assert row == pytest.approx(1, abs=1e-5)
    assert column != pytest.approx(1, abs=1e-3)
    assert pose(scene, "rows.which_is_row").asks.right == {tokens_chapter.row_side(scene)}


def test_rows_largest_column_sum_is_the_largest_sum_of_a_column(scene):
    attention = star(scene).levels[-1].attention
    sums = [
        sum(float(attention[h, 0, 0, t, s]) for h in range(7) for t in range(49)) / 7
        for s in range(49)
    ]
    assert pose(scene, "rows.largest_column_sum").asks.key == pytest.approx(max(sums), rel=1e-5)


def test_mix_top_five_is_the_share_of_the_five_strongest_tokens(scene):
    _, mean, _ = loops(scene)
    assert pose(scene, "mix.top_five").asks.key == pytest.approx(
        100 * sum(sorted(mean)[-5:]), rel=1e-5
    )


def test_permutation_weight_after_every_weight_travels_with_its_tokens(scene):
    """The shuffled level run with matrices taken from the network by hand, in numpy."""
    block = star(scene)
    level = block.levels[-1]
    module = scene.attention(block)
    order = tokens_chapter.shuffle_of(scene, 49)
    assert sorted(order) == list(range(49))
    assert order != list(range(49))
    qkv = module.qkv[1]
    weight, bias = (p.detach().double().numpy() for p in (qkv.weight, qkv.bias))
    with torch.inference_mode():
        normed = module.norms[1](torch.tensor(level.tokens_in)[None])[0].double().numpy()
    tokens = normed.reshape(112, 49)[:, order]
    q, k, _ = np.split(weight[:, :, 0, 0] @ tokens + bias[:, None], 3)
    largest = 0.0
    for h in range(7):
        part = slice(16 * h, 16 * h + 16)
        for a in range(49):
            scores = [float(q[part, a] @ k[part, b]) / 4 for b in range(49)]
            total = sum(math.exp(s) for s in scores)
            for b in range(49):
                before = float(level.attention[h, 0, 0, order[a], order[b]])
                largest = max(largest, abs(math.exp(scores[b]) / total - before))
    assert largest < 1e-5
    assert pose(scene, "permutation.weight_after").asks.right == {"stays"}


def test_permutation_near_and_far_orders_the_rings_by_what_they_get(scene):
    _, mean, cell = loops(scene)
    rings = {"near": [], "middle": [], "far": []}
    for s in range(49):
        apart = max(abs(s // 7 - cell // 7), abs(s % 7 - cell % 7))
        if apart:
            rings["near" if apart == 1 else "middle" if apart < 4 else "far"].append(49 * mean[s])
    means = {name: sum(v) / len(v) for name, v in rings.items() if v}
    key = pose(scene, "permutation.near_and_far").asks
    assert key.values == pytest.approx(means, rel=1e-5)
    assert list(key.right) == sorted(means, key=means.get, reverse=True)


def test_heads_odd_cell_is_the_strongest_cell_of_the_head_farthest_from_the_mean(scene):
    by_head, mean, cell = loops(scene)
    peak = mean.index(max(mean))
    apart = []
    for weights in by_head:
        own = weights.index(max(weights))
        apart.append(max(abs(own // 7 - peak // 7), abs(own % 7 - peak % 7)))
    head = apart.index(max(apart))
    posed = pose(scene, "heads.odd_cell")
    assert posed.placeholders["head"] == str(head + 1)
    best = by_head[head].index(max(by_head[head]))
    if best != cell:
        assert posed.asks.best == (best // 7, best % 7)


def test_heads_agreeing_counts_the_heads_that_agree_with_the_mean(scene):
    by_head, mean, _ = loops(scene)
    peak = mean.index(max(mean))
    assert pose(scene, "heads.agreeing").asks.key == sum(w[peak] >= 0.97 * max(w) for w in by_head)


def test_scaling_undivided_is_the_softmax_of_the_scores_before_their_division(scene):
    """From q and k, not from the weights."""
    by_head, _, cell = loops(scene)
    head = int(pose(scene, "scaling.undivided").placeholders["head"]) - 1
    module, level = scene.attention(star(scene)), star(scene).levels[-1]
    with torch.inference_mode():
        found = module.qkv[1](module.norms[1](torch.tensor(level.tokens_in)[None]))
    q, k, _ = np.split(found[0].double().numpy().reshape(3 * 112, 49), 3)
    part = slice(16 * head, 16 * head + 16)
    scores = [float(q[part, cell] @ k[part, s]) for s in range(49)]
    powers = [math.exp(s - max(scores)) for s in scores]
    assert pose(scene, "scaling.undivided").asks.key == pytest.approx(100 / sum(powers), rel=1e-3)
    maxima = sorted(max(w) for w in by_head)
    assert max(by_head[head]) in (maxima[3], maxima[0])
    assert max(by_head[head]) <= 0.6 or max(by_head[head]) == maxima[0]


def test_scaling_by_hand_divides_the_scores_and_not_the_weight(scene):
    powers = [2.0 ** (n / 3) for n in (9, 3, 3, 0)]
    posed = pose(scene, "scaling.by_hand")
    assert powers[0] / sum(powers) == pytest.approx(8 / 13)
    assert (posed.placeholders["w"], posed.placeholders["softer"]) == ("512/529", "8/13")
    assert (posed.placeholders["third"], posed.placeholders["even"]) == ("512/1587", "1/4")
    assert posed.asks.right == {"softer"}


def lengths(array, y, x):
    return math.sqrt(sum(float(v) ** 2 for v in array[:, y, x]))


def test_residual_relative_size_compares_two_lengths_at_the_asking_token(scene):
    block, (y, x) = star(scene), (scene.query[0] // 16, scene.query[1] // 16)
    share = 100 * lengths(block.added, y, x) / lengths(block.input, y, x)
    assert pose(scene, "residual.relative_size").asks.key == pytest.approx(share, rel=1e-5)


def test_residual_by_block_orders_blocks_by_the_median_of_that_share(scene):
    expected = {}
    for name, place in {"first": (0, 0), "star": (2, 2), "last": (3, 2)}.items():
        block = next(b for b in scene.trace.blocks if (b.stage, b.block) == place)
        rows, columns = block.size
        shares = sorted(
            lengths(block.added, y, x) / lengths(block.input, y, x)
            for y in range(rows)
            for x in range(columns)
        )
        half = len(shares) // 2
        expected[name] = shares[half] if len(shares) % 2 else (shares[half - 1] + shares[half]) / 2
    assert pose(scene, "residual.by_block").asks.values == pytest.approx(expected, rel=1e-5)


def test_quadratic_side_doubled_to_quadratic_by_stage_follow_from_counting_every_product(scene):
    def plain(side, width):
        n = side * side
        return 4 * n * width * width, 2 * n * n * width

    assert {str(plain(112, 24)[1] // plain(56, 24)[1])} == pose(
        scene, "quadratic.side_doubled"
    ).asks.right
    root = next(n for n in range(1, 9999) if 2 * n * n * 112 >= 4 * n * 112 * 112)
    assert root == 2 * 112
    assert pose(scene, "quadratic.overtaking").asks.right == {"twice"}
    assert pose(scene, "quadratic.by_stage").asks.values == {
        "early": sum(plain(56, 24)),
        "second": sum(plain(28, 40)),
        "late": sum(plain(7, 192)),
    }


# Chapter 3


def first_token(scene):
    """The asker on the 56 x 56 map of stage 1."""
    return scene.query[0] // 4, scene.query[1] // 4


def test_grids_own_grid_is_the_grid_of_8_by_8_that_holds_the_token(scene):
    y, x = first_token(scene)
    key = next(
        (top, left, top + 7, left + 7)
        for top in range(0, 56, 8)
        for left in range(0, 56, 8)
        if top <= y < top + 8 and left <= x < left + 8
    )
    assert pose(scene, "grids.own_grid").asks.key == key


def test_grids_fewer_pairs_divides_all_pairs_by_those_inside_the_grids(scene):
    assert pose(scene, "grids.fewer_pairs").asks.key == 3136**2 / (49 * 64**2)


def test_boundary_beyond_are_the_neighbours_on_the_other_side_of_a_grid_border(scene):
    y, x = grids_chapter.wall_token(scene)
    expected = {
        (y + dy, x + dx)
        for dy in (-1, 0, 1)
        for dx in (-1, 0, 1)
        if 0 <= y + dy < 56
        and 0 <= x + dx < 56
        and ((y + dy) // 8, (x + dx) // 8) != (y // 8, x // 8)
    }
    asks = pose(scene, "boundary.beyond").asks
    assert {(r, c) for r in range(56) for c in range(56) if asks.mark((r, c)) == "hit"} == expected
    assert expected


def test_boundary_after_shift_is_where_a_nudge_is_felt_after_the_picture_has_moved(scene):
    """By nudging tokens on both sides of every border of the key, through the module itself."""
    top, left, bottom, right = pose(scene, "boundary.after_shift").asks.key
    y, x = grids_chapter.wall_token(scene)
    _, trace = grids_chapter.moved(scene, 16)
    block = trace.blocks[0]
    module = scene.attention(block)
    tokens = torch.tensor(block.levels[0].tokens_in)[None]
    level = module.config.levels(block.size)[0]

    def output(t):
        with torch.inference_mode():
            return attend(module.qkv[0](module.norms[0](t)), level, block.heads, None, 0)[
                0, :, y, x
            ]

    def felt(row, column):
        nudged = tokens.clone()
        nudged[0, :, row, column] += torch.linspace(-3, 3, tokens.shape[1])
        return bool((output(nudged) != output(tokens)).any())

    inside = [(top, left), (top, right), (bottom, left), (bottom, right), (y, x)]
    beyond = [(top - 1, left), (top, left - 1), (bottom + 1, right), (bottom, right + 1)]
    assert all(felt(*place) for place in inside)
    assert not any(felt(r, c) for r, c in beyond if 0 <= r < 56 and 0 <= c < 56)


def test_the_moved_picture_shows_the_same_further_right(scene):
    picture, _ = grids_chapter.moved(scene, 16)
    assert (picture[:, 16:] == scene.pixels[:, :-16]).all()
    assert (picture[:, :16] == scene.pixels[:, :1]).all()


def test_merging_by_hand_adds_the_largest_of_four_numbers_to_their_mean(scene):
    assert pose(scene, "merging.by_hand").asks.key == pytest.approx(max(3, 0, 0, -3) + 0)
    assert pose(scene, "merging.by_hand").placeholders["tokens"] == "3, 0, 0, -3"


def test_merging_argmax_tokens_counts_the_tokens_that_are_the_largest_in_some_channel(scene):
    level = scene.trace.blocks[0].levels[0]
    top, left, _, _ = pose(scene, "grids.own_grid").asks.key
    winning = set()
    for channel in range(24):
        best, place = -math.inf, None
        for row in range(top, top + 8):
            for column in range(left, left + 8):
                value = float(
                    level.attended[channel, row, column] + level.tokens_in[channel, row, column]
                )
                if value > best:
                    best, place = value, (row, column)
        winning.add(place)
    assert pose(scene, "merging.argmax_tokens").asks.key == len(winning)
    assert grids_chapter.winners(scene).sum() == 24


def test_levels_same_query_two_tokens_of_one_grid_get_the_same_row(scene):
    one, other = grids_chapter.cell_mates(scene)
    assert one != other
    assert (one[0] // 8, one[1] // 8) == (other[0] // 8, other[1] // 8)
    assert pose(scene, "levels.same_query").asks.right == {"equal"}


def test_levels_strongest_other_is_the_strongest_cell_besides_the_query(scene):
    _, mean, cell = loops(scene)
    best = max((s for s in range(49) if s != cell), key=mean.__getitem__)
    assert pose(scene, "levels.strongest_other").asks.best == divmod(best, 7)
    assert not pose(scene, "levels.strongest_other").takes(divmod(cell, 7))


def test_upsampling_different_vectors_every_merged_token_gives_one_vector(scene):
    assert pose(scene, "upsampling.different_vectors").asks.key == 49


def test_upsampling_share_of_last_compares_the_lengths_of_what_the_levels_put_back(scene):
    block, (y, x) = star(scene), (scene.query[0] // 16, scene.query[1] // 16)
    module = scene.attention(block)
    lengths = []
    for i, level in enumerate(block.levels):
        row, column = y // 2**i, x // 2**i
        token = level.attended[:, row, column] + level.tokens_in[:, row, column]
        with torch.inference_mode():
            normed = module.output_norms[i](torch.tensor(token)[None, :, None, None])
        matrix = module.proj.weight.detach()[:, :, 0, 0].double().numpy()
        put = matrix @ normed[0, :, 0, 0].double().numpy()
        lengths.append(math.sqrt(sum(float(v) ** 2 for v in put)))
    share = 100 * lengths[1] / sum(lengths)
    assert pose(scene, "upsampling.share_of_last").asks.key == pytest.approx(share, rel=1e-4)


def test_reach_first_level_is_one_grid_of_the_map(scene):
    posed = pose(scene, "reach.first_level")
    assert posed.asks.right == {"grid"}
    assert posed.placeholders["grid"] == f"{100 * 64 / 3136:.2g}"


def test_reach_farthest_is_what_the_farthest_cell_gets(scene):
    _, mean, cell = loops(scene)
    far = max(range(49), key=lambda s: math.dist(divmod(s, 7), divmod(cell, 7)))
    assert pose(scene, "reach.farthest").asks.key == pytest.approx(49 * mean[far], rel=1e-5)


@pytest.mark.parametrize("at", TWELVE)
def test_the_part_that_is_looked_at_closely_holds_the_whole_grid(scene_of, at):
    scene = scene_of("zebra", at)
    for token in (first_token(scene), grids_chapter.wall_token(scene)):
        (top, left), (rows, columns) = grids_chapter.window(scene, token)
        grid_top, grid_left = token[0] // 8 * 8, token[1] // 8 * 8
        assert 0 <= top <= grid_top < grid_top + 8 <= top + rows <= 56
        assert 0 <= left <= grid_left < grid_left + 8 <= left + columns <= 56


@pytest.mark.parametrize("at", TWELVE)
def test_the_way_leads_from_any_token_through_two_cells_to_the_query(scene_of, at):
    """And the multiple is what the asker's cell reads of the other one."""
    scene = scene_of("zebra", at)
    _, mean, cell = loops(scene)
    for source in (None, (0, 0), (13, 5)):
        route = grids_chapter.route(scene, star(scene), source)
        row, column = route.source
        assert source in (None, route.source)
        assert route.source_cell == row // 2 * 7 + column // 2
        assert route.source_area == (
            row // 2 * 2,
            column // 2 * 2,
            row // 2 * 2 + 1,
            column // 2 * 2 + 1,
        )
        assert route.query == (at[0] // 16, at[1] // 16)
        assert route.query_area[:2] == (at[0] // 32 * 2, at[1] // 32 * 2)
        assert route.multiple == pytest.approx(49 * mean[route.source_cell], rel=1e-5)
    far = grids_chapter.route(scene, star(scene), None).source_cell
    assert far == max(range(49), key=lambda s: math.dist(divmod(s, 7), divmod(cell, 7)))


# Chapter 4: the bills again, from the pairs of tokens that meet


def attention_pairs(side, grid):
    """Pairs of tokens of a square map that meet, padding counted; without a grid, all."""
    if grid is None:
        return side**4
    grids = -(-side // grid)
    return grids**2 * (grid**2) ** 2


def counted(side, width, grid):
    """Multiply-adds of one layer on a square map: projections and products of each level, W^p."""
    levels = [(side, grid)] + ([(-(-side // grid), None)] if grid else [])
    projections = [3 * n * n * width * width for n, _ in levels]
    products = [2 * attention_pairs(n, g) * width for n, g in levels]
    return projections, products, side * side * width * width


def bill(side, width, grid=None):
    projections, products, mixing = counted(side, width, grid)
    return sum(projections) + sum(products) + mixing


def test_cost_saving_divides_the_bill_without_grids_by_the_one_with_them(scene):
    assert bill(56, 24, 8) == 17_059_056
    assert pose(scene, "cost.saving").asks.key == bill(56, 24) / bill(56, 24, 8)


def test_cost_parts_orders_three_parts_of_the_bill(scene):
    projections, products, _ = counted(56, 24, 8)
    assert pose(scene, "cost.parts").asks.values == {
        "products": products[0],
        "projections": projections[0],
        "upper": products[1] + projections[1],
    }


def test_crossover_is_where_costs_and_parts_of_them_cross(
    scene,
):
    assert bill(8, 24) < bill(8, 24, 8)
    assert pose(scene, "crossover.small_map").asks.right == {"plain"}
    dearer = [n for n in range(1, 200) if bill(n, 24, 8) >= bill(n, 24)]
    assert pose(scene, "crossover.side").asks.key == 1 + max(dearer)
    _, (lower, upper), _ = counted(512, 24, 8)
    assert lower == upper
    assert pose(scene, "crossover.equal_levels").asks.right == {"cube"}
    assert pose(scene, "crossover.equal_levels").placeholders["cube"] == "512"


@pytest.mark.parametrize(
    ("grid", "width", "side"), [(2, 24, 4), (4, 24, 6), (7, 24, 10), (2, 512, 16)]
)
def test_grids_pay_from_a_side_that_depends_on_grid_and_channels(grid, width, side):
    assert cost_chapter.pays_from(grid, width) == side
    dearer = [n for n in range(1, 200) if bill(n, width, grid) >= bill(n, width)]
    assert side == 1 + max(dearer)


@pytest.mark.parametrize(("grid", "width"), [(2, 24), (4, 24), (8, 24), (3, 96)])
def test_a_second_merge_pays_from_where_it_is_said_to(grid, width):
    def two(side):
        board = -(-side // grid)
        last = -(-board // grid)
        pairs = sum(attention_pairs(n, g) for n, g in ((side, grid), (board, grid), (last, None)))
        tokens = 3 * (side**2 + board**2 + last**2) + side**2
        return 2 * pairs * width + tokens * width**2

    dearer = [n for n in range(1, 40 * grid) if two(n) >= bill(n, width, grid)]
    assert cost_chapter.deeper_from(grid, width) == 1 + max(dearer)


def test_resources_memory_is_four_bytes_for_each_pair_and_head(scene):
    tables = 4 * 3 * attention_pairs(1024 // 4, None)
    assert tables == 51_539_607_552
    posed = pose(scene, "resources.memory")
    assert posed.placeholders["whole"] == "50"
    assert posed.asks.right == {"whole"}
    assert [float(posed.placeholders[n]) for n in ("tenth", "hundredth", "thousandth")] == [
        5,
        0.5,
        0.05,
    ]
    facts = cost_chapter.STEPS[2].facts(scene)
    assert float(facts["gb"]) == pytest.approx(tables / 1e9, rel=1e-2)
    grids = 4 * 3 * (attention_pairs(256, 8) + attention_pairs(32, None))
    assert float(facts["mb"]) == pytest.approx(grids / 1e6, rel=1e-2)


def test_resources_speedup_is_what_this_machine_measured(scene):
    timed = measured(cost_chapter.priced(scene)[1], (56, 56))
    assert len(timed.plain) == len(timed.grids) == 7
    times = sorted(p / g for p, g in zip(timed.plain, timed.grids, strict=True))
    assert timed.speedup == times[3]
    ratio = bill(56, 24) / bill(56, 24, 8)
    spread = (times[5] - times[1]) / times[3]  # quartiles of seven
    if spread > 0.2:
        expected = "unsaid"
    elif 0.75 * ratio <= times[3] <= 1.25 * ratio:
        expected = "equal"
    else:
        expected = "larger" if times[3] > ratio else "smaller"
    assert pose(scene, "resources.speedup").asks.right == {expected}


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        ((30.0, 31.0, 29.0, 30.0, 30.0, 31.0, 30.0), "equal"),
        ((40.0, 41.0, 39.0, 40.0, 40.0, 41.0, 40.0), "larger"),
        ((10.0, 10.0, 11.0, 10.0, 10.0, 10.0, 10.0), "smaller"),
        ((30.0, 12.0, 50.0, 30.0, 20.0, 45.0, 30.0), "unsaid"),
    ],
)
def test_the_clock_is_believed_only_where_its_rounds_agree(plain, expected):
    assert cost_chapter.against_the_count(TimingComparison(plain, (1.0,) * 7), 28.0) == expected


def test_backbone_attention_share_is_what_torch_counts_in_attention(
    scenes,
):
    counter = FlopCounterMode(display=False)
    with torch.no_grad(), counter:
        blank("transcnn_lite0").eval()(torch.zeros(1, 3, 224, 224, device="meta"), Hooks())
    found = counter.get_flop_counts()
    attention = sum(sum(v.values()) for name, v in found.items() if name.endswith(".attn"))
    total = sum(found["Global"].values())
    assert (attention // 2, total // 2) == (85_669_248, 470_856_800)
    key = pose(scenes["zebra"], "backbone.attention_share").asks.key
    assert key == pytest.approx(100 * attention / total, rel=1e-12)


def test_backbone_costliest_part_counts_three_boxes(scene):
    inner = 6 * 112
    assert pose(scene, "backbone.costliest_part").asks.values == {
        "stem": 112 * 112 * 32 * 3 * 3 * 3,
        "attention": bill(14, 112, 2),
        "bottleneck": 196 * (112 * inner + 25 * inner + inner * 112),
    }
    equation = network_chapter.STEPS[0].equation(scene, True)
    assert "167\\,328" in equation
    assert "63\\,224" in equation


def votes(scene, k):
    """w_k . h of every cell over 49, by running the network's last layers one by one."""
    model = scene.classifier.model
    with torch.inference_mode():
        x = model.forward_features(scene.classifier.normalise(scene.pixels[None]))
        x = model.head_act(model.head_norm(model.head_conv(x)))[0].double()
    weights = model.head.weight[k].detach().double()
    return [float((x[:, y, z] * weights).sum()) / 49 for y in range(7) for z in range(7)]


def two_likeliest(scene):
    return sorted(range(1000), key=lambda k: -float(scene.trace.logits[k]))[:2]


def test_cam_which_class_is_the_side_of_the_top_1_class_unless_both_look_alike(scene):
    one, other = (votes(scene, k) for k in two_likeliest(scene))
    ranks = [np.argsort(np.argsort(v)) for v in (one, other)]
    alike = np.corrcoef(*ranks)[0, 1]
    key = pose(scene, "cam.which_class").asks.right
    assert network_chapter.likeness(scene) == pytest.approx(alike, abs=1e-6)
    assert key == ({"same"} if alike > 0.95 else {network_chapter.first_side(scene)})


def test_cam_for_runner_up_counts_the_positions_that_contribute_more_for_the_second(scene):
    one, other = (votes(scene, k) for k in two_likeliest(scene))
    against = sum(a < b for a, b in zip(one, other, strict=True))
    assert pose(scene, "cam.for_runner_up").asks.key == against


def test_the_contributions_and_the_class_bias_sum_to_the_logit(scene):
    contributions = scene.contributions
    for k in (*two_likeliest(scene), 0, 999):
        bias = float(scene.classifier.model.head.bias.detach()[k])
        assert sum(votes(scene, k)) + bias == pytest.approx(float(scene.trace.logits[k]), abs=2e-5)
        assert abs(contributions.residual(k)) < 2e-5
        np.testing.assert_allclose(contributions.of_class(k).ravel(), votes(scene, k), atol=1e-12)


def test_the_task_of_chapter_4_has_answers_and_wrong_answers():
    plain = bill(128, 24)
    assert cost_chapter.task_bill(()) == plain == 12_922_650_624
    assert cost_chapter.task_bill((8,)) == bill(128, 24, 8) < cost_chapter.BUDGET
    assert cost_chapter.task_bill((4,)) == bill(128, 24, 4) > cost_chapter.BUDGET
    assert cost_chapter.task_bill((16,)) == bill(128, 24, 16) > cost_chapter.BUDGET


# Keys change with what they are about


def key_of(posed):
    match posed.asks:
        case Estimate(key=key):
            return round(key, 3)
        case Click(best=best):
            return best
        case Draw(key=key):
            return key
        case Order() as order:
            return tuple(order.values.items())
        case choose:
            return tuple(sorted(choose.right))


@pytest.mark.parametrize(
    "name",
    [
        "rows.largest_column_sum",
        "mix.top_five",
        "permutation.near_and_far",
        "heads.odd_cell",
        "scaling.undivided",
        "residual.relative_size",
        "residual.by_block",
        "merging.argmax_tokens",
        "levels.strongest_other",
        "upsampling.share_of_last",
        "reach.farthest",
        "cam.for_runner_up",
    ],
)
def test_another_picture_has_another_key(scenes, name):
    assert len({key_of(pose(scene, name)) for scene in scenes.values()}) >= 2


@pytest.mark.parametrize(
    "name",
    [
        "tokens.covering",
        "mix.top_five",
        "permutation.near_and_far",
        "heads.odd_cell",
        "heads.agreeing",
        "scaling.undivided",
        "residual.relative_size",
        "grids.own_grid",
        "boundary.beyond",
        "boundary.after_shift",
        "merging.argmax_tokens",
        "levels.strongest_other",
        "reach.farthest",
    ],
)
def test_another_query_has_another_key(scene_of, name):
    keys = [pose(scene_of("zebra", at), name) for at in TWELVE]
    assert len({key_of(posed) for posed in keys if posed is not None}) >= 2


def test_the_side_of_the_correct_map_is_not_always_the_same(scene_of):
    from transcnn.pictures.samples import samples

    scenes = [scene_of(s.name) for s in samples()[:12]]
    for side in (tokens_chapter.row_side, network_chapter.first_side):
        assert {side(scene) for scene in scenes} == {"a", "b"}


def test_the_order_of_options_changes_with_the_picture_and_not_from_run_to_run(scenes):
    orders = [pose(s, "quadratic.side_doubled").asks.options for s in scenes.values()]
    assert len(set(orders)) > 1
    assert orders == [pose(s, "quadratic.side_doubled").asks.options for s in scenes.values()]


@pytest.mark.parametrize(
    "name",
    [
        "cost.saving",
        "cost.parts",
        "crossover.side",
        "crossover.equal_levels",
        "backbone.attention_share",
        "backbone.costliest_part",
    ],
)
def test_another_network_has_another_key(scenes, of_three_levels, name):
    one, other = pose(scenes["zebra"], name), pose(of_three_levels, name)
    assert (key_of(one), one.placeholders) != (key_of(other), other.placeholders)


@pytest.fixture(scope="module")
def of_three_levels(scenes):
    """The zebra seen by a small network with two merges in its first stage."""
    scene = scenes["zebra"]
    torch.manual_seed(0)
    network = Classifier.around(create_model("transcnn_nano", classes=1000).eval(), "0" * 64)
    trace = network.trace_pixels(scene.pixels, scene.trace.crop)
    return replace(scene, classifier=network, trace=trace)


def test_the_bill_of_three_levels_is_added_up_level_by_level(of_three_levels):
    block = of_three_levels.trace.blocks[0]
    assert len(block.levels) == 3
    tokens = [math.prod(level.size) for level in block.levels]
    pairs = [math.prod(v.padded_size) * math.prod(v.grid_size) for v in block.levels]
    c = block.width
    assert pose(of_three_levels, "cost.parts").asks.values == {
        "products": 2 * pairs[0] * c,
        "projections": 3 * tokens[0] * c * c,
        "upper": sum(3 * n * c * c for n in tokens[1:]) + sum(2 * p * c for p in pairs[1:]),
    }


EDITED = ((2, 1, 0, 0), (0, -1, 0, 1), (0, 0, 1, 1), (1, 0, 0, 2))


def test_an_edit_of_the_hand_map_changes_the_keys_that_are_about_it(scene_of):
    before, after = scene_of("zebra"), scene_of("zebra", hand_map=EDITED)
    for name in ("qkv.weight", "mix.by_hand", "merging.by_hand"):
        assert key_of(pose(before, name)) != key_of(pose(after, name))
    assert (
        pose(before, "qkv.scores").placeholders["scores"]
        != pose(after, "qkv.scores").placeholders["scores"]
    )
    assert (
        pose(before, "scaling.by_hand").placeholders["softer"]
        != pose(after, "scaling.by_hand").placeholders["softer"]
    )
    assert key_of(pose(before, "mix.top_five")) == key_of(pose(after, "mix.top_five"))


# Flat maps, ties, what does not exist


def flattened(scene):
    """The scene with every attention of its trace made even."""

    def even(level):
        weights = np.full_like(level.attention, 1 / level.attention.shape[-1])
        return replace(level, attention=weights)

    blocks = tuple(
        replace(b, levels=tuple(even(level) for level in b.levels)) for b in scene.trace.blocks
    )
    trace = replace(scene.trace, blocks=blocks)
    return replace(scene, trace=trace)


@pytest.mark.parametrize(
    "name", ["rows.which_is_row", "mix.top_five", "heads.odd_cell", "levels.strongest_other"]
)
def test_where_all_rows_are_nearly_uniform_it_is_asked_whether_any_token_stands_out(scenes, name):
    posed = pose(flattened(scenes["zebra"]), name)
    assert posed.flat
    assert posed.mark("no") == "hit"
    assert posed.mark("yes") == "miss"


def test_every_question_can_be_posed_about_a_flat_map(scenes):
    flat = flattened(scenes["zebra"])
    for name, question in QUESTIONS.items():
        posed = question.pose(flat)
        assert posed is None or posed.asks, name


def test_the_next_block_is_looked_at_where_the_first_is_flat(scenes):
    scene = scenes["zebra"]
    flat = flattened(scene)
    mixed = tuple(
        f if (b.stage, b.block) == (2, 2) else b
        for b, f in zip(scene.trace.blocks, flat.trace.blocks, strict=True)
    )
    there = replace(scene, trace=replace(scene.trace, blocks=mixed))
    found = there.peaked_block
    assert (found.stage, found.block) != (2, 2)
    assert len(there.attention_row(found)) * there.attention_row(found).max() >= 1.15


def test_a_row_that_looks_like_its_column_is_exchanged_for_one_that_does_not(scenes):
    """The zebra's first asker is such a one."""
    block, cell = tokens_chapter.row_and_column(scenes["zebra"])
    weights = star(scenes["zebra"]).levels[-1].attention[:, 0, 0].mean(0)
    own = scenes["zebra"].query_index(block)

    def ranks(v):
        return np.argsort(np.argsort(v))

    def likeness(t):
        return np.corrcoef(ranks(weights[t]), ranks(weights[:, t]))[0, 1]

    assert likeness(own) > 0.8
    assert cell != own
    assert likeness(cell) == pytest.approx(min(likeness(t) for t in range(49)))


def test_a_head_that_attends_to_itself_most_is_asked_for_its_strongest_other_token(scene_of):
    swapped = 0
    for at in [(y, x) for y in range(16, 224, 32) for x in range(16, 224, 32)]:
        scene = scene_of("zebra", at)
        posed, block = pose(scene, "heads.odd_cell"), heads_chapter.unlike_block(scene)
        if posed is None or posed.flat:
            continue
        own = divmod(scene.query_index(block), 7)
        if np.isnan(posed.asks.values[own]):
            swapped += 1
            assert posed.asks.best != own
            assert not posed.takes(own)
    assert swapped, "no such asker on this picture: the test needs another one"
