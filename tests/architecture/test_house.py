"""House rules that no other tool checks."""

import ast
import re
import tomllib

import transcnn
from tests.architecture.repository import PACKAGE, ROOT, files, syntax

MODULES = [path for path in files(PACKAGE) if path.suffix == ".py"]


def printing(tree):
    """Lines on which something is printed or written to the terminal."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Name) and node.id == "print")
        or (isinstance(node, ast.Attribute) and node.attr in ("stdout", "stderr"))
    ]


def test_the_core_prints_nothing():
    speaking = [path for path in MODULES if printing(syntax(path))]

    assert len(MODULES) > 40
    assert [path for path in speaking if PACKAGE / "cli" not in path.parents] == []


def test_the_check_of_printing_would_notice():
    assert printing(ast.parse("x = 1\nprint(x)\nsys.stdout.write('x')")) == [2, 3]


# A folder of one machine in a path; written so that this file does not contain any.
_OF_A_MACHINE = re.compile(r"""(?<![\w.:/])/(?:work|home|root|Users|mnt|srv|opt|var|tmp)/[\w.]""")


def machine_paths(text):
    return _OF_A_MACHINE.findall(text)


def test_no_file_names_a_path_of_a_machine():
    found, read = [], 0
    for path in files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # pictures and weights
            continue
        read += 1
        found += [f"{path.relative_to(ROOT)}: {where}" for where in machine_paths(text)]

    assert read > 100
    assert found == []


def test_the_check_of_paths_would_notice():
    folder = "/" + "home"

    assert machine_paths(f"open('{folder}/me/cat.jpg')")
    assert machine_paths(f"{folder}/me")
    assert not machine_paths("https://example.org" + folder + "/me and /usr/bin/chromium")


def test_the_version_is_one():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert transcnn.__version__ == project["version"]


def test_nothing_but_pictures_and_weights_is_large():
    large = [p for p in files() if p.stat().st_size > 300_000 and p.suffix not in (".safetensors",)]

    assert [p for p in large if p.parent.name not in ("samples", "golden", "fonts")] == []
