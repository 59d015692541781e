"""`explain`: which pixels matter for a class, by one attribution method."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options, scores
from transcnn.cli.progress import progress_bar
from transcnn.errors import ChoiceError
from transcnn.explain.names import METHODS, methods_with
from transcnn.extras import need
from transcnn.files import replacing, write_file

if TYPE_CHECKING:
    import numpy as np

    from transcnn.explain.attribution import Attribution
    from transcnn.explain.subject import Subject
    from transcnn.pictures.prepare import Resize


def _option(what: str, option: str) -> str:
    return f"{what}; for {', '.join(methods_with(option))}."


@click.command()
@click.argument("image", metavar="IMAGE", type=options.FILE)
@click.option("--method", type=click.Choice(tuple(METHODS)), required=True, help="The method.")
@click.option(
    "--class", "of", metavar="N|NAME", help="Class to explain. [default: the top-1 class]"
)
@click.option("--versus", metavar="N|NAME", help="Explain the logit difference to this class.")
@click.option("--stage", type=int, metavar="S", help=_option("Stage, from 0", "stage"))
@click.option(
    "--block",
    type=int,
    metavar="B",
    help=_option("Block with H-MHSA in the stage, from 0", "block"),
)
@click.option("--level", type=int, metavar="L", help=_option("Level of the block, from 0", "level"))
@click.option("--token", metavar="Y,X", help=_option("Token: row, column, from 0", "token"))
@click.option(
    "--crop",
    type=click.IntRange(0, 100),
    default=50,
    show_default=True,
    metavar="P",
    help="Where the square is cut out of the longer side, in percent.",
)
@options.model
@options.weights
@click.option(
    "--faithfulness",
    "scoring",
    is_flag=True,
    help="Also score the map against baselines; runs the network about 900 times.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=options.FILE,
    help="Also write a figure (.png, .svg) or the map (.npz).",
)
@options.resize_any
@options.size
@options.threads_for_one_image
@options.on_device
@options.as_json
def explain(
    image: Path,
    method: str,
    of: str | None,
    versus: str | None,
    stage: int | None,
    block: int | None,
    level: int | None,
    token: str | None,
    crop: int,
    model: str,
    weights: Path | None,
    scoring: bool,
    out: Path | None,
    resize: "Resize",
    size: int | None,
    on: options.On,
    as_json: bool,
) -> None:
    """Show which pixels matter for a class, or for the logit difference of two classes.

    Classes are given by index among the 1000 of ImageNet, or by name in English or Chinese. Prints
    where the map is highest and lowest; the text counts from 1, as figures do.
    """
    ending = options.ending(out, (".png", ".svg", ".npz"))
    query = None if token is None else options.parse_token(token)
    if crop != 50 and resize != "crop":
        raise ChoiceError(field="crop", value=crop, allowed="50 unless --resize is crop")
    if resize == "whole" and scoring:
        allowed = "crop, squash, pad with --faithfulness"
        raise ChoiceError(field="resize", value=resize, allowed=allowed)
    need("explain")

    from transcnn.classifier import Classifier
    from transcnn.explain.faithfulness import faithfulness
    from transcnn.explain.methods import make_method
    from transcnn.explain.subject import Subject, Target

    chosen = make_method(method, stage=stage, block=block, level=level, token=query)
    classifier = Classifier(model, weights, **on)
    pixels, _ = classifier.prepare(image, resize, size, crop)
    if of is None:
        target = int(classifier.logits(pixels[None])[0].argmax())
    else:
        target = classifier.output_of(of)
    against = None if versus is None else classifier.output_of(versus, "versus")
    if against == target:
        raise ChoiceError(field="versus", value=versus, allowed="another class than the explained")
    subject = Subject(classifier, pixels, Target(target, against))
    with progress_bar() as show:
        found = chosen.explain(subject, lambda done: show(method, round(100 * done), 100))
        trust = None
        if scoring:
            trust = faithfulness(
                subject, found, chosen, lambda done: show("scores", round(100 * done), 100)
            )
    about = _as_dict(subject, found) | ({} if trust is None else scores.as_dict(trust))
    if out is not None:
        _write(out, ending, subject, found, about)
    if as_json:
        options.print_json(about)
    else:
        _print(subject, found)
        for line in [] if trust is None else scores.lines(trust):
            click.echo(line)


def _as_dict(subject: "Subject", found: "Attribution") -> dict[str, Any]:
    """The documented keys."""
    rows, columns = found.values.shape
    return {
        "model": subject.classifier.config.name,
        "weights_sha256": subject.classifier.weights_sha256,
        "class": _class(subject, subject.target.of),
        "versus": _class(subject, subject.target.versus),
        "method": found.method,
        "settings": dict(found.settings),
        "facts": dict(found.facts),
        "kind": {
            "name": found.kind.name,
            "signed": found.kind.signed,
            "adds_up": found.kind.adds_up,
        },
        "map": {"rows": rows, "columns": columns, "values": found.values.tolist()},
    }


def _class(subject: "Subject", index: int | None) -> dict[str, Any] | None:
    if index is None:
        return None
    name = subject.classifier.names[index]
    return {"index": name.index, "label": name.label}


def _write(
    out: Path, ending: str | None, subject: "Subject", found: "Attribution", about: dict[str, Any]
) -> None:
    """A figure, or the map with its description as JSON."""
    if ending == ".npz":
        import numpy as np

        rest = {key: value for key, value in about.items() if key != "map"}
        # To a path, numpy would append .npz to a name in .NPZ.
        with (
            replacing(out) as part,
            part.open("wb") as file,
        ):
            np.savez(file, map=found.values, about=np.array(json.dumps(rest)))
        return
    from transcnn.figures import sheet
    from transcnn.figures.explained import explained_sheet
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    figure = explained_sheet(translator(DEFAULT), subject, found)
    write_file(out, sheet.png(figure) if ending == ".png" else sheet.svg(figure))


def _print(subject: "Subject", found: "Attribution") -> None:
    """Where the map is highest and lowest, the method's facts, and what it does not show."""
    import numpy as np

    from transcnn.figures.explained import (
        drawn_values,
        fact_sentences,
        format_value,
        unit_text,
        what_text,
    )
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    t, values = translator(DEFAULT), drawn_values(found, subject.sides)

    def cell(index: "np.intp") -> str:
        row, column = np.unravel_index(index, values.shape)
        value = format_value(found.kind, float(values[row, column]))
        return f"{value} at row {row + 1}, column {column + 1}"

    click.echo(what_text(t, subject, found))
    click.echo(
        f"{values.shape[0]} x {values.shape[1]} cells, {unit_text(t, found.kind)}: "
        f"highest {cell(values.argmax())}, lowest {cell(values.argmin())}"
    )
    for fact in fact_sentences(t, found, digits=3):
        click.echo(fact)
    click.echo(t(f"explanations.limit_{found.method}"))
