"""`class`: the app for a class on the local network."""

import os

import click

from transcnn.cli.server import check_port, local_address, port_option, serve, server_command
from transcnn.extras import need


@click.command("class")
@port_option
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
