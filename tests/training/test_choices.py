"""One thing is changed at a time, all get the same, and the verdict says when seeds overlap."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from transcnn.evaluation import find_pictures
from transcnn.evaluation.run import prepare_run
from transcnn.model.attention import HierarchicalAttention
from transcnn.model.blocks import InvertedResidual
from transcnn.model.variants import IMAGENETTE
from transcnn.training.choices import (
    CHOICES,
    PAPER,
    USUAL,
    Outcome,
    kept_mb,
    settle,
    small,
    table,
    verdict,
)
from transcnn.training.labels import tell
from transcnn.training.recipe import Labels
from transcnn.training.recipes.choices import FIVE_EPOCHS


@pytest.mark.parametrize("choice", CHOICES)
def test_each_choice_is_a_small_network_that_learns(choice):
    model = small(choice)
    CHOICES[choice].start(model, torch.Generator().manual_seed(0))
    model(torch.randn(2, 3, 64, 64)).square().sum().backward()
    assert all(value.grad is not None for value in model.parameters())
    assert sum(value.numel() for value in model.parameters()) <= 500_000
    attending = [m for m in model.modules() if isinstance(m, HierarchicalAttention)]
    assert len(attending) == (0 if "no H-MHSA" in choice else 4)
    assert len(model.stages) == 4


@pytest.mark.parametrize(
    ("choice", "bottlenecks", "sharpness"),
    [
        (PAPER, 0, 1.4),
        ("usual first weights of attention", 0, 3**-0.5),  # uniform within C^-0.5
        (USUAL, 1, 3**-0.5),
    ],
)
def test_first_weights_are_what_the_choice_says(choice, bottlenecks, sharpness):
    model = small(choice)
    CHOICES[choice].start(model, torch.Generator().manual_seed(0))
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
    models = {name: small(name) for name in (PAPER, "average alone merges", "maximum alone merges")}
    outputs = {}
    for name, model in models.items():
        model.load_state_dict(models[PAPER].state_dict())
        outputs[name] = model.eval()(x)
    first, *others = outputs.values()
    assert all((first - other).abs().max() > 1e-6 for other in others)


def test_what_training_keeps_grows_with_the_network():
    """A level over the whole first map has 16^2 x 16^2 weights a head; nothing else has as many."""
    paper, one = kept_mb(small(PAPER)), kept_mb(small("one level"))
    matrices = 2 * 4 * (256**2 - 16 * 16**2 - 4 * 4**2 - 4**2)  # heads, bytes
    assert one - paper == pytest.approx(matrices / 1e6, rel=0.1)


def test_the_verdict_is_the_spread_where_seeds_overlap():
    paper = Outcome(PAPER, (0.6, 0.64), 1, 1.0)
    assert verdict(paper, paper) == ""
    assert verdict(Outcome("a", (0.63, 0.7), 1, 1.0), paper) == "within the spread"
    assert verdict(Outcome("b", (0.65, 0.7), 1, 1.0), paper) == "better"
    assert verdict(Outcome("c", (0.5, 0.59), 1, 1.0), paper) == "worse"
    alone = Outcome(PAPER, (0.6,), 1, 1.0)
    assert verdict(Outcome("d", (0.9,), 1, 1.0), alone) == "within the spread"
    usual = Outcome(USUAL, (0.7, 0.8), 1, 1.0)
    found = [paper, Outcome("GELU", (0.5, 0.59), 12345, 0.5), usual]
    rows = table([*found, Outcome(f"{USUAL}, no H-MHSA", (0.6, 0.65), 1, 1.0)])
    assert rows[2] == f"| {PAPER} | 62.0 | 60.0 to 64.0 |  |  | 1 | 1.00 |"
    assert rows[3] == "| GELU | 54.5 | 50.0 to 59.0 | -7.5 | worse | 12,345 | 0.50 |"
    assert rows[5] == f"| {USUAL}, no H-MHSA | 62.5 | 60.0 to 65.0 | -12.5 | worse | 1 | 1.00 |"


def test_runs_that_are_done_are_not_done_again(photos, source, tmp_path, monkeypatch):
    few = {name: CHOICES[name] for name in (PAPER, "GELU")}
    monkeypatch.setattr("transcnn.training.choices.CHOICES", few)
    recipe = replace(FIVE_EPOCHS, steps=2, batch=4)
    found = find_pictures(photos)
    run = prepare_run(found, 64, "squash")
    places = [IMAGENETTE.index(picture.label.index) for picture in found]
    told = tell(source, IMAGENETTE, Labels(), tmp_path, lambda *_: None)
    done = []

    def outcomes(seeds):
        done.clear()
        arguments = (recipe, source, told, (run, places), tmp_path, seeds)
        return list(settle(*arguments, lambda choice, seed, _: done.append((choice, seed))))

    [first] = outcomes(1)
    assert set(done) == {(PAPER, 0), ("GELU", 0)}
    again, both = outcomes(2)
    assert set(done) == {(PAPER, 1), ("GELU", 1)}
    assert again == first
    assert [len(outcome.top1) for outcome in both] == [2, 2]
    assert all(0 <= share <= 1 for outcome in both for share in outcome.top1)
    assert np.isclose(both[0].mean, np.mean(both[0].top1))
