"""`bench`: how long a network takes."""

import click

from transcnn.cli import options


@click.command()
@options.model
@click.option("--rounds", type=click.IntRange(min=2), default=30, show_default=True)
def bench(model: str, rounds: int) -> None:
    """Time a network against the same one without what makes it fast, as a Markdown table."""
    from transcnn.benchmark import run_benchmark

    result = run_benchmark(model, rounds)
    click.echo(
        f"{result.model}, one picture; {result.machine}, {result.threads} threads, "
        f"median of {result.rounds} interleaved rounds\n"
    )
    click.echo("| case | ms | quartiles | times as fast as the baseline |")
    click.echo("|---|---:|---:|---:|")
    for t in result.timings:
        low, high = t.quartiles_ms
        click.echo(f"| {t.name} | {t.median_ms:.1f} | {low:.1f}-{high:.1f} | {t.speedup:.2f} |")
    click.echo(
        f"\nLogits differ from the baseline's by at most {result.logits_apart:.1e}; "
        f"the network takes {result.body_ratio:.2f} times as long as its bare body."
    )
