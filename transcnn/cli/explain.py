"""`explain`: which pixels count, by one of several methods."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options, scored
from transcnn.cli.progress import progress_bar
from transcnn.errors import ChoiceError
from transcnn.explain.names import METHODS

if TYPE_CHECKING:
    import numpy as np

    from transcnn.explain.attribution import Attribution
    from transcnn.explain.subject import Subject


@click.command()
@click.argument("image", metavar="IMAGE", type=options.FILE)
@click.option("--method", type=click.Choice(tuple(METHODS)), required=True)
@click.option("--class", "of", metavar="N|NAME", help="What to explain; without it, the answer.")
@click.option("--versus", metavar="N|NAME", help="Explain how far the class is above this one.")
@click.option("--stage", type=int, help="Stage, from 0, where the method has one.")
@click.option("--block", type=int, help="Block with H-MHSA in the stage, from 0, likewise.")
@click.option("--level", type=int, help="Level of the block, from 0, likewise.")
@click.option("--token", metavar="Y,X", help="Row, column on the block's map, likewise.")
@options.model
@options.weights
@click.option(
    "--faithfulness",
    "scoring",
    is_flag=True,
    help="Score the map beside its baselines: runs the network some 900 times.",
)
@click.option("--out", type=options.FILE, help="Write a figure (.png, .svg) or numbers (.npz).")
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
    model: str,
    weights: Path | None,
    scoring: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show which pixels count for a class, or for one class against another."""
    ending = options.ending(out, (".png", ".svg", ".npz"))
    place = None if token is None else options.parse_token(token)

    from transcnn.classifier import Classifier
    from transcnn.explain.faithfulness import faithfulness
    from transcnn.explain.methods import make_method
    from transcnn.explain.subject import Subject, Target
    from transcnn.pictures import decode, prepare

    chosen = make_method(method, stage=stage, block=block, level=level, token=place)
    classifier = Classifier(model, weights or "shipped")
    pixels, _ = prepare(decode(image.read_bytes()), classifier.config.input.size)
    if of is None:
        target = int(classifier.logits(pixels[None])[0].argmax())
    else:
        target = classifier.place_of(of)
    against = None if versus is None else classifier.place_of(versus, "versus")
    if against == target:
        raise ChoiceError(field="versus", value=versus, allowed="another class than the explained")
    subject = Subject(classifier, pixels, Target(target, against))
    with progress_bar() as show:
        found = chosen.explain(subject, lambda done: show(method, round(100 * done), 100))
        scores = None
        if scoring:
            scores = faithfulness(
                subject, found, chosen, lambda done: show("scores", round(100 * done), 100)
            )
    about = _as_dict(subject, found) | ({} if scores is None else scored.as_dict(scores))
    if out is not None:
        _write(out, ending, subject, found, about)
    if as_json:
        options.print_json(about)
    else:
        _print(subject, found)
        for line in [] if scores is None else scored.lines(scores):
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


def _class(subject: "Subject", place: int | None) -> dict[str, Any] | None:
    if place is None:
        return None
    name = subject.classifier.names[place]
    return {"index": name.index, "label": name.label}


def _write(
    out: Path, ending: str | None, subject: "Subject", found: "Attribution", about: dict[str, Any]
) -> None:
    """A figure, or the map with all that is known of it as JSON."""
    if ending == ".npz":
        import numpy as np

        on_progress = {key: value for key, value in about.items() if key != "map"}
        with out.open("wb") as file:  # to a name, numpy would add .npz where it says .NPZ
            np.savez(file, map=found.values, about=np.array(json.dumps(on_progress)))
        return
    from transcnn.figures import sheet
    from transcnn.figures.explained import explained_sheet
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    figure = explained_sheet(translator(DEFAULT), subject, found)
    out.write_bytes(sheet.png(figure) if ending == ".png" else sheet.svg(figure).encode())


def _print(subject: "Subject", found: "Attribution") -> None:
    """Where the map is highest and lowest, on cells, and what the method knows of itself."""
    import numpy as np

    from transcnn.figures.explained import drawn_values, format_value, unit_text, what_text
    from transcnn.words import DEFAULT
    from transcnn.words.translator import translator

    t, values = translator(DEFAULT), drawn_values(found, len(subject.pixels))

    def cell(place: "np.intp") -> str:
        row, column = np.unravel_index(place, values.shape)
        return (
            f"{format_value(found.kind, float(values[row, column]))} at row {row}, column {column}"
        )

    click.echo(what_text(t, subject, found))
    click.echo(
        f"{values.shape[0]} x {values.shape[1]} cells of {unit_text(t, found.kind)}: "
        f"most {cell(values.argmax())}, least {cell(values.argmin())} (counted from 0)"
    )
    for name, value in found.facts.items():
        click.echo(f"{t(f'explanations.fact_{name}')}: {value:.3f}")
    click.echo(t(f"explanations.limit_{found.method}"))
