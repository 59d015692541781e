"""`--engine`: other programs compute what torch computes, from a file that is made once."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from transcnn import Classifier
from transcnn.engines import ENGINES, is_installed
from transcnn.errors import ChoiceError, EngineDiffers
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

pytest.importorskip("onnxscript")


@pytest.fixture(scope="module")
def pixels():
    data = [sample.path.read_bytes() for sample in samples()[:4]]
    return np.stack([prepare(decode(one), 128)[0] for one in data])


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(params=ENGINES)
def engine(request, cache):  # noqa: ARG001
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    return request.param


def test_an_engine_gives_torchs_logits_for_any_number_of_images(engine, pixels):
    from transcnn.engine_files import compute_with

    classifier = Classifier("transcnn_nano", device="cpu")
    wanted = classifier.logits(pixels)
    compute_with(classifier, engine)

    assert classifier.engine is not None
    for count in (4, 1, 3):
        found = classifier.logits(pixels[:count])
        assert (found - wanted[:count]).abs().max() <= 1e-4 * wanted.abs().max()


def test_the_file_is_made_once(engine, cache, monkeypatch):
    from transcnn import engine_files

    classifier = Classifier("transcnn_nano", device="cpu")
    engine_files.compute_with(classifier, engine)
    monkeypatch.setattr(engine_files, "export", None)
    engine_files.compute_with(classifier, engine)

    assert [path.suffix for path in (cache / "transcnn" / "engines").iterdir()] == [".onnx"]


def test_no_engine_reports_its_use(tmp_path):
    """Where telemetry is on, onnxruntime keeps what it will send in the user's cache."""
    code = (
        "import pathlib, onnx, torch; from onnx.helper import *;"
        "x, y = (make_tensor_value_info(n, 1, [1]) for n in ('images', 'logits'));"
        "graph = make_graph([make_node('Identity', ['images'], ['logits'])], 'g', [x], [y]);"
        "onnx.save(make_model(graph, ir_version=10), 'a.onnx');"
        "from transcnn.engines import open_engine;"
        "run = open_engine('onnxruntime', pathlib.Path('a.onnx'), 1);"
        "assert run(torch.ones(1))[0] == 1"
    )
    free = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=free | home)

    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_an_intervention_is_computed_by_torch(engine, pixels):
    from transcnn.engine_files import compute_with

    classifier = Classifier("transcnn_nano", device="cpu")
    off = classifier.intervention("off")
    wanted = classifier.logits(pixels, off)
    compute_with(classifier, engine)

    assert (classifier.logits(pixels, off) == wanted).all()


def test_other_sizes_and_wrong_engines_are_refused(engine, pixels, monkeypatch):
    from transcnn import engine_files

    classifier = Classifier("transcnn_nano", device="cpu")
    engine_files.compute_with(classifier, engine)
    with pytest.raises(ChoiceError, match="image size is '96 x 128'; allowed: 128 x 128"):
        classifier.logits(pixels[:, :96])

    open_engine = engine_files.open_engine

    def wrong(*given):
        run = open_engine(*given)
        return lambda x: [1.01 * one for one in run(x)]

    monkeypatch.setattr(engine_files, "open_engine", wrong)
    with pytest.raises(EngineDiffers, match=f"{engine} .* computes transcnn_nano wrongly"):
        engine_files.compute_with(classifier, engine)


def test_evaluate_has_the_same_accuracy_with_each_engine(engine, tmp_path, called):
    for sample in [s for s in samples() if 497 in s.accepted]:
        (tmp_path / "church").mkdir(exist_ok=True)
        shutil.copy(sample.path, tmp_path / "church")
    given = ("evaluate", tmp_path, "--model", "transcnn_nano", "--json")
    wanted = called(*given)

    assert called(*given, "--engine", engine, "--threads", 1) == wanted
    assert json.loads(wanted[1])["count"] > 0


def test_an_engine_only_computes_original_attention(engine, tmp_path, called):
    code, out, err = called("evaluate", tmp_path, "--engine", engine, "--attention", "off")

    assert (code, out) == (2, "")
    assert err == f"engine is '{engine}'; allowed: torch where attention is changed.\n"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            ("--precision", "bfloat16"),
            "precision is 'bfloat16'; allowed: float32 with onnxruntime.",
        ),
        (("--device", "mps"), "device is 'mps'; allowed: cpu with onnxruntime."),
    ],
)
def test_engines_compute_on_the_cpu_in_32_bits(given, sentence, called, zebra):
    call = called("predict", zebra, "--engine", "onnxruntime", *given)

    assert call == (2, "", f"{sentence}\n")


@pytest.mark.parametrize("command", ["predict", "evaluate"])
@pytest.mark.parametrize(("name", "extra"), [("onnxruntime", "export"), ("openvino", "openvino")])
def test_an_engine_that_is_not_installed_is_one_line(
    command, name, extra, called, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, name, None)
    code, out, err = called(command, tmp_path, "--engine", name)

    assert (code, out) == (2, "")
    assert f'pip install "transcnn[{extra}]" brings them.' in err
    assert err.count("\n") == 1
