"""`bench`: how fast a network is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError
from transcnn.extras import need

if TYPE_CHECKING:
    from transcnn.benchmark import Timing


@click.command()
@click.option(
    "--model",
    metavar="NAME",
    help="The network, or a detector; `models` lists them. [default: transcnn_lite0, or the "
    "detector of --weights]",
)
@click.option(
    "--weights",
    metavar="FILE",
    type=options.FILE,
    help="A weight file of a detector, to time that. [default: the included weights]",
)
@options.threads_for_one_image
@options.on_device
@click.option(
    "--rounds",
    metavar="N",
    type=click.IntRange(min=2),
    default=30,
    show_default=True,
    help="Number of rounds; each runs every case once.",
)
@click.option(
    "--engines",
    is_flag=True,
    help="Compare torch, torch.compile, onnxruntime and OpenVINO instead, as far as they are "
    "installed, on the CPU: all included networks, 1 and 16 images, 1 and 2 threads. Of the other "
    "options only --rounds applies.",
)
def bench(
    model: str | None, weights: Path | None, rounds: int, on: options.On, engines: bool
) -> None:
    """Time a network against a baseline without its optimisations, or the parts of a detector.

    The baseline is the same network in NCHW layout, with explicit softmax and unfolded batch norms.
    A detector is timed on the CPU, beside the same on torchvision's EfficientNet-B0. Prints a
    Markdown table for one image at a time.
    """
    from transcnn.detection.presets import list_detectors

    if engines:
        need("export")
        _bench_engines(rounds)
        return
    if weights is not None or model in list_detectors():
        need("detection")
        _bench_detector(model, weights, rounds, on)
        return
    from transcnn.benchmark import run_benchmark

    result = run_benchmark(model or "transcnn_lite0", rounds, **on)
    click.echo(
        f"{result.model}, one image; {result.machine}, {result.threads} threads, "
        f"{result.where}, "
        f"median of {result.rounds} interleaved rounds\n"
    )
    click.echo("| case | ms | quartiles | times as fast as the baseline |")
    click.echo("|---|---:|---:|---:|")
    for t in result.timings:
        click.echo(_row(t))
    click.echo(
        f"\nBeside one busy process, predict takes {result.busy_ratio:.2f} times as long as alone."
    )
    click.echo(
        f"Logits differ from the baseline's by at most {result.logits_apart:.1e}; "
        f"the network takes {result.backbone_ratio:.2f} times as long as its backbone."
    )


def _bench_detector(model: str | None, weights: Path | None, rounds: int, on: options.On) -> None:
    for field, value, allowed in (
        ("device", on["device"], ("auto", "cpu")),
        ("precision", on["dtype"], ("float32",)),
    ):
        if value not in allowed:
            raise ChoiceError(field=field, value=value, allowed=f"{allowed[-1]} for detectors")
    from transcnn.benchmark_detection import OTHER, run_detection
    from transcnn.detection.detector import ObjectDetector

    result = run_detection(ObjectDetector.open(model, weights, device="cpu"), rounds)
    rows, columns = result.size
    click.echo(
        f"{result.model}, one image of {rows} x {columns} pixels, {result.detections} objects; "
        f"{result.machine}, {result.threads} threads, median of {result.rounds} interleaved "
        f"rounds\n"
    )
    click.echo(f"| part | ms | share | ms on {OTHER} | ratio |")
    click.echo("|---|---:|---:|---:|---:|")
    whole = result.parts[-1].ms
    for part in result.parts:
        click.echo(
            f"| {part.name} | {part.ms:.1f} | {100 * part.ms / whole:.0f} % | "
            f"{part.other_ms:.1f} | {part.ratio:.2f} |"
        )
    click.echo(
        f"\nMultiply-adds of the backbones: {result.macs / 1e9:.2f} G, of {OTHER} "
        f"{result.other_macs / 1e9:.2f} G."
    )


def _bench_engines(rounds: int) -> None:
    from transcnn.benchmark import machine
    from transcnn.benchmark_engines import run_engines

    click.echo(f"{machine()}, median of {rounds} interleaved rounds\n")
    click.echo("| network | images | threads | engine | ms | quartiles | times as fast as torch |")
    click.echo("|---|---:|---:|---|---:|---:|---:|")
    for case in run_engines(rounds):
        where = f"| {case.model} | {case.images} | {case.threads} "
        for timing in case.timings:
            click.echo(where + _row(timing))


def _row(timing: "Timing") -> str:
    low, high = timing.quartiles_ms
    times = f"{timing.median_ms:.1f} | {low:.1f}-{high:.1f}"
    return f"| {timing.name} | {times} | {timing.speedup:.2f} |"
