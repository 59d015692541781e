"""`demonstration`: labelled pictures for whoever has none."""

from pathlib import Path

import click

from transcnn.cli import options


@click.command()
@click.argument("folder", metavar="DIR", type=options.FILE)
def demonstration(folder: Path) -> None:
    """Write 286 variations of the sample photos into DIR, with their table."""
    from transcnn.runs.demonstration import make_demonstration

    click.echo(make_demonstration(folder))
