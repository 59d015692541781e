import hashlib

import pytest

from transcnn.classifier import Classifier
from transcnn.course.experiments import Lab
from transcnn.course.scene import Scene, first_asker
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

PICTURES = ("zebra", "beagle", "pizza")


@pytest.fixture(scope="session")
def classifier():
    return Classifier()


@pytest.fixture(scope="session")
def scene_of(classifier):
    """Makes the scene of a sample, its first asker or another one."""
    traces, lab = {}, Lab(classifier)

    def make(name, at=None, **more):
        sample = next(s for s in samples() if s.name == name)
        if name not in traces:
            traces[name] = classifier.trace(sample.path)
        pixels, _ = prepare(decode(sample.path.read_bytes()), 224)
        digest = hashlib.sha256(sample.path.read_bytes()).hexdigest()
        trace = traces[name]
        place = at or first_asker(name, trace.crop)
        return Scene(classifier, trace, pixels, digest, place, sample=name, kept=lab, **more)

    return make


@pytest.fixture(scope="session")
def scenes(scene_of):
    return {name: scene_of(name) for name in PICTURES}
