"""Settings that all tests share."""

import os

import pytest
from hypothesis import settings

# Where other programs run too, threads of one sum that wait for each other take many times as
# long as one thread alone. Set before torch is loaded; programs that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# hypothesis draws the same examples in every run.
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("reproducible")


@pytest.fixture
def called(monkeypatch, capsys):
    """Calls the entrance of the command line in this process; gives (exit code, stdout, stderr)."""

    from transcnn.cli.main import main

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["transcnn", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call
