"""The app's server as a process: what `app` and `class` start."""

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
from transcnn.limits import limits

EVERYWHERE = "0.0.0.0"
# Not a machine: asking which own address would lead there sends nothing (RFC 5737).
_ELSEWHERE = ("192.0.2.1", 9)

port_option = click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), default=8501, show_default=True,
    help="Port of the server.",
)  # fmt: skip


def serve(command: list[str], environment: dict[str, str]) -> int:
    """Run the server until it ends, which it does with this command, by SIGTERM too; its status."""
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


def check_port(port: int, host: str = EVERYWHERE) -> None:
    """Raises PortInUse where another program listens on `port`, and ChoiceError where `host` is no
    address of this computer.
    """
    with socket.socket() as trial:
        if os.name != "nt":  # there it would share the port with the program that listens
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
    listen: str = EVERYWHERE,
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
        "server.maxUploadSize": max(limits().upload_weights_mb, limits().archive_mb),
    }
    hosts = dict.fromkeys(("localhost", "127.0.0.1", address))
    return [
        *(sys.executable, "-m", "streamlit", "run", "app.py"),
        *(f"--{name}={value}" for name, value in options.items()),
        *(f"--server.allowedHosts={host}" for host in hosts),
    ]
