"""How a detector is trained: frozen values that are checked when they are made."""

from dataclasses import dataclass

from transcnn.training.schedule import Schedule, check


@dataclass(frozen=True, kw_only=True)
class DetectionRecipe(Schedule):
    """One way to train a detector.

    The stem and the first `frozen_stages` stages of the backbone keep their weights; the others
    learn at `backbone_rate` times the rate. `attention` names the intervention under which the
    backbone runs: "on" for none, or "off" for a backbone without H-MHSA.

    An image is resized so that it fits the input times a factor between `smallest` and `largest`
    (drawn evenly in its logarithm), a window of the input's size is cut out of it or gray is added
    round it, and half of the images are mirrored. The input is as wide as high, or one side is
    three quarters of the other, drawn for each batch. Brightness, contrast and saturation change by
    up to `colour`. Of an object that the window cuts, `visible` of its box must remain, or it is
    none.

    Images are drawn from all sets alike, but sets that teach masks alone have the fraction
    `mask_share` of the steps, however few images they have.
    """

    frozen_stages: int = 2
    backbone_rate: float = 0.2
    attention: str = "on"
    smallest: float = 0.6
    largest: float = 1.6
    colour: float = 0.3
    visible: float = 0.3
    mask_share: float = 0.25
    store_px: int = 480  # of the longer side at most, in the cache of decoded images

    def __post_init__(self) -> None:
        super().__post_init__()
        fits = 0 <= self.frozen_stages <= 4
        check("frozen_stages", self.frozen_stages, fits, "0 to 4")
        fits = 0 < self.backbone_rate <= 1
        check("backbone_rate", self.backbone_rate, fits, "above 0, to 1")
        check("attention", self.attention, self.attention in ("on", "off"), "on, off")
        fits = 0 < self.smallest <= self.largest
        check("smallest, largest", (self.smallest, self.largest), fits, "0 < smallest <= largest")
        for name in ("colour", "visible", "mask_share"):
            check(name, getattr(self, name), 0 <= getattr(self, name) < 1, "0 to below 1")
