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
from transcnn.evaluation.prepared import PreparedPictures
from transcnn.explain.faithfulness import Effort, faithfulness
from transcnn.explain.method import Method, settings_of
from transcnn.explain.names import BASELINES, SCORES
from transcnn.explain.patches import PatchMasker
from transcnn.explain.subject import Subject, Target
from transcnn.explain.verdict import Verdict, judge
from transcnn.files import write_file
from transcnn.pictures.changes import Pixels

PER_IMAGE = Effort(steps=7, orders=4, masks=32, draws=1, ties=1)
"""Less than for a single image: random variation averages out over many images."""

Line = dict[str, Any]


@dataclass(frozen=True)
class Average:
    """One method over `count` images: the means of its scores with intervals over images, those of
    the baselines (see above), the verdict, and the number of `single` images with each verdict."""

    method: str
    count: int
    scores: Mapping[str, Interval]
    baselines: Mapping[str, Mapping[str, Interval]]
    verdict: Verdict
    single: Mapping[str, int]


def measure(
    classifier: Classifier,
    run: PreparedPictures,
    methods: Sequence[Method],
    file: Path,
    settings: Mapping[str, Any],
    effort: Effort = PER_IMAGE,
) -> Iterator[list[Line]]:
    """Measure the images of `run` that are not in `file` yet; yields all lines so far after each.

    `settings` are those of the images. Raises OtherRun if the file was begun with other settings,
    methods, weights or effort; NotARun if it is not a file of this function.
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
            raise OtherRun(run=str(file), what=f"image {line['name']}")
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
    """The lines of `file`, which is created if it does not exist; an incomplete line is dropped."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_file(file, json.dumps(begun) + "\n")
        return []
    whole = [line for line in file.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    try:
        first, *lines = [json.loads(line) for line in whole]
    except (ValueError, RecursionError):  # also an empty file, and bytes that are not text
        raise NotARun(file=file) from None
    there = first if isinstance(first, dict) else {}
    effort = there.get("effort")
    if isinstance(effort, dict) and "holes" in effort:  # files of earlier versions
        there["effort"] = {"masks" if k == "holes" else k: v for k, v in effort.items()}
    what = [key for key in begun if there.get(key) != begun[key]]
    if what:
        raise OtherRun(run=str(file), what=", ".join(what))
    write_file(file, b"".join(whole))
    return lines


def _one(
    classifier: Classifier, pixels: Pixels, methods: Sequence[Method], effort: Effort
) -> dict[str, Any]:
    target = Target(int(classifier.logits(pixels[None])[0].argmax()))
    subject = Subject(classifier, np.asarray(pixels), target)
    masker = PatchMasker(subject)
    found = {}
    for method in methods:
        made = faithfulness(subject, method.explain(subject), method, effort=effort, masker=masker)
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
    """The averages of one method over `lines`, two or more."""
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
