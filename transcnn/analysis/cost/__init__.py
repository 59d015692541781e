"""Cost of attention: of single layers, compared with each other, and in a whole network."""

from transcnn.analysis.cost.attention import AttentionCost, attention_cost
from transcnn.analysis.cost.compare import METHODS, Layer, crossing, curve
from transcnn.analysis.cost.network import NetworkCost, network_boxes, network_cost

__all__ = [
    "METHODS",
    "AttentionCost",
    "Layer",
    "NetworkCost",
    "attention_cost",
    "crossing",
    "curve",
    "network_boxes",
    "network_cost",
]
