"""What one run of the network did, at every level of every H-MHSA, as a frozen record."""

from transcnn.model.interventions import (
    EVERYWHERE,
    INTERVENTIONS,
    Where,
    check_intervention,
    split,
)
from transcnn.trace.interventions import make_intervention
from transcnn.trace.record import record
from transcnn.trace.trace import BlockTrace, LevelTrace, Reading, Trace

__all__ = [
    "EVERYWHERE",
    "INTERVENTIONS",
    "BlockTrace",
    "LevelTrace",
    "Reading",
    "Trace",
    "Where",
    "check_intervention",
    "make_intervention",
    "record",
    "split",
]
