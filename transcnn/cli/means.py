"""`means`: what each H-MHSA adds on average, stored beside the weights for the switch `mean`."""

from pathlib import Path

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar


@click.command()
@click.argument("weights", metavar="WEIGHTS", type=options.FILE)
@click.option("--model", default="transcnn_lite0", show_default=True, help="See `models`.")
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=options.FILE,
    help="A folder of training pictures; may be given several times.",
)
@click.option(
    "--limit", type=int, default=1000, show_default=True, help="Pictures of each folder, at most."
)
@options.threads
def means(
    weights: Path, model: str, data: tuple[Path, ...], limit: int, threads: int | None
) -> None:
    """Average over training pictures what each H-MHSA of the weight file WEIGHTS adds.

    The averages go beside WEIGHTS, where the switch `mean` looks for them.
    """
    from transcnn.checkpoints.catalogue import sha256
    from transcnn.checkpoints.means import save_means
    from transcnn.classifier import Classifier
    from transcnn.errors import ChoiceError
    from transcnn.evaluation.averages import average_added
    from transcnn.evaluation.folder import Found
    from transcnn.evaluation.run import prepare_run
    from transcnn.training.data import find_training_pictures

    options.use_threads(threads)
    if limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    pictures = []
    for folder in data:
        paths = find_training_pictures(folder)
        count = min(limit, len(paths))
        some = [paths[i * len(paths) // count] for i in range(count)]
        pictures += [Found(folder, path, f"{path.parent.name}/{path.name}") for path in some]
    classifier = Classifier(model, weights)
    with progress_bar() as show:
        run = prepare_run(pictures, classifier.config.input.size, progress=show)
        path = save_means(average_added(classifier, run, show), weights)
    click.echo(f"{path}: averages over {len(run)} pictures, sha256 {sha256(path)}")
