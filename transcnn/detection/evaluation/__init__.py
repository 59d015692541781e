"""How well a detector finds the objects of a set, under every intervention.

passes.py     the detector on every image
coco.py       COCO's twelve numbers, average precision by class, and intervals
tide.py       what kinds of error cost how much
evaluate.py   all of it
"""

from transcnn.detection.evaluation.evaluate import DetectionEvaluation, evaluate_detector

__all__ = ["DetectionEvaluation", "evaluate_detector"]
