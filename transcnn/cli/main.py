"""The commands together, their names in earlier versions, and how errors end."""

import io
import os
import sys
from typing import NoReturn

import click

import transcnn
from transcnn.cli import (
    ablate,
    attention,
    attention_stats,
    bench,
    cost,
    demo_images,
    design_choices,
    detect,
    evaluate,
    evaluate_run,
    explain,
    export,
    faithfulness,
    handout,
    learning_gains,
    mean_outputs,
    models,
    opening,
    predict,
    report,
    serve_app,
    serve_class,
)
from transcnn.cli.group import Group
from transcnn.cli.train import group as train
from transcnn.errors import TransCNNError
from transcnn.threads import wait_briefly
from transcnn.words.visible import visible

OLD_COMMANDS = {
    "reading": "attention-stats",
    "choices": "design-choices",
    "learned": "learning-gains",
    "means": "mean-outputs",
    "demonstration": "demo-images",
}
OLD_OPTIONS = {"--held-back": "--held-out", "--lang": "--language", "--measure": "--test-data"}


class _Commands(Group):
    """Commands and options are also found under the names that earlier versions gave them."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, *given = args
        given = [
            OLD_OPTIONS.get(option, option) + equals + value
            for option, equals, value in (argument.partition("=") for argument in given)
        ]
        return super().resolve_command(ctx, [OLD_COMMANDS.get(name, name), *given])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(transcnn.__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Predict, explain and evaluate with networks that have hierarchical multi-head self-attention
    (H-MHSA), and measure what attention contributes.

    Stages, blocks, levels, heads and tokens count from 0 in commands and in JSON. Blocks count
    those with H-MHSA in their stage.

    Exit codes: 0 done; 2 bad usage or input, with one sentence on stderr; 130 stopped by Ctrl-C.
    """


for command in (
    models.models,
    predict.predict,
    detect.detect,
    attention.attention,
    explain.explain,
    export.export,
    cost.cost,
    evaluate.evaluate,
    ablate.ablate,
    attention_stats.attention_stats,
    faithfulness.faithfulness,
    evaluate_run.evaluate_run,
    report.report,
    demo_images.demo_images,
    train.train,
    mean_outputs.mean_outputs,
    opening.opening,
    design_choices.design_choices,
    handout.handout,
    learning_gains.learning_gains,
    serve_app.serve_app,
    serve_class.serve_class,
    bench.bench,
):
    app.add_command(command)


def main() -> None:
    """Run a command; every expected error ends with one sentence and exit code 2."""
    wait_briefly()
    if isinstance(sys.stdout, io.TextIOWrapper):  # file names may not be valid text
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        # Not app(), because click exits with code 1 when a pipe is closed.
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
    except BrokenPipeError:  # the reader of the pipe has closed it, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the final flush
        sys.exit(0)
    except OSError as error:
        named = error.filename is not None
        _leave(f"{visible(str(error.filename))}: {error.strerror}." if named else f"{error}.")
    sys.exit(code or 0)


def _leave(sentence: str, code: int = 2) -> NoReturn:
    click.echo(visible(sentence, keep="\n\t"), err=True)
    sys.exit(code)
