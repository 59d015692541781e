"""`bench`: how fast a network is."""

from typing import TYPE_CHECKING

import click

from transcnn.cli import options
from transcnn.extras import need

if TYPE_CHECKING:
    from transcnn.benchmark import Timing


@click.command()
@options.network
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
def bench(model: str, rounds: int, on: options.On, engines: bool) -> None:
    """Time a network against a baseline without its optimisations.

    The baseline is the same network in NCHW layout, with explicit softmax and unfolded batch norms.
    Prints a Markdown table for one image at a time.
    """
    if engines:
        need("export")
        _bench_engines(rounds)
        return
    from transcnn.benchmark import run_benchmark

    result = run_benchmark(model, rounds, **on)
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
