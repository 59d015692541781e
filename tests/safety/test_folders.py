"""What a visitor types as a folder, and what the app says of folders."""

import os

import pytest

from transcnn.errors import BrokenWeights, ChoiceError, FolderError, NotARun
from transcnn.ui.pages.errors.runs import check_folder
from transcnn.words import LANGUAGES
from transcnn.words.translator import translator


@pytest.fixture
def allowed(tmp_path, monkeypatch):
    (tmp_path / "secret place" / "photos" / "zebra").mkdir(parents=True)
    folder = tmp_path / "secret place" / "photos"
    monkeypatch.setenv("TRANSCNN_FOLDERS", str(folder))
    return folder


@pytest.mark.parametrize(
    "text",
    ["/etc", "", "a\0b", "~nobody-is-called-so/x", "x" * 10_000, "../..", "\ud800", "\x1b[2J"],
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("allowed")
def test_a_folder_outside_is_one_sentence_that_names_the_allowed_without_their_place(
    language, text
):
    with pytest.raises(ChoiceError) as caught:
        check_folder(text)

    sentence = translator(language).error(caught.value)
    assert "photos" in sentence
    assert "secret place" not in sentence
    assert len(sentence) < 1000
    assert "\x1b" not in sentence


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_circle_of_links_is_a_sentence(allowed):
    (allowed / "a").symlink_to(allowed / "b")
    (allowed / "b").symlink_to(allowed / "a")
    try:
        place = check_folder(str(allowed / "a"))
    except ChoiceError:
        return
    assert place.is_relative_to(allowed)


def test_a_folder_inside_is_found(allowed):
    assert check_folder(str(allowed / "zebra")) == (allowed / "zebra").resolve()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_app_names_files_the_command_line_says_where_they_are(tmp_path, language):
    for error in (
        FolderError(folder=tmp_path / "photos", reason="it has no images"),
        NotARun(file=tmp_path / "a.sqlite"),
        BrokenWeights(file=tmp_path / "w.pth", format="PyTorch"),
    ):
        said = translator(language).error(error)
        assert str(tmp_path) not in said
        assert str(tmp_path) in str(error)
