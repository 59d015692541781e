"""Serialises the runs under all interventions for the browser."""

from collections.abc import Sequence
from typing import Any

from transcnn.analysis.ablation import Rerun
from transcnn.classifier import PredictedClass
from transcnn.ui.components.packets.pack import pack


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


def prediction_entry(answer: PredictedClass) -> dict[str, Any]:
    """A class, by its index among the names of each language, and what the network gives it."""
    return {
        "index": answer.output,
        "probability": answer.probability,
        "logit": answer.logit,
    }
