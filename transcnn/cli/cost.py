"""`cost`: multiply-adds and parameters of a network, by formula and as torch counts them."""

from typing import Any

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError

_SIDES = (32, 4096)


@click.command()
@options.network
@click.option(
    "--size",
    metavar="PX",
    type=int,
    help="Image size in pixels, 32 to 4096. [default: the network's input size]",
)
@options.as_json
def cost(model: str, size: int | None, as_json: bool) -> None:
    """Count parameters and multiply-adds of a network, part by part.

    Multiply-adds are computed by the closed form, and counted by torch while the network runs.
    """
    from transcnn.analysis.cost import network_cost
    from transcnn.analysis.cost.count import count_operations, count_parameters
    from transcnn.model.network import blank

    if size is not None and not _SIDES[0] <= size <= _SIDES[1]:
        raise ChoiceError(field="size", value=size, allowed=f"{_SIDES[0]} to {_SIDES[1]} pixels")
    network = blank(model).eval()
    config = network.config
    side = size or config.input.size
    formula = network_cost(config, (side, side))
    counted = count_operations(network, (side, side))
    parameters = count_parameters(network)

    def part(name: str, at: int | None = None) -> dict[str, int]:
        """The same part of all three."""
        values = [getattr(of, name) for of in (parameters, formula, counted)]
        keys = ("parameters", "macs", "macs_counted")
        return dict(zip(keys, values if at is None else [v[at] for v in values], strict=True))

    stages = range(len(config.stages))
    result = {
        "model": model,
        "size": side,
        **part("total"),
        "attention_matmuls": formula.attention_products,
        "stem": part("stem"),
        "downsampling": [part("downs", s) for s in stages],
        "stages": [part("stages", s) for s in stages],
        "head": part("head"),
    }
    if as_json:
        options.print_json(result)
        return
    click.echo(f"{model} on {side} x {side} pixels")
    click.echo(f"{'':<16}{'parameters':>13}{'multiply-adds':>18}{'counted':>18}")
    for name, row in _rows(result):
        click.echo(
            f"{name:<16}{row['parameters']:>13,}{row['macs']:>18,}{row['macs_counted']:>18,}"
        )


def _rows(result: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    rows = [("stem", result["stem"])]
    for s, (down, stage) in enumerate(zip(result["downsampling"], result["stages"], strict=True)):
        if down["parameters"]:
            rows.append((f"downsampling {s + 1}", down))
        rows.append((f"stage {s + 1}", stage))
    return [*rows, ("head", result["head"]), ("total", result)]
