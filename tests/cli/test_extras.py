"""The core needs few packages; a command that needs more says by which line they come."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.repository import ROOT
from transcnn.extras import EXTRAS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
ALL = sorted({module for modules in EXTRAS.values() for module in modules})


def names(requirements):
    found = (re.match(r"[\w-]+", requirement)[0] for requirement in requirements)
    return {name for name in found if name != "transcnn"}


@pytest.mark.parametrize("extra", EXTRAS)
def test_the_modules_of_an_extra_are_those_that_it_installs(extra):
    brought_by = {module: dists[0].lower() for module, dists in packages_distributions().items()}
    wanted = names(PROJECT["optional-dependencies"][extra])

    assert {brought_by[module] for module in EXTRAS[extra]} == wanted


def test_the_core_needs_no_package_of_an_extra_and_no_drawing_library():
    core = names(PROJECT["dependencies"])

    assert core == {
        *("torch", "numpy", "pillow", "safetensors", "einops", "click", "rich"),
        *("pi-heif", "platformdirs", "babel"),
    }


def test_the_core_alone_predicts_draws_attention_and_evaluates(zebra, tmp_path):
    (tmp_path / "zebra").mkdir()
    (tmp_path / "zebra" / "a.jpg").symlink_to(zebra)
    where = ("--stage", "0", "--block", "0", "--token", "1,1")
    calls = [
        ["predict", str(zebra)],
        ["attention", str(zebra), *where, "--out", "a.png"],
        ["evaluate", str(tmp_path)],
    ]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({ALL}))\n"
        "from transcnn.cli.main import app\n"
        f"for call in {calls}: app(call, standalone_mode=False)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "a.png").stat().st_size > 1000
    assert "1 of 1     zebra" in done.stdout


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        (("explain", "{}", "--method", "saliency"), "captum", "explain"),
        (("faithfulness", ".", "--out", "a.jsonl"), "scipy", "explain"),
        (("evaluate-run", ".", "run"), "sklearn", "reports"),
        (("report", "run", "--out", "a.html"), "jinja2", "reports"),
        (("handout", "{}", "--chapter", 1, "--out", "a.html"), "latex2mathml", "reports"),
        (("app",), "streamlit", "app"),
        (("app",), "captum", "app"),
        (("class",), "segno", "app"),
    ],
)
def test_a_command_without_its_packages_says_the_line_that_installs_them(
    command, module, extra, called, zebra, monkeypatch
):
    monkeypatch.setitem(sys.modules, module, None)

    assert called(*(str(part).format(zebra) for part in command)) == (
        2,
        "",
        f"This needs packages that are not installed ({module}): "
        f'pip install "transcnn[{extra}]" brings them.\n',
    )
