"""A trace as one byte string, for drawing elsewhere.

The body is the attention of all blocks and levels as u16, little endian, in the axes of
`LevelTrace.attention`:

    code = 32768 + 2048 log2(multiple of uniform attention), from 1 to 65535;  0: no token

so a multiple is known to 0.02 %, from 1/65536 to 65536 times uniform, in half of the bytes of
float32 and without the decoding that float16 would need there.
"""

import numpy as np
from numpy.typing import NDArray

from transcnn.analysis.attention_row import telling_token
from transcnn.trace.trace import LevelTrace, Trace
from transcnn.ui.components.packets.pack import pack

UNIFORM, PER_OCTAVE = 32768, 2048


def trace_packet(key: str, trace: Trace, top: int = 5) -> bytes:
    """A trace with its `top` likeliest classes and, for each block, a token worth showing."""
    codes = [encode(level) for block in trace.blocks for level in block.levels]
    logits = trace.logits.astype(np.float64)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    order = np.argsort(-logits, kind="stable")[:top]
    header = {
        "kind": "trace",
        "key": key,
        "uniform": UNIFORM,
        "per_octave": PER_OCTAVE,
        "tokens": [telling_token(block) for block in trace.blocks],
        "lengths": [code.size for code in codes],
        "top": [{"index": int(i), "probability": shares[i], "logit": logits[i]} for i in order],
    }
    return pack(header, b"".join(code.tobytes() for code in codes))


def encode(level: LevelTrace) -> NDArray[np.uint16]:
    """The weights of a level as codes, in the axes of its `attention`."""
    return np.where(level.valid[:, :, None, :], encode_multiples(level.multiple), 0).astype("<u2")


def encode_multiples(multiple: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Multiples of uniform attention as codes, all of tokens that exist."""
    with np.errstate(divide="ignore"):
        octaves = np.log2(multiple)
    return np.clip(np.round(UNIFORM + PER_OCTAVE * octaves), 1, 65535).astype("<u2")
