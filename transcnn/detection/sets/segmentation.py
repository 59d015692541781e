"""COCO's segmentations as masks."""

import math
from typing import Any

from transcnn.detection.objects import Mask


def read_mask(segmentation: Any, size: tuple[int, int]) -> Mask | None:
    """The mask of an object's polygons or run lengths, plain or compressed, on an image of `size`
    (width, height); None where it is none, or one of an image of another size."""
    from faster_coco_eval.core import mask

    columns, rows = size
    try:
        if isinstance(segmentation, list):
            if not all(_is_polygon(one, columns, rows) for one in segmentation):
                return None
            found = mask.merge(mask.frPyObjects(segmentation, rows, columns))
        else:
            if list(segmentation["size"]) != [rows, columns]:
                return None
            counts = segmentation["counts"]
            if isinstance(counts, list):
                if not all(type(one) is int and one >= 0 for one in counts):
                    return None
                found = mask.frPyObjects({"size": [rows, columns], "counts": counts}, rows, columns)
            else:
                found = {"size": [rows, columns], "counts": counts.encode("ascii")}
        mask.decode(found)  # run lengths that do not make up the image are found only here
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError):
        return None
    read = Mask((rows, columns), found["counts"])
    return read if read.area else None


def _is_polygon(points: Any, columns: int, rows: int) -> bool:
    """Whether these are three corners or more, on the image or near it: the library would draw an
    edge of any length."""
    if not isinstance(points, list) or len(points) < 6 or len(points) % 2:
        return False
    if not all(type(one) in (int, float) and math.isfinite(one) for one in points):
        return False
    across, down = points[::2], points[1::2]
    near_across = all(-columns <= x <= 2 * columns for x in across)
    return near_across and all(-rows <= y <= 2 * rows for y in down)
