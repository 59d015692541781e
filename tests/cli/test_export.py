"""`export`: a file for other programs that gives what the network gives."""

import json
import warnings

import numpy as np
import pytest
import torch

from transcnn import Classifier, export
from transcnn.errors import ExportDiffers
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def nano():
    return Classifier("transcnn_nano")


@pytest.fixture(scope="module")
def images(nano):
    """Three churches as a program without this package would bring them: [3, 3, S, S]."""
    data = [s.path.read_bytes() for s in samples() if 497 in s.accepted][:3]
    pixels = np.stack([prepare(decode(one), nano.config.input.size)[0] for one in data])
    return nano.normalise(pixels)


@pytest.fixture(scope="module")
def wanted(nano, images):
    with torch.inference_mode():
        return nano.model(images).numpy()


def close(found, wanted):
    return np.abs(found - wanted).max() <= export.TOLERANCE * np.abs(wanted).max()


def test_an_onnx_file_takes_any_number_of_images_and_says_how_to_normalise_them(
    tmp_path, nano, images, wanted, called
):
    file = tmp_path / "nano.onnx"
    code, out, err = called("export", "--model", "transcnn_nano", "--out", file)

    assert (code, err) == (0, "")
    assert "its logits differ from the network's by at most" in out
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    for count in (1, 3):
        found = session.run(["logits"], {"images": images[:count].numpy()})[0]
        assert close(found, wanted[:count])
    facts = json.loads(session.get_modelmeta().custom_metadata_map["transcnn"])
    assert facts["mean"] == list(nano.config.input.mean)
    assert facts["weights_sha256"] == nano.weights_sha256
    assert facts["classes"][int(wanted[0].argmax())] == "church"


def test_torchs_program_takes_any_height_and_width_without_this_package(
    tmp_path, nano, images, called
):
    file = tmp_path / "nano.pt2"
    code, _, err = called("export", "--model", "transcnn_nano", "--dynamic", "size", "--out", file)

    assert (code, err) == (0, "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch about torch
        module = torch.export.load(file).module()
    for side in ((224, 224), (160, 97), (33, 250)):
        x = torch.nn.functional.interpolate(images, side)
        with torch.inference_mode():
            assert close(module(x).numpy(), nano.model(x).numpy())


def test_a_file_that_gives_other_logits_is_found_and_not_kept(tmp_path, nano, monkeypatch, called):
    file = tmp_path / "nano.pt2"
    export.export(nano, file, 64, "none")
    other = Classifier("transcnn_nano")
    with torch.no_grad():
        next(p for p in other.model.parameters() if p.dim() == 4).mul_(1.05)
    with pytest.raises(ExportDiffers):
        export.check(other, file, 64, "none")
    assert export.check(nano, file, 64, "none") <= export.TOLERANCE

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    code, out, err = called(
        *("export", "--model", "transcnn_nano", "--dynamic", "none"),
        *("--size", 64, "--out", file),
    )
    assert (code, out) == (2, "")
    assert err.startswith(f"{file}: its logits differ from the network's by")
    assert err.count("\n") == 1
    assert not file.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--out", "net.onnx", "--size", 31), "size is 31; allowed: 32 to 1024."),
        (("--out", "net.pt2", "--size", 35, "--dynamic", "size"), "size is 35; allowed: 36 to"),
        (("--out", "net.txt"), "net.txt"),
        (("--out", "net.pt2", "--format", "onnx"), "net.pt2"),
        (("--out", "nowhere/net.pt2", "--model", "transcnn_nano"), "nowhere"),
    ],
)
def test_what_cannot_be_written_is_one_sentence(called, given, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = called("export", *given)

    assert (code, out) == (2, "")
    assert sentence in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
