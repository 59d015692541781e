"""A finished file gets its name whole, or not at all, on every kind of file system."""

import errno
import os

import pytest

from tests.runs.made import SETTINGS, item
from transcnn.course.classroom.store import Classes
from transcnn.naming import give_name
from transcnn.runs.store import begin, open_run


def _refuse(*_):
    raise OSError(errno.EPERM, os.strerror(errno.EPERM))  # as exFAT says


@pytest.fixture(params=["hard links", "none"])
def _file_system(request, monkeypatch):
    if request.param == "none":
        monkeypatch.setattr(os, "link", _refuse)


@pytest.fixture
def unfinished(tmp_path):
    file = tmp_path / "a.part"
    file.write_text("new", encoding="utf-8")
    return file


@pytest.mark.usefixtures("_file_system")
def test_a_free_name_is_given(unfinished, tmp_path):
    give_name(unfinished, tmp_path / "a")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text(encoding="utf-8") == "new"


@pytest.mark.usefixtures("_file_system")
def test_a_file_of_that_name_stays_as_it_is(unfinished, tmp_path):
    (tmp_path / "a").write_text("old", encoding="utf-8")
    with pytest.raises(FileExistsError):
        give_name(unfinished, tmp_path / "a")
    assert (tmp_path / "a").read_text(encoding="utf-8") == "old"
    assert unfinished.exists()


@pytest.mark.usefixtures("_file_system")
def test_runs_and_classes_are_kept_there(tmp_path):
    begin(tmp_path / "run.sqlite", SETTINGS, [item("a.jpg", (5,))])
    assert open_run(tmp_path / "run.sqlite").progress().of == 1
    classes = Classes(tmp_path / "classes")
    code, key = classes.begin()
    assert classes.join(code, "Ada")
    assert [path.name for path in classes.folder.glob("*.sqlite")] == [f"{code}.sqlite"]
    assert not list(classes.folder.glob("*.making"))
    classes.enter(code, key).end()
