"""`evaluate`: the numbers of `transcnn.evaluation`; its progress bar does not mix with them."""

import contextlib
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

import pytest

from tests.cli.process import command, transcnn
from tests.pictures.refused import NOT_A_PICTURE
from transcnn import Classifier
from transcnn.assets import FOLDER
from transcnn.evaluation import evaluate, find_pictures, parse_change

CLASSES = {"zebra": "zebra.jpg", "291": "lion.jpg", "n02510455": "panda.jpg", "pizza": "pizza.jpg"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, spoilt):
    """Four good pictures in folders named in four ways, a wrongly labelled and a broken one."""
    folder = tmp_path_factory.mktemp("labelled")
    for sub, file in CLASSES.items():
        (folder / sub).mkdir()
        shutil.copy(FOLDER / "samples" / file, folder / sub)
    shutil.copy(FOLDER / "samples" / "cat.jpg", folder / "pizza")
    shutil.copy(spoilt, folder / "zebra")
    return folder


@contextlib.contextmanager
def on_a_terminal(*arguments):
    """The command with a terminal for its stderr: the process, and a list of what is read there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments),
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        # A shell that starts these tests in the background lets all of them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    seen = []

    def read():
        with contextlib.suppress(OSError):  # the other end was closed
            while part := os.read(ours, 4096):
                seen.append(part.decode(errors="replace"))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield process, seen
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        reader.join()
        os.close(ours)


@pytest.fixture(scope="module")
def measured(folder):
    """One run on a terminal: (exit code, stdout, what the terminal showed)."""
    arguments = ("--attention", "uniform", "--change", "cutmix:0.25", "--resize", "squash")
    with on_a_terminal("evaluate", folder, *arguments, "--json") as (process, seen):
        out, _ = process.communicate(timeout=120)
    return process.returncode, out, "".join(seen)


def test_json_has_the_documented_keys_and_the_numbers_of_the_package(measured, folder):
    code, out, _ = measured
    expected = evaluate(
        Classifier(), find_pictures(folder), "squash", "uniform", parse_change("cutmix:0.25")
    )

    assert code == 0
    assert json.loads(out) == {
        "model": "transcnn_lite0",
        "attention": "uniform",
        "where": "all",
        "change": "cutmix:0.25",
        "count": 5,
        "top1": expected.top1,
        "top5": expected.top5,
        "top1_among_folder_classes": expected.top1_among,
        "per_class": {
            score.label.wnid: {
                "index": score.label.index,
                "label": score.label.label,
                "count": score.count,
                "top1": score.top1 / score.count,
                "top5": score.top5 / score.count,
            }
            for score in expected.per_class
        },
        "unreadable": [
            {
                "file": str(folder / "zebra" / "spoilt.jpg"),
                "error": NOT_A_PICTURE,
            }
        ],
    }
    assert 0 < expected.top1 < 1


def test_progress_is_shown_on_stderr_only(measured):
    _, out, terminal = measured

    json.loads(out)  # nothing else is there
    assert "reading" in terminal
    assert "measuring" in terminal
    assert "5/5" in terminal


def test_without_a_terminal_stderr_is_empty(folder):
    done = transcnn("evaluate", folder, "--json", "--limit", 2)

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["count"] == 2


def test_the_text_has_the_same_numbers(folder, called):
    code, out, _ = called("evaluate", folder)

    assert code == 0
    assert out.splitlines() == [
        "transcnn_lite0, attention on, change none",
        "5 images: top-1 80.0 %, top-5 80.0 %, among the folder's 4 classes 100.0 %",
        "      1 of 1     lion",
        "      1 of 1     zebra",
        "      1 of 1     giant panda",
        "      1 of 2     pizza",
        f"unreadable: {folder / 'zebra' / 'spoilt.jpg'}: {NOT_A_PICTURE}",
    ]


def test_images_are_resized_as_asked(tmp_path, called):
    """On images whose predictions depend on it."""
    for sub, name in [
        ("162", "beagle"),
        ("404", "distant-plane"),
        ("663", "palace"),
        ("418", "pen"),
    ]:
        (tmp_path / sub).mkdir()
        shutil.copy(FOLDER / "samples" / f"{name}.jpg", tmp_path / sub)
    found = {}

    for resize in ("crop", "squash"):
        expected = evaluate(Classifier(), find_pictures(tmp_path), resize)
        _, out, _ = called("evaluate", tmp_path, "--resize", resize, "--json")
        found[resize] = [json.loads(out)[key] for key in ("top1", "top5")]
        assert found[resize] == [expected.top1, expected.top5]

    assert found["crop"] != found["squash"]


@pytest.mark.parametrize("intervention", ["on", "off", "identity", "swapped"])
def test_every_intervention_is_measured(folder, called, intervention):
    code, out, _ = called("evaluate", folder, "--attention", intervention, "--json")

    expected = evaluate(Classifier(), find_pictures(folder), attention=intervention)
    assert code == 0
    assert json.loads(out)["attention"] == intervention
    assert json.loads(out)["top5"] == expected.top5


def test_a_full_disk_is_one_sentence(folder):
    """A limit on the size of files stands for the full disk; six pictures take 0.9 MB."""
    done = transcnn(
        "evaluate",
        folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (f"{tempfile.gettempdir()}: no disk space for 1 MB of prepared images.\n")


def test_interrupting_ends_with_one_word_and_no_traceback(tmp_path):
    (tmp_path / "zebra").mkdir()
    for i in range(500):
        os.symlink(FOLDER / "samples" / "zebra.jpg", tmp_path / "zebra" / f"{i}.jpg")

    with on_a_terminal("evaluate", tmp_path, "--json") as (process, seen):
        for _ in range(600):
            if "reading" in "".join(seen):  # it is at work
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=120)

    assert process.returncode == 130
    assert out == ""
    assert "reading" in "".join(seen)
    assert "Traceback" not in "".join(seen)
    assert "".join(seen).rstrip().endswith("Stopped.")
