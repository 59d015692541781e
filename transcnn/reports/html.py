"""The report of a run: one HTML file that needs no network and no other file."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from transcnn.analysis.errors.calibration import Calibration, calibration
from transcnn.analysis.errors.differences import differences
from transcnn.analysis.errors.filters import Filter
from transcnn.analysis.errors.scores import class_scores, confusion
from transcnn.analysis.errors.slices import find_slices
from transcnn.analysis.errors.survival import survival
from transcnn.analysis.errors.table import Table
from transcnn.reports.page import fill
from transcnn.reports.sentences import (
    accuracy_says,
    calibration_says,
    differences_says,
    sinks_says,
    slices_says,
    survival_says,
)
from transcnn.reports.wording import (
    effect_with_interval,
    feature_name,
    filter_text,
    points_with_interval,
    share_with_interval,
)
from transcnn.runs.demonstration import TAG
from transcnn.runs.store import Store
from transcnn.words.translator import Translator, translator

_CLASSES = 25  # of a confusion matrix that can be read
_GALLERY = 24
_ROWS = 20


@dataclass(frozen=True)
class _Section:
    """A heading, a sentence, and a table or other parts below."""

    title: str
    says: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    plot: tuple[tuple[float, float, float], ...] = ()  # of the reliability diagram
    matrix: dict[str, Any] | None = None
    pictures: tuple[tuple[str, str, str], ...] = ()  # data address, alternative text, caption


def render(store: Store, whole: Table, meant: Filter, language: str) -> str:
    """The report of the pictures that `meant` chooses of `whole`, the table of the run in `store`.

    Raises ChoiceError for a filter that names what does not exist.
    """
    t = translator(language)
    table = whole.take(meant.chosen(whole))
    broken = store.broken()
    settings = store.settings
    names = settings.classes.by_number
    sections = list(_sections(store, table, t, names)) if len(table) else []
    return fill(
        "report.html",
        language,
        title=t("report.title", model=settings.model),
        demonstration=t("report.demonstration", photos=len(np.unique(table.sources)))
        if any(TAG in tags for tags in table.tags)
        else None,
        made=t(
            "report.made",
            count=len(table),
            photos=len(np.unique(table.sources)),
            broken=len(broken),
            weights=settings.weights_sha256[:12],
        ),
        filtered=t("report.filtered", filter=filter_text(t, meant, names)) if meant.terms else None,
        sections=sections,
        broken_title=t("report.unreadable"),
        broken=[(b.name, b.why) for b in broken],
        intervals=t("report.intervals"),
        limits=t("report.limits"),
    )


def _sections(store: Store, table: Table, t: Translator, names: Any) -> Iterator[_Section]:
    def name(label: int) -> str:
        return names[label].said_in(t.language)

    yield _Section(t("report.accuracy"), accuracy_says(table, t))
    yield _errors(store, table, t, name)
    yield _confusion(table, t, name)
    yield _calibration(calibration(table), t)
    yield _survival(table, t)
    yield _differences(table, t)
    yield _slices(table, t, names)
    yield _Section(t("report.sinks"), sinks_says(table, t))
    yield _Section(
        t("report.classes"),
        "",
        tuple(t(f"report.{key}") for key in ("class", "count", "correct", "predicted", "share")),
        tuple(
            (
                name(s.label),
                str(s.count),
                str(s.correct),
                str(s.predicted),
                share_with_interval(t, s.accuracy),
            )
            for s in class_scores(table)
        ),
    )


def _errors(store: Store, table: Table, t: Translator, name: Any) -> _Section:
    wrong = np.flatnonzero(~table.correct)
    worst = table.take(wrong[np.argsort(-table.confidence[wrong], kind="stable")][:_GALLERY])
    thumbs = store.thumbnails(worst.ids)
    return _Section(
        t("report.errors"),
        "" if len(worst) else t("report.errors_none"),
        pictures=tuple(
            (
                "data:image/jpeg;base64," + base64.b64encode(thumbs[int(i)]).decode(),
                str(file),
                f"{t('report.answer')}: {name(answer)}, {t.percent(confidence, 0)}. "
                f"{t('report.label')}: {name(label)}",
            )
            for i, file, answer, confidence, label in zip(
                worst.ids, worst.names, worst.predicted, worst.confidence, worst.label, strict=True
            )
        ),
    )


def _confusion(table: Table, t: Translator, name: Any) -> _Section:
    found = confusion(table)
    shown = found.most_confused(_CLASSES)
    matrix = {
        "columns": [name(answer) for answer in shown],
        "rows": [
            (name(label), [(found.count(label, answer), label == answer) for answer in shown])
            for label in shown
            if label in found.labels
        ],
    }
    pairs = found.pairs()[:_ROWS]
    return _Section(
        t("report.confusion"),
        t("report.confusion_says", shown=len(shown)),
        tuple(t(f"report.{key}") for key in ("label", "answer", "count")),
        tuple((name(label), name(answer), str(count)) for label, answer, count in pairs),
        matrix=matrix,
    )


def _calibration(found: Calibration, t: Translator) -> _Section:
    known = [b for b in found.bins if b.accuracy is not None]
    count = sum(b.count for b in known)
    return _Section(
        t("report.calibration"),
        calibration_says(found, t),
        tuple(t(f"report.{key}") for key in ("confidence", "count", "share")),
        tuple(
            (
                f"{t.percent(b.low, 0)} – {t.percent(b.high, 0)}",
                str(b.count),
                share_with_interval(t, b.accuracy),
            )
            for b in known
            if b.accuracy
        ),
        plot=tuple((b.confidence, b.accuracy.value, b.count / count) for b in known if b.accuracy),
    )


def _survival(table: Table, t: Translator) -> _Section:
    found = survival(table)
    head = ("case", "correct", "unchanged", "only_original", "only_here", "true_class_drop")
    return _Section(
        t("report.survival"),
        survival_says(found, t),
        tuple(t(f"report.{key}") for key in head),
        tuple(
            (
                t(f"report.case_{case.case}"),
                share_with_interval(t, case.accuracy),
                t.percent(case.unchanged.value),
                str(case.correct_only_on),
                str(case.correct_only_here),
                points_with_interval(t, case.gained),
            )
            for case in found
        ),
    )


def _differences(table: Table, t: Translator) -> _Section:
    found = differences(table)
    head = ("feature", "correct_median", "incorrect_median", "effect", "adjusted")
    return _Section(
        t("report.differences"),
        differences_says(found, t),
        tuple(t(f"report.{key}") for key in head) if found else (),
        tuple(
            (
                feature_name(t, d.feature),
                t.number(d.right_median),
                t.number(d.wrong_median),
                effect_with_interval(t, d.effect),
                t.p_value(d.adjusted_p),
            )
            for d in found
        ),
    )


def _slices(table: Table, t: Translator, names: Any) -> _Section:
    found = find_slices(table)
    unusual = [s for s in found if s.unusual]
    head = ("group", "count", "error_rate", "more", "adjusted")
    return _Section(
        t("report.slices"),
        slices_says(found, t),
        tuple(t(f"report.{key}") for key in head) if unusual else (),
        tuple(
            (
                filter_text(t, s.filter, names),
                str(s.count),
                share_with_interval(t, s.errors),
                points_with_interval(t, s.excess),
                t.p_value(s.adjusted_p),
            )
            for s in unusual[:_ROWS]
        ),
    )
