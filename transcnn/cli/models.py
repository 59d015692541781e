"""`models`: the networks, their size, and which weights are included."""

from typing import Any

import click

from transcnn.cli import options


@click.command()
@options.as_json
def models(as_json: bool) -> None:
    """List the networks with their parameters, multiply-adds at their input size, classes, and
    whether weights are included.
    """
    rows = [_row(name) for name in _names()]
    if as_json:
        options.print_json(rows)
        return
    click.echo(
        f"{'name':<20}{'parameters':>13}{'multiply-adds':>17}{'input':>7}{'classes':>9}  weights"
    )
    for row in rows:
        click.echo(
            f"{row['name']:<20}{row['parameters']:>13,}{row['macs']:>17,}"
            f"{row['input_size']:>7}{row['classes']:>9}  {row['weights'] or '-'}"
        )


def _names() -> list[str]:
    from transcnn.model.variants import list_models

    return list_models()


def _row(name: str) -> dict[str, Any]:
    from transcnn.analysis.cost import network_cost
    from transcnn.analysis.cost.count import count_parameters
    from transcnn.checkpoints import shipped_names
    from transcnn.model.network import blank
    from transcnn.model.variants import network

    config = network(name)
    model = blank(name)  # 80 million parameters without values cost nothing
    size = config.input.size
    return {
        "name": name,
        "parameters": count_parameters(model).total,
        "macs": network_cost(config, (size, size)).total,
        "input_size": size,
        "classes": config.classes,
        "weights": "shipped" if name in shipped_names() else None,
    }
