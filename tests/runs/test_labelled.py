"""What is to be answered: class folders or a table, each picture once, always in one order."""

from pathlib import PurePosixPath, PureWindowsPath

import pytest

from transcnn.errors import ChoiceError, FolderError, UnknownLabel
from transcnn.runs.labelled import LabelledPicture, _as_text, find_items


def make(folder, *files):
    """Empty files; whether they are pictures is for their reader to find out."""
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).touch()
    return folder


@pytest.fixture
def write(tmp_path):
    """Writes a table beside the pictures; gives its path."""

    def write(text, name="labels.csv", encoding="utf-8"):
        (tmp_path / name).write_bytes(text.encode(encoding))
        return tmp_path / name

    return write


def test_class_folders_are_named_by_wnid_index_or_name(tmp_path):
    files = ["n02510455/p.jpg", "340/b.jpg", "Zebra/deep/a.jpg", "great_white_shark/s.jpg"]

    found = find_items(make(tmp_path, *files))

    assert {item.name: item.labels for item in found} == {
        "340/b.jpg": (340,),
        "Zebra/deep/a.jpg": (340,),
        "great_white_shark/s.jpg": (2,),
        "n02510455/p.jpg": (388,),
    }
    assert [item.path for item in found] == [tmp_path / item.name for item in found]
    assert all(item.source == item.name and item.tags == () for item in found)


def test_files_of_one_name_in_two_folders_of_a_class_are_two_pictures(tmp_path):
    found = find_items(make(tmp_path, "zebra/may/a.jpg", "zebra/june/a.jpg"))

    assert sorted(item.name for item in found) == ["zebra/june/a.jpg", "zebra/may/a.jpg"]


def test_a_table_has_labels_sources_and_tags(write, tmp_path):
    table = write(
        "tags,label,file,source\n"
        "night blur night,zebra|340|great white shark,b.jpg,first\n"
        ",388,sub/a.jpg,\n"
    )

    first, second = find_items(table)

    assert first == LabelledPicture(
        "b.jpg", tmp_path / "b.jpg", first.labels, "first", ("blur", "night")
    )
    assert set(first.labels) == {2, 340}
    assert second == LabelledPicture("sub/a.jpg", tmp_path / "sub/a.jpg", (388,), "sub/a.jpg", ())


def test_a_class_that_is_named_twice_counts_once(write):
    """Else its probability would be added twice."""
    (found,) = find_items(write("file,label\na.jpg,zebra|340|n02391049\n"))

    assert found.labels == (340,)


def test_only_file_and_label_are_needed(write):
    (found,) = find_items(write("file,label\na.jpg,zebra\n"))

    assert (found.name, found.labels, found.source, found.tags) == ("a.jpg", (340,), "a.jpg", ())


def test_a_blank_source_is_the_picture_itself(write):
    """Else all such pictures would count as one photo."""
    found = find_items(write("file,label,source\na.jpg,zebra, \nb.jpg,zebra,\n"))

    assert [item.source for item in found] == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_of_windows_do_not_matter(write, line_end):
    text = line_end.join(["file,label", '"comma, and ""quotes"".jpg",zebra', ""])

    (found,) = find_items(write(text, encoding="utf-8-sig"))

    assert (found.name, found.labels) == ('comma, and "quotes".jpg', (340,))


def test_a_folder_may_hold_one_table(write, tmp_path):
    write("file,label\na.jpg,zebra\n", "any name.csv")

    assert [item.name for item in find_items(tmp_path)] == ["a.jpg"]


def test_beside_class_folders_a_table_is_one_more_file(write, tmp_path):
    """As people keep them beside the folders of a data set."""
    write("picture;score\n1;2\n", "scores.csv")

    assert [item.name for item in find_items(make(tmp_path, "zebra/a.jpg"))] == ["zebra/a.jpg"]


def test_pictures_come_in_the_order_of_their_names(write):
    found = find_items(write("file,label\nb.jpg,zebra\na/z.jpg,zebra\nB.jpg,zebra\n"))

    assert [item.name for item in found] == ["B.jpg", "a/z.jpg", "b.jpg"]


@pytest.mark.parametrize("limit", [1, 3, 7, 10, 12])
def test_a_limit_takes_so_many_evenly_spaced_from_folders_and_tables(write, tmp_path, limit):
    names = [f"zebra/{i}.jpg" for i in range(10)]
    make(tmp_path / "folder", *names)
    table = write("file,label\n" + "".join(f"{name},zebra\n" for name in names))

    chosen = [item.name for item in find_items(table, limit=limit)]

    assert chosen == [item.name for item in find_items(tmp_path / "folder", limit=limit)]
    places = [names.index(name) for name in chosen]
    placeholders = {b - a for a, b in zip(places, [*places[1:], 10], strict=True)}
    assert (len(places), places[0]) == (min(limit, 10), 0)
    assert max(placeholders) - min(placeholders) <= 1


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_below_one_is_refused(write, limit):
    with pytest.raises(ChoiceError, match=f"limit is {limit}; allowed: 1 or more"):
        find_items(write("file,label\na.jpg,zebra\n"), limit=limit)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it lacks the column 'file'; a table has file and label"),
        ("name,label\na.jpg,zebra\n", "it lacks the column 'file'; a table has file and label"),
        ("file,class\na.jpg,zebra\n", "it lacks the column 'label'; a table has file and label"),
        ("file,label\n", "it lists no images"),
        ("file,label\na.jpg,zebra\nb.jpg,lion\na.jpg,lion\n", "it lists a file more than once"),
    ],
    ids=["empty", "no file", "no label", "no rows", "twice"],
)
def test_a_table_that_cannot_be_used_is_one_sentence(write, text, reason):
    table = write(text)
    with pytest.raises(FolderError) as caught:
        find_items(table)

    assert str(caught.value) == f"{table}: {reason}."


def test_a_file_that_is_written_in_two_ways_is_listed_more_than_once(write):
    with pytest.raises(FolderError, match="more than once"):
        find_items(write("file,label\na.jpg,zebra\n./a.jpg,zebra\n"))


@pytest.mark.parametrize(
    "content", ["file,label\nä.jpg,zebra\n".encode("latin-1"), b"\xff\xfe\x00", b"\x89PNG\r\n\x1a"]
)
def test_what_is_no_text_is_no_table(tmp_path, content):
    (tmp_path / "t.csv").write_bytes(content)

    with pytest.raises(
        FolderError, match=r"t\.csv: it (is not a CSV file in UTF-8|lacks the column)"
    ):
        find_items(tmp_path / "t.csv")


@pytest.mark.parametrize("place", ["nowhere.csv", "nowhere"])
def test_a_place_that_is_not_there_is_said(tmp_path, place):
    with pytest.raises(FolderError, match=r"nowhere.*there is no such f"):
        find_items(tmp_path / place)


@pytest.mark.parametrize(
    ("label", "nearest"),
    [("zebrra", "zebra"), ("n02391048", "zebra"), ("giant pandda", "giant panda"), ("?!%", "none")],
)
def test_an_unknown_label_is_one_sentence_with_the_nearest_known(write, tmp_path, label, nearest):
    table = write(f"file,label\na.jpg,zebra\nb.jpg,{label}\n")
    (tmp_path / "folder").mkdir()

    for place in (table, make(tmp_path / "folder", f"{label}/a.jpg")):
        with pytest.raises(UnknownLabel) as caught:
            find_items(place)
        if label.startswith("n0"):  # spelled like many WNIDs; some class is named
            assert caught.value.details["nearest"] not in ("", "none")
        else:
            assert caught.value.details["nearest"].split(", ")[0] == nearest
        assert str(caught.value).startswith(
            f"{place}: '{label}' is not the WNID, index or name of a "
        )
        assert "\n" not in str(caught.value)


def test_a_label_that_is_missing_is_said_of_one_of_many_rows(write):
    for row in ("b.jpg", "b.jpg,", "b.jpg,zebra|"):
        with pytest.raises(UnknownLabel, match="'' is not the WNID"):
            find_items(write(f"file,label\na.jpg,zebra\n{row}\n"))


@pytest.mark.parametrize("name", ["../a.jpg", "{}/../a.jpg", "/etc/passwd", "sub/../../a.jpg"])
def test_files_outside_of_the_folder_are_refused_if_they_must_be_inside(write, tmp_path, name):
    name = name.format(tmp_path)
    table = write(f"file,label\n{name},zebra\n")

    with pytest.raises(FolderError) as caught:
        find_items(table, within=tmp_path)

    assert str(caught.value) == f"{table}: {name!r} lies outside of its folder."
    assert find_items(table)[0].name == name  # whose own table it is may mean any file


def test_a_link_to_the_outside_is_outside(write, tmp_path):
    (tmp_path / "link.jpg").symlink_to("/etc/passwd")

    with pytest.raises(FolderError, match="lies outside of its folder"):
        find_items(write("file,label\nlink.jpg,zebra\n"), within=tmp_path)


def test_files_inside_pass_however_the_way_is_written(write, tmp_path):
    make(tmp_path, "sub/a.jpg")
    table = write(f"file,label\nsub/../sub/a.jpg,zebra\n{tmp_path}/b.jpg,zebra\n")

    assert len(find_items(table, within=tmp_path / "sub" / "..")) == 2


def test_a_name_that_no_file_can_have_is_no_traceback(write, tmp_path):
    table = write("file,label\na\0.jpg,zebra\n")

    with pytest.raises(FolderError):
        find_items(table, within=tmp_path)


def test_a_picture_is_called_the_same_on_every_system():
    assert _as_text(PureWindowsPath(r"zebra\june\a.jpg")) == "zebra/june/a.jpg"
    assert _as_text(PurePosixPath("zebra/june/a.jpg")) == "zebra/june/a.jpg"


def test_a_table_that_was_written_on_windows_finds_its_files(write, tmp_path):
    make(tmp_path, "june/a.jpg")
    table = write("file,label\njune\\a.jpg,zebra\n")
    (found,) = find_items(table, within=tmp_path)
    assert (found.name, found.path) == ("june/a.jpg", tmp_path / "june/a.jpg")
    with pytest.raises(FolderError, match="lies outside of its folder"):
        find_items(write("file,label\n..\\a.jpg,zebra\n"), within=tmp_path)
