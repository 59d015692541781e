"""Several explanations of one number below each other, as a figure and as arrays."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transcnn.explain.attribution import Attribution
from transcnn.explain.subject import Subject
from transcnn.figures.explained import explained_sheet, target_name
from transcnn.figures.sheet import Sheet


def explanations_sheet(subject: Subject, maps: Sequence[Attribution]) -> Sheet:
    """A row for each map, with the bar of its kind's scale."""
    rows = []
    for one in maps:
        [row] = explained_sheet(subject, one).rows
        rows.append(replace(row, title=f"{one.method}: {row.title}" if row.title else one.method))
    title = f"{subject.classifier.config.name}: {target_name(subject)}"
    return Sheet(title, tuple(rows), "A pretty map is no proof: scores beside controls tell more.")


def explanations_npz(subject: Subject, maps: Sequence[Attribution]) -> bytes:
    """The picture [S, S, 3], every map [rows, columns] by its method, and what is known of them as
    JSON, `about`."""
    about = {
        "model": subject.classifier.config.name,
        "weights_sha256": subject.classifier.weights_sha256,
        "explained": target_name(subject),
        "maps": {
            one.method: {
                "kind": vars(one.kind),
                "settings": dict(one.settings),
                "facts": dict(one.facts),
            }
            for one in maps
        },
    }
    file = io.BytesIO()
    arrays = {
        "picture": subject.pixels,
        "about": np.array(json.dumps(about)),
        **{one.method: one.values for one in maps},
    }
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
