"""`app`: the app on this computer, from any folder."""

import os
import subprocess
from pathlib import Path

import click

from transcnn.assets import APP
from transcnn.cli import options
from transcnn.cli.serve_class import check_port, local_address, server_command
from transcnn.errors import FolderError
from transcnn.extras import need

EVERYWHERE = "0.0.0.0"


@click.command("app")
@click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), default=8501, show_default=True,
    help="Port of the server.",
)  # fmt: skip
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
def serve_app(port: int, host: str, folders: tuple[Path, ...]) -> None:
    """Open the app on this computer: it prints the address for the browser, and runs until Ctrl-C.

    It needs no other address once it runs. With --host other devices can open it, too: whoever can
    reach the address can run the app, upload images, and read the images of --folders.
    """
    need("app")
    environment = dict(os.environ)
    for folder in folders:
        if not folder.is_dir():
            raise FolderError(folder=folder, reason="there is no such folder")
    if folders:
        environment["TRANSCNN_FOLDERS"] = os.pathsep.join(str(f.resolve()) for f in folders)
    check_port(port, host)
    shown = local_address("--host") if host == EVERYWHERE else host
    done = subprocess.run(
        server_command(shown, port, listen=host), cwd=APP, env=environment, check=False
    )
    raise SystemExit(done.returncode)
