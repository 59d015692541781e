"""Threads: as many as were asked for, and none that keeps a core busy by waiting for the others."""

import json
import os
import subprocess
import sys

import click
import pytest

from transcnn.cli.main import app

FREE = {k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "GOMP_", "KMP_", "MKL_"))}
REPORT = (
    "import json, os, torch;"
    "names = ('GOMP_SPINCOUNT', 'KMP_BLOCKTIME');"
    "print(json.dumps([torch.get_num_threads(), *map(os.environ.get, names)]))"
)


def torch_after(code, **environment):
    """Threads of torch, and how they wait, in a new process that first runs `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; {REPORT}"],
        capture_output=True,
        text=True,
        check=True,
        env=FREE | environment,
    )
    return json.loads(done.stdout)


def options_of(command, *arguments):
    """Code that reads the options of a command, without running it."""
    given = [command, *arguments]
    return (
        "from transcnn.cli.main import app; from transcnn.threads import wait_briefly;"
        f"wait_briefly(); c, rest = app.commands[{command!r}], {list(given[1:])!r};"
        f"c.make_context({command!r}, rest)"
    )


@pytest.mark.parametrize(
    ("command", "arguments", "count"),
    [
        ("predict", ["a.jpg"], 1),
        ("predict", ["a.jpg", "--threads", "2"], 2),
        ("evaluate", ["a"], 0),
    ],
)
def test_torch_starts_with_the_threads_that_were_asked_for(command, arguments, count):
    found = torch_after(options_of(command, *arguments))

    assert found == [count or torch_after("pass")[0], "1000", "1"]


def test_how_a_person_lets_threads_wait_and_how_many_they_are_stays():
    code = options_of("predict", "a.jpg")

    assert torch_after(code, OMP_NUM_THREADS="2")[0] == 2
    assert torch_after(code, OMP_WAIT_POLICY="ACTIVE")[1:] == [None, None]
    assert torch_after(code, GOMP_SPINCOUNT="7")[1] == "7"


def test_the_package_alone_changes_no_setting_of_threads():
    assert torch_after("import transcnn.classifier")[1:] == [None, None]


# They compute in no time, or leave it to another process.
WITHOUT = {"models", "cost", "report", "demo-images", "learning-gains", "class", "app"}


def lacking(option):
    """The commands without an option."""
    commands = dict(app.commands)
    train = commands.pop("train")
    commands |= {name: train.get_command(None, name) for name in train.list_commands(None)}
    return {
        name
        for name, command in commands.items()
        if not any(option in o.opts for o in command.params if isinstance(o, click.Option))
    }


def test_every_command_that_computes_has_threads_and_a_device():
    assert lacking("--threads") == WITHOUT
    assert lacking("--device") == WITHOUT | {"export"}  # a file is the same from any device
    assert lacking("--precision") == WITHOUT | {"export", "design-choices"}  # of the recipe


@pytest.mark.parametrize("command", ["predict", "evaluate-run"])
def test_no_threads_are_refused(called, command):
    assert called(command, "a", "b", "--threads", 0) == (
        2,
        "",
        "threads is 0; allowed: 1 or more.\n",
    )
