"""Any device: what goes in is moved there, what comes out is on the CPU, and the values stay."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.elsewhere import elsewhere
from transcnn import Classifier
from transcnn.analysis.contributions import contributions
from transcnn.analysis.overview.values import box_values
from transcnn.assets import FOLDER
from transcnn.devices import PRECISIONS, find_device, on_cpu
from transcnn.errors import ChoiceError, NoDevice
from transcnn.evaluation.averages import average_added
from transcnn.evaluation.prepared import PreparedPictures
from transcnn.explain.methods import make_method
from transcnn.explain.names import METHODS
from transcnn.explain.sanity import parameter_randomisation
from transcnn.explain.subject import Subject, Target
from transcnn.model.interventions import INTERVENTIONS
from transcnn.pictures import Box, Crop, decode, prepare
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.measure import measure, prepare_item

NAME = "transcnn_nano"
SAMPLES = FOLDER / "samples"
CHURCH = SAMPLES / "vienna-church.jpg"
CROP = Crop((128, 128), Box(0, 0, 128, 128), 128)
QUICK = {"integrated_gradients": {"steps": 2}, "smooth_grad": {"samples": 1}}


@pytest.fixture(scope="module")
def here():
    return Classifier(NAME, device="cpu")


@pytest.fixture(
    scope="module",
    params=[
        "elsewhere",
        pytest.param(
            "cuda",
            marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU for CUDA"),
        ),
        pytest.param(
            "mps",
            marks=pytest.mark.skipif(
                not torch.backends.mps.is_available(), reason="no GPU for MPS"
            ),
        ),
    ],
)
def there(request):
    """The same network on another device."""
    with pytest.MonkeyPatch.context() as patched:
        if request.param != "elsewhere":
            patched.setattr(torch.backends.cudnn, "allow_tf32", False)
            yield Classifier(NAME, device=request.param)
            return
        device = elsewhere()
        # Devices in Python have no inference tensors.
        patched.setattr(torch, "inference_mode", torch.no_grad)
        yield Classifier(NAME, device=device)


@pytest.fixture(scope="module")
def pixels(here):
    size = here.config.input.size
    files = (CHURCH, SAMPLES / "zebra.jpg")
    return np.stack([prepare(decode(path.read_bytes()), size)[0] for path in files])


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


def test_auto_takes_cuda_then_mps_else_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert find_device().type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert find_device().type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert find_device().type == "cuda"
    assert find_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(NoDevice, match="available: auto, cpu, mps, cuda:0, cuda:1, cuda"):
        find_device("cuda:2")


def test_a_device_that_is_not_there_is_refused_in_one_sentence(monkeypatch, called):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    sentence = "There is no device '{}' here; available: auto, cpu.\n"

    for name in ("cuda", "cuda:1", "mps", "gpu", ""):
        assert called("predict", CHURCH, "--device", name) == (2, "", sentence.format(name))
    with pytest.raises(NoDevice):
        Classifier(NAME, device=torch.device("cuda", 7))


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_lower_precision_gives_nearly_the_same_in_float32(here, pixels, precision):
    classifier = Classifier(NAME, device="cpu", dtype=getattr(torch, precision))

    logits, wanted = classifier.logits(pixels), here.logits(pixels)
    trace = classifier.trace(CHURCH)
    map_ = make_method("grad_cam").explain(Subject(classifier, pixels[0], Target(3))).values

    assert logits.dtype == torch.float32
    assert torch.equal(logits, wanted) == (precision == "float32")
    close(logits, wanted, 0.05)
    assert trace.logits.dtype == trace.blocks[0].input.dtype == np.float32
    assert np.isfinite(map_).all()


def test_another_precision_and_no_threads_are_refused(called):
    with pytest.raises(
        ChoiceError, match="dtype is 'float64'; allowed: float32, bfloat16, float16"
    ):
        Classifier(NAME, dtype=torch.float64)
    with pytest.raises(ChoiceError, match="threads is 0; allowed: 1 or more"):
        Classifier(NAME, threads=0)
    code, _, said = called("predict", CHURCH, "--precision", "half")
    assert code == 2
    assert "'float32', 'bfloat16', 'float16'" in said


def test_threads_of_a_classifier_are_those_of_torch():
    before = torch.get_num_threads()
    try:
        Classifier(NAME, threads=before + 1)
        assert torch.get_num_threads() == before + 1
    finally:
        torch.set_num_threads(before)


def test_sixteen_bits_come_back_as_float32():
    assert on_cpu(torch.ones(2, dtype=torch.bfloat16, requires_grad=True)).dtype == torch.float32
    assert on_cpu(torch.ones(2, dtype=torch.float64)).dtype == torch.float64
    assert on_cpu(torch.ones(2, dtype=torch.uint8)).dtype == torch.uint8
