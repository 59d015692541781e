"""Serialises the runs under all interventions for the browser."""

from collections.abc import Sequence

from transcnn.analysis.ablation import Rerun
from transcnn.ui.components.packets.pack import pack, prediction_entry


def ablation_packet(key: str, runs: Sequence[Rerun]) -> bytes:
    """All runs, each with its likeliest classes and with the class of the original prediction."""
    header = {
        "kind": "ablation",
        "key": key,
        "runs": {
            run.intervention: {
                "answer": prediction_entry(run.answer),
                "top": [prediction_entry(a) for a in run.top],
            }
            for run in runs
        },
    }
    return pack(header, b"")
