"""Serialises what one image does in every box of a network, for the overview.

In the header a map is {"o": offset into the body, "h": rows, "w": columns}, a byte for each
position:

    components   128 + 51 standard deviations of the first principal component of the channels
    attention    128 + 21 log2(multiple of uniform attention), at least 1;  0: no token
    channels     from the lowest (0) to the highest (255) value of that channel

No map is larger than 56 x 56.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from transcnn.analysis.ablation import Rerun
from transcnn.analysis.attention_row import inner_telling_token
from transcnn.analysis.overview.component import Float64, first_component, halved
from transcnn.analysis.overview.values import BoxValues
from transcnn.pictures.changes import CELL, UNCHANGED, Change, Pixels
from transcnn.trace.trace import BlockTrace
from transcnn.ui.components.packets.pack import pack, prediction_entry

MOST, MOST_OF_FIVE = 56, 28  # positions along a side
CHANNELS, FILTERS = 5, 6  # that are shown of a bottleneck and of the stem

Map = dict[str, int]


@dataclass(frozen=True)
class Ablation:
    """The runs that take attention away, and the image that they were made with: its pixels
    [S, S, 3], how it was changed, and which 32-pixel cells (row, column) were. `chosen`: among how
    many cases, right as trained, and how many of these are wrong without H-MHSA."""

    runs: Sequence[Rerun]
    pixels: Pixels
    change: Change = UNCHANGED
    cells: Sequence[tuple[int, int]] = ()
    chosen: tuple[int, int] | None = None


def overview_packet(
    key: str,
    boxes: Sequence[BoxValues],
    pixels: Pixels,
    whole: Sequence[Rerun],
    shown: Ablation,
    fits: bool,
) -> bytes:
    """All boxes of a network on the image `pixels` [S, S, 3].

    `whole` are the runs on this image, `shown` those to be shown, which may be of the same image
    partly covered; `fits`: whether the image shows one of the network's classes.
    """
    body = _Body()
    before: Float64 = pixels.astype(np.float64).mean(-1)
    maps = []
    for box in boxes:
        out = before
        if box.out.shape[1:] != (1, 1):
            out = first_component(box.out, before)
        maps.append(_box(body, box, before, out))
        before = out
    header = {
        "kind": "overview",
        "key": key,
        "maps": maps,
        "runs": _runs(whole),
        "ablation": {
            "kind": shown.change.kind,
            "share": shown.change.share,
            "cells": shown.cells,
            "of": (pixels.shape[0] // CELL) * (pixels.shape[1] // CELL),
            "runs": _runs(shown.runs),
            "chosen": shown.chosen,
            "image": None if shown.change.kind == "none" else body.jpeg(shown.pixels),
        },
        "fits": fits,
    }
    return pack(header, bytes(body.data))


def _runs(runs: Sequence[Rerun]) -> dict[str, Any]:
    return {
        run.intervention: {
            "answer": prediction_entry(run.answer),
            "top": [prediction_entry(a) for a in run.top],
        }
        for run in runs
    }


class _Body:
    """The bytes, and where in them everything is."""

    def __init__(self) -> None:
        self.data = bytearray()

    def bytes(self, values: NDArray[np.uint8]) -> Map:
        offset = len(self.data)
        self.data += np.ascontiguousarray(values).tobytes()
        return {"o": offset, "h": values.shape[0], "w": values.shape[1]}

    def component(self, values: Float64) -> Map:
        return self.bytes(np.clip(np.round(128 + 51 * halved(values, MOST)), 0, 255).astype("u1"))

    def channel(self, values: NDArray[Any], most: int = MOST) -> Map:
        """One channel, with its lowest and highest value as "lo" and "hi"."""
        small = halved(values.astype(np.float64), most)
        low, high = float(small.min()), float(small.max())
        codes = np.round(255 * (small - low) / ((high - low) or 1)).astype("u1")
        return {**self.bytes(codes), "lo": _short(low), "hi": _short(high)}  # type: ignore[dict-item]

    def jpeg(self, pixels: Pixels) -> list[int]:
        """Offset and length."""
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=90)
        offset = len(self.data)
        self.data += file.getvalue()
        return [offset, len(file.getvalue())]


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _box(body: _Body, box: BoxValues, before: Float64, out: Float64) -> dict[str, Any]:
    parts = box.parts

    def component(name: str) -> Map:
        return body.component(first_component(parts[name], before))

    if box.block is not None:
        return {"out": body.component(out), **_attention(body, box.block, parts, before)}
    if "filters" in parts:
        return {"out": body.component(out), "filters": _filters(body, parts)}
    if "map" in parts:
        vector = box.out.ravel().astype(np.float64)
        shares = np.clip(vector / (vector.max() or 1), 0, 1)
        return {
            "map": component("map"),
            "vec": body.bytes(np.round(255 * shares).astype("u1")[None]),
        }
    if "expanded" in parts:
        return {"out": body.component(out), "br": component("branch"), **_kernel(body, box)}
    return {"out": body.component(out), **{name: component(name) for name in parts}}


def _attention(
    body: _Body, block: BlockTrace, parts: Mapping[str, Any], before: Float64
) -> dict[str, Any]:
    token = inner_telling_token(block)
    levels = []
    for level in block.levels:
        at = block.ancestor(token, level.level)
        origin = level.grid_origin(at)
        rows, columns = level.grid_size
        grid = (origin[0] // rows, origin[1] // columns)
        own = (at[0] - origin[0], at[1] - origin[1])
        multiple = level.multiple[:, grid[0], grid[1], own[0] * columns + own[1]].mean(0)
        codes = np.round(128 + 21 * np.log2(np.maximum(multiple, 1e-9)))
        codes = np.where(level.valid[grid], np.clip(codes, 1, 255), 0)
        attended = first_component(level.attended + level.tokens_in, before)
        levels.append(
            {
                "a": body.component(attended),
                "m": body.bytes(codes.astype("u1").reshape(rows, columns)),
                "own": own,
            }
        )
    size = np.linalg.norm(block.input.astype(np.float64))
    return {
        "token": token,
        "levels": levels,
        "sum": body.component(first_component(parts["total"], before)),
        "add": body.component(first_component(block.added, before)),
        "rel": _short(float(np.linalg.norm(block.added.astype(np.float64)) / size)),
    }


def _filters(body: _Body, parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The filters with the most varied responses: weights [3 colours][k k], the largest being 1."""
    weights, responses = parts["filters"], parts["responses"]
    found = []
    for i in _most_varied(responses, FILTERS):
        filters = weights[i] / np.abs(weights).max()
        found.append(
            {
                "w": [[round(float(v), 3) for v in colour.ravel()] for colour in filters],
                "r": body.channel(responses[i]),
            }
        )
    return found


def _kernel(body: _Body, box: BoxValues) -> dict[str, Any]:
    """Some channels in front of the depthwise convolution; of the first one the kernel, too.

    Of a channel that is too large the centre is taken, from where windows of the network begin,
    and only windows inside of it are shown: no padding.
    """
    expanded, kernels = box.parts["expanded"], box.parts["kernels"]
    chosen = _most_varied(expanded, CHANNELS)
    channel, kernel = expanded[chosen[0]], kernels[chosen[0]]
    padding, part = list(box.padding), False
    if max(channel.shape) > MOST:
        stride = expanded.shape[1] // box.out.shape[1]
        top, left = (
            (side - MOST) // 2 + (-((side - MOST) // 2) - first) % stride
            for side, first in zip(channel.shape, (padding[0], padding[2]), strict=True)
        )
        channel = channel[top : top + MOST, left : left + MOST]
        padding, part = [0, 0, 0, 0], True
    return {
        "ex": [body.channel(expanded[i], MOST_OF_FIVE) for i in chosen],
        "anim": {
            **body.channel(channel),
            "k": [_short(float(v)) for v in kernel.ravel()],
            "pad": padding,
            "part": part,
        },
    }


def _most_varied(channels: NDArray[np.float32], count: int) -> list[int]:
    """The channels [C, H, W] with the largest standard deviation over the positions."""
    spread = channels.reshape(len(channels), -1).astype(np.float64).std(1)
    return [int(i) for i in np.argsort(-spread, kind="stable")[:count]]
