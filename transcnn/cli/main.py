"""The commands together, and how errors leave."""

import sys

import click

from transcnn.cli import attention, evaluate, models, predict, train
from transcnn.errors import TransCNNError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """See and check hierarchical self-attention in a convolutional network."""


for command in (
    models.models,
    predict.predict,
    evaluate.evaluate,
    attention.attention,
    train.train,
):
    app.add_command(command)


def main() -> None:
    """Run a command; every expected error ends in one sentence and exit code 2."""
    try:
        code = app(prog_name="transcnn", standalone_mode=False)
    except TransCNNError as error:
        _leave(str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        _leave(error.format_message())
    except click.Abort:
        _leave("Stopped.", code=130)
    except BrokenPipeError:  # the reader of a pipe has gone, as `head` does
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _leave(f"{error.filename}: {error.strerror}." if error.filename else f"{error}.")
    else:
        sys.exit(code or 0)


def _leave(sentence: str, code: int = 2) -> None:
    click.echo(sentence, err=True)
    sys.exit(code)
