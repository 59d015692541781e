"""`learned`: what answers before and after the course say."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError

if TYPE_CHECKING:
    from transcnn.analysis.intervals import Interval
    from transcnn.course.learned import Gain, Learned


@click.command()
@click.argument("answers", metavar="ANSWERS.csv...", nargs=-1, required=True, type=options.FILE)
@click.option("--simulate", type=int, help="Write made-up answers of so many learners first.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of made-up answers.")
@options.as_json
def learned(answers: tuple[Path, ...], simulate: int | None, seed: int, as_json: bool) -> None:
    """Compare answers before and after the course, as the Course page saves them.

    Several files are taken together. With --simulate the one file is written, and marked in every
    row as made up; it must not exist yet.
    """
    from transcnn.course import learned as answering

    if simulate is not None:
        if len(answers) != 1 or answers[0].exists():
            named = ", ".join(map(str, answers))
            raise ChoiceError(
                field="answers", value=named, allowed="one file that is not there yet"
            )
        made_up = answering.simulate(simulate, seed)
        answers[0].write_text(answering.as_csv(made_up), encoding="utf-8")
    rows = []
    for file in answers:
        try:
            rows += answering.read_answers(file.read_text(encoding="utf-8"), str(file))
        except UnicodeDecodeError as error:
            raise ChoiceError(field=str(file), value="bytes", allowed="a CSV file") from error
    result = answering.analyse(rows)
    if as_json:
        options.print_json(_as_dict(result))
    else:
        _print(result)


def _as_dict(result: "Learned") -> dict[str, Any]:
    def gain(found: "Gain") -> dict[str, Any]:
        return {**vars(found), "gain": vars(found.gain), "order": vars(found.order)}

    return {
        **vars(result),
        "simulated": result.simulated,
        "surface": gain(result.surface),
        "deep": gain(result.deep),
        "easy": [vars(item) for item in result.easy],
    }


def _print(result: "Learned") -> None:
    if result.simulated:
        click.echo(f"MADE-UP ANSWERS ({result.source}): they say nothing about people.")
    click.echo(
        f"{result.learners} learners with both tests, {result.first_a} of them form A first, "
        f"{len(result.left_out)} left out"
        + (f": {', '.join(result.left_out)}" if result.left_out else "")
    )
    click.echo(
        f"{'':<10}{'before':>8}{'after':>8}{'gain':>8}   95 %            A first minus B first"
    )
    for name, found in (("surface", result.surface), ("deep", result.deep)):
        gain, order = found.gain, found.order
        click.echo(
            f"{name:<10}{found.before:>8.2f}{found.after:>8.2f}{gain.value:>+8.2f}   "
            f"{_ends(gain):<16}{order.value:+.2f}, {_ends(order)}"
        )
    click.echo("Points of 3. Where the last interval leaves out 0, one form is harder.")
    for item in result.easy:
        click.echo(
            f"{item.item}: right for {100 * item.share:.0f} % before ({item.count} learners); "
            "it can show hardly any gain."
        )
    click.echo("A gain is no effect of the course: nobody was measured without it.")


def _ends(interval: "Interval") -> str:
    return f"{interval.low:+.2f} to {interval.high:+.2f}"
