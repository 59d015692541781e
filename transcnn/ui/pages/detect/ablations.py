"""What becomes of all boxes, and of the one in front, under every ablation."""

import streamlit as st

from transcnn.analysis.detection.differences import FATES
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.detect.link import ABLATIONS
from transcnn.ui.pages.detect.shown import Shown, short_text, take_shown
from transcnn.ui.pages.detect.view import DetectView
from transcnn.words.translator import plain


def show_ablations(view: DetectView) -> None:
    """Draw the table: a row for each ablation; nothing where no run finds a box."""
    t = view.t
    runs = {
        name: take_shown(view.original, view.runs[name], view.choice, view.classes)
        for name in ABLATIONS[1:]
    }
    if not any(shown.differences for shown in runs.values()):
        return
    st.subheader(t("detect.ablations"))
    heads = [t("detect.ablation"), *(t(f"detect.fate_{fate}") for fate in FATES)]
    if view.number is not None:
        heads.append(t("detect.box_number", number=view.number + 1))
    rows = [heads]
    for name, shown in runs.items():
        fates = [d.fate for d in shown.differences]
        row = [t(f"view.intervention_{name}"), *(str(fates.count(fate)) for fate in FATES)]
        if view.number is not None:
            row.append(_fate_of(view, shown, view.number))
        rows.append(row)
    show_table(rows)
    donor = plain(view.donor.title)
    st.caption(t("detect.ablations_note", donor=donor, threshold=view.threshold))


def _fate_of(view: DetectView, shown: Shown, number: int) -> str:
    """What becomes of one box of the original run, which is shown."""
    [found] = [
        d for d in shown.differences if d.before is not None and shown.numbers[d.before] == number
    ]
    fate = view.t(f"detect.fate_{found.fate}")
    if found.after is None:
        return fate
    other = shown.after[found.after]
    return f"{plain(short_text(view.t, None, other, view.classes))} ({fate})"
