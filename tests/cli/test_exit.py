"""How commands exit: codes, one sentence for each mistake, no traceback; --help is fast."""

import json
import os
import subprocess
import sys

import pytest
import safetensors.torch

from tests.cli.process import command, transcnn
from tests.pictures.refused import NOT_A_PICTURE
from transcnn import create_model
from transcnn.assets import FOLDER

ZEBRA = FOLDER / "samples" / "zebra.jpg"
PLACE = ("--stage", 0, "--block", 0, "--token", "0,0")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Files and folders that mistakes are made with."""
    folder = tmp_path_factory.mktemp("mistakes")
    (folder / "empty").mkdir()
    (folder / "folder.png").mkdir()
    (folder / "folder.npz").mkdir()
    (folder / "set" / "unicorn").mkdir(parents=True)
    (folder / "set" / "unicorn" / "a.jpg").touch()
    (folder / "broken" / "zebra").mkdir(parents=True)
    (folder / "broken" / "zebra" / "a.jpg").touch()
    (folder / "garbage.safetensors").write_bytes(b"\xff" * 100)
    (folder / "garbage.pth").write_bytes(b"\xff" * 100)
    (folder / "text.jpg").write_text("no picture")
    nano = create_model("transcnn_nano").state_dict()
    safetensors.torch.save_file(nano, folder / "nano.safetensors")
    return folder


MISTAKES = {
    # command line; {} is the folder of `files` -> the sentence, or its start
    ("nonsense",): "No such command 'nonsense'.",
    ("--nonsense",): "No such option '--nonsense'.",
    ("predict",): "Missing argument 'IMAGE...'.",
    ("predict", ZEBRA, "--nonsense"): "No such option '--nonsense'.",
    ("predict", ZEBRA, "--top", 0): "top is 0; allowed: 1 to 1000.",
    ("predict", ZEBRA, "--top", -5): "top is -5; allowed: 1 to 1000.",
    ("predict", ZEBRA, "--top", 1001): "top is 1001; allowed: 1 to 1000.",
    ("predict", ZEBRA, "--top", "x"): "Invalid value for '--top': 'x' is not a valid integer.",
    ("predict", "{}/text.jpg", "--top", 0): "top is 0; allowed: 1 to 1000.",
    ("predict", "{}/nowhere.jpg"): "{}/nowhere.jpg: No such file or directory.",
    ("predict", "{}/empty"): "{}/empty: it has no images.",
    ("predict", "{}/text.jpg"): "{}/text.jpg: This file is not an image that can be read.",
    ("predict", ZEBRA, "--model", "resnet"): "classifier with shipped weights is 'resnet'; ",
    ("predict", ZEBRA, "--model", "transcnn_small"): (
        "classifier with shipped weights is 'transcnn_small'; "
        "allowed: transcnn_lite0, transcnn_nano."
    ),
    ("predict", ZEBRA, "--weights", "{}/nowhere"): "{}/nowhere: there is no such file.",
    ("predict", ZEBRA, "--weights", "{}/empty"): "{}/empty: there is no such file.",
    ("predict", ZEBRA, "--weights", "{}/garbage.safetensors"): (
        "{}/garbage.safetensors: this is not a safetensors weight file."
    ),
    ("predict", ZEBRA, "--weights", "{}/garbage.pth"): "{}/garbage.pth: ",
    ("predict", ZEBRA, "--weights", ZEBRA): (
        f"{ZEBRA}: only files ending in .safetensors, .pth, .pt, .pth.tar can be read."
    ),
    (
        "predict",
        ZEBRA,
        "--weights",
        "{}/nano.safetensors",
        "--model",
        "transcnn_lite0",
    ): "{}/nano.safetensors: missing for transcnn_lite0: ",
    ("evaluate",): "Missing argument 'DIR'.",
    ("evaluate", "{}/nowhere"): "{}/nowhere: there is no such folder.",
    ("evaluate", ZEBRA): f"{ZEBRA}: there is no such folder.",
    ("evaluate", "{}/empty"): "{}/empty: it has no sub-folders with images.",
    ("evaluate", "{}/set"): (
        "{}/set: 'unicorn' is not the WNID, index or name of a class; "
        "nearest: long-horned beetle, corn, junco."
    ),
    ("evaluate", "{}/broken"): "{}/broken: no file can be read.",
    ("evaluate", "{}/broken", "--change", "nonsense"): "change is 'nonsense'; allowed: none, ",
    ("evaluate", "{}/broken", "--change", "gray:2"): "change is 'gray:2'; allowed: none, ",
    ("evaluate", "{}/broken", "--limit", 0): "limit is 0; allowed: 1 or more.",
    ("evaluate", "{}/broken", "--limit", "x"): "Invalid value for '--limit': ",
    ("evaluate", "{}/broken", "--attention", "half"): "Invalid value for '--attention': 'half' ",
    ("evaluate", "{}/broken", "--resize", "fit"): "Invalid value for '--resize': 'fit' ",
    ("evaluate", "{}/broken", "--stage", 4): "stage is 4; allowed: 0 to 3.",
    ("evaluate", "{}/broken", "--attention", "mean", "--head", 0): "attention is 'mean'; allowed: ",
    ("ablate", "{}/nowhere"): "{}/nowhere: there is no such folder.",
    ("ablate", "{}/broken"): "{}/broken: no file can be read.",
    ("ablate", "{}/broken", "--each", "token"): "Invalid value for '--each': 'token' ",
    ("ablate", "{}/broken", "--threads", 0): "threads is 0; allowed: 1 or more.",
    ("ablate", "{}/empty", "--held-out"): "{}/empty: it has no sub-folders with images.",
    ("attention-stats", "{}/nowhere"): "{}/nowhere: there is no such folder.",
    ("attention-stats", "{}/broken", "--change", "blur:1"): "change is 'blur:1'; allowed: none, ",
    ("attention-stats", "{}/empty", "--boxes", "{}/nowhere.json"): "{}/nowhere.json: No such file",
    (
        "reading",
        "{}/empty",
        "--boxes",
        "{}/text.jpg",
    ): "{}/text.jpg: this is not a JSON file of boxes.",
    ("means", "{}/nowhere.safetensors", "--data", "{}/set"): "{}/set: ",
    ("means", "{}/garbage.safetensors", "--data", "{}/nowhere"): "{}/nowhere: there is no such ",
    ("attention",): "Missing argument 'IMAGE'.",
    ("attention", ZEBRA): "Missing option '--stage'.",
    ("attention", ZEBRA, "--stage", 9, "--block", 0, "--token", "0,0"): (
        "stage is 9; allowed: 0, 1, 2, 3."
    ),
    ("attention", ZEBRA, "--stage", -1, "--block", 0, "--token", "0,0"): (
        "stage is -1; allowed: 0, 1, 2, 3."
    ),
    ("attention", ZEBRA, "--stage", 0, "--block", 1, "--token", "0,0"): (
        "block of stage 0 is 1; allowed: 0."
    ),
    ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "nonsense"): (
        "token is 'nonsense'; allowed: Y,X such as 18,32."
    ),
    ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "1,2,3"): (
        "token is '1,2,3'; allowed: Y,X such as 18,32."
    ),
    ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "1.5,2"): (
        "token is '1.5,2'; allowed: Y,X such as 18,32."
    ),
    ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "56,0"): (
        "token is (56, 0); allowed: a row from 0 to 55, a column from 0 to 55."
    ),
    ("attention", ZEBRA, "--stage", 3, "--block", 0, "--token", "-1,0"): (
        "token is (-1, 0); allowed: a row from 0 to 6, a column from 0 to 6."
    ),
    ("attention", "{}/nowhere.jpg", *PLACE): "{}/nowhere.jpg: No such file or directory.",
    ("attention", "{}/empty", *PLACE): "{}/empty: Is a directory.",
    ("attention", "{}/text.jpg", *PLACE): "This file is not an image that can be read.",
    ("attention", ZEBRA, *PLACE, "--out", "{}/a.gif"): (
        "out is '{}/a.gif'; allowed: names that end in .png, .svg, .npz."
    ),
    (
        "attention",
        ZEBRA,
        *PLACE,
        "--out",
        "{}/nowhere/a.png",
    ): "{}/nowhere: there is no such folder.",
    (
        "attention",
        ZEBRA,
        *PLACE,
        "--out",
        "{}/nowhere/a.npz",
    ): "{}/nowhere: there is no such folder.",
    ("attention", ZEBRA, *PLACE, "--out", "{}/folder.png"): "{}/folder.png: it is a folder.",
    ("attention", ZEBRA, *PLACE, "--out", "{}/folder.npz"): "{}/folder.npz: it is a folder.",
    ("attention", ZEBRA, *PLACE, "--model", "transcnn_small"): (
        "classifier with shipped weights is 'transcnn_small'; "
        "allowed: transcnn_lite0, transcnn_nano."
    ),
    ("attention", ZEBRA, *PLACE, "--weights", "{}/garbage.safetensors"): (
        "{}/garbage.safetensors: this is not a safetensors weight file."
    ),
    ("evaluate", "{}/broken", "--model", "resnet"): "classifier with shipped weights is 'resnet'; ",
    (
        *("evaluate", "{}/broken", "--model", "transcnn_lite0"),
        *("--weights", "{}/nano.safetensors"),
    ): ("{}/nano.safetensors: missing for transcnn_lite0: "),
    ("bench", "--rounds", 1): "Invalid value for '--rounds': 1 is not in the range x>=2.",
    ("models", "extra"): "Got unexpected extra argument (extra)",
}


@pytest.mark.parametrize("arguments", MISTAKES, ids=lambda a: " ".join(map(str, a))[-60:])
def test_a_mistake_ends_in_code_2_with_one_sentence(called, files, arguments):
    def filled(text):
        return str(text).replace("{}", str(files))

    code, out, err = called(*map(filled, arguments))

    assert code == 2
    assert err.startswith(filled(MISTAKES[arguments]))
    assert err.endswith((".\n", ")\n"))
    assert err.count("\n") == 1
    if arguments[0] != "predict":  # which lists the file before it tells what is wrong with it
        assert out == ""


def test_a_mistake_in_a_real_process_has_no_traceback(files):
    for arguments in [("predict", ZEBRA, "--top", 0), ("evaluate", files / "empty")]:
        done = transcnn(*arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.stderr


def test_without_a_command_the_help_is_shown_as_a_mistake(called):
    code, out, err = called()

    assert (code, out) == (2, "")
    for name in ("models", "predict", "evaluate", "attention"):
        assert f"\n  {name} " in err


def imported_by(*arguments):
    """The modules that a command imports, as Python itself reports them."""
    process = command(*arguments)
    done = subprocess.run(
        [process[0], "-X", "importtime", *process[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.split("|")[-1].strip() for line in done.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize("arguments", [(), ("predict",), ("evaluate",), ("attention",)])
def test_help_does_not_load_torch(arguments):
    modules = imported_by(*arguments, "--help")

    assert "transcnn.cli.main" in modules
    assert not modules & {"torch", "numpy", "PIL", "streamlit", "pandas", "rich", "safetensors"}


def test_the_check_of_imports_would_see_torch():
    assert {"torch", "numpy", "transcnn.cli.main"} <= imported_by("models", "--json")


def test_help_ends_in_code_0(called):
    for arguments in ["--help"], ["-h"], ["models", "--help"], ["attention", "-h"]:
        code, out, err = called(*arguments)
        assert (code, err) == (0, "")
        assert out.startswith("Usage: transcnn ")


def test_a_pipe_closed_early_is_no_error():
    process = subprocess.Popen(
        command("models", "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    process.stdout.close()

    _, err = process.communicate(timeout=120)

    assert (process.returncode, err) == (0, "")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
def test_a_missing_stream_is_no_traceback(closed, files):
    """As services start programs; Python then has None for the stream."""
    number = {"stdout": 1, "stderr": 2}[closed]

    done = subprocess.run(
        command("predict", files / "text.jpg"),
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.close(number),
        check=False,
    )

    sentence = NOT_A_PICTURE
    file = files / "text.jpg"
    assert done.returncode == 2
    assert (done.stdout, done.stderr) == {
        "stdout": ("", f"{file}: {sentence}\n"),
        "stderr": (f"{file}\n", ""),
    }[closed]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            command("models"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert (done.returncode, done.stderr) == (2, "[Errno 28] No space left on device.\n")


def test_the_installed_command_is_the_same():
    script = os.path.join(os.path.dirname(sys.executable), "transcnn")

    done = subprocess.run([script, "models", "--json"], capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == json.loads(transcnn("models", "--json").stdout)
