"""The commands together, and how errors leave."""

import io
import os
import sys
from typing import NoReturn

import click

from transcnn.cli import (
    ablate,
    attention,
    bench,
    choices,
    cost,
    demonstration,
    evaluate,
    explain,
    faithfulness,
    handout,
    learned,
    means,
    models,
    predict,
    reading,
    report,
    train,
)
from transcnn.errors import TransCNNError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """See and check hierarchical self-attention in a convolutional network."""


for command in (
    models.models,
    predict.predict,
    evaluate.evaluate,
    report.report,
    handout.handout,
    learned.learned,
    demonstration.demonstration,
    ablate.ablate,
    reading.reading,
    attention.attention,
    explain.explain,
    bench.bench,
    cost.cost,
    train.train,
    choices.choices,
    faithfulness.faithfulness,
    means.means,
):
    app.add_command(command)


def main() -> None:
    """Run a command; every expected error ends in one sentence and exit code 2."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file may have a name that is no text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not app(): there, click ends a closed pipe with 1, which means a failed check here.
        with app.make_context("transcnn", sys.argv[1:]) as context:
            code = app.invoke(context)
    except click.exceptions.Exit as done:  # --help
        sys.exit(done.exit_code)
    except TransCNNError as error:
        _leave(str(error))
    except click.ClickException as error:
        _leave(error.format_message())
    except KeyboardInterrupt:
        _leave("Stopped.", code=130)
    except BrokenPipeError:  # the reader of a pipe has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end
        sys.exit(0)
    except OSError as error:
        _leave(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.")
    sys.exit(code or 0)


def _leave(sentence: str, code: int = 2) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(code)
