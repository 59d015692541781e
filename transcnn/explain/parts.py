"""Finding the block and level that an attention method explains."""

from transcnn.classifier import Classifier
from transcnn.errors import ChoiceError
from transcnn.model.config import HMHSA
from transcnn.model.interventions import Where


def find_block(classifier: Classifier, stage: int | None, block: int | None) -> tuple[int, int]:
    """Stage and block, from 0; None is the last that has H-MHSA.

    Raises ChoiceError for what the network lacks.
    """
    network = classifier.config
    having = [s for s, shape in enumerate(network.stages) if shape.attending]
    if not network.has_levels or not having:
        raise ChoiceError(field="model", value=network.name, allowed="networks with H-MHSA")
    stage = having[-1] if stage is None else stage
    Where(stage, block).check(network)
    return stage, len(network.stages[stage].attending) - 1 if block is None else block


def find_level(classifier: Classifier, stage: int, block: int, level: int | None) -> int:
    """A level of that block, from 0; None is the last. Raises ChoiceError for what it lacks."""
    attention = shape_of(classifier, stage, block)
    level = len(attention.merges) if level is None else level
    Where(stage, block, level).check(classifier.config)
    return level


def shape_of(classifier: Classifier, stage: int, block: int) -> HMHSA:
    """The configuration of the H-MHSA of that block."""
    attention = classifier.config.stages[stage].attending[block]
    assert isinstance(attention, HMHSA)
    return attention
