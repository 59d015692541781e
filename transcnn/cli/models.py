"""`models`: the networks and detectors, their size, and which weights are included."""

from typing import Any

import click

from transcnn.cli import options


@click.command()
@options.as_json
def models(as_json: bool) -> None:
    """List the networks with their parameters, multiply-adds at their input size, classes, and
    whether weights are included; then the detectors, which `cost --detectors` counts.
    """
    rows = [_row(name) for name in _names()]
    detectors = _detectors()
    if as_json:
        options.print_json(rows + detectors)
        return
    click.echo(
        f"{'name':<20}{'parameters':>13}{'multiply-adds':>17}{'input':>7}{'classes':>9}  weights"
    )
    for row in rows:
        click.echo(
            f"{row['name']:<20}{row['parameters']:>13,}{row['macs']:>17,}"
            f"{row['input_size']:>7}{row['classes']:>9}  {row['weights'] or '-'}"
        )
    click.echo(f"\n{'detector':<26}{'finds':<15}{'input':>6}{'classes':>9}  weights")
    for row in detectors:
        finds = "boxes, masks" if row["kind"] == "mask_rcnn" else "boxes"
        click.echo(
            f"{row['name']:<26}{finds:<15}{row['input_size']:>6}{row['classes']:>9}  "
            f"{row['weights'] or '-'}"
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
        "kind": "classifier",
        "parameters": count_parameters(model).total,
        "macs": network_cost(config, (size, size)).total,
        "input_size": size,
        "classes": config.classes,
        "weights": "shipped" if name in shipped_names() else None,
    }


def _detectors() -> list[dict[str, Any]]:
    from transcnn.detection.catalogue import shipped_detectors
    from transcnn.detection.presets import detector, list_detectors

    return [
        {
            "name": one.name,
            "kind": one.kind,
            "parameters": None,  # counting takes torchvision, and seconds
            "macs": None,
            "input_size": one.longer,
            "classes": len(one.classes),
            "weights": "shipped" if one.name in shipped_detectors() else None,
        }
        for one in map(detector, list_detectors())
    ]
