"""What the values of a map are, which decides how they are drawn. No torch here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of value. Its scale is the same for every image, class and network.

    `signed`: values support or oppose, about a true zero. `adds_up`: their sum is the explained
    logit (less that of the method's baseline), up to the completeness error. `scale_end` is where
    the colours end, in the unit that the words `explanations.unit_NAME` say; None is the scale of
    attention maps. `per_area`: what is drawn is the value for each hundredth of the image, so that
    maps of different resolution compare.
    """

    name: str
    signed: bool
    adds_up: bool = False
    scale_end: float | None = None
    per_area: bool = False


LOGIT_CONTRIBUTIONS = Kind("logit_contributions", True, adds_up=True, scale_end=5, per_area=True)
"""Parts of the difference between the explained logit and that of the method's baseline."""

LOGIT_DROPS = Kind("logit_drops", True, scale_end=2)
"""How much the explained logit falls when the area is occluded."""

GRADIENTS = Kind("gradients", False, scale_end=0.2)
"""The absolute gradient of the explained logit with respect to a pixel's value from 0 to 1."""

FEATURE_CONTRIBUTIONS = Kind("feature_contributions", True, scale_end=0.5, per_area=True)
"""Features at a position, each times the mean gradient of the explained logit along it."""

WEIGHT_EFFECTS = Kind("weight_effects", True, scale_end=0.2, per_area=True)
"""First-order effect of attention weights on the explained logit: weight times gradient."""

TIMES_UNIFORM = Kind("times_uniform", False)
"""Attention to the token as a multiple of uniform attention, which is 1."""

KINDS = (
    LOGIT_CONTRIBUTIONS,
    LOGIT_DROPS,
    GRADIENTS,
    FEATURE_CONTRIBUTIONS,
    WEIGHT_EFFECTS,
    TIMES_UNIFORM,
)
