"""`app`: the app on this computer, from any folder."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import click

from transcnn.cli import options
from transcnn.cli.server import (
    EVERYWHERE,
    check_port,
    local_address,
    port_option,
    serve,
    server_command,
)
from transcnn.errors import ChoiceError, FolderError
from transcnn.extras import need


@click.command("app")
@port_option
@click.option(
    "--host",
    metavar="HOST",
    default="127.0.0.1",
    help=f"Address to listen on; {EVERYWHERE} for all. [default: this computer alone]",
)
@click.option(
    "--folders",
    metavar="DIR",
    type=options.FILE,
    multiple=True,
    help="Folder whose images the Errors page may read. May be given several times.",
)
@click.option(
    "--public",
    metavar="URL",
    help="Address under which a reverse proxy serves the app, such as https://lab.example/transcnn.",
)
@click.option(
    "--framed-by",
    metavar="ORIGIN",
    multiple=True,
    envvar="TRANSCNN_FRAMED_BY",
    show_envvar=True,
    help="Site whose pages may show the app in a frame, such as https://learn.example. "
    "May be given several times. [default: none]",
)
def serve_app(
    port: int,
    host: str,
    folders: tuple[Path, ...],
    public: str | None,
    framed_by: tuple[str, ...],
) -> None:
    """Open the app on this computer: it prints the address for the browser, and runs until Ctrl-C.

    It needs no other address once it runs. With --host or --public other devices can open it, too:
    whoever can reach the address can run the app, upload images, and read the images of --folders.
    """
    need("app")
    environment = dict(os.environ)
    for folder in folders:
        if not folder.is_dir():
            raise FolderError(folder=folder, reason="there is no such folder")
    if folders:
        environment["TRANSCNN_FOLDERS"] = os.pathsep.join(str(f.resolve()) for f in folders)
    environment["TRANSCNN_FRAMED_BY"] = " ".join(map(origin, framed_by))
    check_port(port, host)
    if public is not None:
        name, public_port, path = public_address(public)
        command = server_command(name, port, host, public_port, path)
    else:
        shown = local_address("--host") if host == EVERYWHERE else host
        command = server_command(shown, port, host)
    raise SystemExit(serve(command, environment))


def public_address(url: str) -> tuple[str, int, str]:
    """Host, port and path of the address at which others find the app. Raises ChoiceError."""
    try:
        found = urlsplit(url)
        port = found.port or {"http": 80, "https": 443}[found.scheme]
        if not found.hostname or found.query or found.fragment or found.username:
            raise ValueError(url)
    except (KeyError, ValueError) as error:
        allowed = "addresses such as https://lab.example or https://lab.example/transcnn"
        raise ChoiceError(field="public", value=url, allowed=allowed) from error
    return found.hostname, port, found.path.strip("/")


def origin(text: str) -> str:
    """Scheme, host and port of a site, as a browser names it. Raises ChoiceError."""
    if not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", text.lower().rstrip("/")):
        allowed = "sites such as https://learn.example"
        raise ChoiceError(field="framed-by", value=text, allowed=allowed)
    return text.lower().rstrip("/")
