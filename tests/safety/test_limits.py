"""The limits: one table, which documents show and an operator can lower."""

from dataclasses import fields

import pytest

from tests.browser.conftest import free_port
from transcnn.cli.server import server_command
from transcnn.errors import ChoiceError
from transcnn.limits import PREFIX, Limits, limits, limits_table


def test_every_limit_is_in_the_table_and_can_be_lowered(monkeypatch):
    for one, (variable, most, what) in zip(fields(Limits), limits_table(), strict=True):
        assert most > 1
        assert what
        monkeypatch.setenv(variable, str(most - 1))
        assert getattr(limits(), one.name) == most - 1


@pytest.mark.parametrize("value", ["0", "-1", "21", "2.5", "", "x", "１", "9" * 5000, "1\n"])
def test_a_limit_is_lowered_never_raised(monkeypatch, value):
    monkeypatch.setenv(f"{PREFIX}UPLOAD_IMAGE_MB", value)

    with pytest.raises(ChoiceError, match="allowed: 1 to 20"):
        limits()


def test_a_wrong_limit_ends_the_command_before_the_server_starts(monkeypatch, called):
    monkeypatch.setenv(f"{PREFIX}ROWS", "many")

    code, _, error = called("app", "--port", str(free_port()))

    assert (code, error) == (2, f"{PREFIX}ROWS is 'many'; allowed: 1 to 200000.\n")


def test_the_server_takes_no_larger_upload_than_any_page_does(monkeypatch):
    assert "--server.maxUploadSize=400" in server_command("localhost", 8501)

    monkeypatch.setenv(f"{PREFIX}UPLOAD_WEIGHTS_MB", "50")
    monkeypatch.setenv(f"{PREFIX}ARCHIVE_MB", "60")

    assert "--server.maxUploadSize=60" in server_command("localhost", 8501)
