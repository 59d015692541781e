"""A network that uses only one square of the image, and methods that know it."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import torch

from transcnn.explain.attribution import Attribution, Kind
from transcnn.explain.method import quiet
from transcnn.explain.subject import Subject, Target

SIZE = 128  # 8 x 8 cells
ROWS, COLUMNS = slice(16, 64), slice(64, 112)  # cells 1 to 3 down, 4 to 6 across
PARTS = Kind("parts", signed=True, adds_up=True)


class _Contrast(torch.nn.Module):
    """Logit 0 is the weighted sum of contrasts |x|, which gray and blur both take away; 1 is 0."""

    def __init__(self):
        super().__init__()
        weight = torch.zeros(SIZE, SIZE, dtype=torch.float64)
        weight[ROWS, COLUMNS] = 1 / weight[ROWS, COLUMNS].numel()
        self.head = torch.nn.Linear(1, 1)
        self.head.weight, self.head.bias = torch.nn.Parameter(weight), None
        # The other parts that a network has, without anything in them.
        self.stem = self.head_conv = self.head_norm = torch.nn.Identity()
        self.blocks = self.downs = torch.nn.ModuleList()

    def forward(self, x):
        number = (x.abs().mean(1) * self.head.weight).sum((1, 2))
        return torch.stack([number, torch.zeros_like(number)], 1)


class Planted:
    """In place of a `Classifier`."""

    def __init__(self):
        self.model = _Contrast()
        self.config = SimpleNamespace(input=SimpleNamespace(size=SIZE), classes=2, name="planted")
        self.weights_sha256 = "planted"
        self.runs = 0

    def normalise(self, pixels):
        return ((torch.tensor(pixels).double() - 127) / 128).permute(0, 3, 1, 2)

    def logits(self, pixels):
        self.runs += len(pixels)
        with torch.inference_mode():
            return self.model(self.normalise(pixels))


def parts(subject):
    """What each pixel adds to logit 0, [S, S], read off the weights."""
    x = subject.classifier.normalise(subject.pixels[None])
    weight = subject.classifier.model.head.weight.detach()
    return (x.abs().mean(1)[0] * weight).numpy()


@dataclass(frozen=True)
class Oracle:
    """Knows the parts; `noise` of so many times their deviation may be added, new at each call."""

    noise: float = 0.0
    seed: int = 0
    times: float = 1.0
    name = "oracle"
    kind = PARTS

    def __post_init__(self):
        object.__setattr__(self, "random", np.random.default_rng(self.seed))

    def explain(self, subject, on_progress=quiet):
        on_progress(0.0)
        values = parts(subject)
        # Of cells, not pixels: that of pixels would average out.
        deviation = Attribution("", PARTS, values).on_cells(8, 8).std() / 256
        noise = np.kron(self.random.normal(size=(8, 8)), np.ones((16, 16)))
        return Attribution(
            self.name, self.kind, self.times * (values + self.noise * deviation * noise)
        )


@dataclass(frozen=True)
class Constant:
    """The same everywhere."""

    name = "constant"
    kind = PARTS

    def explain(self, subject, on_progress=quiet):
        on_progress(0.0)
        return Attribution(self.name, self.kind, np.ones(subject.pixels.shape[:2]))


def subject(seed=0, classifier=None):
    """A picture of noise, for logit 0."""
    pixels = np.random.default_rng(seed).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    return Subject(classifier or Planted(), pixels, Target(0))
