"""One thing is changed at a time, all get the same, and the verdict says when seeds overlap."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from transcnn.evaluation import find_pictures
from transcnn.evaluation.prepared import prepare_pictures
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.blocks import InvertedResidual
from transcnn.model.variants import IMAGENETTE
from transcnn.training.choices import (
    CHOICES,
    DEFAULT_INIT,
    REFERENCE,
    ChoiceResult,
    kept_mb,
    run_choices,
    small,
    table,
    verdict,
)
from transcnn.training.labels import soft_targets
from transcnn.training.recipe import Labels
from transcnn.training.recipes.choices import FIVE_EPOCHS


@pytest.mark.parametrize("choice", CHOICES)
def test_each_choice_is_a_small_network_that_learns(choice):
    model = small(choice)
    CHOICES[choice].init(model, torch.Generator().manual_seed(0))
    model(torch.randn(2, 3, 64, 64)).square().sum().backward()
    assert all(value.grad is not None for value in model.parameters())
    assert sum(value.numel() for value in model.parameters()) <= 500_000
    attending = [m for m in model.modules() if isinstance(m, HierarchicalAttention)]
    assert len(attending) == (0 if "no H-MHSA" in choice else 4)
    assert len(model.stages) == 4


@pytest.mark.parametrize(
    ("choice", "bottlenecks", "sharpness"),
    [
        (REFERENCE, 0, 1.4),
        ("default initialisation of attention", 0, 3**-0.5),  # uniform within C^-0.5
        (DEFAULT_INIT, 1, 3**-0.5),
    ],
)
def test_initial_weights_follow_the_choice(choice, bottlenecks, sharpness):
    model = small(choice)
    CHOICES[choice].init(model, torch.Generator().manual_seed(0))
    last = [m.norm3.weight for m in model.modules() if isinstance(m, InvertedResidual)]
    assert len(last) == 4
    assert all((weight == bottlenecks).all() for weight in last)
    for module in model.modules():
        if isinstance(module, HierarchicalAttention):
            width = module.config.width
            q_and_k = module.qkv[0].weight[: 2 * width]
            assert q_and_k.std().item() == pytest.approx(sharpness * width**-0.5, rel=0.1)


def test_merging_takes_the_maximum_the_average_or_their_sum():
    torch.manual_seed(0)
    x = torch.randn(1, 3, 64, 64)
    models = {
        name: small(name) for name in (REFERENCE, "average pooling alone", "max pooling alone")
    }
    outputs = {}
    for name, model in models.items():
        model.load_state_dict(models[REFERENCE].state_dict())
        outputs[name] = model.eval()(x)
    first, *others = outputs.values()
    assert all((first - other).abs().max() > 1e-6 for other in others)


def test_what_training_keeps_grows_with_the_network():
    """A level over the whole first map has 16^2 x 16^2 weights a head; nothing else has as many."""
    paper, one = kept_mb(small(REFERENCE)), kept_mb(small("one level"))
    matrices = 2 * 4 * (256**2 - 16 * 16**2 - 4 * 4**2 - 4**2)  # heads, bytes
    assert one - paper == pytest.approx(matrices / 1e6, rel=0.1)


def test_overlapping_seeds_are_within_seed_variance():
    paper = ChoiceResult(REFERENCE, (0.6, 0.64), 1, 1.0)
    assert verdict(paper, paper) == ""
    assert verdict(ChoiceResult("a", (0.63, 0.7), 1, 1.0), paper) == "within seed variance"
    assert verdict(ChoiceResult("b", (0.65, 0.7), 1, 1.0), paper) == "better"
    assert verdict(ChoiceResult("c", (0.5, 0.59), 1, 1.0), paper) == "worse"
    alone = ChoiceResult(REFERENCE, (0.6,), 1, 1.0)
    assert verdict(ChoiceResult("d", (0.9,), 1, 1.0), alone) == "within seed variance"
    usual = ChoiceResult(DEFAULT_INIT, (0.7, 0.8), 1, 1.0)
    found = [paper, ChoiceResult("GELU", (0.5, 0.59), 12345, 0.5), usual]
    rows = table([*found, ChoiceResult(f"{DEFAULT_INIT}, no H-MHSA", (0.6, 0.65), 1, 1.0)])
    assert rows[2] == f"| {REFERENCE} | 62.0 | 60.0 to 64.0 |  |  | 1 | 1.00 |"
    assert rows[3] == "| GELU | 54.5 | 50.0 to 59.0 | -7.5 | worse | 12,345 | 0.50 |"
    assert (
        rows[5] == f"| {DEFAULT_INIT}, no H-MHSA | 62.5 | 60.0 to 65.0 | -12.5 | worse | 1 | 1.00 |"
    )


def test_runs_that_are_done_are_not_done_again(photos, source, tmp_path, monkeypatch):
    few = {name: CHOICES[name] for name in (REFERENCE, "GELU")}
    monkeypatch.setattr("transcnn.training.choices.CHOICES", few)
    recipe = replace(FIVE_EPOCHS, steps=2, batch=4)
    found = find_pictures(photos)
    run = prepare_pictures(found, 64, "squash")
    places = [IMAGENETTE.index(picture.label.index) for picture in found]
    targets = soft_targets(source, IMAGENETTE, Labels(), tmp_path, lambda *_: None)
    done = []

    def outcomes(seeds):
        done.clear()
        arguments = (recipe, source, targets, (run, places), tmp_path, seeds)
        return list(run_choices(*arguments, lambda choice, seed, _: done.append((choice, seed))))

    [first] = outcomes(1)
    assert set(done) == {(REFERENCE, 0), ("GELU", 0)}
    again, both = outcomes(2)
    assert set(done) == {(REFERENCE, 1), ("GELU", 1)}
    assert again == first
    assert [len(outcome.top1) for outcome in both] == [2, 2]
    assert all(0 <= share <= 1 for outcome in both for share in outcome.top1)
    assert np.isclose(both[0].mean, np.mean(both[0].top1))


def test_results_of_an_earlier_version_are_found(photos, source, tmp_path, monkeypatch):
    monkeypatch.setattr("transcnn.training.choices.CHOICES", {REFERENCE: CHOICES[REFERENCE]})
    (tmp_path / "as-in-the-paper-0").mkdir()
    former = tmp_path / "as-in-the-paper-0" / "result.json"
    former.write_text('{"choice": "as in the paper", "seed": 0, "top1": 0.625}')
    targets = soft_targets(source, IMAGENETTE, Labels(), tmp_path, lambda *_: None)
    held_out = (prepare_pictures(find_pictures(photos), 64, "squash"), [])

    [[found]] = run_choices(FIVE_EPOCHS, source, targets, held_out, tmp_path, 1, lambda *_: None)

    assert (found.choice, found.top1) == (REFERENCE, (0.625,))
