"""Chapter 5 on the page, first half; what is a key waits for the reveal."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from transcnn.course import ch5_baselines as baselines
from transcnn.course.figures import ch5_baselines as figures
from transcnn.ui.pages.course.answers import choose_intervention, compare_answers
from transcnn.ui.pages.course.context import StepContext
from transcnn.ui.pages.course.figures import ask_from, say_asking, say_limit, show_figures
from transcnn.ui.pages.course.link import CourseChoice


def _on_common_scale(context: StepContext) -> bool:
    """Whether maps are on the common scale: not before the reveal, then unless switched off."""
    return context.revealed and st.toggle(
        context.t("course.common_scale"), value=True, key="course_common"
    )


def _say_own_range(context: StepContext, common: bool) -> None:
    if not common:
        st.caption(context.t("course.own_range"))


def _trained_or_random(context: StepContext) -> None:
    """5.1: a trained and a random row, and the edges of the image."""
    scene = context.scene
    found = baselines.twins(scene)
    ask = ask_from(context, (found[0] if found else scene.block).levels[-1].size)
    common = _on_common_scale(context)
    shown = figures.trained_or_random(scene, context.t, context.revealed, common)
    show_figures(context, shown, dict.fromkeys(range(len(shown)), ask))
    _say_own_range(context, common)
    say_asking(context)
    say_limit(context)


def _three(context: StepContext) -> None:
    """5.2: three rows, one of them nearly uniform; a map is picked as the strongest."""

    def choose(number: int, _: int, __: int) -> None:
        context.go(replace(context.state.part(CourseChoice), chosen_map=number))

    common = _on_common_scale(context)
    scene = context.scene
    shown = figures.three(scene, context.t, context.revealed, common, scene.choice.chosen_map)
    show_figures(context, shown, {n: partial(choose, n) for n in range(len(shown))})
    _say_own_range(context, common)
    st.caption(context.t("course.click_chooses"))
    say_limit(context)


def _interventions(context: StepContext) -> None:
    """5.3: attention from another image over this one; the interventions, computed anew."""
    t, scene = context.t, context.scene
    block = scene.peaked_block or scene.block
    donor = context.state.donor_image.title
    shown = figures.interventions(scene, t, context.revealed, donor)[:2]
    show_figures(context, shown, {0: ask_from(context, block.levels[-1].size)})
    say_asking(context)
    if context.revealed:
        runs = scene.experiments.switched
        intervention = choose_intervention(context, "course_switch")
        st.caption(t(f"view.detail_{intervention}", donor=donor))
        compare_answers(
            context, runs["on"], runs[intervention], t(f"view.intervention_{intervention}")
        )
        say_limit(context)


STEPS: dict[str, Callable[[StepContext], None]] = {
    "5.1": _trained_or_random,
    "5.2": _three,
    "5.3": _interventions,
}
