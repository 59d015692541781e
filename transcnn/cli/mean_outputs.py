"""`mean-outputs`: the mean output of each H-MHSA, stored beside the weights for mean ablation."""

from pathlib import Path

import click

from transcnn.cli import options
from transcnn.cli.progress import progress_bar
from transcnn.words.visible import visible


@click.command("mean-outputs")
@click.argument("weights", metavar="WEIGHTS", type=options.FILE)
@options.model
@click.option(
    "--data",
    multiple=True,
    required=True,
    type=options.FILE,
    metavar="DIR",
    help="A folder of training images; may be repeated.",
)
@click.option(
    "--limit",
    metavar="N",
    type=int,
    default=1000,
    show_default=True,
    help="Use at most N images of each folder.",
)
@options.threads
@options.on_device
def mean_outputs(
    weights: Path, model: str, data: tuple[Path, ...], limit: int, on: options.On
) -> None:
    """Compute the mean output of each H-MHSA over training images.

    Writes the means beside the weight file WEIGHTS, where the intervention `mean` finds them.
    """
    from transcnn.checkpoints.catalogue import sha256
    from transcnn.checkpoints.means import save_means
    from transcnn.classifier import Classifier
    from transcnn.errors import ChoiceError
    from transcnn.evaluation.averages import average_added
    from transcnn.evaluation.folder import PictureFile
    from transcnn.evaluation.prepared import prepare_pictures
    from transcnn.training.data import find_training_pictures

    if limit < 1:
        raise ChoiceError(field="limit", value=limit, allowed="1 or more")
    pictures = []
    for folder in data:
        paths = find_training_pictures(folder)
        count = min(limit, len(paths))
        some = [paths[i * len(paths) // count] for i in range(count)]
        pictures += [PictureFile(folder, path, f"{path.parent.name}/{path.name}") for path in some]
    classifier = Classifier(model, weights, **on)
    with progress_bar() as show:
        run = prepare_pictures(pictures, classifier.config.input.size, progress=show)
        path = save_means(average_added(classifier, run, show), weights)
    click.echo(f"{visible(str(path))}: means over {len(run)} images, sha256 {sha256(path)}")
