"""What a visitor adds to a run that is everybody's: theirs alone, and the file stays as it is."""

import pytest

from tests.runs.made import item, made_run, measured
from transcnn.errors import FolderError
from transcnn.runs.remarks import RemarkedRun, Remarks


@pytest.fixture
def store(tmp_path):
    store = made_run(tmp_path / "run.sqlite", 3, tags=("blur",))
    store.write_note(1, "of the file")
    store.write_note(2, "of the file")
    store.save_slice("of the file", "right:no")
    return store


def test_remarks_stand_over_those_of_the_file_for_their_owner_alone(store):
    before, version = store.path.read_bytes(), store.version()
    mine, other = (RemarkedRun(store.path, Remarks()) for _ in range(2))

    mine.write_note(2, "mine")
    mine.write_note(3, "mine, too")
    mine.write_tags(1, ["odd", "odd", "blur"])
    mine.save_slice("dark", "brightness:..50")

    assert mine.table().notes == ("of the file", "mine", "mine, too")
    assert [sorted(tags) for tags in mine.table().tags] == [["blur", "odd"], ["blur"], ["blur"]]
    assert mine.own_tags(1) == ["blur", "odd"]
    assert mine.slices() == {"dark": "brightness:..50", "of the file": "right:no"}
    for run in (store, other):
        assert run.table().notes == ("of the file", "of the file", "")
        assert run.table().tags == (frozenset({"blur"}),) * 3
        assert run.own_tags(1) == []
        assert run.slices() == {"of the file": "right:no"}
    assert (store.path.read_bytes(), store.version()) == (before, version)


def test_remarks_can_be_taken_back(store):
    mine = RemarkedRun(store.path, Remarks())
    for note, tags, text in (("a", ["b"], "right:no"), ("", [], "")):
        mine.write_note(3, note)
        mine.write_tags(3, tags)
        mine.save_slice("mine", text)

    assert mine.table().notes == store.table().notes
    assert mine.table().tags == store.table().tags
    assert mine.slices() == store.slices()


def test_nothing_can_be_written_through_it(store):
    with pytest.raises(FolderError, match="readonly"):
        RemarkedRun(store.path, Remarks()).add([measured(item("0.jpg", (0,)))])
