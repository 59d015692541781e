"""`learning-gains`: pre-test and post-test of the course, compared."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError
from transcnn.files import write_file

if TYPE_CHECKING:
    from transcnn.analysis.intervals import Interval
    from transcnn.course.learned import Gain, Learned


@click.command("learning-gains")
@click.argument("answers", metavar="ANSWERS.csv...", nargs=-1, required=True, type=options.FILE)
@click.option(
    "--simulate", metavar="N", type=int, help="First write simulated answers of N learners."
)
@click.option(
    "--seed", metavar="S", type=int, default=0, show_default=True, help="Seed of the simulation."
)
@options.as_json
def learning_gains(
    answers: tuple[Path, ...], simulate: int | None, seed: int, as_json: bool
) -> None:
    """Compare answers of the pre-test and the post-test, as the Course page saves them.

    Reports the gain of each learner with bootstrap intervals, and whether one form was harder.
    Several files are pooled. With --simulate, the one file is written first, with every row marked
    as simulated; it must not exist yet.
    """
    from transcnn.course import learned
    from transcnn.evaluation.tables import read_text

    if simulate is not None:
        if len(answers) != 1 or answers[0].exists():
            named = ", ".join(map(str, answers))
            raise ChoiceError(
                field="answers", value=named, allowed="one file that does not exist yet"
            )
        simulated = learned.simulate(simulate, seed)
        write_file(answers[0], learned.as_csv(simulated))
    rows = []
    for file in answers:
        rows += learned.read_answers(read_text(file), str(file))
    result = learned.analyse(rows)
    if as_json:
        options.print_json(_as_dict(result))
    else:
        _print(result)


def _as_dict(result: "Learned") -> dict[str, Any]:
    def gain(found: "Gain") -> dict[str, Any]:
        return {
            "pre": found.before,
            "post": found.after,
            "gain": vars(found.gain),
            "form_difference": vars(found.order),
        }

    return {
        "source": result.source,
        "simulated": result.simulated,
        "learners": result.learners,
        "form_a_first": result.first_a,
        "excluded": list(result.left_out),
        "surface": gain(result.surface),
        "deep": gain(result.deep),
        "ceiling_items": [
            {"item": item.item, "correct": item.share, "count": item.count} for item in result.easy
        ],
    }


def _print(result: "Learned") -> None:
    if result.simulated:
        click.echo(f"SIMULATED ANSWERS ({result.source}): they say nothing about people.")
    click.echo(
        f"{result.learners} learners with both tests, {result.first_a} of them form A first, "
        f"{len(result.left_out)} excluded"
        + (f": {', '.join(result.left_out)}" if result.left_out else "")
    )
    click.echo(f"{'':<10}{'pre':>8}{'post':>8}{'gain':>8}   95 %            A first minus B first")
    for name, found in (("surface", result.surface), ("deep", result.deep)):
        gain, order = found.gain, found.order
        click.echo(
            f"{name:<10}{found.before:>8.2f}{found.after:>8.2f}{gain.value:>+8.2f}   "
            f"{_ends(gain):<16}{order.value:+.2f}, {_ends(order)}"
        )
    click.echo("Scores are out of 3. If the last interval excludes 0, one form is harder.")
    for item in result.easy:
        click.echo(
            f"{item.item}: {100 * item.share:.0f} % correct in the pre-test ({item.count} "
            "learners); it can hardly show a gain."
        )
    click.echo("Without a control group, a gain is not evidence of an effect of the course.")


def _ends(interval: "Interval") -> str:
    return f"{interval.low:+.2f} to {interval.high:+.2f}"
