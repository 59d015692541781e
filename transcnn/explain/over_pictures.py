"""Faithfulness of methods against their baselines, on average over many images.

The logit of each image's top-1 class is explained. A baseline's interval is that of the paired
difference from the method, 95 % over images, and the rule of `verdict.py` is applied to these means
as it is to one image. A file keeps a line for each image, so that none is measured twice.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from transcnn.analysis.intervals import Interval, mean_interval
from transcnn.classifier import Classifier
from transcnn.errors import NotARun, OtherRun
from transcnn.evaluation.run import Run
from transcnn.explain.faithfulness import Effort, faithfulness
from transcnn.explain.method import Method, settings_of
from transcnn.explain.names import BASELINES, SCORES
from transcnn.explain.patches import Board
from transcnn.explain.subject import Subject, Target
from transcnn.explain.verdict import Verdict, judge
from transcnn.pictures.changes import Pixels

A_PICTURE = Effort(steps=7, orders=4, holes=32, draws=1, ties=1)
"""Less than for one picture alone: what chance does here and there, many pictures even out."""

Line = dict[str, Any]


@dataclass(frozen=True)
class Average:
    """One method over `count` pictures: the means of its scores with intervals over pictures, those
    of the baselines (see above), the verdict, and how often single pictures had which."""

    method: str
    count: int
    scores: Mapping[str, Interval]
    baselines: Mapping[str, Mapping[str, Interval]]
    verdict: Verdict
    single: Mapping[str, int]


def measure(
    classifier: Classifier,
    run: Run,
    methods: Sequence[Method],
    file: Path,
    settings: Mapping[str, Any],
    effort: Effort = A_PICTURE,
) -> Iterator[list[Line]]:
    """Measure the pictures of `run` that are not in `file` yet; after each, all lines so far.

    `settings` are those of the pictures. Raises OtherRun if the file was begun with others, or with
    other methods, weights or effort; NotARun if it is no such file.
    """
    begun = {
        "model": classifier.config.name,
        "weights_sha256": classifier.weights_sha256,
        "methods": {method.name: settings_of(method) for method in methods},
        "effort": asdict(effort),
        **settings,
    }
    lines = _begin(file, begun)
    pictures = {name: _digest(pixels) for name, pixels in zip(run.names, run.pixels, strict=True)}
    lines = [line for line in lines if line["name"] in pictures]
    for line in lines:
        if line["pixels"] != pictures[line["name"]]:
            raise OtherRun(run=str(file), what=f"picture {line['name']}")
    done = {line["name"] for line in lines}
    if lines:
        yield lines
    for name, pixels in zip(run.names, run.pixels, strict=True):
        if name not in done:
            found = _one(classifier, pixels, methods, effort)
            lines.append({"name": name, "pixels": pictures[name], "methods": found})
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(lines[-1]) + "\n")
            yield lines


def _digest(pixels: Pixels) -> str:
    return hashlib.sha256(np.asarray(pixels).tobytes()).hexdigest()[:16]


def _begin(file: Path, begun: Mapping[str, Any]) -> list[Line]:
    """The lines of `file`, which is made if there is none; one that was cut off is dropped."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(begun) + "\n", encoding="utf-8")
        return []
    whole = [line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    try:
        first, *lines = [json.loads(line) for line in whole]
    except ValueError:  # also of no line at all, and of bytes that are no text
        raise NotARun(file=file) from None
    there = first if isinstance(first, dict) else {}
    what = [key for key in begun if there.get(key) != begun[key]]
    if what:
        raise OtherRun(run=str(file), what=", ".join(what))
    file.write_bytes(b"".join(whole))
    return lines


def _one(
    classifier: Classifier, pixels: Pixels, methods: Sequence[Method], effort: Effort
) -> dict[str, Any]:
    target = Target(int(classifier.logits(pixels[None])[0].argmax()))
    subject = Subject(classifier, np.asarray(pixels), target)
    board = Board(subject)
    found = {}
    for method in methods:
        made = faithfulness(subject, method.explain(subject), method, effort=effort, board=board)
        scored = {"own": made.own, **made.baselines}
        found[method.name] = {
            "verdict": made.verdict.word,
            **{
                name: {score: one.scores[score].value for score in SCORES}
                for name, one in scored.items()
            },
        }
    return found


def average(lines: Sequence[Line], method: str) -> Average:
    """What the `lines`, two or more, have of one method."""
    each = np.arange(len(lines))
    rows = [line["methods"][method] for line in lines]

    def values(of: str, score: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        return np.array([row[of][score] for row in rows], dtype=np.float64)

    own = {score: mean_interval(values("own", score), each) for score in SCORES}
    baselines = {
        name: {
            score: _moved(
                own[score].value,
                mean_interval(values(name, score) - values("own", score), each),
            )
            for score in SCORES
        }
        for name in BASELINES
    }
    words = [row["verdict"] for row in rows]
    single = {word: words.count(word) for word in ("better", "no_better", "worse")}
    return Average(method, len(lines), own, baselines, judge(own, baselines), single)


def _moved(by: float, interval: Interval) -> Interval:
    return Interval(by + interval.value, by + interval.low, by + interval.high)
