"""`class`: opens the app to the network, and only this command does."""

import socket
import tomllib
from pathlib import Path

import pytest
import segno

from transcnn.cli import serve_app, server
from transcnn.course.classroom.invitation import join_link, qr_svg, qr_text, teacher_link
from transcnn.errors import NoNetwork, PortInUse

ROOT = Path(__file__).parents[2]


def test_the_server_of_a_class_listens_to_the_network_under_the_named_address_alone():
    command = server.server_command("192.0.2.7", 8600)
    assert "--server.address=0.0.0.0" in command
    assert "--browser.serverAddress=192.0.2.7" in command
    allowed = [part for part in command if part.startswith("--server.allowedHosts=")]
    assert [part.partition("=")[2] for part in allowed] == ["localhost", "127.0.0.1", "192.0.2.7"]


def test_the_app_without_this_command_listens_to_this_computer_alone():
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["address"] == "127.0.0.1"
    assert set(settings["server"]["allowedHosts"]) == {"localhost", "127.0.0.1"}
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "0.0.0.0" not in make


def test_the_link_carries_the_code_and_so_does_its_qr_code():
    link = join_link("http://192.0.2.7:8501/", "123456")
    assert link == "http://192.0.2.7:8501/course?class=123456"
    size = segno.make(link, micro=False).symbol_size(scale=8, border=4)[0]
    assert f'width="{size}"' in qr_svg(link)
    assert "█" in qr_text(link) or "▀" in qr_text(link)


def test_the_teachers_key_is_in_the_part_of_the_link_that_no_browser_sends():
    sent, _, kept = teacher_link("http://localhost:8501", "123456", "KEY").partition("#")
    assert (sent, kept) == ("http://localhost:8501/course?view=teacher&class=123456", "key=KEY")


def test_a_port_in_use_and_a_missing_network_are_one_sentence(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=str(port)):
            server.check_port(port)

    class Alone(socket.socket):
        def connect(self, _):
            raise OSError("unreachable")

    monkeypatch.setattr(server.socket, "socket", Alone)
    with pytest.raises(NoNetwork):
        server.local_address()


def test_the_app_listens_to_this_computer_or_where_it_is_told_to(monkeypatch, tmp_path, called):
    started = []

    def serve(command, environment):
        named = environment["TRANSCNN_FOLDERS"], environment["TRANSCNN_FRAMED_BY"]
        started.append((command, *named))
        return 0

    monkeypatch.setattr(serve_app, "serve", serve)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRANSCNN_FOLDERS", "")
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()

    called("app", "--port", 8600)
    called("app", "--host", "127.0.0.2", "--folders", "a", "--folders", "b")
    sites = ("--framed-by", "https://learn.example/", "--framed-by", "http://Localhost:80")
    called("app", "--public", "https://lab.example/transcnn/", *sites)

    (alone, nothing, nobody), (other, folders, _), (public, _, framed_by) = started
    assert {"--server.address=127.0.0.1", "--server.port=8600"} <= set(alone)
    assert [part for part in alone if "Hosts" in part] == [
        f"--server.allowedHosts={host}" for host in ("localhost", "127.0.0.1")
    ]
    assert {"--server.address=127.0.0.2", "--server.allowedHosts=127.0.0.2"} <= set(other)
    assert {"--browser.serverPort=443", "--server.baseUrlPath=transcnn"} <= set(public)
    assert "--server.allowedHosts=lab.example" in public
    assert (nothing, folders) == ("", f"{tmp_path / 'a'}:{tmp_path / 'b'}")
    assert (nobody, framed_by) == ("", "https://learn.example http://localhost:80")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (("--host", "203.0.113.9"), "host is '203.0.113.9'; allowed: addresses of this computer"),
        (("--host", "nowhere.invalid"), "host is 'nowhere.invalid'; allowed: addresses of this"),
        (("--folders", "nowhere"), "nowhere: there is no such folder."),
        (("--public", "lab.example"), "public is 'lab.example'; allowed: addresses such as https:"),
        (("--public", "ftp://lab.example"), "public is 'ftp://lab.example'; allowed: addresses"),
        (("--public", "http://lab.example:x"), "public is 'http://lab.example:x'; allowed: addr"),
        (("--framed-by", "*"), "framed-by is '*'; allowed: sites such as https://learn.example."),
        (("--framed-by", "https://a;b"), "framed-by is 'https://a;b'; allowed: sites such as"),
        (("--port", 0), "Invalid value for '--port': 0 is not in the range"),
    ],
)
def test_an_app_that_cannot_be_started_is_one_sentence(called, given, sentence):
    code, out, err = called("app", *given)

    assert (code, out) == (2, "")
    assert err.startswith(sentence)
    assert err.count("\n") == 1
