"""What one call records stays with that call: the model keeps nothing, and threads never mix."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from tests.golden.recipe import fill, reference_input
from transcnn.model.hooks import HookPoint, Hooks
from transcnn.model.network import build
from transcnn.trace import make_intervention

NAMES = ["transcnn_lite0", "transcnn_nano", "transcnn_v1_tiny"]


@pytest.fixture(scope="module", params=NAMES)
def model(request):
    return fill(build(request.param))


def picture(seed):
    return reference_input(seed, 96, 64)


def interventions(model):
    """Those that need no other run; reading only oneself is not possible on a pooled map."""
    names = ["on", "off", "uniform"]
    return [*names, "identity"] if model.config.name != "transcnn_v1_tiny" else names


@torch.no_grad()
def records(model, x):
    hooks = Hooks()
    logits = model(x, hooks)
    return logits, hooks.records


def snapshot(model):
    """Everything that the modules hold: which objects by which names, and their values."""
    state = {key: value.clone() for key, value in model.state_dict().items()}
    attributes = {
        name: {key: id(value) for key, value in vars(module).items()}
        for name, module in model.named_modules()
    }
    members = {
        (name, key): id(value)
        for name, module in model.named_modules()
        for group in (module._parameters, module._buffers, module._modules)
        for key, value in group.items()
    }
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
    return state, attributes, members, hooks


@torch.no_grad()
def test_the_model_keeps_nothing_between_calls(model):
    state, *rest = snapshot(model)
    first = model(picture(7))

    for name in interventions(model):
        model(picture(11), Hooks(intervention=make_intervention(name)))
    records(model, picture(3))

    state_after, *rest_after = snapshot(model)
    assert rest_after == rest
    assert all(torch.equal(state[key], value) for key, value in state_after.items())
    assert torch.equal(model(picture(7)), first)


def test_what_was_recorded_is_freed_with_its_hooks(model):
    _, kept = records(model, picture(7))
    refs = [weakref.ref(value) for value in kept.values()]

    del kept
    gc.collect()

    assert refs
    assert all(ref() is None for ref in refs)


def test_records_are_detached_from_the_gradient():
    model = fill(build("transcnn_nano"))
    hooks = Hooks()

    logits = model(picture(7), hooks)

    assert logits.requires_grad
    assert not any(value.requires_grad for value in hooks.records.values())


@torch.no_grad()
def test_hooks_that_do_not_record_stay_empty(model):
    hooks = Hooks(record=False)

    logits = model(picture(7), hooks)

    assert hooks.records == {}
    assert torch.equal(logits, records(model, picture(7))[0])


def test_every_h_mhsa_is_recorded_once_at_every_level():
    model = fill(build("transcnn_nano"))

    _, kept = records(model, picture(7))

    expected = set()
    for s, stage in enumerate(model.config.stages):
        for b, attention in enumerate(stage.attending):
            expected |= {HookPoint(s, b, "input"), HookPoint(s, b, "added")}
            levels = len(attention.merges) + 1
            for i in range(levels):
                names = ["tokens_in", "attention", "attended"]
                names += ["merged_max", "merged_avg"] if i < levels - 1 else []
                expected |= {HookPoint(s, b, name, i) for name in names}
    assert set(kept) == expected


def check_threads(model, seeds, workers):
    serial = [records(model, picture(seed)) for seed in seeds]

    with ThreadPoolExecutor(workers) as pool:
        parallel = list(pool.map(lambda seed: records(model, picture(seed)), seeds))

    for (logits, kept), (expected_logits, expected) in zip(parallel, serial, strict=True):
        assert torch.equal(logits, expected_logits)
        assert kept.keys() == expected.keys()
        assert all(torch.equal(kept[place], value) for place, value in expected.items())


def test_two_threads_on_two_pictures_never_mix(model):
    check_threads(model, [7, 11] * 4, workers=2)


@pytest.mark.long
def test_many_threads_on_many_pictures_never_mix(model):
    check_threads(model, list(range(40)) * 3, workers=8)


def test_a_intervention_in_one_thread_is_not_seen_in_another(model):
    x = picture(7)
    names = interventions(model)

    @torch.no_grad()
    def logits(name):
        return model(x, Hooks(record=False, intervention=make_intervention(name)))

    alone = {name: logits(name) for name in names}
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(logits, names * 6))

    for name, result in zip(names * 6, together, strict=True):
        assert torch.equal(result, alone[name])
    assert len({tuple(value[0, :5].tolist()) for value in alone.values()}) == len(names)
