"""What the network predicts, run by run, as a table."""

from collections.abc import Mapping

import numpy as np
import streamlit as st
from scipy.special import softmax

from transcnn.classifier import PredictedClass
from transcnn.course.scene import Wide
from transcnn.model.interventions import possible_interventions
from transcnn.ui.app.tables import show_table
from transcnn.ui.pages.course.context import StepContext
from transcnn.words.translator import plain

_TOP = 5


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def compare_answers(context: StepContext, plain_run: Wide, run: Wide, title: str) -> None:
    """The likeliest classes of a run with logits [classes] called `title`, beside the plain one."""
    t, scene = context.t, context.scene
    before, now = softmax(plain_run), softmax(run)
    heads = [t("course.class"), t("course.as_trained"), title, t("course.logit_change")]
    rows = [
        [
            plain(scene.label(place)),
            percent(before[place]),
            percent(now[place]),
            f"{run[place] - plain_run[place]:+.2f}".replace("-", "−"),
        ]
        for place in np.argsort(-run, kind="stable")[:_TOP].tolist()
    ]
    show_table([heads, *rows], numbers=0)
    first, other = int(plain_run.argmax()), int(run.argmax())
    same = t("course.answer_stays", answer=plain(scene.label(first)))
    changed = t(
        "course.answer_changes",
        before=plain(scene.label(first)),
        now=plain(scene.label(other)),
    )
    st.markdown(same if first == other else changed)


def list_answers(context: StepContext, runs: Mapping[str, tuple[PredictedClass, ...]]) -> None:
    """The likeliest classes of several runs side by side, by their titles."""
    columns = [
        [f"{plain(context.scene.label(a.output))} {percent(a.probability)}" for a in top]
        for top in runs.values()
    ]
    show_table([list(runs), *zip(*columns, strict=True)], numbers=0)


def choose_intervention(context: StepContext, key: str) -> str:
    """One of the interventions that need no stored averages; "off" until another is chosen."""
    names = possible_interventions(means=False)[1:]
    chosen = st.segmented_control(
        context.t("course.switch"),
        names,
        default="off",
        format_func=lambda name: context.t(f"view.intervention_{name}"),
        key=key,
    )
    return chosen or "off"
