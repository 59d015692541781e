"""What the values of the methods are."""

from transcnn.explain.attribution import Kind

LOGIT_PARTS = Kind("logit_parts", signed=True, adds_up=True)
"""Parts of how far the explained number lies above that of the method's baseline."""

LOGIT_DROPS = Kind("logit_drops", signed=True)
"""How much the explained number falls when the place is covered."""

LOGIT_SLOPES = Kind("logit_slopes", signed=False)
"""How fast the explained number moves, either way, with a pixel's value from 0 to 1."""

FEATURE_PARTS = Kind("feature_parts", signed=True)
"""A place's features, each times the mean slope of the explained number along it."""

WEIGHT_EFFECTS = Kind("weight_effects", signed=True)
"""What attention weights do to the explained number, to first order: weight times slope."""

MULTIPLES = Kind("multiples", signed=False)
"""How much is read from the place, as a multiple of an even share; 1 is even."""

KINDS = (LOGIT_PARTS, LOGIT_DROPS, LOGIT_SLOPES, FEATURE_PARTS, WEIGHT_EFFECTS, MULTIPLES)
