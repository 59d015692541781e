"""Files: only plain ones are read, and what is written is whole, or not there."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.packed import zip_of
from transcnn.assets import FOLDER
from transcnn.errors import ChoiceError, FileTooLarge
from transcnn.files import private_folder, replacing, write_file
from transcnn.pictures import read_picture, take_picture
from transcnn.runs.archive import unpack
from transcnn.runs.store import Settings, begin, run_path

# Pipes, sockets, rights and limits of a process are POSIX's.
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has none of these files")

ZEBRA = FOLDER / "samples" / "zebra.jpg"
SETTINGS = Settings("transcnn_nano", "0" * 64, "crop", "1" * 64)


@pytest.fixture
def odd(tmp_path):
    """What is no file, or far too large a one, by its name."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "device.jpg").symlink_to("/dev/zero")
    with (tmp_path / "sparse.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(6 * 10**9)
    listening = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(tmp_path)  # the paths of sockets are short
    try:
        listening.bind("socket.jpg")
    finally:
        os.chdir(here)
    yield tmp_path
    listening.close()


SAID = {
    "pipe": "This is a pipe, not a file.",
    "device": "This is a device, not a file.",
    "socket": "This is a socket, not a file.",
    "sparse": "This file is larger than 200 MB. Use a smaller copy.",
}


@pytest.mark.parametrize("kind", SAID)
def test_a_command_reads_plain_files_of_a_size_alone(odd, called, kind):
    image = odd / f"{kind}.jpg"
    place = ("--stage", 0, "--block", 0, "--token", "0,0")
    for arguments in (
        ("predict", image),
        ("explain", image, "--method", "grad_cam"),
        ("attention", image, *place),
        ("handout", image, "--out", odd / "a.html"),
    ):
        code, _, error = called(*arguments, "--model", "transcnn_nano")
        assert code == 2
        assert error.removeprefix(f"{image}: ") == f"{SAID[kind]}\n"


def test_a_refused_file_takes_no_memory(odd):
    program = (
        "import resource, sys\nfrom pathlib import Path\n"
        "from transcnn.pictures import read_picture\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for name in ('sparse', 'device', 'pipe', 'socket'):\n"
        "    try:\n        read_picture(Path(sys.argv[1]) / f'{name}.jpg')\n"
        "    except ValueError:\n        pass\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(odd)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert int(done.stdout) < 10_000  # kB


def test_a_file_of_the_system_that_says_no_size_has_one_too(monkeypatch):
    """What grows while it is read is cut off."""
    monkeypatch.setenv("TRANSCNN_LIMIT_IMAGE_MB", "1")
    if not Path("/proc/kallsyms").exists() or len(Path("/proc/kallsyms").read_bytes()) < 2**20:
        pytest.skip("needs a large file without a size")

    with pytest.raises(FileTooLarge):
        read_picture(Path("/proc/kallsyms"))


def test_a_name_with_a_zero_byte_is_a_sentence():
    with pytest.raises(ChoiceError):
        take_picture("a\0.jpg")
    with pytest.raises(ChoiceError):
        run_path("a\0.sqlite")


# Writing


def test_a_file_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "a.html"
    write_file(path, "before")

    def fail():
        with replacing(path) as part:
            part.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    write_file(path, b"after")
    assert path.read_text() == "after"


def test_a_file_keeps_its_rights_and_a_link_its_target(tmp_path):
    path, link = tmp_path / "a.csv", tmp_path / "link.csv"
    path.write_text("before")
    path.chmod(0o640)
    link.symlink_to("a.csv")

    write_file(link, "after")

    assert link.is_symlink()
    assert path.read_text() == "after"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_names_may_be_as_long_as_the_system_allows(tmp_path):
    write_file(tmp_path / f"{'a' * 250}.html", "x")


OUTPUTS = {
    "attention.png": ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "0,0", "--out"),
    "attention.npz": ("attention", ZEBRA, "--stage", 0, "--block", 0, "--token", "0,0", "--out"),
    "explain.svg": ("explain", ZEBRA, "--method", "grad_cam", "--out"),
    "explain.npz": ("explain", ZEBRA, "--method", "grad_cam", "--out"),
    "handout.html": ("handout", ZEBRA, "--out"),
}
# The command in a process that may write so many bytes to a file, as on a disk that is nearly full.
LIMITED = """
import resource, sys
from transcnn.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
for arguments in {!r}:
    sys.argv = ["transcnn", *arguments]
    try:
        main()
    except SystemExit as left:
        print(left.code, file=sys.stderr)
"""


def test_on_a_full_disk_nothing_half_written_stays_and_the_file_is_named(tmp_path):
    calls = []
    for name, arguments in OUTPUTS.items():
        (tmp_path / name).write_text("before")
        calls.append([*map(str, arguments), str(tmp_path / name), "--model", "transcnn_nano"])

    done = subprocess.run(
        [sys.executable, "-B", "-c", LIMITED.format(calls)],
        capture_output=True,
        text=True,
        check=True,
    )

    said = done.stderr.splitlines()
    assert said[::2] == [f"{tmp_path / name}: File too large." for name in OUTPUTS], done.stderr
    assert said[1::2] == ["2"] * len(OUTPUTS)
    assert {path.name for path in tmp_path.iterdir()} == set(OUTPUTS)
    assert {path.read_text() for path in tmp_path.iterdir()} == {"before"}


FULL = """
import resource, sys
from pathlib import Path
import torch
from transcnn.checkpoints.description import Description
from transcnn.checkpoints.means import save_means
from transcnn.checkpoints.save import save_weights
from transcnn.model.network import build
from transcnn.runs.demonstration import make_demonstration
from transcnn.runs.labelled import LabelledPicture
from transcnn.runs.store import Settings, begin
from transcnn.training.checkpoint import Checkpoint, save_checkpoint

model, folder = build("transcnn_nano"), Path(sys.argv[1])
state = model.state_dict()
items = [LabelledPicture(f"{i}.jpg", folder / f"{i}.jpg", (0,), f"{i}") for i in range(2000)]
resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))
for write in (
    lambda: save_weights(state, folder / "w.safetensors", Description(model.config)),
    lambda: save_means({(0, 0): torch.zeros(9000)}, folder / "m.safetensors"),
    lambda: save_checkpoint(Checkpoint({}, 0, 0.0, 0.0, state, state, {}), folder / "c.pt"),
    lambda: begin(folder / "r.sqlite", Settings("transcnn_nano", "", "crop", ""), items),
    lambda: make_demonstration(folder / "demo"),
):
    try:
        write()
    except Exception as error:
        print(type(error).__name__, getattr(error, "filename", None) or error)
"""


def test_weights_and_runs_are_whole_or_not_there(tmp_path):
    done = subprocess.run(
        [sys.executable, "-B", "-c", FULL, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )

    said = done.stdout.splitlines()
    assert len(said) == 5, done.stderr
    for name, sentence in zip(
        ("w.safetensors", "m.means.safetensors", "c.pt", "r.sqlite", "demo"), said, strict=True
    ):
        assert str(tmp_path / name) in sentence
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.parent == tmp_path] == []
    assert not [path for path in left if ".part" in path.name]


# Others' things


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def modes(folder):
    return {
        (stat.S_IMODE(path.stat().st_mode), path.is_dir()) for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.usefixtures("open_umask")
def test_runs_and_unpacked_archives_are_for_their_owner_alone(tmp_path):
    archive = tmp_path / "a.zip"
    archive.write_bytes(zip_of({"zebra/a.jpg": b"a", "lion/deep/b.jpg": b"b", "empty/": b""}))

    unpack(archive, tmp_path / "runs" / "uploads" / "one" / "pictures")
    store = begin(tmp_path / "runs" / "uploads" / "one" / "run.sqlite", SETTINGS, [])
    begin(tmp_path / "runs" / "named.sqlite", SETTINGS, [])
    with store._open() as db:
        db.execute("INSERT INTO slices VALUES ('a', 'b')")
        assert modes(tmp_path / "runs") == {(0o700, True), (0o600, False)}


@pytest.mark.usefixtures("open_umask")
def test_folders_that_were_there_keep_their_rights(tmp_path):
    (tmp_path / "mine").mkdir(mode=0o755)

    private_folder(tmp_path / "mine" / "a" / "b")

    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "mine" / "a").stat().st_mode) == 0o700
