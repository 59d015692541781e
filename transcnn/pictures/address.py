"""An image inside a page: a data URL that holds its bytes."""

import base64
import io
from typing import Any

from PIL import Image


def picture_address(image: Image.Image, kind: str = "JPEG", **settings: Any) -> str:
    """`image` as a data URL of `kind`, "JPEG" or "PNG", with Pillow's `settings` of it."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
