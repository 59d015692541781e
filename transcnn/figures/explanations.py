"""Several explanations of one logit below each other, as a figure and as arrays."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from transcnn.explain.attribution import Attribution
from transcnn.explain.subject import Subject
from transcnn.figures.explained import explained_sheet, target_text
from transcnn.figures.sheet import Sheet
from transcnn.words import DEFAULT
from transcnn.words.translator import Translator, translator


def explanations_sheet(t: Translator, subject: Subject, maps: Sequence[Attribution]) -> Sheet:
    """A row for each map, with the bar of its kind's scale."""
    rows = []
    for one in maps:
        [row] = explained_sheet(t, subject, one).rows
        method = t(f"explanations.method_{one.method}")
        rows.append(replace(row, title=f"{method}; {row.title}" if row.title else method))
    model = subject.classifier.config.name
    title = t("figures.title", model=model, what=target_text(t, subject))
    return Sheet(title, tuple(rows), t("figures.explanations_limit"))


def explanations_npz(subject: Subject, maps: Sequence[Attribution]) -> bytes:
    """The image [S, S, 3], every map [rows, columns] by its method, and what is known of them as
    JSON, `about`."""
    about = {
        "model": subject.classifier.config.name,
        "weights_sha256": subject.classifier.weights_sha256,
        "explained": target_text(translator(DEFAULT), subject),
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
