"""The parameter-randomisation test, and agreement of maps."""

import numpy as np
import pytest
import scipy.stats
import torch

from transcnn.analysis.ranks import rank_correlation
from transcnn.errors import Cancelled, ChoiceError
from transcnn.explain.agreement import agreement, common_grid
from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import LOGIT_CONTRIBUTIONS, LOGIT_DROPS
from transcnn.explain.methods import make_method
from transcnn.explain.random_weights import parts_of, random_weights
from transcnn.explain.sanity import parameter_randomisation

PARTS = ["head", "stage 3", "stage 2", "stage 1", "stage 0", "stem"]


def changed_parts(classifier, other):
    """The parts in which any number differs."""
    pairs = zip(parts_of(classifier.model).items(), parts_of(other.model).values(), strict=True)
    return [
        name
        for (name, mine), theirs in pairs
        if any(
            not torch.equal(a, b)
            for one, two in zip(mine, theirs, strict=True)
            for a, b in zip(one.parameters(), two.parameters(), strict=True)
        )
    ]


def test_parts_together_are_the_whole_network(nano):
    having = [p for part in parts_of(nano.model).values() for m in part for p in m.parameters()]

    assert list(parts_of(nano.model)) == PARTS
    assert len({id(p) for p in having}) == len(having) == len(list(nano.model.parameters()))


@pytest.mark.parametrize("count", [1, 3, 6])
def test_weights_are_shuffled_from_the_head_down(nano, count):
    before = {key: value.clone() for key, value in nano.model.state_dict().items()}

    other = random_weights(nano, PARTS[count - 1], seed=4)

    assert changed_parts(nano, other) == PARTS[:count]
    for key, value in other.model.state_dict().items():
        assert torch.equal(value.flatten().sort().values, before[key].flatten().sort().values)
        assert torch.equal(nano.model.state_dict()[key], before[key])
    assert other.weights_sha256 != nano.weights_sha256
    again, seed = (random_weights(nano, PARTS[count - 1], s) for s in (4, 5))
    assert changed_parts(other, again) == []
    assert changed_parts(other, seed) == PARTS[:count]


def test_a_part_that_does_not_exist_is_one_sentence(nano):
    with pytest.raises(ChoiceError, match="part is 'tail'; allowed: head, stage 3, "):
        random_weights(nano, "tail")


def test_class_maps_change_with_a_random_head_and_attention_maps_cannot(subject):
    class_map, attention = (
        list(parameter_randomisation(subject, make_method(name)))
        for name in ("grad_cam", "attention")
    )

    assert [step.part for step in class_map] == PARTS
    assert class_map[0].correlation < 0.9
    assert attention[0].correlation == 1
    assert attention[1].correlation < 0.9  # its own stage
    for steps in (class_map, attention):
        trained = make_method(steps[0].attribution.method).explain(subject)
        expected = scipy.stats.spearmanr(
            steps[-1].attribution.values.ravel(), trained.values.ravel()
        ).statistic
        assert steps[-1].correlation == pytest.approx(expected)


def test_the_randomisation_test_reports_progress_and_can_be_cancelled(subject):
    heard = []

    def stop(done):
        heard.append(done)
        if done > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(parameter_randomisation(subject, make_method("saliency"), stop))

    assert heard == sorted(heard)
    assert heard[-1] < 0.6


def test_rank_correlation_is_spearmans_also_with_ties():
    random = np.random.default_rng(0)
    one, other = random.integers(0, 5, (2, 6, 8)).astype(float)

    expected = scipy.stats.spearmanr(one.ravel(), other.ravel()).statistic
    assert rank_correlation(one, other) == pytest.approx(expected)
    assert rank_correlation(one, 100 * one**3 + 7) == pytest.approx(1)
    assert rank_correlation(one, -one) == pytest.approx(-1)
    assert np.isnan(rank_correlation(one, np.ones_like(one)))


def test_random_maps_agree_with_nothing():
    random = np.random.default_rng(0)
    maps = [Attribution("a", LOGIT_DROPS, random.standard_normal((14, 14))) for _ in range(6)]

    found = agreement(maps)

    others = found[~np.eye(6, dtype=bool)]
    assert np.allclose(np.diag(found), 1)
    assert np.abs(others).max() < 4 / np.sqrt(196)  # four deviations
    assert np.allclose(found, found.T)


def test_maps_of_different_resolution_are_compared_at_the_coarsest_resolution():
    """A marked cell at row 1, column 5 of 2 x 8, as a fine map and as a coarse one."""
    coarse, fine = np.zeros((2, 8)), np.zeros((16, 64))
    coarse[1, 5] = 3
    fine[8:, 40:48] = 0.5
    maps = [Attribution("a", LOGIT_DROPS, coarse), Attribution("b", LOGIT_CONTRIBUTIONS, fine)]

    assert common_grid(maps) == (2, 8)
    assert np.allclose(agreement(maps), 1)
