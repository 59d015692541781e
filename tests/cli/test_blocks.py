"""Every command that the documents show exists, takes what it is given, and works where that is
quick."""

import importlib.util
import json
import re
import shlex
import shutil

import click
import pytest

from tests.architecture.repository import ROOT
from tests.training.finetune.conftest import draw_classes
from transcnn.assets import FOLDER
from transcnn.cli.main import app
from transcnn.pictures import read_picture
from transcnn.pictures.samples import samples

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "packages/snapshots/README.md")),
    *(p for p in sorted((ROOT / "docs").glob("*.md")) if p.name != "command-line.md"),  # generated
    *sorted((ROOT / "assets" / "weights").glob("*.md")),
]
# What is no command of ours is known by its first word; a test elsewhere runs what it can of it.
OTHERS = {"git", "cd", "docker", "pip"}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NO_COMMANDS = {  # how such blocks begin
    "README.md": "bytes >",
    "docs/library.md": ("import timm", "timm."),
    "docs/own-classes.md": "my-images/",
}
ENDS = re.compile(r"<<'(\w+)'\n.*?\n\1$", re.DOTALL | re.MULTILINE)  # a text for the command


def blocks(page):
    """The blocks of a page without a language: fenced by ``` or indented by four spaces."""
    text = page.read_text(encoding="utf-8")
    fenced = [inside for language, inside in FENCED.findall(text) if not language]
    plain = FENCED.sub("", text)
    indented = re.findall(r"(?:(?<=\n\n)|\A)(?: {4}.*(?:\n|\Z))+", plain)
    return [*fenced, *(re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in indented)]


def commands(page):
    """The command lines of a page, each as its words."""
    no_commands = NO_COMMANDS.get(page.relative_to(ROOT).as_posix(), "\0")
    for block in blocks(page):
        if not block.startswith(no_commands):
            text = ENDS.sub("", block).replace("\\\n", " ")
            yield from filter(None, (shlex.split(line, comments=True) for line in text.split("\n")))


SHOWN = [
    pytest.param(words, id=f"{page.name}: {' '.join(words)[:60]}")
    for page in PAGES
    for words in commands(page)
]


def own(words):
    """The arguments for the command line of this package; None for another program."""
    words = [re.sub(r"^\[|\]$", "", word) for word in words if word != "..."]
    for start in (["transcnn"], ["-m", "transcnn"]):
        for i in range(len(words)):
            if words[i : i + len(start)] == start:
                return words[i + len(start) :]
    return words[1:] if words[:2] == ["torchrun", "train"] else None


def check(command, words, context):
    """Raises UsageError where the command lacks an option or refuses its value."""
    if isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found is not None, words[0]
        return check(found, words[1:], click.Context(found, context, words[0]))
    values, rest, _ = command.make_parser(context).parse_args(list(words))
    assert not rest
    for param in command.params:
        given = values.get(param.name)
        if isinstance(given, str) or (param.multiple and given):
            param.type_cast_value(context, given)
        is_there = given not in (None, ()) and "UNSET" not in repr(given)
        assert is_there or not param.required or "torchrun" in context.obj, param.name
    return None


@pytest.mark.parametrize("words", SHOWN)
def test_every_command_of_the_documents_exists_with_its_options(words):
    if words[0] in OTHERS or words[:2] == ["python", "-"]:
        return
    arguments = own(words)
    if arguments is not None:
        check(app, arguments, click.Context(app, info_name="transcnn", obj=words))
    elif words[0] == "make":
        targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
        assert words[1] in targets
    else:
        assert words[0].endswith("python"), words
        assert words[1] == "-m", words
        assert importlib.util.find_spec(words[2]) is not None


@pytest.mark.parametrize(
    "words",
    ["predict --nonsense a.jpg", "predict", "evaluate DIR --resize smear", "export --out a.onnx b"],
)
def test_the_check_would_notice(words):
    with pytest.raises((click.UsageError, AssertionError)):
        check(app, words.split(), click.Context(app, info_name="transcnn", obj=[]))


def test_the_blocks_are_found():
    assert len(SHOWN) >= 40
    assert blocks(ROOT / "docs" / "command-line.md") == []


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A folder with what the commands of the documents name."""
    folder = tmp_path_factory.mktemp("lab")
    stored = FOLDER / "samples"
    shutil.copy(stored / "zebra.jpg", folder / "photo.jpg")
    for name, sample in (("church", "palace"), ("tench", "lion"), ("parachute", "pen")):
        (folder / "imagenette" / "val" / name).mkdir(parents=True)
        shutil.copy(stored / f"{sample}.jpg", folder / "imagenette" / "val" / name)
    for part, count, blue in (("train", 6, 40), ("val", 2, 60), ("test", 1, 80)):  # no copies
        colours = [(200, 40, blue), (40, 160, blue)]
        draw_classes(folder / "my-images" / part, {"church": count, "斑马": count}, colours)
    draw_animals(folder / "animals" / "val")
    return folder


def draw_animals(folder):
    """A COCO folder of the two samples that show an animal of the included detector."""
    (folder / "images").mkdir(parents=True)
    images, annotations = [], []
    for number, (name, category) in enumerate((("beagle", 1), ("cat", 2))):
        [sample] = [one for one in samples() if one.name == name]
        shutil.copy(sample.path, folder / "images")
        width, height = read_picture(sample.path).size
        left, top, right, bottom = sample.box
        box = [left * width, top * height, (right - left) * width, (bottom - top) * height]
        entry = {"id": number, "file_name": sample.path.name, "width": width, "height": height}
        images.append(entry)
        annotations.append(
            {"id": number + 1, "image_id": number, "category_id": category, "bbox": box}
        )
    categories = [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}]
    content = {"images": images, "annotations": annotations, "categories": categories}
    (folder / "annotations.json").write_text(json.dumps(content), encoding="utf-8")


# How many commands of a page are run, in this order: what one writes, the next reads.
RUN = {"getting-started.md": 3, "evaluating.md": 6, "own-classes.md": 6}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUN)
def test_what_is_quick_works_as_it_is_shown(name, lab, called, monkeypatch):
    monkeypatch.chdir(lab)
    monkeypatch.setenv("XDG_DATA_HOME", str(lab / "data"))
    ran = 0
    for words in commands(ROOT / "docs" / name):
        arguments = own(words)
        if arguments is None or words[0] == "torchrun" or arguments[0] == "app":
            continue
        if arguments[:2] == ["train", "finetune"]:
            arguments = [*arguments, "--minutes", "0.05", "--model", "transcnn_nano"]
        code, _, error = called(*arguments)
        assert code == 0, f"{words}: {error}"
        ran += 1
    assert ran == RUN[name]
    for language, block in FENCED.findall((ROOT / "docs" / name).read_text(encoding="utf-8")):
        if language == "python":
            exec(block, {})
