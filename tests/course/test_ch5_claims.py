"""Keys of 5.4 to 5.6 a second time: scraps by the rule of the fixed tests, covers one by one."""

import json
import zlib
from dataclasses import replace

import numpy as np
import pytest

from tests.course.conftest import PICTURES
from tests.course.switched import (
    NAMES,
    Instead,
    four_interventions,
    listened,
    logits_of,
    mean_row,
    sample_photo,
    share_of,
)
from tests.course.test_keys import key_of, pose
from transcnn.assets import FOLDER
from transcnn.classifier import Classifier
from transcnn.course import ch5_claims as claims
from transcnn.course.choice import LearnerChoice
from transcnn.course.experiments import Lab
from transcnn.course.scene import Scene
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

ERRORS = ("cat", "shark", "candles")
STAR = 2, 2  # stage 3, third block


@pytest.fixture(params=PICTURES)
def scene(scenes, request):
    return scenes[request.param]


def paste(name, pixels, others):
    """The picture with 20 of its 49 cells from others, by the rule; and the cells that changed."""
    run = sorted({*others, name})
    r = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode())))
    u = [float(v) for v in r.random(49)]
    changed = sorted(sorted(range(49), key=u.__getitem__)[:20])
    given = pixels.copy()
    for cell in changed:
        source = run[(run.index(name) + int(r.integers(1, len(run)))) % len(run)]
        y, x = 32 * (cell // 7), 32 * (cell % 7)
        given[y : y + 32, x : x + 32] = sample_photo(source)[y : y + 32, x : x + 32]
    return given, changed


def expected_keeper(classifier, whole, given):
    kept = []
    for intervention in (None, Instead()):
        before, now = (logits_of(classifier, p, intervention).argmax() for p in (whole, given))
        kept.append(int(before == now))
    return {(1, 1): "both", (1, 0): "with", (0, 1): "backbone", (0, 0): "neither"}[tuple(kept)]


def test_patches_run_the_image_with_the_patches_of_the_rule(
    scene,
):
    given, changed = paste(f"samples/{scene.sample}.jpg", scene.pixels, NAMES)
    key = expected_keeper(scene.classifier, scene.pixels, given)
    assert pose(scene, "patches.still_correct").asks.right == {key}
    heard = listened(scene.classifier, given)
    attention = next(
        v[0] for p, v in heard.items() if (*p[:2], p.name, p.level) == (*STAR, "attention", 1)
    )
    own = [cell for cell in range(49) if cell not in changed]
    shares = [sum(mean_row(attention, t)[u] for u in own) for t in own]
    posed = pose(scene, "patches.own_image")
    assert posed.asks.key == pytest.approx(100 * sum(shares) / len(shares), rel=1e-4)
    assert posed.asks.even == pytest.approx(100 * 29 / 49)
    assert posed.placeholders["own"] == "59"


def test_an_upload_is_called_by_its_digest_and_keeps_its_own_prediction(scenes):
    upload = replace(scenes["beagle"], sample=None, kept=None)
    given, _ = paste(f"upload/{upload.digest}", upload.pixels, NAMES)
    key = expected_keeper(upload.classifier, upload.pixels, given)
    assert pose(upload, "patches.still_correct").asks.right == {key}
    hiding, _ = upload.experiments.hidden(0.4, "patches")
    assert np.array_equal(hiding.pixels, given)


@pytest.mark.parametrize("name", ERRORS)
def test_a_sample_that_is_predicted_incorrectly_is_its_own_case(scene_of, name):
    scene = scene_of(name)
    accepted = next(s.accepted for s in samples() if s.name == name)
    case = claims.error_case(scene)
    assert (case.of, case.share) == (scene.experiments, 0)
    assert case.wrong == int(np.argmax(scene.trace.logits))
    assert case.right == max(accepted, key=lambda place: scene.trace.logits[place])
    assert case.wrong not in accepted


@pytest.mark.parametrize("name", ERRORS)
def test_errors_attention_in_box_compares_the_box_with_its_area(scene_of, name):
    scene = scene_of(name, subject_box=(2, 1, 4, 5))
    row = mean_row(scene.trace.block(*STAR).levels[-1].attention, 3 * 7 + 3)
    inside = sum(row[7 * y + x] for y in range(2, 5) for x in range(1, 6))
    times = inside / (15 / 49)
    assert claims.in_the_box(scene, claims.error_case(scene)) == pytest.approx(times, rel=1e-4)
    key = "more" if times > 1.25 else "less" if times < 0.8 else "about"
    assert pose(scene, "errors.attention_in_box").asks.right == {key}
    assert pose(scene, "errors.attention_in_box").placeholders["area"] == "31"


def gain(scene, case, cell):
    pixels = scene.pixels.copy()
    y, x = 32 * (cell // 7), 32 * (cell % 7)
    pixels[y : y + 32, x : x + 32] = 127
    logits, plain = logits_of(scene.classifier, pixels), scene.trace.logits
    return float(logits[case.right] - logits[case.wrong] - (plain[case.right] - plain[case.wrong]))


@pytest.mark.parametrize("name", ERRORS)
def test_errors_helpful_occlusion_is_what_covering_a_cell_adds_to_the_right_class(scene_of, name):
    """The best cell, and every seventh."""
    scene = scene_of(name)
    case, asks = claims.error_case(scene), pose(scene, "errors.helpful_occlusion").asks
    values = asks.values.ravel()
    for cell in {int(values.argmax()), *range(name == "cat", 49, 7)}:
        assert values[cell] == pytest.approx(gain(scene, case, cell), abs=1e-3)
    assert asks.best == divmod(int(values.argmax()), 7)
    assert asks.none_right == (max(values) <= 0)


def test_the_contributions_of_the_last_map_add_up_to_the_lead_of_the_predicted_class(scene_of):
    scene = scene_of("shark")
    case, head = claims.error_case(scene), scene.classifier.model.head
    votes = sum(float(v) for v in claims.lead_votes(case).ravel())
    biases = head.bias.detach()
    bias = float(biases[case.right] - biases[case.wrong])
    logits = scene.trace.logits
    assert votes + bias == pytest.approx(float(logits[case.right] - logits[case.wrong]), abs=1e-4)


def test_patches_own_image_and_errors_helpful_occlusion_change_with_the_picture(scenes, scene_of):
    assert len({key_of(pose(scene, "patches.own_image")) for scene in scenes.values()}) >= 2
    assert len({key_of(pose(scene_of(name), "errors.helpful_occlusion")) for name in ERRORS}) >= 2


def test_an_image_that_is_predicted_correctly_gives_way_to_the_surest_marked_error(
    scenes, classifier
):
    """A surer one has no subject to ask about."""
    wrong, marked = {}, json.loads((FOLDER / "samples" / "boxes.json").read_text(encoding="utf-8"))
    for sample in samples():
        first = classifier.predict(sample.path, top=1).top[0]
        if sample.accepted and first.name.index not in sample.accepted:
            wrong[first.probability] = sample.path.name
    case = claims.error_case(scenes["zebra"])
    surest = max(p for p, name in wrong.items() if name in marked)
    assert surest < max(wrong)
    assert (f"{case.of.sample}.jpg", case.share) == (wrong[surest], 0)


def test_an_upload_needs_a_right_class_and_errs_by_the_one_that_is_named(scenes):
    upload = replace(scenes["zebra"], sample=None)
    step = next(s for s in claims.STEPS if s.number == "5.5")
    assert step.missing(upload) == "right_class"
    named = replace(upload, choice=LearnerChoice(true_class=341))
    case = claims.error_case(named)
    assert step.missing(named) is None
    assert (case.right, case.wrong, case.share) == (341, 340, 0)
    assert case.of is named.experiments


def test_where_no_sample_is_predicted_incorrectly_patches_mislead_the_image():
    """This network predicts every sample of its ten classes correctly."""
    classifier = Classifier("transcnn_nano")
    sample = next(s for s in samples() if s.name == "candles")
    pixels, crop = prepare(decode(sample.path.read_bytes()), 128)
    trace = classifier.trace_pixels(pixels, crop)
    scene = Scene(
        classifier=classifier,
        trace=trace,
        pixels=pixels,
        digest="0",
        sample="candles",
        choice=LearnerChoice(query=(64, 64)),
    )
    assert scene.lab.surest_error is None
    scene = replace(scene, choice=replace(scene.choice, true_class=scene.top), kept=scene.lab)
    case = claims.error_case(scene)
    assert case.of is scene.experiments
    shares = [0.2, 0.4, 0.6, 0.8]
    firsts = [int(case.of.with_patches(s).logits.argmax()) for s in shares]
    assert case.share == next(s for s, f in zip(shares, firsts, strict=True) if f != scene.top)


@pytest.mark.parametrize(
    ("box", "fits"),
    [
        ((0, 0, 0, 2), True),  # 3 cells
        ((0, 0, 1, 0), False),
        ((0, 0, 4, 6), True),  # 35
        ((0, 0, 6, 5), False),  # 42
        ((0, 0, 0, 7), False),  # beyond the board
    ],
)
def test_a_box_has_at_least_3_and_at_most_40_of_49_cells(box, fits):
    assert claims.fits(box, (7, 7)) == fits


def test_the_box_is_drawn_or_that_of_the_sample_or_the_middle(scene_of):
    shark, elephant = scene_of("shark"), scene_of("elephant")
    crop = shark.trace.crop  # 0.18, 0.145 to 0.87, 0.68 of the picture
    box = claims.subject_box(shark, shark.experiments)
    left, top, right, bottom = crop.box
    width, height = crop.picture
    inside = [
        (y, x)
        for y in range(7)
        for x in range(7)
        if 0.18 * width <= left + (x + 0.5) / 7 * (right - left) < 0.87 * width
        and 0.145 * height <= top + (y + 0.5) / 7 * (bottom - top) < 0.68 * height
    ]
    assert (*min(inside), *max(inside)) == box
    assert claims.subject_box(elephant, elephant.experiments) == (2, 2, 4, 4), "fills the picture"
    drawn = replace(shark, choice=replace(shark.choice, subject_box=(0, 0, 1, 3)))
    assert claims.subject_box(drawn, drawn.experiments) == (0, 0, 1, 3)


def test_evidence_supported_supports_what_the_runs_say(scene):
    runs, first = four_interventions(scene), int(np.argmax(scene.trace.logits))
    right = {"reads"}
    if int(runs["off"].argmax()) != first:
        right.add("without")
    plain, even = (share_of(v.tolist(), first) for v in (scene.trace.logits, runs["uniform"]))
    if abs(plain - even) > 0.1:
        right.add("evenly")
    posed = pose(scene, "evidence.supported")
    assert posed.asks.right == right
    cell = scene.query[0] // 32 * 7 + scene.query[1] // 32
    row = mean_row(scene.trace.block(*STAR).levels[-1].attention, cell)
    other = max((c for c in range(49) if c != cell), key=row.__getitem__)
    assert posed.placeholders["u"] == f"({other // 7 + 1}, {other % 7 + 1})"
    assert posed.placeholders["x"] == f"{49 * row[other]:.1f}"


def test_a_lab_of_another_network_is_not_used(scenes):
    other = Lab(Classifier("transcnn_nano"))
    scene = replace(scenes["zebra"], kept=other)
    assert scene.lab is not other
    assert scene.lab is scene.lab
    assert scene.experiments.classifier is scene.classifier
