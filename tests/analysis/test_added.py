"""What the levels put back adds up to what the block added, term by term, as (12) says."""

import numpy as np
import pytest

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.analysis.added import OutputNorm, OutputWeights, added_terms, output_weights
from transcnn.assets import FOLDER
from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.model.config import BATCH, LAYER
from transcnn.pictures import Box, Crop
from transcnn.trace import record

PADDED = dict(merges=((6, 3), (5,), (4,), (3,)), widths=(16, 24, 32, 48), head_width=8)


def run(**overrides):
    """A small network and a block of three levels whose grids reach beyond the map."""
    model = fill(create_model("transcnn_nano", **PADDED, **overrides))
    x = reference_input(7, 128, 128)[:, :, :100, :100]
    return model, record(model, x, Crop((100, 100), Box(0, 0, 100, 100), 100))


@pytest.mark.parametrize("norm", [None, LAYER], ids=["no norm", "layer norm"])
def test_every_term_is_what_loops_over_the_places_give(norm):
    model, trace = run(output_norm=norm)
    block = trace.block(0, 0)
    weights = {k: v.double().numpy() for k, v in model.blocks[0][0].attn.state_dict().items()}
    projection = weights["proj.weight"][:, :, 0, 0]

    added = added_terms(block, output_weights(model, 0, 0))

    factors = [1, 6, 18]
    for i, (level, factor) in enumerate(zip(block.levels, factors, strict=True)):
        for y in range(0, block.size[0], 3):
            for x in range(0, block.size[1], 4):
                place = (slice(None), y // factor, x // factor)
                u = (level.attended[place] + level.tokens_in[place]).astype(np.float64)
                if norm is not None:
                    u = (u - u.mean()) / np.sqrt(u.var() + norm.eps)
                    u = u * weights[f"output_norms.{i}.weight"] + weights[f"output_norms.{i}.bias"]
                np.testing.assert_allclose(added.terms[i][:, y, x], projection @ u, atol=1e-6)
    np.testing.assert_array_equal(added.constant, weights["proj.bias"])


@pytest.mark.parametrize("norm", [None, LAYER], ids=["no norm", "layer norm"])
def test_the_terms_add_up_to_what_every_block_of_a_run_added(norm):
    model, trace = run(output_norm=norm)

    for block in trace.blocks:
        added = added_terms(block, output_weights(model, block.stage, block.block))
        assert added.difference <= 1e-5 * np.abs(block.added).max()


def test_the_shipped_network_adds_what_its_terms_say():
    classifier = Classifier("transcnn_lite0")
    trace = classifier.trace(FOLDER / "samples" / "zebra.jpg")

    for block in trace.blocks:
        added = added_terms(block, output_weights(classifier.model, block.stage, block.block))
        assert len(added.terms) == len(block.levels)
        assert added.difference <= 1e-5 * np.abs(block.added).max()


def test_a_wrong_weight_is_noticed():
    model, trace = run()
    block, right = trace.block(0, 0), output_weights(model, 0, 0)
    wrong = OutputWeights(right.norms, right.projection * 1.001, right.bias)

    assert added_terms(block, wrong).difference > 100 * added_terms(block, right).difference


def test_a_layer_norm_by_hand():
    norm = OutputNorm(np.array([1.0, 2.0]), np.array([0.0, 1.0]), eps=0.0)

    assert norm(np.array([[[1.0]], [[3.0]]])).ravel().tolist() == [-1, 3]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (dict(upsampling="bilinear"), "upsampling is 'bilinear'; allowed: nearest"),
        (dict(output_norm=BATCH), "output_norm is 'batch'; allowed: layer, None"),
    ],
)
def test_a_network_that_puts_back_otherwise_is_refused(overrides, message):
    model, _ = run(**overrides)

    with pytest.raises(ChoiceError, match=message):
        output_weights(model, 0, 0)


def test_the_authors_attention_has_no_levels_to_put_back():
    with pytest.raises(ChoiceError, match="networks with H-MHSA"):
        output_weights(create_model("hatnet_tiny"), 0, 0)
