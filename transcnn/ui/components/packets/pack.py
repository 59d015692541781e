"""A figure's data as one byte string, for drawing elsewhere (the browser's side of the app).

u32, little endian: length of the header | header: JSON in UTF-8 | body
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from transcnn.classifier import PredictedClass


def pack(header: dict[str, Any], body: bytes) -> bytes:
    """Header and body as one byte string."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + body


def pack_arrays(header: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """A packet whose body is `arrays`, one after the other, each padded to 4 bytes.

    The header's "arrays" lists their names, types (f4, u2, u1; little endian) and shapes.
    """
    listed, bodies = [], []
    for name, array in arrays.items():
        little = array.astype(array.dtype.newbyteorder("<"))
        listed.append({"name": name, "type": little.dtype.str[1:], "shape": little.shape})
        bodies.append(little.tobytes() + bytes(-little.nbytes % 4))
    return pack({**header, "arrays": listed}, b"".join(bodies))


def names_packet(tag: str, names: Sequence[str]) -> bytes:
    """The names of the classes in a language, by index, and its BCP 47 tag for the HTML page.

    Packets of predictions hold indices only."""
    return pack({"kind": "names", "key": tag, "names": list(names)}, b"")


def prediction_entry(answer: "PredictedClass") -> dict[str, Any]:
    """A class, by its index among the names of each language, and what the network gives it."""
    return {
        "index": answer.output,
        "probability": answer.probability,
        "logit": answer.logit,
    }


def answer_packet(key: str, answer: "PredictedClass", name: str) -> bytes:
    """The likeliest class alone, for pages whose other packets do not say it; with its name, since
    its network may have other classes than the one whose names the page has."""
    entry = {**prediction_entry(answer), "name": name}
    return pack({"kind": "answer", "key": key, "answer": entry}, b"")


def photo_packet(key: str, jpeg: bytes, shares: tuple[float, float, float, float]) -> bytes:
    """A photo; `shares` is its crop: left, top, width, height as shares of the photo."""
    return pack({"kind": "photo", "key": key, "crop": shares}, jpeg)
