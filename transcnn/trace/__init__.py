"""What one run of the network did, at every level of every H-MHSA, as a frozen record."""

from transcnn.trace.record import record
from transcnn.trace.switches import SWITCHES, make_switch
from transcnn.trace.trace import BlockTrace, LevelTrace, Reading, Trace

__all__ = [
    "SWITCHES",
    "BlockTrace",
    "LevelTrace",
    "Reading",
    "Trace",
    "make_switch",
    "record",
]
