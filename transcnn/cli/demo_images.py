"""`demo-images`: labelled images to try the error analysis on."""

from pathlib import Path

import click

from transcnn.cli import options
from transcnn.words.visible import visible


@click.command("demo-images")
@click.argument("folder", metavar="DIR", type=options.FILE)
def demo_images(folder: Path) -> None:
    """Write 390 variations of the sample photos into DIR.

    They are labelled in DIR/labels.csv, which `evaluate-run` reads; their authors and licences are
    in DIR/ATTRIBUTION.md. They are for demonstration, not a benchmark.
    """
    from transcnn.runs.demonstration import make_demonstration

    click.echo(visible(str(make_demonstration(folder))))
