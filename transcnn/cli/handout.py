"""`handout`: a chapter of the course about one image, on paper."""

import hashlib
from pathlib import Path

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError
from transcnn.extras import need
from transcnn.files import write_file
from transcnn.words import DEFAULT, LANGUAGES
from transcnn.words.visible import visible


@click.command()
@click.argument("image", type=options.FILE)
@click.option(
    "--chapter", metavar="N", type=int, default=1, show_default=True, help="Chapter of the course."
)
@click.option(
    "--language",
    type=click.Choice(list(LANGUAGES)),
    default=DEFAULT,
    show_default=True,
    help="Language of the text.",
)
@click.option("--out", type=options.FILE, required=True, metavar="FILE.html", help="File to write.")
@options.network
@options.threads_for_one_image
@options.on_device
def handout(
    image: Path, chapter: int, language: str, out: Path, model: str, on: options.On
) -> None:
    """Write a chapter of the course about IMAGE as one HTML file to print.

    It holds questions, texts to read after predicting, and the answers on a separate sheet. Its
    numbers are computed from IMAGE.
    """
    options.ending(out, (".html",))
    need("reports", "explain")

    from transcnn.classifier import Classifier
    from transcnn.course.found_boxes import see_whole
    from transcnn.course.scene import Scene
    from transcnn.pictures import decode, prepare, read_image_file
    from transcnn.pictures.samples import samples
    from transcnn.reports.handout.html import CHAPTERS, render

    if chapter not in CHAPTERS:  # before the network is loaded
        raise ChoiceError(field="chapter", value=chapter, allowed=", ".join(map(str, CHAPTERS)))
    data = read_image_file(image)
    picture = decode(data)
    classifier = Classifier(model, **on)
    sample = next((s for s in samples() if s.path.read_bytes() == data), None)
    pixels, crop = prepare(picture, classifier.config.input.size)
    trace = classifier.trace_pixels(pixels, crop)
    digest = hashlib.sha256(data).hexdigest()
    config = classifier.config
    labels = config.class_set.said_in(language)
    sample_name = sample.name if sample else None
    scene = Scene(
        classifier=classifier,
        trace=trace,
        pixels=pixels,
        digest=digest,
        sample=sample_name,
        labels=labels,
        whole=see_whole(picture),
    )
    name = sample.title[language] if sample else image.name
    write_file(out, render(scene, chapter, language, name))
    click.echo(f"{visible(str(out))}: chapter {chapter} about {visible(image.name)}")
