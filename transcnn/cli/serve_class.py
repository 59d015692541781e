"""`class`: the app for a class on the local network."""

import contextlib
import errno
import os
import signal
import socket
import subprocess
import sys

import click

from transcnn.assets import APP
from transcnn.errors import ChoiceError, NoNetwork, PortInUse
from transcnn.extras import need

# Not a machine: asking which own address would lead there sends nothing (RFC 5737).
_ELSEWHERE = ("192.0.2.1", 9)


@click.command("class")
@click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), default=8501, show_default=True,
    help="Port of the server.",
)  # fmt: skip
@click.option(
    "--address",
    metavar="HOST",
    help="Address of this computer that the class uses. [default: the one of its network]",
)
def serve_class(port: int, address: str | None) -> None:
    """Serve the app to a class on the local network, and start a class.

    It prints the address with the class code, its QR code, and the teacher's own link. Everybody on
    the network can open the app until it is stopped by Ctrl-C: they can run it, upload images and
    fill this computer's memory. The app alone (`make app`) stays on this computer.
    """
    need("app")

    from transcnn.course.classroom.invitation import join_link, qr_text, teacher_link
    from transcnn.course.classroom.store import Classes

    address = address or local_address()
    check_port(port)
    code, key = Classes().begin()
    link = join_link(f"http://{address}:{port}", code)
    click.echo(qr_text(link))
    click.echo(f"Class {code[:3]} {code[3:]}: learners open {link}")
    click.echo(f"Teacher, on this computer: {teacher_link(f'http://localhost:{port}', code, key)}")
    click.echo(
        "Everybody on this network can open the app until you stop it with Ctrl-C. "
        "The class and its answers stay until you end it in the app, at most for 24 hours."
    )
    command, environment = server_command(address, port), dict(os.environ)
    environment.pop("TRANSCNN_FOLDERS", None)  # the class reads no folders of this computer
    raise SystemExit(serve(command, environment))


def serve(command: list[str], environment: dict[str, str]) -> int:
    """Runs the server until it ends, and ends it when this command is told to end; its status."""
    with subprocess.Popen(command, cwd=APP, env=environment) as server:
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        return server.wait()


def local_address(option: str = "--address") -> str:
    """The address of this computer on its network. Raises NoNetwork, which names `option`."""
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking,
    ):
        asking.connect(_ELSEWHERE)
        found = str(asking.getsockname()[0])
        if not found.startswith("127."):
            return found
    raise NoNetwork(option=option)


def check_port(port: int, host: str = "0.0.0.0") -> None:
    """Raises PortInUse where another program listens on `port`, and ChoiceError where `host` is no
    address of this computer.
    """
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortInUse(port=port) from error
            allowed = "addresses of this computer, such as 127.0.0.1 or 0.0.0.0 (all)"
            raise ChoiceError(field="host", value=host, allowed=allowed) from error


def server_command(
    address: str,
    port: int,
    listen: str = "0.0.0.0",
    public_port: int | None = None,
    path: str = "",
) -> list[str]:
    """Starts the app for all devices that reach `listen`; only pages under `address` or of this
    computer may talk to it. Behind a proxy others find it under `address`:`public_port`/`path`.
    """
    options = {
        "server.address": listen,
        "server.port": port,
        "browser.serverAddress": address,
        "browser.serverPort": public_port or port,
        "server.baseUrlPath": path,
    }
    hosts = dict.fromkeys(("localhost", "127.0.0.1", address))
    return [
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *(f"--{name}={value}" for name, value in options.items()),
        *(f"--server.allowedHosts={host}" for host in hosts),
    ]
