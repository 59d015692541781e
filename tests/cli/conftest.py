"""Commands in this process, and a picture that cannot be read."""

import pytest

from transcnn.assets import FOLDER
from transcnn.cli.main import main


@pytest.fixture(scope="session")
def zebra():
    return FOLDER / "samples" / "zebra.jpg"


@pytest.fixture(scope="session")
def spoilt(tmp_path_factory):
    file = tmp_path_factory.mktemp("spoilt") / "spoilt.jpg"
    file.write_text("no picture")
    return file


@pytest.fixture
def called(monkeypatch, capsys):
    """Calls the entrance of the command line; gives (exit code, stdout, stderr)."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["transcnn", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call
