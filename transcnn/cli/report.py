"""`report`: the error analysis of a stored run, as a page or as a table."""

from pathlib import Path

import click

from transcnn.cli import options
from transcnn.extras import need
from transcnn.files import write_file
from transcnn.words import DEFAULT, LANGUAGES
from transcnn.words.visible import visible


@click.command()
@click.argument("run")
@click.option(
    "--out",
    type=options.FILE,
    required=True,
    metavar="FILE",
    help="File to write: .html, .csv or .parquet.",
)
@click.option(
    "--where", default="", metavar="FILTER", help='Only some images, such as "right:no tag:blur".'
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=DEFAULT,
    show_default=True,
    help="Language of the HTML page.",
)
def report(run: str, out: Path, where: str, language: str) -> None:
    """Write the error analysis of RUN as one HTML page, or every image as a row of a table.

    RUN is the name or path given to `evaluate-run`. FILTER has the words of
    the links to the Errors page, apart by spaces: docs/evaluating.md has them.
    """
    ending = options.ending(out, (".html", ".csv", ".parquet"))
    need("reports")

    from transcnn.analysis.errors.derived import with_derived
    from transcnn.analysis.errors.filters import parse_filter
    from transcnn.reports.html import render
    from transcnn.reports.predictions import as_csv, as_parquet
    from transcnn.runs.store import open_run, run_path

    store = open_run(run_path(run))
    names = store.settings.classes.by_number
    meant = parse_filter(where)
    table = with_derived(store.table())
    chosen = table.take(meant.chosen(table))
    if ending == ".html":
        write_file(out, render(store, table, meant, language))
    elif ending == ".csv":
        write_file(out, as_csv(chosen, names))
    else:
        write_file(out, as_parquet(chosen, names))
    click.echo(f"{visible(str(out))}: {len(chosen)} images of {store.settings.model}")
