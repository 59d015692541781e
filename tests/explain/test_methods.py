"""What holds for every method: the network is unchanged, threads do not mix, signs are right."""

import hashlib
import inspect
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace

import numpy as np
import pytest

from tests.explain.conftest import random_pixels
from tests.golden.recipe import fill
from transcnn import Classifier, create_model
from transcnn.errors import Cancelled, ChoiceError
from transcnn.explain.integrated_gradients import IntegratedGradients
from transcnn.explain.kinds import KINDS
from transcnn.explain.methods import make_method
from transcnn.explain.names import METHODS
from transcnn.explain.occlusion import Occlusion
from transcnn.explain.smooth_grad import SmoothGrad
from transcnn.explain.subject import Subject, Target

# Settings that are quick, where a method has any that make it slow.
QUICK = {
    "integrated_gradients": IntegratedGradients(steps=4),
    "occlusion": Occlusion(window=64, stride=32),
    "smooth_grad": SmoothGrad(samples=2),
}
ALL = {name: QUICK.get(name) or make_method(name) for name in METHODS}
OF_A_CLASS = [name for name in ALL if METHODS[name].explains_a_class]
every_method = pytest.mark.parametrize("method", ALL.values(), ids=ALL)


def digest(classifier):
    """Of all weights and statistics of the network that runs."""
    state = classifier.model.state_dict()
    return hashlib.sha256(b"".join(value.numpy().tobytes() for value in state.values())).digest()


@every_method
def test_the_network_is_unchanged(method, subject):
    before = digest(subject.classifier)
    logits = subject.classifier.logits(subject.pixels[None])

    method.explain(subject)

    assert digest(subject.classifier) == before
    assert np.array_equal(subject.classifier.logits(subject.pixels[None]), logits)
    model = subject.classifier.model
    assert all(parameter.grad is None for parameter in model.parameters())
    assert not any(module._forward_hooks or module._backward_hooks for module in model.modules())
    assert not model.training


@every_method
def test_the_same_image_gives_the_same_map_bit_for_bit(method, subject, photos):
    first = method.explain(subject)

    other = method.explain(replace(subject, pixels=photos["dragonfly"]))
    again = method.explain(subject)

    assert np.array_equal(first.values, again.values)
    assert (first.settings, first.facts) == (again.settings, again.facts)
    assert not np.allclose(first.values, other.values)


def test_threads_on_one_network_never_mix(nano, photos):
    subjects = [
        Subject(nano, pixels, Target(place))
        for pixels, place in zip(photos.values(), (0, 5), strict=True)
    ]
    tasks = [(method, subject) for method in ALL.values() for subject in subjects]
    alone = [method.explain(subject).values for method, subject in tasks]

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda task: task[0].explain(task[1]).values, tasks))

    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", OF_A_CLASS)
def test_a_difference_of_classes_flips_its_sign_and_differs_from_each(name, nano, photos):
    difference, turned, one, other = (
        ALL[name].explain(Subject(nano, photos["shark"], target)).values
        for target in (Target(0, versus=5), Target(5, versus=0), Target(0), Target(5))
    )

    flipped = -turned if ALL[name].kind.signed else turned
    size = np.abs(difference).max()
    assert np.allclose(difference, flipped, atol=1e-4 * size)
    assert not np.allclose(one, other, atol=1e-2 * size)
    assert not np.allclose(difference, one, atol=1e-2 * size)
    if ALL[name].kind.signed:
        assert np.allclose(difference, one - other, atol=1e-2 * size)


def test_methods_of_different_names_give_different_maps(subject):
    maps = {name: method.explain(subject).on_cells(4, 4).ravel() for name, method in ALL.items()}
    maps["rollout"] = make_method("rollout", stage=3).explain(subject).values.ravel()
    names = list(maps)

    scaled = np.array([values / np.abs(values).max() for values in maps.values()])

    for i, name in enumerate(names):
        for k in range(i):
            assert not np.allclose(scaled[i], scaled[k], atol=1e-3), (name, names[k])


@every_method
def test_progress_ends_at_1_and_the_callback_can_cancel(method, subject):
    on_progress = []

    def stop(done):
        on_progress.append(done)
        if len(on_progress) == 2:
            raise Cancelled

    heard = []
    method.explain(subject, heard.append)
    with pytest.raises(Cancelled):
        method.explain(subject, stop)

    assert heard == sorted(heard)
    assert (heard[0], heard[-1]) == (0, 1)
    assert len(on_progress) == 2


@every_method
def test_a_map_names_its_method_its_kind_and_every_setting(method, subject):
    found = method.explain(subject)

    assert found.method == method.name
    assert found.kind in KINDS
    assert found.kind.signed or (found.values >= 0).all()
    knobs = {field.name for field in fields(method) if getattr(method, field.name) is not None}
    assert knobs <= set(found.settings)
    assert all(isinstance(value, str | int | float) for value in found.settings.values())
    places = {"stage", "block", "level"} & {field.name for field in fields(method)}
    assert places <= set(found.settings)  # also where the default was taken


def test_networks_without_levels_have_maps_of_pixels_and_one_sentence_for_the_rest():
    widths = dict(widths=(8, 8, 16, 16), head_width=8, depths=(1, 1, 1, 1), classes=3)
    network = Classifier.around(fill(create_model("hatnet_tiny", **widths)), "small hat")
    subject = Subject(network, random_pixels(0, 224), Target(0, versus=2))

    for name in ("integrated_gradients", "occlusion", "grad_cam", "saliency", "smooth_grad"):
        method = Occlusion(window=112, stride=112) if name == "occlusion" else ALL[name]
        assert np.ptp(method.explain(subject).values) > 0
    for name in ("gradient_attention", "attention", "rollout", "rollout_across"):
        with pytest.raises(ChoiceError) as raised:
            make_method(name).explain(subject)
        assert str(raised.value) == "model is 'hatnet_tiny'; allowed: networks with H-MHSA."


def test_a_method_is_found_by_its_name_and_takes_only_what_it_has():
    for name in METHODS:
        assert make_method(name).name == name

    assert make_method("grad_cam", stage=1, token=None).stage == 1
    for wrong, sentence in [
        (dict(name="lime"), f"method is 'lime'; allowed: {', '.join(METHODS)}."),
        (
            dict(name="occlusion", token=(1, 2)),
            "token is (1, 2); allowed: with the methods attention, rollout, rollout_across.",
        ),
        (dict(name="saliency", colour=1), "colour is 1; allowed: with the methods none."),
    ]:
        with pytest.raises(ChoiceError) as raised:
            make_method(**wrong)
        assert str(raised.value) == sentence


@pytest.mark.parametrize("target", [Target(10), Target(-1), Target(0, versus=10)])
def test_a_class_that_the_network_lacks_is_refused_before_anything_runs(nano, photos, target):
    with pytest.raises(ChoiceError, match="allowed: class indices from 0 to 9"):
        Subject(nano, photos["shark"], target)


def test_a_class_is_not_explained_against_itself():
    with pytest.raises(ChoiceError, match="versus is 3; allowed: another class"):
        Target(3, versus=3)


@every_method
def test_every_method_says_what_its_map_does_not_show(method):
    module = inspect.getmodule(type(method))

    assert len(module.__doc__.split()) > 40
