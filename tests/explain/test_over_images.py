"""Scores over images: averages by plain loops, and a file from which the work resumes."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.explain.planted import Constant, Oracle, Planted, subject
from transcnn.errors import NotARun, OtherRun
from transcnn.evaluation.prepared import PreparedPictures
from transcnn.explain.faithfulness import Effort
from transcnn.explain.names import BASELINES, SCORES
from transcnn.explain.over_images import average, measure

LITTLE = Effort(steps=8, orders=2, masks=16, draws=1, ties=1)
METHODS = [Oracle(), Constant()]


@pytest.fixture(scope="module")
def run():
    pixels = np.stack([subject(seed).pixels for seed in range(4)])
    return PreparedPictures(tuple(range(4)), tuple(f"a/{i}.png" for i in range(4)), pixels, ())


@pytest.fixture(scope="module")
def whole(run, tmp_path_factory):
    file = tmp_path_factory.mktemp("scores") / "new" / "scores.jsonl"
    lines = list(measure(Planted(), run, METHODS, file, {"resize": "crop"}, LITTLE))[-1]
    return file, [dict(line) for line in lines]


def test_averages_and_paired_differences_are_those_of_plain_loops(whole):
    _, lines = whole
    found = average(lines, "oracle")

    assert found.count == 4
    for score in SCORES:
        own = [line["methods"]["oracle"]["own"][score] for line in lines]
        mean = sum(own) / 4
        assert found.scores[score].value == pytest.approx(mean)
        for name in BASELINES:
            theirs = [line["methods"]["oracle"][name][score] for line in lines]
            gaps = [b - a for a, b in zip(own, theirs, strict=True)]
            gap = sum(gaps) / 4
            spread = (sum((g - gap) ** 2 for g in gaps) / 3) ** 0.5
            half = stats.t.ppf(0.975, 3) * spread / 4**0.5
            baseline = found.baselines[name][score]
            assert baseline.value == pytest.approx(sum(theirs) / 4)
            assert baseline.low == pytest.approx(mean + gap - half, abs=1e-9)
            assert baseline.high == pytest.approx(mean + gap + half, abs=1e-9)


def test_an_oracle_beats_all_baselines_but_its_blur_and_a_constant_map_beats_none(whole):
    """Its blurred copy has the same patches in the first eighth, so its curves are the same."""
    _, lines = whole

    assert average(lines, "oracle").verdict.unbeaten == ("blurred",)
    assert average(lines, "constant").verdict.word == "no_better"
    assert set(average(lines, "constant").verdict.unbeaten) == set(BASELINES)
    assert sum(average(lines, "constant").single.values()) == 4


def test_a_complete_file_is_not_measured_again(whole, run):
    file, lines = whole
    classifier = Planted()

    again = list(measure(classifier, run, METHODS, file, {"resize": "crop"}, LITTLE))

    assert classifier.runs == 0
    assert again == [lines]


def test_an_incomplete_line_is_measured_again(whole, run, tmp_path):
    file, lines = whole
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(file.read_bytes()[:-40])

    *_, found = measure(Planted(), run, METHODS, cut, {"resize": "crop"}, LITTLE)

    assert found == lines
    assert cut.read_bytes() == file.read_bytes()


def test_images_outside_the_run_are_left_out(whole, run):
    file, lines = whole
    two = replace(run, names=run.names[1:3], pixels=run.pixels[1:3], indices=(1, 2))

    *_, found = measure(Planted(), two, METHODS, file, {"resize": "crop"}, LITTLE)

    assert found == lines[1:3]


def test_a_file_of_an_earlier_version_resumes(whole, run, tmp_path):
    """There, the masks of infidelity were called holes."""
    file, lines = whole
    old = tmp_path / "old.jsonl"
    old.write_text(file.read_text(encoding="utf-8").replace('"masks": 16', '"holes": 16'))
    classifier = Planted()

    again = list(measure(classifier, run, METHODS, old, {"resize": "crop"}, LITTLE))

    assert '"holes": 16' in old.read_text(encoding="utf-8")
    assert classifier.runs == 0
    assert again == [lines]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (dict(settings={"resize": "squash"}), "resize"),
        (dict(effort=replace(LITTLE, seed=1)), "effort"),
        (dict(methods=METHODS[:1]), "methods"),
    ],
)
def test_a_file_with_other_settings_is_refused_untouched(whole, run, changed, what):
    file, _ = whole
    before = file.read_bytes()
    asked = dict(methods=METHODS, settings={"resize": "crop"}, effort=LITTLE) | changed

    with pytest.raises(OtherRun, match=what):
        list(measure(Planted(), run, file=file, **asked))

    assert file.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"a photo\n", b"\xff\xd8\n", b"3\n", b"{}"])
def test_another_file_is_refused_untouched(run, tmp_path, content):
    file = tmp_path / "other"
    file.write_bytes(content)

    with pytest.raises((NotARun, OtherRun)):
        list(measure(Planted(), run, METHODS, file, {}, LITTLE))

    assert file.read_bytes() == content


def test_each_line_is_written_as_soon_as_it_is_known(run, tmp_path):
    file = tmp_path / "scores.jsonl"

    going = measure(Planted(), run, METHODS, file, {}, LITTLE)
    first = next(going)[0]["name"]

    assert (
        json.loads(file.read_text(encoding="utf-8").splitlines()[1])["name"] == first == "a/0.png"
    )
