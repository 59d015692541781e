"""Keys of 5.1 to 5.3 a second time: random networks, noise and switches by other code."""

import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.course.conftest import PICTURES
from tests.course.switched import four_interventions, mean_row, ranks, share_of
from tests.course.test_keys import TWELVE, flattened, key_of, pose
from transcnn.checkpoints import create_model
from transcnn.classifier import Classifier
from transcnn.course import ch5_baselines as baselines


@pytest.fixture(params=PICTURES)
def scene(scenes, request):
    return scenes[request.param]


@pytest.fixture(scope="module")
def never_learned():
    """The network with q, k, v drawn a second time, from torch's own global generator."""
    model = create_model("transcnn_lite0", "shipped")
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        for name, values in model.named_parameters():
            if ".qkv." in name and name.endswith("weight"):
                values.copy_(torch.randn(values.shape) / values.shape[1] ** 0.5)
            elif ".qkv." in name:
                values.zero_()
    return Classifier.around(model, "0" * 64)


@pytest.fixture(scope="module")
def random_attention(never_learned, scenes):
    """[h, 1, 1, 49, 49] of stage 3, third block, by picture."""
    return {
        name: never_learned.trace_pixels(s.pixels, s.trace.crop).block(2, 2).levels[-1].attention
        for name, s in scenes.items()
    }


@pytest.fixture(scope="module")
def switched(scenes):
    return {name: four_interventions(scene) for name, scene in scenes.items()}


def rows_at(scene, random_attention, cell):
    trained = mean_row(scene.trace.block(2, 2).levels[-1].attention, cell)
    return trained, mean_row(random_attention[scene.sample], cell)


def test_random_compares_with_a_network_that_never_learned_to_attend(scene, random_attention):
    block, cell = baselines.twins(scene)
    assert (block.stage, block.block) == (2, 2)
    trained, random = rows_at(scene, random_attention, cell)
    assert baselines.random_board(scene, block)[cell] == pytest.approx(random, abs=1e-5)
    assert pose(scene, "random.which_is_trained").asks.right == {baselines.trained_side(scene)}
    high, low = max(max(trained), max(random)), min(max(trained), max(random))
    key = "equal" if high / low < 1.1 else "trained" if max(trained) == high else "random"
    assert pose(scene, "random.higher_peak").asks.right == {key}


def test_twins_that_look_alike_are_exchanged_for_a_cell_where_they_do_not(scene_of):
    for at in TWELVE:
        scene = scene_of("zebra", at)
        block, cell = baselines.twins(scene)
        trained = block.levels[-1].attention[:, 0, 0].mean(0)
        random = baselines.random_board(scene, block)
        alike = [np.corrcoef(ranks(trained[t]), ranks(random[t]))[0, 1] for t in range(49)]
        own = scene.query_index(block)
        assert cell == own if alike[own] <= 0.8 else cell == int(np.argmin(alike))


def test_colours_orders_the_maps_by_their_peaks_and_asks_for_the_chosen_one(
    scene, random_attention
):
    trained, random = rows_at(
        scene, random_attention, scene.query[0] // 32 * 7 + scene.query[1] // 32
    )
    seed = zlib.crc32((scene.digest + "noise").encode())
    z = np.random.Generator(np.random.PCG64(seed)).standard_normal(49)
    noise = [1 + 0.01 * float(v) for v in z]
    peaks = {
        "noise": 49 * max(noise) / sum(noise),
        "trained": 49 * max(trained),
        "random": 49 * max(random),
    }
    assert pose(scene, "colours.by_peak").asks.values == pytest.approx(peaks, rel=1e-4)
    assert 1 < peaks["noise"] < 1.05
    letters = baselines.board_letters(scene)
    for board, letter in enumerate("ABC"):
        posed = pose(
            replace(scene, choice=replace(scene.choice, chosen_map=board)), "colours.true_peak"
        )
        name = next(n for n, given in letters.items() if given == letter)
        assert posed.placeholders["board"] == letter
        assert posed.asks.key == pytest.approx(peaks[name], rel=1e-4)


def test_ablation_swapped_runs_the_network_with_the_attention_of_the_next_sample(scene, switched):
    first = int(np.argmax(scene.trace.logits))
    stays = int(np.argmax(switched[scene.sample]["swapped"])) == first
    assert pose(scene, "ablation.swapped").asks.right == {"stays" if stays else "changes"}


def test_ablation_uniform_is_the_probability_under_uniform_attention(scene, switched):
    first = int(np.argmax(scene.trace.logits))
    share = share_of(switched[scene.sample]["uniform"].tolist(), first)
    assert pose(scene, "ablation.uniform").asks.key == pytest.approx(100 * share, rel=1e-3)


def test_ablation_strongest_orders_interventions_by_the_change_of_the_logit(scene, switched):
    first = int(np.argmax(scene.trace.logits))
    sizes = {
        name: abs(float(switched[scene.sample][name][first]) - float(scene.trace.logits[first]))
        for name in ("off", "uniform", "identity")
    }
    assert pose(scene, "ablation.strongest").asks.values == pytest.approx(sizes, abs=1e-4)


def test_edges_are_where_neighbouring_pixels_differ(scenes):
    scene = scenes["zebra"]
    pixels = np.full_like(scene.pixels, 100)
    pixels[40:50, 40:50] = 200  # inside the second cell of the second row
    shares = baselines.edge_shares(replace(scene, pixels=pixels), scene.block)
    assert shares[8] == pytest.approx(1)
    flat = baselines.edge_shares(replace(scene, pixels=np.full_like(pixels, 9)), scene.block)
    assert flat == pytest.approx(np.full(49, 1 / 49))


@pytest.mark.parametrize("name", ["colours.true_peak", "ablation.uniform"])
def test_another_picture_has_another_key(scenes, name):
    assert len({key_of(pose(scene, name)) for scene in scenes.values()}) >= 2


def test_the_side_of_the_trained_map_is_not_always_the_same(scene_of):
    from transcnn.pictures.samples import samples

    assert {baselines.trained_side(scene_of(s.name)) for s in samples()[:12]} == {"a", "b"}


@pytest.mark.parametrize("name", ["random.which_is_trained", "random.higher_peak"])
def test_where_all_rows_are_nearly_uniform_it_is_asked_whether_any_token_stands_out(scenes, name):
    assert pose(flattened(scenes["zebra"]), name).flat
