"""A picture with places hidden and what came of it as one byte string, for drawing elsewhere.

The body is the shares of the blocks' last levels as codes of `trace_packet`, [blocks, cells asking,
cells read], then the hidden picture as the network saw it, a PNG.
"""

import io
from typing import Any

import numpy as np
from PIL import Image

from transcnn.analysis.occlusion import OcclusionResult, PredictionChange
from transcnn.ui.components.packets.ablation import answer_entry
from transcnn.ui.components.packets.pack import pack
from transcnn.ui.components.packets.trace import EVEN, PER_OCTAVE, encode_multiples


def hiding_packet(key: str, hiding: OcclusionResult) -> bytes:
    """Everything of `hiding`, by the name `key`."""
    shares = np.stack([reading.weights for reading in hiding.readings])
    codes = encode_multiples(shares * shares.shape[-1])
    picture = io.BytesIO()
    Image.fromarray(hiding.pixels).save(picture, "PNG")
    header = {
        "kind": "occlusion",
        "key": key,
        "even": EVEN,
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
        "before": [answer_entry(answer) for answer in outcome.before],
        "kept": answer_entry(outcome.kept),
        "top": [answer_entry(answer) for answer in outcome.top],
    }
