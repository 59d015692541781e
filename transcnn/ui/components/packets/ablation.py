"""The runs under all switches as one byte string, for drawing elsewhere."""

from collections.abc import Sequence
from typing import Any

from transcnn.analysis.ablation import Rerun
from transcnn.classifier import PredictedClass
from transcnn.ui.components.packets.pack import pack


def without_packet(key: str, runs: Sequence[Rerun]) -> bytes:
    """All runs, each with its likeliest classes and what became of the normal answer."""
    header = {
        "kind": "ablation",
        "key": key,
        "runs": {
            run.intervention: {
                "answer": answer_entry(run.answer),
                "top": [answer_entry(a) for a in run.top],
            }
            for run in runs
        },
    }
    return pack(header, b"")


def answer_entry(answer: PredictedClass) -> dict[str, Any]:
    """A class, by its place among the names of each language, and what the network gives it."""
    return {
        "index": answer.output,
        "probability": answer.probability,
        "logit": answer.logit,
    }
