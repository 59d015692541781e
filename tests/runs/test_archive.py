"""Archives of strangers: what is honest comes out whole, nothing else leaves anything behind."""

import gzip
import io
import os
import stat
import subprocess
import sys
import tarfile
import tracemalloc
import zipfile

import pytest

from tests.runs.packed import (
    FILES,
    PACKERS,
    locked_zip,
    lying_zip,
    special,
    symlink_in_zip,
    tar_of,
    zip_of,
)
from transcnn.errors import (
    ArchiveError,
    ArchiveTooLarge,
    BrokenArchive,
    MemberNoFile,
    MemberOutside,
    MemberTooDeep,
    NotAnArchive,
    TooManyMembers,
)
from transcnn.runs.archive import ArchiveLimits, _usual, unpack

SMALL = ArchiveLimits(megabytes=1, members=5, depth=3, ratio=100)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def unpacked(tmp_path):
    """Unpacks bytes; gives what `unpack` gives."""

    def unpacked(data, limits=SMALL, name="upload.zip"):
        file = tmp_path / "archive"
        file.write_bytes(data)
        return unpack(file, tmp_path / "into", limits, name)

    return unpacked


@pytest.fixture
def refused(unpacked, tmp_path):
    """Unpacks bytes that must be refused, checks that nothing is left; gives the error."""

    def refused(data, kind, limits=SMALL):
        with pytest.raises(ArchiveError) as caught:
            unpacked(data, limits)
        assert isinstance(caught.value, kind), repr(caught.value)
        assert str(caught.value).startswith("upload.zip: ")
        assert {path.name for path in tmp_path.iterdir()} == {"archive"}
        return caught.value

    return refused


@pytest.mark.parametrize("kind", PACKERS)
def test_what_is_packed_comes_out(unpacked, tmp_path, kind):
    folder = unpacked(PACKERS[kind](FILES))

    assert folder == tmp_path / "into"
    assert contents(folder) == FILES


@pytest.mark.parametrize(
    "compression", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA], ids=str
)
def test_every_compression_of_zip_is_read(unpacked, compression):
    assert contents(unpacked(zip_of(FILES, compression))) == FILES


@pytest.mark.parametrize("kind", PACKERS)
def test_the_only_folder_of_an_archive_is_its_root(unpacked, tmp_path, kind):
    inside = {f"my pictures/{name}": content for name, content in FILES.items()}
    inside["__MACOSX/._a"] = inside[".DS_Store"] = b"of another system"

    folder = unpacked(PACKERS[kind](inside), ArchiveLimits(1, 10, 4, 100))

    assert folder == tmp_path / "into" / "my pictures"
    assert contents(folder) == FILES


@pytest.mark.parametrize("kind", PACKERS)
def test_an_only_folder_that_is_a_class_is_no_root(unpacked, tmp_path, kind):
    folder = unpacked(PACKERS[kind]({"zebra/a.jpg": b"a", "zebra/b.jpg": b"b"}))

    assert folder == tmp_path / "into"


def test_folders_of_their_own_and_a_leading_dot_are_fine(unpacked):
    folder = tarfile.TarInfo()
    folder.type = tarfile.DIRTYPE
    data = tar_of({".": folder, "./zebra/a.jpg": b"a"})
    assert contents(unpacked(data)) == {"zebra/a.jpg": b"a"}


def test_empty_folders_of_a_zip_are_made(unpacked):
    folder = unpacked(zip_of({"lion/": b"", "zebra/a.jpg": b"a"}))

    assert (folder / "lion").is_dir()


def test_backslashes_part_folders(unpacked):
    """As some programs of Windows write them."""
    assert contents(unpacked(zip_of({"zebra\\a.jpg": b"a"}))) == {"zebra/a.jpg": b"a"}


def test_a_tar_is_known_by_more_than_its_first_two_letters(unpacked):
    members = {"PKW/zebra/a.jpg": b"a", "lion/b.jpg": b"b"}

    assert contents(unpacked(tar_of(members))) == members


def test_an_archive_in_an_archive_stays_closed(unpacked):
    inner = zip_of({"lion/x.jpg": b"x" * 5000})

    folder = unpacked(zip_of({"zebra/inner.zip": inner, "lion/a.jpg": b"a"}))

    assert contents(folder) == {"zebra/inner.zip": inner, "lion/a.jpg": b"a"}


OUTSIDE = [
    "x/C:/a.jpg",
    "x/c:a.jpg",
    "../a.jpg",
    "zebra/../../a.jpg",
    "/a.jpg",
    "//host/a.jpg",
    "C:/a.jpg",
    "c:a.jpg",
    "..",
]


@pytest.mark.parametrize("name", [*OUTSIDE, "..\\a.jpg", "zebra\\..\\a.jpg", "\\a.jpg", "C:\\a"])
@pytest.mark.parametrize("kind", PACKERS)
def test_a_path_that_leads_outside_is_refused(refused, kind, name):
    error = refused(PACKERS[kind]({"zebra/ok.jpg": b"a", name: b"evil"}), MemberOutside)

    assert error.details["member"] == name


@pytest.mark.parametrize(
    ("name", "on_windows"),
    [
        ("cutmix:0.4.jpg", "cutmix_0.4.jpg"),
        ('what? a "b" <c>|*.jpg', "what_ a _b_ _c___.jpg"),
        ("etc. .", "etc___"),
        ("NUL", "_NUL"),
        ("com1.jpg", "_com1.jpg"),
        ("console.jpg", "console.jpg"),
        ("ü 照片.v2.jpg", "ü 照片.v2.jpg"),
    ],
)
def test_windows_gets_names_that_it_can_have(name, on_windows):
    assert _usual(name) == on_windows


@pytest.mark.parametrize(
    "info",
    [
        special(tarfile.SYMTYPE, "/etc"),
        special(tarfile.SYMTYPE, "ok.jpg"),
        special(tarfile.LNKTYPE, "zebra/ok.jpg"),
        special(tarfile.CHRTYPE),
        special(tarfile.BLKTYPE),
        special(tarfile.FIFOTYPE),
    ],
    ids=["symlink", "inner symlink", "hard link", "character device", "block device", "pipe"],
)
@pytest.mark.parametrize("kind", ["", "gz"])
def test_links_and_devices_of_a_tar_are_refused(refused, info, kind):
    error = refused(tar_of({"zebra/ok.jpg": b"a", "zebra/link": info}, kind), MemberNoFile)

    assert error.details["member"] == "zebra/link"


@pytest.mark.parametrize(
    "mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK], ids=hex
)
def test_links_and_devices_of_a_zip_are_refused(refused, mode):
    members = {"zebra/ok.jpg": b"a", "zebra/link": b"/etc"}

    refused(zip_of(members, modes={"zebra/link": mode | 0o777}), MemberNoFile)


def test_a_file_behind_a_link_cannot_be_written(refused):
    data = tar_of({"zebra": special(tarfile.SYMTYPE, "/tmp"), "zebra/a.jpg": b"evil"})

    refused(data, MemberNoFile)
    refused(symlink_in_zip("zebra", "/tmp"), MemberNoFile)


@pytest.mark.parametrize("kind", PACKERS)
def test_folders_in_folders_have_an_end(unpacked, refused, kind):
    deep = "/".join("abcd") + "/x.jpg"
    refused(PACKERS[kind]({deep: b"a"}), MemberTooDeep)
    refused(PACKERS[kind]({"/".join("a" * 900) + "/x.jpg": b"a"}), MemberTooDeep)

    unpacked(PACKERS[kind]({"a/b/x.jpg": b"a"}))


@pytest.mark.parametrize("kind", PACKERS)
def test_members_have_a_number(unpacked, refused, kind):
    refused(PACKERS[kind]({f"{i}.jpg": b"" for i in range(6)}), TooManyMembers)

    assert len(contents(unpacked(PACKERS[kind]({f"{i}.jpg": b"" for i in range(5)})))) == 5


@pytest.mark.parametrize("kind", PACKERS)
def test_a_bomb_that_tells_the_truth_is_refused_before_it_is_written(refused, kind):
    refused(PACKERS[kind]({"a.jpg": bytes(600_000), "b.jpg": bytes(600_000)}), ArchiveTooLarge)


@pytest.mark.parametrize("kind", PACKERS)
def test_exactly_what_may_be_unpacked_is_unpacked(unpacked, kind):
    data = PACKERS[kind]({"a.jpg": bytes(600_000), "b.jpg": bytes(400_000)})

    assert sum(map(len, contents(unpacked(data)).values())) == 1_000_000


@pytest.mark.parametrize("claimed", [0, 10, 900_000])
def test_a_bomb_that_lies_about_its_size_is_refused(refused, claimed):
    refused(lying_zip(bytes(5_000_000), claimed), BrokenArchive)


def test_a_sparse_file_counts_with_its_holes(refused):
    """A tar may say "and now a million zeros" in a few bytes."""
    info = tarfile.TarInfo("zebra/a.jpg")
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[156:157] = tarfile.GNUTYPE_SPARSE
    block[257:265] = b"ustar  \0"
    block[386:410] = b"%011o\0%011o\0" % (0, 0)
    block[483:495] = b"%011o\0" % 50_000_000  # the real size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)

    refused(bytes(block) + bytes(1024), ArchiveTooLarge)


def long_header(kind, content):
    """A tar.gz whose first header, a long name or a table of properties, holds `content`."""
    info = tarfile.TarInfo("zebra/a.jpg")
    info.type, info.size = kind, len(content)
    head = info.tobuf(tarfile.GNU_FORMAT)
    return gzip.compress(head + content + bytes(-len(content) % 512) + bytes(1024), 1)


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE], ids=["GNU", "pax"])
def test_a_header_cannot_be_a_bomb(refused, kind):
    """Of 48 MB, which gzip writes in 210 kB."""
    data = long_header(kind, b"x" * 48_000_000)

    tracemalloc.start()
    try:
        refused(data, ArchiveError)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 10e6


def test_a_header_cannot_take_for_ever(tmp_path):
    """2 MB of digits in a table of properties; a process of its own, as it would not be stopped."""
    (tmp_path / "a.tgz").write_bytes(long_header(tarfile.XHDTYPE, b"1" * 2_000_000))
    program = (
        "import sys\nfrom pathlib import Path\nfrom transcnn.errors import ArchiveError\n"
        "from transcnn.runs.archive import unpack\n"
        "try:\n    unpack(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except ArchiveError as error:\n    print(type(error).__name__)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "a.tgz", tmp_path / "into"],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert done.stdout in ("BrokenArchive\n", "NotAnArchive\n"), done.stderr
    assert not (tmp_path / "into").exists()


@pytest.mark.parametrize("kind", ["xz", "bz2"])
def test_only_the_formats_that_are_named_are_read(refused, kind):
    refused(tar_of(FILES, kind), NotAnArchive)


def test_a_password_is_said(refused):
    error = refused(locked_zip(), BrokenArchive)

    assert str(error) == (
        "upload.zip: this archive is damaged, incomplete or protected by a password."
    )


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("kind", PACKERS)
def test_an_archive_that_ends_early_is_refused(refused, kind, share):
    noise = os.urandom(50_000)
    data = PACKERS[kind]({"zebra/a.jpg": noise, "zebra/b.jpg": noise})

    refused(data[: int(len(data) * share)], BrokenArchive)


@pytest.mark.parametrize(
    "data",
    [b"", b"P", b"no archive", b"\xff\xd8\xff\xe0" * 500, b"Rar!\x1a\x07\x00" * 99, bytes(9)],
)
def test_what_is_no_archive_is_said_with_the_formats(refused, data):
    error = refused(data, NotAnArchive)

    assert str(error) == (
        "upload.zip: this is not an archive that can be read. Use .zip, .tar, .tar.gz, .tgz."
    )


def test_gzip_of_something_else_is_no_archive(refused):
    refused(gzip.compress(b"a picture" * 1000), NotAnArchive)


def test_a_zip_by_its_first_bytes_alone_is_damaged(refused):
    refused(b"PK\x03\x04" + os.urandom(500), BrokenArchive)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_member_that_comes_twice_is_refused(refused, kind):
    """The second would be written over the first."""
    if kind == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("zebra/a.jpg", b"a")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("zebra/a.jpg", b"b")
        data = file.getvalue()
    else:
        data = PACKERS[kind]({"zebra/a.jpg": b"a", "./zebra/a.jpg": b"b"})

    refused(data, BrokenArchive)


def test_a_member_without_a_name_is_refused(refused):
    """A zip whose name begins with the byte that ends names."""
    refused(zip_of({"aa.jpg": b"x"}).replace(b"aa.jpg", b"\0a.jpg"), ArchiveError)


@pytest.mark.parametrize("kind", PACKERS)
def test_a_file_cannot_be_a_folder_too(refused, kind):
    refused(PACKERS[kind]({"zebra": b"a", "zebra/a.jpg": b"b"}), BrokenArchive)


def test_a_folder_that_is_there_already_is_not_touched(tmp_path):
    (tmp_path / "into").mkdir()
    (tmp_path / "into" / "precious").write_text("mine")
    (tmp_path / "archive").write_bytes(zip_of(FILES))

    with pytest.raises(FileExistsError):
        unpack(tmp_path / "archive", tmp_path / "into")

    assert contents(tmp_path / "into") == {"precious": b"mine"}


def test_rights_and_owners_of_the_archive_are_not_taken_over(unpacked):
    info = tarfile.TarInfo("zebra/a.jpg")
    info.mode, info.uid, info.size = 0o6777, 0, 1
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(info, io.BytesIO(b"a"))

    mode = (unpacked(file.getvalue()) / "zebra" / "a.jpg").stat().st_mode

    assert not mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IXUSR)
