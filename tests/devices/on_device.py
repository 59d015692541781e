"""What goes to a device is moved there, what comes back is on the CPU, and the values stay.

`test_devices.py` runs this for each device, which TRANSCNN_TEST_DEVICE names, in a process of its
own: torch counts its devices when it first computes a gradient, and the one of the tests, which
cannot do all that torch asks of a device, would change what other tests do.
"""

import os
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.devices.conftest import NAME, SAMPLES
from tests.devices.elsewhere import elsewhere
from transcnn import Classifier
from transcnn.analysis.contributions import contributions
from transcnn.analysis.overview.values import box_values
from transcnn.evaluation.averages import average_added
from transcnn.evaluation.prepared import PreparedPictures
from transcnn.explain.methods import make_method
from transcnn.explain.names import METHODS
from transcnn.explain.sanity import parameter_randomisation
from transcnn.explain.subject import Subject, Target
from transcnn.model.interventions import INTERVENTIONS
from transcnn.pictures import Box, Crop
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measure import measure, prepare_item

CHURCH = SAMPLES / "vienna-church.jpg"
CROP = Crop((128, 128), Box(0, 0, 128, 128), 128)
QUICK = {"integrated_gradients": {"steps": 2}, "smooth_grad": {"samples": 1}}


@pytest.fixture(scope="module")
def there():
    """The same network on another device."""
    device = os.environ["TRANSCNN_TEST_DEVICE"]
    with pytest.MonkeyPatch.context() as patched:
        if device != "elsewhere":
            patched.setattr(torch.backends.cudnn, "allow_tf32", False)
            yield Classifier(NAME, device=device)
            return
        found = elsewhere()
        # Devices in Python have no inference tensors.
        patched.setattr(torch, "inference_mode", torch.no_grad)
        yield Classifier(NAME, device=found)


def close(found, wanted, apart=1e-4):
    found, wanted = np.asarray(found), np.asarray(wanted)
    assert np.abs(found - wanted).max() <= apart * max(1.0, np.abs(wanted).max())


def test_the_network_and_its_input_are_there_and_results_are_here(here, there, pixels):
    assert next(there.model.parameters()).device.type == there.device.type != "cpu"
    assert there.normalise(pixels).device.type == there.device.type

    logits, attention = there.logits_and_attention(pixels)

    assert logits.device.type == "cpu"
    assert {value.device.type for value in attention.values()} == {"cpu"}
    close(logits, here.logits(pixels))
    for point, value in here.attention(pixels).items():
        close(attention[point], value)
    assert there.predict(CHURCH).top[0].name == here.predict(CHURCH).top[0].name


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_interventions_act_there_as_here(here, there, pixels, name):
    other = here.attention(pixels[::-1].copy()) if name == "swapped" else None

    found = there.logits(pixels, there.intervention(name, other))

    close(found, here.logits(pixels, here.intervention(name, other)))


def test_a_trace_holds_the_same_arrays(here, there):
    found, wanted = there.trace(CHURCH), here.trace(CHURCH)

    close(found.logits, wanted.logits)
    for block, other in zip(found.blocks, wanted.blocks, strict=True):
        assert isinstance(block.input, np.ndarray)
        close(block.added, other.added)
        close(block.levels[-1].attention, other.levels[-1].attention)


@pytest.mark.parametrize("name", METHODS)
def test_explanations_are_the_same_maps(here, there, pixels, name):
    method = make_method(name)
    method = replace(method, **QUICK.get(name, {}))
    found, wanted = (
        method.explain(Subject(classifier, pixels[0], Target(3))).values
        for classifier in (there, here)
    )

    close(found, wanted, 1e-3)


def test_maps_of_random_weights_are_the_same(here, there, pixels):
    method = make_method("grad_cam")
    scores = []
    for classifier in (there, here):
        subject = Subject(classifier, pixels[0], Target(3))
        first = next(iter(parameter_randomisation(subject, method)))
        scores.append(first.attribution.values)

    close(*scores, 1e-3)


def test_a_stored_run_and_logit_contributions(here, there, pixels):
    label = here.names[0].index
    item = LabelledPicture("church", CHURCH, (label,), "church")
    prepared = prepare_item(item, here.config.input.size, "crop")
    found, wanted = (measure(classifier, [prepared])[0] for classifier in (there, here))

    for name, value in wanted.attention.numbers.items():
        close(found.attention.numbers[name], value, 1e-3)
    one, other = (
        contributions(classifier, pixels[0], here.logits(pixels)[0].numpy())
        for classifier in (there, here)
    )
    close(one.of_class(2), other.of_class(2))


def test_averages_of_attention_and_the_maps_of_the_overview(here, there, pixels):
    run = PreparedPictures((0, 1), ("a", "b"), pixels, ())
    means, wanted = (average_added(classifier, run) for classifier in (there, here))
    for block, mean in wanted.items():
        close(means[block], mean)

    boxes = [
        box_values(c.model, c.normalise(pixels[:1]), here.trace_pixels(pixels[0], CROP))
        for c in (there, here)
    ]
    for found, expected in zip(*boxes, strict=True):
        close(found.out, expected.out)
