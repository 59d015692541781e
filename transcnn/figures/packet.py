"""A figure's data as one byte string, for drawing elsewhere (the browser's side of the app).

u32, little endian: length of the header | header: JSON in UTF-8 | body
"""

import json
from typing import Any


def pack(header: dict[str, Any], body: bytes) -> bytes:
    """Header and body as one byte string."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(4, "little") + text + body


def photo_packet(key: str, jpeg: bytes, shares: tuple[float, float, float, float]) -> bytes:
    """A photo; `shares` is its crop: left, top, width, height as shares of the photo."""
    return pack({"kind": "photo", "key": key, "crop": shares}, jpeg)
