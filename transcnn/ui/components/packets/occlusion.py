"""Serialises an occlusion experiment for the browser.

The body is the attention of the blocks' last levels as codes of `trace_packet`, [blocks, query,
key], then the masked image as the network saw it, a PNG.
"""

import io
from typing import Any

import numpy as np
from PIL import Image

from transcnn.analysis.occlusion import OcclusionResult, PredictionChange
from transcnn.ui.components.packets.pack import pack, prediction_entry
from transcnn.ui.components.packets.trace import PER_OCTAVE, UNIFORM, encode_multiples


def occlusion_packet(key: str, hiding: OcclusionResult) -> bytes:
    """Everything of `hiding`, by the name `key`."""
    shares = np.stack([reading.weights for reading in hiding.readings])
    codes = encode_multiples(shares * shares.shape[-1])
    picture = io.BytesIO()
    Image.fromarray(hiding.pixels).save(picture, "PNG")
    header = {
        "kind": "occlusion",
        "key": key,
        "uniform": UNIFORM,
        "per_octave": PER_OCTAVE,
        "codes": codes.size,
        "visible": hiding.own.ravel().tolist(),
        "attention": _outcome(hiding.with_attention),
        "backbone": _outcome(hiding.backbone),
        "blocks": [
            {
                "stage": reading.stage,
                "block": reading.block,
                "on_visible": reading.from_own,
                "on_masked": reading.from_hidden,
            }
            for reading in hiding.readings
        ],
    }
    return pack(header, codes.tobytes() + picture.getvalue())


def _outcome(outcome: PredictionChange) -> dict[str, Any]:
    return {
        "before": [prediction_entry(answer) for answer in outcome.before],
        "kept": prediction_entry(outcome.kept),
        "top": [prediction_entry(answer) for answer in outcome.top],
    }
