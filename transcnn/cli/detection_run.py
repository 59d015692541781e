"""`evaluate-run` with a detector: what it finds in annotated images is stored, and measured."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import detectors, options
from transcnn.cli.processes import processes
from transcnn.cli.progress import progress_bar
from transcnn.cli.stored_run import compute_rest, exit_code
from transcnn.extras import need
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.detection.evaluation.evaluate import Measured
    from transcnn.detection.objects import AnnotatedPicture
    from transcnn.runs.detection.store import DetectionStore
    from transcnn.runs.run import Done


def store_detections(
    folder: Path,
    run: str,
    model: str | None,
    weights: Path | None,
    split: str | None,
    limit: int | None,
    draws: int,
    threads: int | None,
    on: options.On,
    as_json: bool,
) -> int:
    """Store what a detector finds in the images of `folder`, and print what its errors cost."""
    need("detection")

    from transcnn.detection.detector import ObjectDetector
    from transcnn.detection.sets import read_set
    from transcnn.detection.sets.classes import common_classes
    from transcnn.runs.detection.run import begin_detection_run, detect_run, stored_name
    from transcnn.runs.store import run_path

    path = run_path(run)
    with processes(on["device"]) as (rank, count, device):
        detector = ObjectDetector.open(model, weights, device=device, dtype=on["dtype"])
        annotated = read_set(folder, split, limit=limit)
        store = begin_detection_run(path, detector, annotated) if rank == 0 else None

        classes = common_classes(annotated, detector.config.classes).names

        def compute(
            items: "list[AnnotatedPicture]", cores: int, should_stop: Callable[[], bool]
        ) -> "Iterator[Done]":
            return detect_run(store, detector, items, classes, cores, should_stop)

        names = [one.name for one in store.remaining()] if store is not None else []
        here = {stored_name(one): one for one in annotated.pictures}
        compute_rest(names, here, compute, count, threads)
    if store is None:
        return 0
    measured = _measure(store, draws)
    if as_json:
        options.print_json(_as_dict(run, store, measured, draws))
    else:
        _print(store, measured, draws)
    return exit_code(store)


def _measure(store: "DetectionStore", draws: int) -> "Measured | None":
    """The scores and errors by boxes; None where no image is done."""
    from transcnn.detection.evaluation.coco import coco_scores
    from transcnn.detection.evaluation.evaluate import Measured
    from transcnn.detection.evaluation.judged import JudgedPicture
    from transcnn.detection.evaluation.tide import find_errors

    classes = store.settings.classes
    judged = [JudgedPicture(one.size, one.objects, one.detections) for one in store.pictures()]
    if not judged:
        return None
    with progress_bar() as show:
        scores = coco_scores(
            judged, classes, draws=draws, progress=lambda done, of: show("resampling", done, of)
        )
    return Measured(scores, find_errors(judged, len(classes)))


def _as_dict(
    run: str, store: "DetectionStore", measured: "Measured | None", draws: int
) -> dict[str, Any]:
    progress = store.progress()
    facts = {
        "run": run,
        "file": str(store.path),
        **vars(store.settings),
        "done": progress.done,
        "of": progress.of,
        "draws": draws,
        "left_out": [str(one) for one in store.left_out()],
        "unreadable": [{"file": b.name, "error": b.why} for b in store.broken()],
    }
    return facts if measured is None else facts | {"box": detectors.as_dict(measured, measured)}


def _print(store: "DetectionStore", measured: "Measured | None", draws: int) -> None:
    progress = store.progress()
    click.echo(
        f"{store.settings.model}: {progress.done} of {progress.of} images done, "
        f"in {visible(str(store.path))}"
    )
    if measured is not None:
        click.echo(f"in %, {detectors.intervals(draws)}")
        detectors.print_measured(measured)
    detectors.print_only(store.settings.only_set, store.settings.only_detector)
    for one in store.left_out():
        click.echo(f"{one}")
    for file in store.broken():
        click.echo(f"unreadable: {visible(file.name)}: {file.why}")
