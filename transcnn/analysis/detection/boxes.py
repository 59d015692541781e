"""Areas of boxes on one image."""

from transcnn.pictures.geometry import Box


def area(box: Box) -> float:
    """In square pixels; 0 for a box that is empty."""
    return max(0.0, box.right - box.left) * max(0.0, box.bottom - box.top)


def intersection(one: Box, other: Box) -> float:
    """The area that both cover."""
    return area(
        Box(
            max(one.left, other.left),
            max(one.top, other.top),
            min(one.right, other.right),
            min(one.bottom, other.bottom),
        )
    )


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    both = intersection(one, other)
    union = area(one) + area(other) - both
    return both / union if union else 0.0
