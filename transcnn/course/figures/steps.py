"""The figures of all steps, by their numbers."""

from transcnn.course.figures import (
    ch1_attention,
    ch2_heads,
    ch3_grids,
    ch4_cost,
    ch4_network,
    ch5_baselines,
    ch5_claims,
    ch6_detection,
)
from transcnn.course.figures.common import Draws

FIGURES: dict[str, Draws] = {
    **ch1_attention.FIGURES,
    **ch2_heads.FIGURES,
    **ch3_grids.FIGURES,
    **ch4_cost.FIGURES,
    **ch4_network.FIGURES,
    **ch5_baselines.FIGURES,
    **ch5_claims.FIGURES,
    **ch6_detection.FIGURES,
}
