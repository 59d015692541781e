"""Folders name the classes, and a teacher is asked once about each picture."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from transcnn.checkpoints import create_model
from transcnn.errors import FolderError
from transcnn.model.hooks import Hooks
from transcnn.model.network import fold_batch_norms, normalise
from transcnn.model.variants import IMAGENETTE
from transcnn.trace import make_intervention
from transcnn.training.labels import soft_targets, teacher_targets
from transcnn.training.recipe import Labels


def _ignore(*_):
    pass


@pytest.fixture
def by_folder(source):
    return np.array([IMAGENETTE.index(0 if "n01440764" in str(f) else 217) for f in source.files])


def test_labels_are_smoothed(source, by_folder, tmp_path):
    targets = soft_targets(source, IMAGENETTE, Labels(smoothing=0.1), tmp_path, _ignore)
    assert targets.shape == (len(source.files), 10)
    np.testing.assert_allclose(targets.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(targets[np.arange(len(targets)), by_folder], 0.91, rtol=1e-6)
    np.testing.assert_allclose(np.sort(targets)[:, :-1], 0.01, rtol=1e-5)


def test_a_folder_of_no_class_of_the_network_is_named(source, tmp_path):
    with pytest.raises(FolderError, match="'n02102040' names none"):
        soft_targets(source, (0, 482), Labels(), tmp_path, _ignore)


def test_the_teachers_targets_are_its_backbones_predictions_on_image_and_mirror_image(
    model, source
):
    targets = teacher_targets(fold_batch_norms(model), source, IMAGENETTE, 0, _ignore)
    model.eval()
    off = Hooks(record=False, intervention=make_intervention("off"))
    seen = np.stack([source.pixels[3], source.pixels[3][:, ::-1]])
    logits = model(normalise(seen, model.config.input), off).mean(0)[list(IMAGENETTE)]
    wanted = (logits / 2).softmax(0).detach().numpy()
    np.testing.assert_allclose(targets[3], wanted, rtol=1e-3, atol=1e-5)


def test_small_images_are_enlarged_for_the_teacher(model, source):
    teacher, side = fold_batch_norms(model), source.pixels.shape[1]
    as_stored = teacher_targets(teacher, source, IMAGENETTE, side, _ignore)
    np.testing.assert_array_equal(
        as_stored, teacher_targets(teacher, source, IMAGENETTE, side // 2, _ignore)
    )
    enlarged = np.stack([np.asarray(Image.fromarray(p).resize((160, 160))) for p in source.pixels])
    wanted = teacher_targets(teacher, replace(source, pixels=enlarged), IMAGENETTE, 0, _ignore)
    given = teacher_targets(teacher, source, IMAGENETTE, 160, _ignore)
    np.testing.assert_allclose(given, wanted, atol=0.05)  # PIL's kernel is not torch's
    assert np.abs(given - as_stored).max() > 0.1


def test_the_teacher_is_run_once_and_has_its_weight(source, tmp_path):
    asked = []
    labels = Labels(teacher="transcnn_lite0", teacher_weight=0.25)
    first, again = (
        soft_targets(source, IMAGENETTE, labels, tmp_path, lambda *a: asked.append(a))
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert asked[-1] == (source.folder, len(source.files), len(source.files))
    assert len(asked) == 1
    teacher = fold_batch_norms(create_model("transcnn_lite0", "shipped"))
    alone = teacher_targets(teacher, source, IMAGENETTE, 0, _ignore)
    folders = soft_targets(source, IMAGENETTE, Labels(), tmp_path, _ignore)
    np.testing.assert_allclose(first, 0.75 * folders + 0.25 * alone, rtol=1e-5, atol=1e-7)
