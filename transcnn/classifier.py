"""A network with its weights, ready for images: predictions, traces and attention."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from transcnn.checkpoints import create_model, shipped
from transcnn.checkpoints.catalogue import TRAINED, check_snapshot, sha256, split_snapshot
from transcnn.checkpoints.files import ENDINGS
from transcnn.checkpoints.means import Means, load_means
from transcnn.checkpoints.recognise import open_weights
from transcnn.devices import computing_in, find_device, find_precision, on_cpu
from transcnn.errors import ChoiceError, PictureError
from transcnn.labels import ClassName, class_names
from transcnn.model.hooks import HookPoint, Hooks, Intervention
from transcnn.model.network import TransCNN, fold_batch_norms, normalise
from transcnn.pictures import CENTRE, Crop, Picture, prepare, take_picture
from transcnn.pictures.prepare import RESIZES, Resize
from transcnn.threads import use
from transcnn.trace import EVERYWHERE, Trace, Where, make_intervention, record

DEFAULT_MODEL = "transcnn_lite0"
SIZES = (32, 2048)  # pixels of the side to which images are resized: from one last token on


@dataclass(frozen=True)
class PredictedClass:
    """One class with its predicted probability.

    `output` is the index of its logit; `name.index` its index in ImageNet's 1000, where known.
    """

    name: ClassName
    probability: float
    logit: float
    output: int


@dataclass(frozen=True)
class Prediction:
    """The classes with the highest probabilities, the highest first."""

    model: str
    top: tuple[PredictedClass, ...]


class Classifier:
    """A network with trained weights, ready for images. Threads may share one.

    `Classifier()` and `Classifier("transcnn_nano")` have the weights that ship (digest checked);
    `Classifier("transcnn_nano@0.089")` those after that share of its training;
    `Classifier(FILE)` is the network that a weight file describes, or whose keys it has;
    `Classifier(name, FILE)` insists on the variant.

    `device`: "auto" (CUDA, then MPS, else the CPU), cpu, cuda, cuda:N or mps. `dtype`: the
    precision it computes in, see `transcnn.devices`. `threads`: how many torch computes with, in
    the whole process; None leaves it as it is. Logits and attention are returned on the CPU in
    float32, whatever they were computed on.

    Raises ChoiceError for a network that does not exist or is not shipped and for another choice,
    NoDevice for a device that is not there, CheckpointError for a weight file that does not fit.
    """

    def __init__(
        self,
        name: str | Path | None = None,
        weights: str | Path | None = "shipped",
        *,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "float32",
        threads: int | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ChoiceError(field="threads", value=threads, allowed="1 or more")
        self._compute(device, dtype)
        if threads is not None:
            use(threads)
        if isinstance(name, Path) or (name is not None and name.endswith(ENDINGS)):
            name, weights = None, name
        if weights in (None, "shipped"):
            name, share = split_snapshot(name or DEFAULT_MODEL)
            if share != TRAINED:
                weights = check_snapshot(name, share)
        if weights in (None, "shipped"):
            entry = shipped(str(name))
            self._take(create_model(entry.name, "shipped"), entry.sha256, load_means(entry.path))
            return
        file = Path(str(weights))
        opened = open_weights(file, name=name)
        self._take(opened.model, sha256(file), load_means(file), opened.measured)

    @classmethod
    def around(
        cls,
        model: TransCNN,
        weights_sha256: str,
        device: str | torch.device = "auto",
        dtype: str | torch.dtype = "float32",
        measured: Mapping[str, Any] = MappingProxyType({}),
    ) -> "Classifier":
        """From a network that has its weights, with any classes; without stored averages.

        `measured` is what the weight file says was measured.
        """
        classifier = cls.__new__(cls)
        classifier._compute(device, dtype)
        classifier._take(model, weights_sha256, None, measured)
        return classifier

    def _compute(self, device: str | torch.device, dtype: str | torch.dtype) -> None:
        self.dtype = find_precision(dtype)
        self.device = find_device(device)

    def _take(
        self,
        model: TransCNN,
        weights_sha256: str,
        means: Means | None,
        measured: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self.weights_sha256 = weights_sha256
        self.means = means
        self.measured = measured
        self.config = model.config
        self.classes = model.config.class_set
        self.names = self.classes.names
        # Computes logits from normalised images in torch's place, see `transcnn.engine_files`.
        self.engine: Callable[[Tensor], Tensor] | None = None
        # Channels last and without separate batch norms: the same function, faster.
        self.model = fold_batch_norms(model).to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]

    def input_size(self, size: int | None = None) -> int:
        """The side of the network's input in pixels: `size`, or that it was trained with.

        Raises ChoiceError for a size that no image is resized to.
        """
        if size is None:
            return self.config.input.size
        if not SIZES[0] <= size <= SIZES[1]:
            allowed = f"{SIZES[0]} to {SIZES[1]} pixels"
            raise ChoiceError(field="size", value=size, allowed=allowed)
        return size

    def prepare(
        self, picture: Picture, resize: Resize = "crop", size: int | None = None, at: int = CENTRE
    ) -> tuple[NDArray[np.uint8], Crop]:
        """The pixels [rows, columns, 3] that the network sees of an image, and where they lie.

        `resize` and `at` are those of `transcnn.pictures.prepare`; `size` is that of `input_size`.
        Raises PictureError if the image cannot be read, ChoiceError for another choice.
        """
        if resize not in RESIZES:
            raise ChoiceError(field="resize", value=resize, allowed=", ".join(RESIZES))
        return prepare(take_picture(picture), self.input_size(size), resize, at)

    def predict(
        self, picture: Picture, top: int = 5, resize: Resize = "crop", size: int | None = None
    ) -> Prediction:
        """The `top` most probable classes. Raises as `prepare` does."""
        pixels, _ = self.prepare(picture, resize, size)
        return self.rank(self.logits(pixels[None])[0], top)

    def predict_many(
        self,
        pictures: Iterable[Picture],
        top: int = 5,
        resize: Resize = "crop",
        batch: int = 16,
        size: int | None = None,
    ) -> Iterator[Prediction | PictureError | OSError]:
        """The predictions of any number of images in their order, computed `batch` at a time.

        Images are read as the predictions are asked for. In the place of one that cannot be read
        stands the error, so that it does not stop the others.
        """
        self.input_size(size)
        waiting = iter(pictures)
        while some := list(itertools.islice(waiting, batch)):
            read = [self._read(picture, resize, size) for picture in some]
            pixels = [one for one in read if not isinstance(one, Exception)]
            logits = iter(self.logits_of(pixels))
            for one in read:
                yield one if isinstance(one, Exception) else self.rank(next(logits), top)

    def _read(
        self, picture: Picture, resize: Resize, size: int | None
    ) -> NDArray[np.uint8] | PictureError | OSError:
        try:
            return self.prepare(picture, resize, size)[0]
        except (PictureError, OSError) as error:
            return error

    def trace(
        self,
        picture: Picture,
        resize: Resize = "crop",
        intervention: Intervention | None = None,
        size: int | None = None,
    ) -> Trace:
        """The record of every H-MHSA on the image. Raises as `prepare` does."""
        pixels, crop = self.prepare(picture, resize, size)
        return self.trace_pixels(pixels, crop, intervention)

    def trace_pixels(
        self, pixels: NDArray[np.uint8], crop: Crop, intervention: Intervention | None = None
    ) -> Trace:
        """The same for a prepared image [H, W, 3]."""
        x = self.normalise(pixels[None])
        with self.precision():
            return record(self.model, x, crop, self.weights_sha256, intervention)

    def normalise(self, pixels: NDArray[np.uint8]) -> Tensor:
        """Prepared images [B, H, W, 3] as the network's input [B, 3, H, W], on its device."""
        return normalise(pixels, self.config.input, self.device)

    def precision(self) -> AbstractContextManager[object]:
        """A context in which the network computes in the classifier's precision."""
        return computing_in(self.dtype, self.device)

    def run(self, x: Tensor, hooks: Hooks | None = None) -> Tensor:
        """The network's logits [B, classes] in its precision, with gradients, on its device."""
        with self.precision():
            out: Tensor = self.model(x, hooks)
        return out.float()

    def logits(self, pixels: NDArray[np.uint8], intervention: Intervention | None = None) -> Tensor:
        """Logits [B, classes] of prepared images [B, H, W, 3], under `intervention`."""
        if self.engine is not None and intervention is None:
            return self.engine(self.normalise(pixels))
        hooks = None if intervention is None else Hooks(record=False, intervention=intervention)
        with torch.inference_mode():
            return on_cpu(self.run(self.normalise(pixels), hooks))

    def logits_of(self, images: Sequence[NDArray[np.uint8]]) -> Iterator[Tensor]:
        """The logits [classes] of prepared images [rows, columns, 3] in their order; those beside
        each other that have the same shape are computed together."""
        for _, alike in itertools.groupby(images, key=np.shape):
            yield from self.logits(np.stack(list(alike)))

    def intervention(
        self,
        name: str,
        other: Mapping[HookPoint, Tensor] | None = None,
        where: Where = EVERYWHERE,
    ) -> Intervention | None:
        """The intervention called `name` on `where`; "swapped" needs the `other` attention.

        Raises ChoiceError for a name or a part that does not exist, and for "mean" where the
        weights have no stored averages.
        """
        where.check(self.config)
        return make_intervention(name, other, self.means, where)

    def attention(self, pixels: NDArray[np.uint8]) -> Mapping[HookPoint, Tensor]:
        """Attention matrices [B, h, down, across, T, T] of prepared images, by hook point."""
        return self.logits_and_attention(pixels)[1]

    def logits_and_attention(
        self, pixels: NDArray[np.uint8]
    ) -> tuple[Tensor, Mapping[HookPoint, Tensor]]:
        """Logits [B, classes] and attention matrices of images [B, S, S, 3], from one run."""
        hooks = Hooks()
        with torch.inference_mode():
            logits = on_cpu(self.run(self.normalise(pixels), hooks))
        records = hooks.records.items()
        return logits, {p: on_cpu(value) for p, value in records if p.name == "attention"}

    def check_top(self, top: int) -> None:
        """Raises ChoiceError unless `top` classes exist."""
        if not 1 <= top <= len(class_names()):
            raise ChoiceError(field="top", value=top, allowed=f"1 to {len(class_names())}")

    def rank(self, logits: Tensor | NDArray[np.float32], top: int = 5) -> Prediction:
        """The `top` most probable classes by one image's logits; all if there are fewer."""
        self.check_top(top)
        values = logits if isinstance(logits, Tensor) else torch.tensor(logits)
        order = values.argsort(descending=True, stable=True)[:top].tolist()
        return Prediction(self.config.name, tuple(self.predicted(values, i) for i in order))

    def predicted(self, logits: Tensor, output: int) -> PredictedClass:
        """The class at `output` with its probability by one image's logits [classes]."""
        probability = float(logits.softmax(0)[output])
        return PredictedClass(self.names[output], probability, float(logits[output]), output)

    def outputs_of(self, numbers: Sequence[int]) -> list[int]:
        """The outputs (logit indices) of classes given by their indices.

        Raises ChoiceError for a class that the network does not have.
        """
        outputs = {name.index: output for output, name in enumerate(self.names)}
        for number in numbers:
            if number not in outputs:
                known = ", ".join(name.label for name in self.names[:10])
                allowed = known if len(self.names) <= 10 else f"{known}, ..."
                value = class_names()[number].label  # labels of own classes are always known
                raise ChoiceError(field="class", value=value, allowed=allowed)
        return [outputs[number] for number in numbers]

    def output_of(self, text: str, field: str = "class") -> int:
        """The output (logit index) of the class that `text` names, by index or in any language.

        Raises ChoiceError for `field` where there is none.
        """
        found = self.classes.find(text)
        if found is not None and found in self.names:
            return self.names.index(found)
        similar = () if text.strip().isdigit() else self.classes.nearest(text)
        alike = [name for name in similar if name in self.names]
        named = ", ".join(name.label for name in alike or self.names[:10])
        if self.config.indices is None:
            numbers = f"numbers from 0 to {self.config.classes - 1}"
        else:
            numbers = ", ".join(map(str, self.config.indices))
        allowed = f"{numbers}, or names such as {named}"
        raise ChoiceError(field=field, value=text, allowed=allowed)
