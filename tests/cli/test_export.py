"""`export`: a file for other programs that gives what the network gives."""

import json
import warnings

import numpy as np
import pytest
import torch

from transcnn import Classifier, export
from transcnn.errors import ExportDiffers
from transcnn.model.hooks import Hooks
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
    assert "its outputs differ from the network's by at most" in out
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


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_deep_network_is_exported_for_any_size_in_minutes(tmp_path, called):
    file = tmp_path / "lite0.onnx"
    code, out, _ = called("export", "--dynamic", "size", "--out", file)

    assert code == 0
    assert "its outputs differ from the network's by at most" in out


def test_attention_matrices_are_outputs_by_stage_block_and_level(tmp_path, nano, images, called):
    file = tmp_path / "nano.onnx"
    code, _, err = called("export", "--model", "transcnn_nano", "--attention", "--out", file)

    assert (code, err) == (0, "")
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    found = dict(zip(names, session.run(None, {"images": images[:2].numpy()}), strict=True))
    hooks = Hooks()
    with torch.inference_mode():
        wanted = {"logits": nano.model(images[:2], hooks)}
    for point, value in hooks.records.items():
        if point.name == "attention":
            where = f"stage{point.stage + 1}_block{point.block + 1}_level{point.level + 1}"
            wanted[f"attention_{where}"] = value
    assert found.keys() == wanted.keys()
    assert {"attention_stage1_block1_level1", "attention_stage1_block1_level2"} <= found.keys()
    for name, value in wanted.items():
        assert found[name].shape == value.shape
        assert close(found[name], value.numpy())


def test_where_only_openvino_computes_a_file_wrongly_it_is_kept_and_said(
    tmp_path, monkeypatch, called
):
    file = tmp_path / "nano.onnx"
    away = 0.25 * torch.ones(1)
    open_engine = export.open_engine

    def opened(engine, *rest):
        run = open_engine("onnxruntime", *rest)
        return run if engine == "onnxruntime" else lambda x: [one + away for one in run(x)]

    monkeypatch.setattr(export, "open_engine", opened)
    monkeypatch.setattr(export, "is_installed", lambda _: True)
    monkeypatch.setattr(export, "describe", lambda name: f"{name} 1")
    code, out, err = called(
        *("export", "--model", "transcnn_nano", "--dynamic", "none", "--out", file),
        *("--size", 64),
    )

    assert code == 0
    assert out.startswith(f"{file}: transcnn_nano; in onnxruntime 1 its outputs differ")
    assert out.count("\n") == err.count("\n") == 1
    assert err.startswith(f"{file}: openvino 1 computes it wrongly")
    assert "--dynamic batch" in err
    assert "onnxruntime 1 does not, so the file was kept" in err
    assert file.exists()


def test_a_file_that_gives_other_logits_is_found_and_not_kept(tmp_path, nano, monkeypatch, called):
    file = tmp_path / "nano.pt2"
    export.export(nano, file, 64, "none")
    other = Classifier("transcnn_nano")
    with torch.no_grad():
        next(p for p in other.model.parameters() if p.dim() == 4).mul_(1.05)
    with pytest.raises(ExportDiffers):
        export.check(other, file, 64, "none")
    assert [one.agrees for one in export.check(nano, file, 64, "none")] == [True]

    monkeypatch.setattr(export, "TOLERANCE", -1.0)
    code, out, err = called(
        *("export", "--model", "transcnn_nano", "--dynamic", "none"),
        *("--size", 64, "--out", file),
    )
    assert (code, out) == (2, "")
    assert err.startswith(f"{file}: its outputs differ from the network's by")
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
