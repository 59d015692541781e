"""`design-choices`: which design choices of the network matter, at a size that fits two cores."""

import time
from pathlib import Path

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.errors import ChoiceError
from transcnn.files import write_file


@click.command("design-choices")
@click.option(
    "--data",
    metavar="DIR",
    required=True,
    type=options.FILE,
    help="A folder of class folders to train on.",
)
@click.option(
    "--test-data",
    metavar="DIR",
    required=True,
    type=options.FILE,
    help="A folder of class folders to evaluate on.",
)
@click.option(
    "--out",
    metavar="DIR",
    type=options.FILE,
    default=Path("choices"),
    show_default=True,
    help="Folder to write the runs and table.md to.",
)
@click.option(
    "--seeds", metavar="N", default=3, show_default=True, help="Number of runs of each design."
)
@options.threads
@options.device
def design_choices(data: Path, test_data: Path, out: Path, seeds: int, device: str) -> None:
    """Train one small network from scratch, changing one design choice at a time.

    The folders hold classes of transcnn_nano. The table is written after each seed; finished runs
    in --out are not repeated.
    """
    from transcnn.classifier import Classifier
    from transcnn.devices import find_device
    from transcnn.evaluation import find_pictures
    from transcnn.evaluation.prepared import prepare_pictures
    from transcnn.training.choices import REFERENCE, run_choices, small, table
    from transcnn.training.data import open_source
    from transcnn.training.labels import soft_targets
    from transcnn.training.recipes.choices import FIVE_EPOCHS

    if seeds < 1:
        raise ChoiceError(field="seeds", value=seeds, allowed="1 or more")
    assert FIVE_EPOCHS.labels is not None
    here = find_device(device)
    model = small(REFERENCE)
    found = find_pictures(test_data)
    with progress_bar() as show:
        source = open_source(
            data,
            out / "pictures",
            FIVE_EPOCHS.store_px,
            lambda _, done, of: show("decoding", done, of),
        )
        run = prepare_pictures(found, model.config.input.size, "squash", show)
    classes = model.config.indices or ()
    targets = soft_targets(source, classes, FIVE_EPOCHS.labels, out / "pictures", lambda *_: None)
    places = Classifier.around(model, "").outputs_of([found[i].label.index for i in run.indices])
    lines: list[str] = []
    for outcomes in run_choices(
        FIVE_EPOCHS, source, targets, (run, places), out, seeds, _Progress().show, here
    ):
        lines = table(outcomes)
        write_file(out / "table.md", "\n".join(lines) + "\n")
    for line in lines:
        click.echo(line)


class _Progress:
    """Reports the progress of a training every 15 seconds."""

    EVERY_S = 15.0

    def __init__(self) -> None:
        self.at = -self.EVERY_S

    def show(self, choice: str, seed: int, share: float) -> None:
        if time.monotonic() - self.at > self.EVERY_S or share == 1:
            self.at = time.monotonic()
            click.echo(f"{choice}, seed {seed}: {100 * share:.0f} %", err=True)
