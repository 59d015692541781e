"""Folders name the classes, and a teacher is asked once about each picture."""

import numpy as np
import pytest

from transcnn.checkpoints import create_model
from transcnn.errors import FolderError
from transcnn.model.hooks import Hooks
from transcnn.model.network import fold_batch_norms, normalise
from transcnn.model.variants import IMAGENETTE
from transcnn.trace import make_intervention
from transcnn.training.labels import tell, told_by_teacher
from transcnn.training.recipe import Labels


def _ignore(*_):
    pass


@pytest.fixture
def by_folder(source):
    return np.array([IMAGENETTE.index(0 if "n01440764" in str(f) else 217) for f in source.files])


def test_labels_tell_the_class_of_the_folder_and_a_little_of_all(source, by_folder, tmp_path):
    told = tell(source, IMAGENETTE, Labels(smoothing=0.1), tmp_path, _ignore)
    assert told.shape == (len(source.files), 10)
    np.testing.assert_allclose(told.sum(1), 1, rtol=1e-6)
    np.testing.assert_allclose(told[np.arange(len(told)), by_folder], 0.91, rtol=1e-6)
    np.testing.assert_allclose(np.sort(told)[:, :-1], 0.01, rtol=1e-5)


def test_a_folder_of_no_class_of_the_network_is_named(source, tmp_path):
    with pytest.raises(FolderError, match="'n02102040' names none"):
        tell(source, (0, 482), Labels(), tmp_path, _ignore)


def test_the_teacher_tells_what_its_body_makes_of_a_picture_and_its_mirror_image(model, source):
    told = told_by_teacher(fold_batch_norms(model), source, IMAGENETTE, _ignore)
    model.eval()
    off = Hooks(record=False, intervention=make_intervention("off"))
    seen = np.stack([source.pixels[3], source.pixels[3][:, ::-1]])
    logits = model(normalise(seen, model.config.input), off).mean(0)[list(IMAGENETTE)]
    wanted = (logits / 2).softmax(0).detach().numpy()
    np.testing.assert_allclose(told[3], wanted, rtol=1e-3, atol=1e-5)


def test_the_teacher_is_asked_once_and_counts_for_its_share(source, tmp_path):
    asked = []
    labels = Labels(teacher="transcnn_lite0", taught=0.25)
    first, again = (
        tell(source, IMAGENETTE, labels, tmp_path, lambda *a: asked.append(a)) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)
    assert asked[-1] == (source.folder, len(source.files), len(source.files))
    assert len(asked) == 1
    teacher = fold_batch_norms(create_model("transcnn_lite0", "shipped"))
    alone = told_by_teacher(teacher, source, IMAGENETTE, _ignore)
    folders = tell(source, IMAGENETTE, Labels(), tmp_path, _ignore)
    np.testing.assert_allclose(first, 0.75 * folders + 0.25 * alone, rtol=1e-5, atol=1e-7)
