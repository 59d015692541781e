"""`opening`: the image with which the app opens, chosen by measurement."""

import json
from functools import partial
from pathlib import Path

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.files import write_file


@click.command()
@click.option(
    "--out",
    type=options.FILE,
    metavar="FILE",
    help="Write the choice, and what it was chosen from, to FILE. [default: print it]",
)
@options.threads
@options.on_device
def opening(out: Path | None, on: options.On) -> None:
    """Find the sample image with which the app opens each included network.

    Every sample that shows one of the network's classes is classified whole and with gray squares
    or patches of other samples, with attention as trained, with uniform attention and with H-MHSA
    removed. Of the cases that are right only with attention as trained, the one whose true classes
    lose most probability without H-MHSA is chosen.
    """
    from transcnn.analysis.overview.search import search, stored
    from transcnn.checkpoints.catalogue import shipped_names
    from transcnn.classifier import Classifier

    found = {}
    with progress_bar() as show:
        for name in shipped_names():
            found[name] = search(Classifier(name, **on), partial(show, name))
    text = json.dumps(stored(found, "python -m transcnn opening"), indent=2)
    if out is None:
        click.echo(text)
    else:
        write_file(out, text + "\n")
