"""Scenes as they would be, had a detector needed its attention."""

from dataclasses import replace

from transcnn.course.found_boxes import ABLATIONS


def without_boxes(scene):
    """The same scene, but every box vanishes when attention is changed."""
    changed = replace(scene)
    changed.__dict__["boxes"] = replace(scene.boxes, after=dict.fromkeys(ABLATIONS, ()))
    return changed
