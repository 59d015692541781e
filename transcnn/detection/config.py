"""What a detector is made of: frozen values that are checked when they are made. No torch here."""

from dataclasses import dataclass, replace
from typing import Literal

from transcnn.errors import ChoiceError
from transcnn.labels import folded

Kind = Literal["retinanet", "mask_rcnn"]
RESNET50 = "resnet50"  # the backbone of torchvision's own detectors, to compare with


@dataclass(frozen=True)
class Pyramid:
    """The feature pyramid network (Lin et al. 2017) on maps of the backbone's stages.

    `extra` are the coarser levels behind the last stage: RetinaNet's two convolutions of stride 2
    (P6, P7), Mask R-CNN's subsampling, or none.
    """

    stages: tuple[int, ...]
    width: int
    extra: Literal["convolutions", "pool"] | None = None

    @property
    def levels(self) -> int:
        """How many maps it gives."""
        return len(self.stages) + {"convolutions": 2, "pool": 1, None: 0}[self.extra]


@dataclass(frozen=True)
class RetinaNetHead:
    """RetinaNet's two subnets (Lin et al. 2017): `convs` 3 x 3 convolutions before their output,
    each followed by a group norm of `groups` groups where given."""

    convs: int = 4
    groups: int | None = None


@dataclass(frozen=True)
class MaskRCNNHead:
    """Mask R-CNN's heads (He et al. 2017) behind the region proposals.

    `box_width`: of the two layers that classify and place a box. `mask_convs` convolutions of
    `mask_width` precede the mask, which is one for all classes where `agnostic`, else one for each.
    Training learns from `sampled` proposals of an image, up to a quarter of them objects.
    """

    box_width: int = 1024
    mask_convs: int = 4
    mask_width: int = 256
    agnostic: bool = False
    proposals: int = 1000  # per image, when it is used
    sampled: int = 512


@dataclass(frozen=True)
class Detector:
    """A whole detector on the backbone `backbone`, a variant of TransCNN or `RESNET50`.

    The longer side of an image becomes at most `longer` pixels, the shorter at most `shorter`.
    `anchors` are the sides in pixels of each level's anchor boxes, each in the proportions 1 : 2,
    1 : 1 and 2 : 1.
    """

    name: str
    backbone: str
    shorter: int
    longer: int
    pyramid: Pyramid
    head: RetinaNetHead | MaskRCNNHead
    anchors: tuple[tuple[int, ...], ...]
    classes: tuple[str, ...]

    def __post_init__(self) -> None:
        fits = len(self.anchors) == self.pyramid.levels and all(self.anchors)
        _check("anchors", self.anchors, fits, f"sizes for each of {self.pyramid.levels} levels")
        fits = 32 <= self.shorter <= self.longer
        _check("shorter, longer", (self.shorter, self.longer), fits, "32 <= shorter <= longer")
        names = {folded(name) for name in self.classes if isinstance(name, str)}
        fits = "" not in names and len(names) == len(self.classes) > 0
        _check("classes", self.classes, fits, "one or more different names")

    @property
    def kind(self) -> Kind:
        return "retinanet" if isinstance(self.head, RetinaNetHead) else "mask_rcnn"

    @property
    def masks(self) -> bool:
        """Whether it finds the pixels of each object, too."""
        return self.kind == "mask_rcnn"

    def with_classes(self, classes: tuple[str, ...]) -> "Detector":
        """The same for other classes."""
        return replace(self, classes=classes)


def _check(field: str, value: object, ok: bool, allowed: str) -> None:
    if not ok:
        raise ChoiceError(field=field, value=value, allowed=allowed)
