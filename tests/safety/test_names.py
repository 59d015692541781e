"""A name is shown, never obeyed: control, escape, line-end and direction characters are written
out wherever a name is printed."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image

from transcnn.assets import FOLDER
from transcnn.errors import BrokenArchive, ChoiceError, UnknownLabel
from transcnn.labels import Classes
from transcnn.reports.page import fill
from transcnn.ui.app.uploads import shown_name
from transcnn.words import LANGUAGES
from transcnn.words.translator import plain, translator
from transcnn.words.visible import QUOTED, shorten, visible

EVIL = "a\x1b]0;title\x07\x1b[2J\x1b[31m\nb.png: 99.0 % zebra\r\u202egnp\u2066\u2028\x7f\x9b.png"
RAW = [c for c in EVIL if not c.isprintable()]


def is_harmless(text):
    return not [c for c in text if c in RAW and c != "\n"]


def test_every_character_that_acts_is_written_out_and_all_others_stay():
    assert visible("\x1b[31m\n\u202e\x9b\udcff") == r"\x1b[31m\n\u202e\x9b\xff"
    for text in ("cat.jpg", "猫 – Tür.jpg", "👩\u200d🔬", "नमस्ते", "a\\x1b"):
        assert visible(text) == text
    assert is_harmless(visible(EVIL))
    assert visible("a\nb\x1b", keep="\n") == "a\nb\\x1b"


def test_a_quoted_value_has_a_length_and_keeps_both_ends():
    assert shorten("a" * 300, 300) == "a" * 300
    short = shorten("begin" + "x" * 120_000 + "end.png", 300)
    assert (len(short), short[:5], short[-7:]) == (300, "begin", "end.png")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", ["x" * 120_000, ["x" * 120_000], b"x" * 120_000, EVIL])
def test_an_error_quotes_briefly_and_visibly_in_every_language(language, value):
    t = translator(language)
    for error in (
        ChoiceError(field=value, value=value, allowed="1 to 5"),
        BrokenArchive(file=value),
        UnknownLabel(folder=value, label=value, nearest="none"),
    ):
        for sentence in (t.error(error), str(error)):
            assert len(sentence) < 3 * QUOTED + 100
            assert is_harmless(sentence)
            assert "\n" not in sentence


def test_names_on_pages_and_in_reports_are_visible():
    assert is_harmless(plain(EVIL))
    assert is_harmless(shown_name(EVIL))
    assert len(shown_name("x" * 100_000)) == 200
    classes = Classes(2, own=(EVIL, "b"))
    assert is_harmless(classes.names[0].label)
    assert "\n" not in classes.names[0].label
    assert classes.find(EVIL) == classes.names[0]


def test_a_report_shows_a_name_without_its_control_characters(monkeypatch):
    import jinja2

    loader = jinja2.DictLoader({"a.html": "<p>{{ name }} {{ markup }} {{ number }}</p>"})
    monkeypatch.setattr(jinja2, "PackageLoader", lambda *_: loader)

    text = fill(
        "a.html", "en", name=EVIL + "<b>", markup=jinja2.filters.Markup("<i>x</i>"), number=3
    )

    assert is_harmless(text)
    assert text.endswith("&lt;b&gt; <i>x</i> 3</p>")


POSIX = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A class folder with an image and a text, both of hostile names."""
    folder = tmp_path_factory.mktemp("names") / "church"
    folder.mkdir()
    shutil.copy(FOLDER / "samples" / "zebra.jpg", folder / EVIL.replace("/", ""))
    (folder / f"{EVIL} no image.png").write_text("no image")
    return folder


@POSIX
def test_a_file_name_cannot_act_on_the_terminal_or_forge_a_line(images, tmp_path, called):
    good, bad = sorted(images.iterdir(), key=lambda p: len(p.name))
    page = tmp_path / f"{EVIL.removesuffix('.png')}.html"
    run = tmp_path / "run\x1b[31m\nx.sqlite"
    for arguments in (
        ("predict", good),
        ("predict", bad),
        ("predict", tmp_path / EVIL),
        ("explain", bad, "--method", "grad_cam"),
        ("evaluate", images.parent, "--model", "transcnn_nano"),
        ("evaluate-run", images.parent, run, "--model", "transcnn_nano"),
        ("report", run, "--out", page),
        ("evaluate", tmp_path / EVIL),
        ("predict", good, f"--{EVIL}"),
        (EVIL,),
    ):
        _, out, err = called(*arguments)
        said = out + err
        assert said, arguments
        assert is_harmless(said), arguments
        assert "\nb.png" not in said, arguments
    assert is_harmless(page.read_text(encoding="utf-8"))


def test_names_of_classes_from_a_weight_file_cannot_act_either(tmp_path, called):
    from transcnn.checkpoints.description import Description
    from transcnn.checkpoints.save import save_weights
    from transcnn.model.network import build

    model = build("transcnn_nano", classes=(EVIL, "b"))
    weights = tmp_path / "w.safetensors"
    save_weights(model.state_dict(), weights, Description(model.config))
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "a.png")

    code, out, _ = called("predict", tmp_path / "a.png", "--weights", weights)

    assert code == 0
    assert is_harmless(out)
    assert len(out.splitlines()) == 3
