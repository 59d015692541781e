"""`evaluate-run`: predict labelled images in every case and store all of it; resumable."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import detectors, options
from transcnn.cli.detection_run import store_detections
from transcnn.cli.processes import processes
from transcnn.cli.stored_run import compute_rest, exit_code
from transcnn.extras import need
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.pictures.prepare import Resize
    from transcnn.runs.labelled import LabelledPicture
    from transcnn.runs.run import Done
    from transcnn.runs.store import Store


@click.command("evaluate-run")
@click.argument("folder", metavar="DIR", type=options.FILE)
@click.argument("run")
@options.model
@options.weights
@options.resize
@options.limit
@options.parallel_batches
@options.on_device
@detectors.split
@detectors.draws
@options.as_json
@click.pass_context
def evaluate_run(
    context: click.Context,
    folder: Path,
    run: str,
    model: str,
    weights: Path | None,
    resize: "Resize",
    limit: int | None,
    threads: int | None,
    on: options.On,
    split: str | None,
    draws: int,
    as_json: bool,
) -> int:
    """Predict the images of DIR in every case of the error analysis, and store the run RUN.

    The cases: original; H-MHSA removed; uniform attention; and with the outermost, the most
    attended and as many random grids of the image gray. RUN is one SQLite file with all
    predictions and statistics of attention and of the images; the Errors page and `report` read it.

    DIR holds sub-folders named by WNID, index or name of a class. It may also be a CSV file with
    the columns file and label (several true labels joined by "|"), and optionally source (the photo
    an image was made of; intervals are by photo) and tags.

    RUN is a name in the folder transcnn/runs of the user's data folder, or a path that ends in
    .sqlite. The same command resumes a run that was stopped; nothing is predicted twice. Under
    torchrun several processes share the work.

    With a detector, DIR has objects with boxes: a COCO file (JSON) or a folder with one, or a
    folder of Pascal VOC. The run keeps every box that is found, and --resize does not apply.
    """
    if detectors.is_detector(model, weights):
        detectors.refuse(context, "resize")
        given = (folder, run, model, weights, split, limit, draws, threads, on, as_json)
        return store_detections(*given)
    detectors.refuse(context, "split", "draws", allowed="values for a detector only")
    need("reports")

    from transcnn.classifier import Classifier
    from transcnn.runs.labelled import find_items
    from transcnn.runs.run import begin_run, classify_run
    from transcnn.runs.store import run_path

    path = run_path(run)
    with processes(on["device"]) as (rank, count, device):
        classifier = Classifier(model, weights, device=device, dtype=on["dtype"])
        items = find_items(folder, limit=limit, classes=classifier.classes)
        store = begin_run(path, classifier, items, resize) if rank == 0 else None

        def compute(
            remaining: "list[LabelledPicture]", cores: int, should_stop: Callable[[], bool]
        ) -> "Iterator[Done]":
            return classify_run(store, classifier, remaining, resize, cores, should_stop)

        names = [i.name for i in store.remaining()] if store is not None else []
        compute_rest(names, {item.name: item for item in items}, compute, count, threads)
    if store is None:
        return 0
    if as_json:
        options.print_json(_as_dict(run, store))
    else:
        _print(run, store)
    return exit_code(store)


def _as_dict(run: str, store: "Store") -> dict[str, Any]:
    from transcnn.analysis.errors.scores import accuracy
    from transcnn.analysis.errors.survival import survival

    table, progress = store.table(), store.progress()
    broken = [{"file": b.name, "error": b.why} for b in store.broken()]
    facts = {
        "run": run,
        "file": str(store.path),
        **vars(store.settings),
        "done": progress.done,
        "of": progress.of,
        "count": len(table),
        "unreadable": broken,
    }
    if not len(table):
        return facts
    return facts | {
        "top1": vars(accuracy(table)),
        "top5": vars(accuracy(table, 5)),
        "cases": {
            s.case: {
                "top1": vars(s.accuracy),
                "same_prediction": vars(s.unchanged),
                "correct_only_original": s.correct_only_on,
                "correct_only_here": s.correct_only_here,
                "gained": vars(s.gained),
            }
            for s in survival(table)
        },
    }


def _print(run: str, store: "Store") -> None:
    facts, path = _as_dict(run, store), visible(str(store.path))
    click.echo(f"{facts['model']}: {facts['done']} of {facts['of']} images done, in {path}")
    if "top1" in facts:
        for name, share in (
            ("top-1", facts["top1"]),
            ("top-5", facts["top5"]),
        ):
            click.echo(f"  {_share(share)} {name}")
        for case, found in facts["cases"].items():
            click.echo(
                f"  {_share(found['top1'])} top-1 in the case {case}, "
                f"{100 * found['same_prediction']['value']:.1f} % with the same prediction"
            )
    for file in facts["unreadable"]:
        click.echo(f"unreadable: {visible(file['file'])}: {file['error']}")


def _share(share: dict[str, float]) -> str:
    low, high = 100 * share["low"], 100 * share["high"]
    return f"{100 * share['value']:5.1f} % ({low:.1f} to {high:.1f})"
