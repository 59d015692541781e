"""`bench`: how fast a network is."""

import click

from transcnn.cli import options


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
def bench(model: str, rounds: int, on: options.On) -> None:
    """Time a network against a baseline without its optimisations.

    The baseline is the same network in NCHW layout, with explicit softmax and unfolded batch norms.
    Prints a Markdown table for one image at a time.
    """
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
        low, high = t.quartiles_ms
        click.echo(f"| {t.name} | {t.median_ms:.1f} | {low:.1f}-{high:.1f} | {t.speedup:.2f} |")
    click.echo(
        f"\nBeside one busy process, predict takes {result.busy_ratio:.2f} times as long as alone."
    )
    click.echo(
        f"Logits differ from the baseline's by at most {result.logits_apart:.1e}; "
        f"the network takes {result.backbone_ratio:.2f} times as long as its backbone."
    )
