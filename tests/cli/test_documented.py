"""The documents agree with the command line and the package."""

import json
import re
import shutil

import pytest

from tests.architecture.repository import ROOT
from tests.detection.planted import as_image, planted, scene
from tests.training.finetune.conftest import draw_classes
from transcnn.assets import FOLDER
from transcnn.detection.detector import ObjectDetector

README = (ROOT / "README.md").read_text(encoding="utf-8")
LIBRARY = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
JSON = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
COMMANDS = [
    *(
        "models",
        "predict",
        "detect",
        "evaluate",
        "ablate",
        "attention-stats",
        "attention",
        "explain",
    ),
    *("faithfulness", "cost", "learning-gains", "train finetune"),
]


def keys(value):
    """All keys of a JSON value; names of classes, which are data, are left out."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if isinstance(value, dict):
        mine = {key for key in value if not re.fullmatch(r"n\d{8}", key)}
        return mine.union(*map(keys, value.values()))
    return set()


@pytest.fixture
def folder(tmp_path, spoilt, zebra):
    (tmp_path / "zebra").mkdir()
    shutil.copy(zebra, tmp_path / "zebra")
    shutil.copy(zebra, tmp_path / "zebra" / "again.jpg")
    shutil.copy(spoilt, tmp_path / "zebra")
    return tmp_path


@pytest.fixture(scope="module")
def own(tmp_path_factory, spoilt):
    folder = draw_classes(tmp_path_factory.mktemp("own"), {"cat": 5, "dog": 6})
    shutil.copy(spoilt, folder / "cat")
    return folder


@pytest.fixture
def red(tmp_path):
    """An image with an object that the planted detector finds."""
    file = tmp_path / "red.png"
    as_image(scene(64, 48, (8, 8, 40, 40))).save(file)
    return file


@pytest.mark.parametrize("command", COMMANDS)
def test_the_json_keys_are_those_of_the_documents(
    command, called, folder, own, zebra, red, spoilt, monkeypatch
):
    monkeypatch.setattr(ObjectDetector, "open", lambda *_, **__: planted(masks=True))
    arguments = {
        "models": [],
        "predict": [zebra, spoilt],
        "detect": [red, spoilt],
        "evaluate": [folder],
        "ablate": [folder],
        "attention-stats": [folder],
        "attention": [zebra, "--stage", 0, "--block", 0, "--token", "0,0"],
        "explain": [zebra, "--method", "grad_cam"],
        "faithfulness": [
            *(folder, "--model", "transcnn_nano", "--method", "grad_cam"),
            *("--out", folder / "scores.jsonl"),
        ],
        "cost": [],
        "train finetune": [
            *("--data", own, "--out", folder / "out"),
            *("--model", "transcnn_nano", "--what", "head"),
        ],
        "learning-gains": [folder / "simulated.csv", "--simulate", 8, "--seed", 2],
    }[command]
    row = re.search(rf"^\| `{command}` \|(.*)\|$", JSON, re.MULTILINE)[1]

    _, out, _ = called(*command.split(), *arguments, "--json")

    assert keys(json.loads(out)) == set(re.findall(r'"(\w+)"', row)) - {"shipped"}


def test_the_readme_fits_on_two_screens():
    assert len(README.splitlines()) <= 150


def test_every_link_of_the_readme_leads_to_a_file():
    links = re.findall(r"\]\(([^)#:]+)\)|(?:src|href)=\"([^\":#]+)\"", README)

    paths = {path for pair in links for path in pair if path}

    assert len(paths) > 10
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@pytest.mark.filterwarnings("ignore:transcnn_nano. its weights are for 10 classes")
def test_the_python_of_the_library_page_runs(monkeypatch):
    blocks = re.findall(r"```python\n(.*?)```", LIBRARY, re.DOTALL)
    monkeypatch.chdir(FOLDER / "samples")
    names = {}

    for block in blocks:
        exec(block, names)

    assert names["prediction"].top[0].name.label == "zebra"
    assert [one.shape[2:] for one in names["maps"]] == [(20, 15), (10, 8), (5, 4)]


def test_the_python_of_the_readme_runs(monkeypatch):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    monkeypatch.chdir(FOLDER / "samples")
    names = {}

    exec(code.replace("photo.jpg", "zebra.jpg"), names)

    assert names["trace"].model == "transcnn_lite0"
    assert names["model"].config.classes == 10
