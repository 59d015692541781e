"""`train finetune` as people meet it: what it learns, says and writes, and how it goes on."""

import csv
import json
import os
import re
import signal
import subprocess
import sys

import pytest
import safetensors.torch

from tests.cli.process import command, transcnn
from tests.training.finetune.conftest import COLOURS, NAMES, draw, draw_classes
from transcnn import Classifier, create_model
from transcnn.checkpoints import load
from transcnn.checkpoints.files import metadata


def finetune(data, out, start, *more):
    given = ("--data", data, "--out", out, "--weights", start, "--threads", 1)
    return ("train", "finetune", *given, *more)


@pytest.fixture(scope="module")
def tuned(separable, start, tmp_path_factory):
    """A finished run on the classes that can be told apart, its folder and what it printed."""
    out = tmp_path_factory.mktemp("tuned")
    done = transcnn(*finetune(separable, out, start))
    assert done.returncode == 0, done.stderr
    return out, done


@pytest.fixture(scope="module")
def straight(inseparable, start, tmp_path_factory):
    """A run on the classes that cannot be told apart, never stopped."""
    out = tmp_path_factory.mktemp("straight")
    done = transcnn(*finetune(inseparable, out, start, "--json"))
    assert done.returncode == 0, done.stderr
    return out, done


def test_classes_that_can_be_told_apart_are_learned_far_above_the_majority(tuned):
    out, done = tuned
    measured = Classifier(out / "weights.safetensors").measured

    assert measured["held_out"] == {"how": "split", "images": 8, "correct": 8, "most_frequent": 4}
    assert measured["accuracy"] == 1
    assert measured["interval"][0] > measured["majority"] == 0.5
    assert measured["split"] == {"drawn_per_class": 0.2, "seed": 0}
    assert measured["training_images"] == 32
    assert measured["held_out_chose_when_to_stop"] is False
    assert measured["started_from"].startswith("transcnn_nano ")
    assert "Katze 16, école 6, 狗 10" in done.stdout
    assert "from 6 to 16 images per class; every class counts the same" in done.stdout
    assert "Held out: 8 images, a fifth of each class, drawn with the seed 0." in done.stdout
    assert "8 of 8 images correct" in done.stdout
    assert "too few to tell" in done.stdout
    assert "every held-out image is correct, so nothing could be better" in done.stdout
    assert re.search(r"狗 +狗 2", done.stdout)
    assert "held-out accuracy 100.0 %, the head alone" in done.stderr
    assert f"transcnn predict --weights {out}/weights.safetensors IMAGE" in done.stdout


def test_the_weight_file_alone_serves_every_command_with_the_own_names(
    tuned, separable, called, tmp_path, monkeypatch
):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    out, _ = tuned
    weights = ("--weights", out / "weights.safetensors")
    image = separable / "狗" / "03.png"

    assert create_model(weights=out / "weights.safetensors").config.own_classes == (*sorted(NAMES),)
    code, said, _ = called("predict", image, *weights, "--json")
    assert code == 0
    assert json.loads(said)["images"][0]["top"][0]["label"] == "狗"
    code, said, _ = called("explain", image, *weights, "--method", "saliency", "--class", "KATZE")
    assert code == 0
    assert "Katze" in said
    code, said, _ = called("attention", image, *weights, "--stage", 0, "--block", 0, "--token=0,0")
    assert code == 0
    code, said, _ = called("evaluate", separable, *weights, "--json")
    assert json.loads(said)["top1"] > 0.95
    assert set(json.loads(said)["per_class"]) == set(NAMES)
    run = tmp_path / "run.sqlite"
    assert called("evaluate-run", out / "held_out.csv", run, *weights)[0] == 0
    assert called("report", run, "--out", tmp_path / "report.html", "--language", "zh")[0] == 0
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert called("report", run, "--out", tmp_path / "report.csv")[0] == 0
    with (tmp_path / "report.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + 8
    for name in NAMES:
        assert name in report
        assert any(name in row for row in rows)


def test_a_folder_that_is_none_of_the_classes_is_called_an_unknown_class(tuned, called, tmp_path):
    folder = draw_classes(tmp_path / "own", {"KATZE": 1, "Pferd": 1})

    code, _, errors = called("evaluate", folder, "--weights", tuned[0] / "weights.safetensors")

    assert code == 2
    assert errors == (
        f"{folder}: unknown class 'Pferd'; the network's classes: {', '.join(sorted(NAMES))}.\n"
    )


def test_a_run_that_was_stopped_ends_like_one_that_was_not(straight, inseparable, start, tmp_path):
    arguments = finetune(inseparable, tmp_path, start, "--json")
    with subprocess.Popen(
        command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if "after 10 % of the run" in line:
                process.send_signal(signal.SIGINT)
                break
        said, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.splitlines()[-1] == "Stopped and saved; --resume continues."
    assert Classifier(json.loads(said)["file"]).config.own_classes == ("even", "odd")
    before = json.loads((tmp_path / "finetune.json").read_text(encoding="utf-8"))["moments"]

    again = transcnn(*arguments, "--resume")

    assert again.returncode == 0, again.stderr
    assert "learning the head" not in again.stderr
    whole = json.loads((straight[0] / "finetune.json").read_text(encoding="utf-8"))
    assert 2 <= len(before) < len(whole["moments"])
    assert json.loads((tmp_path / "finetune.json").read_text(encoding="utf-8")) == whole
    one, other = (load(out / "weights.safetensors") for out in (tmp_path, straight[0]))
    assert all(one[key].equal(other[key]) for key in one)
    assert metadata(tmp_path / "weights.safetensors") == metadata(
        straight[0] / "weights.safetensors"
    )


def test_what_is_written_was_the_best_of_all_moments(straight):
    out, done = straight
    printed = json.loads(done.stdout)
    moments = json.loads((out / "finetune.json").read_text(encoding="utf-8"))["moments"]

    assert len(moments) > 4
    best = max(moment["correct"] for moment in moments)
    assert printed["measured"]["held_out"]["correct"] == best
    assert printed["measured"]["held_out_chose_when_to_stop"] is True
    head_is_best = moments[0]["correct"] == best
    assert printed["measured"]["trained"] == ("head" if head_is_best else "attention")
    assert sum(map(sum, printed["confusion"])) == 8
    assert not printed["enough"]
    kept = {path.name for path in (out / "snapshots").iterdir()}
    assert len(kept) == (not head_is_best)


def test_two_processes_train_together_and_the_first_alone_speaks(inseparable, start, tmp_path):
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    arguments = finetune(inseparable, tmp_path, start, "--json", "--what", "all")
    done = subprocess.run(
        torchrun + command(*arguments)[1:], capture_output=True, text=True, timeout=200, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["classes"] == ["even", "odd"]
    assert done.stderr.count("the head alone") == 1
    moments = json.loads((tmp_path / "finetune.json").read_text(encoding="utf-8"))["moments"]
    assert len(moments) > 4
    with (tmp_path / "log.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["pictures"] for row in rows} == {"16"}


def test_another_run_in_the_folder_is_neither_overwritten_nor_mixed_up(
    straight, inseparable, separable, start, called
):
    out, _ = straight
    before = (out / "weights.safetensors").read_bytes()

    code, _, errors = called(*finetune(inseparable, out, start))
    assert code == 2
    assert "--resume" in errors
    code, _, errors = called(*finetune(separable, out, start, "--resume", "--what", "head"))
    assert code == 2
    assert errors.splitlines()[-1] == f"{out}/finetune.json: its run has other what, images."

    assert (out / "weights.safetensors").read_bytes() == before


def test_what_is_left_out_is_listed_even_where_nothing_is_left(start, called, tmp_path):
    folder = draw_classes(tmp_path / "own", {"cat": 6, "dog": 5})
    (folder / "dog" / "00.png").write_text("no picture")

    code, said, errors = called(*finetune(folder, tmp_path / "out", start))

    assert code == 2
    assert f"{folder}/dog/00.png: This file is not an image" in said
    assert f"{folder}/dog: 4 usable images; a class needs at least 5" in said
    assert errors.splitlines()[-1].startswith(f"{folder}: classes with at least 5 usable images: ")
    assert not (tmp_path / "out" / "finetune.json").exists()


def test_names_that_contradict_the_head_are_one_sentence(separable, called, tmp_path):
    file = tmp_path / "nine.safetensors"
    described = {"model": "transcnn_nano", "classes": list("abcdefghi")}
    weights = create_model("transcnn_nano", "shipped").state_dict()
    safetensors.torch.save_file(weights, file, {"transcnn": json.dumps(described)})

    code, said, errors = called(*finetune(separable, tmp_path / "out", file))

    assert (code, said) == (2, "")
    assert errors == f"{file}: it names 9 classes, but its classifier has 10 outputs.\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--data", "nowhere"), "nowhere: there is no such folder."),
        (("--data", ".", "--resume"), "finetune.json: there is no run to resume."),
        (("--data", ".", "--minutes", 0), "minutes is 0.0; allowed: numbers above 0."),
        (("--data", ".", "--what", "body"), "'body' is not one of 'head', 'attention', 'all'"),
        (
            ("--data", ".", "--model", "hatnet_tiny"),
            "classifier with shipped weights is 'hatnet_tiny'",
        ),
        ((), "Missing option '--data'"),
    ],
    ids=["folder", "resume", "minutes", "what", "model", "no folder"],
)
def test_a_mistake_is_one_sentence_and_exit_code_2(called, monkeypatch, tmp_path, more, said):
    monkeypatch.chdir(tmp_path)

    code, out, errors = called("train", "finetune", "--out", tmp_path / "out", *more)

    assert (code, out) == (2, "")
    assert said in errors
    assert len(errors.splitlines()) == 1


def test_the_recipes_are_listed_with_a_line_each(called):
    code, said, _ = called("train", "--help")

    listed = said[said.index("Commands:") :]
    assert code == 0
    for name in ("finetune", "lite0", "lite0_continue", "nano", "nano_labels"):
        assert re.search(rf"^  {name} +[A-Z].*\w$", listed, re.MULTILINE), name
    assert "..." not in listed


def test_a_recipe_may_stand_behind_its_options(called, tmp_path):
    code, _, errors = called("train", "--data", tmp_path / "nowhere", "nano")

    assert code == 2
    assert errors == f"{tmp_path / 'nowhere'}: there is no such folder.\n"


def test_a_recipe_that_is_missing_is_asked_for(called):
    code, said, errors = called("train", "--minutes", 3)

    assert (code, said) == (2, "")
    assert errors.startswith("recipe is None; allowed: finetune, detector, lite0, ")
    assert errors.count("\n") == 1


def test_own_classes_can_be_learned_from_a_network_of_own_classes(tuned, called, tmp_path):
    folder = draw_classes(tmp_path / "own", {"left": 6, "right": 6})
    for i in range(5):
        draw(folder / "middle" / f"{i}.png", COLOURS[2], 7000 + i)

    arguments = finetune(folder, tmp_path / "out", tuned[0] / "weights.safetensors")
    code, said, _ = called(*arguments, "--what", "head", "--json")

    assert code == 0
    assert json.loads(said)["classes"] == ["left", "middle", "right"]
    assert json.loads(said)["measured"]["trained"] == "head"
    assert os.listdir(tmp_path / "out" / "pictures")
