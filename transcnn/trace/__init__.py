"""What one run of the network did, at every level of every H-MHSA, as a frozen record."""

from transcnn.trace.interventions import (
    EVERYWHERE,
    SWITCHES,
    Where,
    check_switch,
    make_switch,
    split,
)
from transcnn.trace.record import record
from transcnn.trace.trace import BlockTrace, LevelTrace, Reading, Trace

__all__ = [
    "EVERYWHERE",
    "SWITCHES",
    "BlockTrace",
    "LevelTrace",
    "Reading",
    "Trace",
    "Where",
    "check_switch",
    "make_switch",
    "record",
    "split",
]
