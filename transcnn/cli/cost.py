"""`cost`: multiply-adds and parameters of a network or a detector, part by part."""

import re
from typing import TYPE_CHECKING, Any

import click

from transcnn.cli import options
from transcnn.errors import ChoiceError
from transcnn.extras import need

if TYPE_CHECKING:
    from transcnn.analysis.cost.detector import DetectorCost

_SIDES = (32, 4096)
Size = tuple[int, int]  # rows, columns


def _parse_size(_context: click.Context, _option: click.Parameter, given: str | None) -> Any:
    if given is None:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:x(\d{1,9}))?", given)
    sides = (0, 0) if found is None else (int(found[1]), int(found[2] or found[1]))
    if not all(_SIDES[0] <= side <= _SIDES[1] for side in sides):
        allowed = f"PX or ROWSxCOLUMNS of {_SIDES[0]} to {_SIDES[1]} pixels"
        raise ChoiceError(field="size", value=given, allowed=allowed)
    return sides


@click.command()
@options.network
@click.option(
    "--size",
    metavar="PX|ROWSxCOLUMNS",
    callback=_parse_size,
    help="Image size in pixels, 32 to 4096. [default: the network's input size; of a detector the "
    "most pixels that it sees]",
)
@click.option(
    "--detectors",
    "all_detectors",
    is_flag=True,
    help="Instead of one network, all detectors, as a Markdown table: those of TransCNN beside "
    "those of ResNet-50.",
)
@options.as_json
def cost(model: str, size: Size | None, all_detectors: bool, as_json: bool) -> None:
    """Count parameters and multiply-adds of a network or a detector, part by part.

    Multiply-adds of a network are computed by the closed form, and counted by torch while the
    network runs; those of a detector are counted, with as many regions and objects as it may have.
    """
    from transcnn.detection.presets import detector, list_detectors

    if all_detectors:
        _detectors(size, as_json)
    elif model in list_detectors():
        need("detection")
        from transcnn.analysis.cost.detector import detector_cost

        _print_detector(detector_cost(detector(model), size), as_json)
    else:
        _network(model, size, as_json)


def _network(model: str, size: Size | None, as_json: bool) -> None:
    from transcnn.analysis.cost import network_cost
    from transcnn.analysis.cost.count import count_operations, count_parameters
    from transcnn.model.network import blank

    network = blank(model).eval()
    config = network.config
    size = size or (config.input.size, config.input.size)
    formula = network_cost(config, size)
    counted = count_operations(network, size)
    parameters = count_parameters(network)

    def part(name: str, at: int | None = None) -> dict[str, int]:
        """The same part of all three."""
        values = [getattr(of, name) for of in (parameters, formula, counted)]
        keys = ("parameters", "macs", "macs_counted")
        return dict(zip(keys, values if at is None else [v[at] for v in values], strict=True))

    stages = range(len(config.stages))
    result = {
        "model": model,
        "size": _as_json(size),
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
    click.echo(f"{model} on {size[0]} x {size[1]} pixels")
    click.echo(f"{'':<16}{'parameters':>13}{'multiply-adds':>18}{'counted':>18}")
    for name, row in _rows(result):
        click.echo(
            f"{name:<16}{row['parameters']:>13,}{row['macs']:>18,}{row['macs_counted']:>18,}"
        )


def _as_json(size: Size) -> int | list[int]:
    """The side of a square, else rows and columns."""
    return size[0] if size[0] == size[1] else list(size)


def _rows(result: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    rows = [("stem", result["stem"])]
    for s, (down, stage) in enumerate(zip(result["downsampling"], result["stages"], strict=True)):
        if down["parameters"]:
            rows.append((f"downsampling {s + 1}", down))
        rows.append((f"stage {s + 1}", stage))
    return [*rows, ("head", result["head"]), ("total", result)]


def _print_detector(found: "DetectorCost", as_json: bool) -> None:
    if as_json:
        options.print_json(_detector_json(found))
        return
    rows, columns = found.size
    click.echo(f"{found.name} on {rows} x {columns} pixels")
    click.echo(f"{'':<20}{'parameters':>13}{'multiply-adds':>18}")
    for part in found.parts:
        click.echo(f"{part.name:<20}{part.parameters:>13,}{part.macs:>18,}")
    click.echo(f"{'total':<20}{found.parameters:>13,}{found.macs:>18,}")
    click.echo(f"{'of which QK^T, AV':<33}{found.attention_products:>18,}")


def _detectors(size: Size | None, as_json: bool) -> None:
    need("detection")
    from transcnn.analysis.cost.detector import detector_cost
    from transcnn.detection.presets import detector, list_detectors

    found = [detector_cost(detector(name), size) for name in list_detectors()]
    if as_json:
        options.print_json([_detector_json(one) for one in found])
        return
    head = ("parameters, M", "multiply-adds, G", "backbone", "of it QK^T, AV", "pyramid", "heads")
    click.echo(f"| detector | pixels | {' | '.join(head)} |")
    click.echo(f"|---|---:|{'---:|' * len(head)}")
    for one in found:
        body, pyramid = one.of("backbone"), one.of("pyramid")
        macs = (one.macs, body, one.attention_products, pyramid, one.macs - body - pyramid)
        numbers = [f"{one.parameters / 1e6:.1f}", *(f"{count / 1e9:.2f}" for count in macs)]
        click.echo(f"| {one.name} | {one.size[0]} x {one.size[1]} | {' | '.join(numbers)} |")


def _detector_json(found: "DetectorCost") -> dict[str, Any]:
    """The documented keys."""
    return {
        "model": found.name,
        "size": _as_json(found.size),
        "parameters": found.parameters,
        "macs": found.macs,
        "attention_matmuls": found.attention_products,
        "parts": [vars(part) for part in found.parts],
    }
