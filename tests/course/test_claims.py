"""Texts that claim something about a measured value are shown only where it is true: for two
networks and three images in every run, for all that ship in the long one.
"""

import hashlib
from dataclasses import replace

import pytest

from tests.course.without_boxes import without_boxes
from transcnn.checkpoints.catalogue import shipped_names
from transcnn.classifier import Classifier
from transcnn.course import ch2_heads, claims
from transcnn.course.claims import CLAIMS, Claim
from transcnn.course.experiments import Lab
from transcnn.course.lessons import load_lesson
from transcnn.course.scene import Scene
from transcnn.course.steps import STEPS
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples
from transcnn.words import LANGUAGES

FEW = ("zebra", "penguin", "candles")

# What steps 2.2 and 2.3 once said of every network and image.
FORMER = (
    Claim(
        "scaling.body",
        "one place would win almost everything",
        claims.undivided_peak,
        lambda percent: percent >= 90,
    ),
    Claim(
        "residual.relative_size.replaced",
        "it is added, and small",
        ch2_heads.added_here,
        lambda percent: percent < 50,
        claims.misses("residual.relative_size", "replaced"),
    ),
    Claim(
        "residual.why",
        "attention can only steer, not start over",
        ch2_heads.added_here,
        lambda percent: percent < 100,
    ),
)


def scenes_of(model, names):
    classifier = Classifier(model)
    lab, size = Lab(classifier), classifier.config.input.size
    for sample in samples():
        if sample.name in names:
            data = sample.path.read_bytes()
            pixels, crop = prepare(decode(data), size)
            yield (
                (model, sample.name),
                Scene(
                    classifier=classifier,
                    trace=classifier.trace_pixels(pixels, crop),
                    pixels=pixels,
                    digest=hashlib.sha256(data).hexdigest(),
                    sample=sample.name,
                    kept=lab,
                ),
            )


def unmet(found, among):
    """The claims that are shown and false, with what was measured."""
    lines = []
    for claim in among:
        values = {at: claim.value(scene) for at, scene in found.items() if claim.shown(scene)}
        false = {at: value for at, value in values.items() if not claim.holds(value)}
        if len(false) > (1 - claim.share) * len(values):
            lines.append((claim.quote, false))
    return lines


@pytest.fixture(scope="module")
def few():
    return {at: scene for model in shipped_names() for at, scene in scenes_of(model, FEW)}


def test_every_claim_holds_wherever_its_text_is_shown(few):
    assert unmet(few, [replace(claim, share=min(claim.share, 0.5)) for claim in CLAIMS]) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_claim_holds_for_every_model_and_sample_that_ship(language):
    names = {sample.name for sample in samples()}
    everything = {at: s for model in shipped_names() for at, s in scenes_of(model, names)}
    assert unmet(everything, CLAIMS) == []
    for step in STEPS:
        for scene in everything.values():
            load_lesson(step, language).fill(step, scene)


def test_the_check_finds_the_claims_that_were_false(few):
    """It names each of them, the second and third for transcnn_nano alone."""
    found = dict(unmet(few, FORMER))
    assert list(found) == [claim.quote for claim in FORMER]
    assert found["one place would win almost everything"]["transcnn_lite0", "zebra"] < 52
    for quote in ("it is added, and small", "attention can only steer, not start over"):
        assert {model for model, _ in found[quote]} == {"transcnn_nano"}
        assert found[quote]["transcnn_nano", "zebra"] == pytest.approx(1208, abs=1)


def test_every_claim_quotes_the_text_that_makes_it():
    for claim in CLAIMS:
        assert claim.quote in claims.text_of(claim), claim.text


def test_exactly_one_variant_of_a_measured_sentence_is_true(few):
    """Boxes of the samples do not need attention: one scene is as if they did."""
    shown = {}
    scenes = [*few.values(), without_boxes(few["transcnn_lite0", "zebra"])]
    for step in STEPS:
        for name, sentence in step.sentences.items():
            for scene in scenes:
                true = [n for n, holds in sentence.variants.items() if holds(sentence.value(scene))]
                assert true == [sentence.choose(scene)], (step.number, name)
                shown.setdefault((step.number, name), set()).update(true)
    assert all(len(names) > 1 for names in shown.values()), "a sentence that never changes is none"
