"""What the library computes, for the JavaScript tests: `python -m tests.js.write_expected`.

Writes expected.json beside this file, from a small network whose grids reach beyond its maps. The
browser gets the same packets as from the app and must come to the same numbers.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.golden.recipe import fill, reference_input
from transcnn import create_model
from transcnn.analysis.added import added_terms, output_weights
from transcnn.analysis.attention_row import row_facts
from transcnn.analysis.overview.description import describe
from transcnn.analysis.tokens import nearest
from transcnn.figures.cells import CellMap
from transcnn.figures.scale import (
    DARK,
    LIGHT,
    MULTIPLES,
    NORM_TOP,
    colours,
    format_multiple,
    norm_colours,
    ramp_colours,
)
from transcnn.model.variants import list_models, network
from transcnn.pictures import Box, Crop
from transcnn.trace.record import record
from transcnn.trace.trace import BlockTrace, Trace
from transcnn.ui.components.packets.tokens import tokens_packet
from transcnn.ui.components.packets.trace import trace_packet

FILE = Path(__file__).with_name("expected.json")
SIDE = 160  # every stride divides it, as in the app, but no grid of the network divides its maps


def main() -> None:
    """Write the file."""
    merges = ((6, 3), (7,), (4,), (2,))
    model = fill(
        create_model(
            "transcnn_nano", merges=merges, widths=(16, 24, 32, 48), head_width=8, classes=10
        )
    )
    crop = Crop((SIDE, SIDE), Box(0, 0, SIDE, SIDE), SIDE)
    trace = record(model, reference_input(7, SIDE, SIDE), crop)
    added = [added_terms(b, output_weights(model, b.stage, b.block)) for b in trace.blocks]
    expected = {
        "side": SIDE,
        "scale": _scale(),
        "blocks": _structure(trace),
        "trace": _text(trace_packet("key", trace)),
        "rows": [row for block in trace.blocks for row in _rows(trace, block)],
        "tokens": _text(tokens_packet("key", trace, added)),
        "nearest": [near for i, block in enumerate(trace.blocks) for near in _nearest(i, block)],
        "parts": _parts(),
        "described": {name: describe(network(name)) for name in list_models()},
    }
    FILE.write_text(json.dumps(expected), encoding="utf-8")


def _text(packet: bytes) -> str:
    return base64.b64encode(packet).decode()


def _scale() -> dict[str, Any]:
    # No exact ties: Python rounds them to even, JavaScript up.
    multiples = np.concatenate([2.0 ** np.linspace(-7, 7, 58), [0.0949, 0.0951, 9.94, 9.96]])
    norms = np.linspace(0, 1.2 * NORM_TOP, 25)
    return {
        "ramps": {"light": LIGHT, "dark": DARK},
        "ramp": ramp_colours(np.linspace(0, 1, 257)).tolist(),
        "multiples": multiples.tolist(),
        "colours": colours(multiples).tolist(),
        "texts": [format_multiple(float(m)) for m in multiples],
        "ticks": MULTIPLES.ticks(fine=True),
        "norm_top": NORM_TOP,
        "norms": norms.tolist(),
        "norm_colours": norm_colours(norms).tolist(),
    }


def _structure(trace: Trace) -> list[dict[str, Any]]:
    """The blocks as the app describes them to the browser."""
    blocks, number = [], 0
    for block in trace.blocks:
        levels = []
        for level in block.levels:
            levels.append({"grid": level.grid_size[0], "side": level.size[0], "number": number})
            number += 1
        blocks.append(
            {
                "stage": block.stage,
                "block": block.block,
                "heads": block.heads,
                "side": block.size[0],
                "levels": levels,
            }
        )
    return blocks


def _rows(trace: Trace, block: BlockTrace) -> list[dict[str, Any]]:
    """The attention of tokens at the corners and inside, for one head and for their mean."""
    last = block.size[0] - 1
    rows = []
    for token in {(0, 0), (0, last), (last, last), (last // 2, last // 3)}:
        for reading in trace.read(block.stage, block.block, token):
            size = block.token_size(reading.level)[0]
            for head in (None, 0):
                facts = row_facts(reading, SIDE / block.size[0] * size, head)
                rows.append(
                    {
                        "block": trace.blocks.index(block),
                        "level": reading.level,
                        "token": token,
                        "head": head,
                        "multiple": np.where(reading.valid, facts.multiple, 0).ravel().tolist(),
                        "own": list(reading.own),
                        "strongest": list(facts.strongest),
                        "half": facts.half,
                        "count": facts.tokens,
                        "distance": facts.distance,
                        "uniform": facts.uniform_distance,
                        "areas": [list(area) for row in reading.areas for area in row],
                    }
                )
    return rows


def _nearest(number: int, block: BlockTrace) -> list[dict[str, Any]]:
    found = []
    for level in block.levels:
        token = (level.size[0] - 1, level.size[1] // 2)
        near = nearest(level.tokens_in, token, 5)
        found.append(
            {
                "array": f"{number}/vectors/tokens/{level.level}",
                "columns": level.size[1],
                "token": token,
                "nearest": [{"token": n.token, "cosine": n.cosine} for n in near],
            }
        )
    return found


def _parts() -> list[dict[str, Any]]:
    """Maps that are a part of a larger one, with the part of the image behind them."""
    maps = [CellMap("", 8, 8, origin=(16, 24), whole=(56, 56)), CellMap("", 7, 7)]
    return [
        {"rows": m.rows, "columns": m.columns, "origin": m.origin, "whole": m.whole, "part": m.part}
        for m in maps
    ]


if __name__ == "__main__":
    main()
