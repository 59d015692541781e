"""A posed question as text, to be marked later without its image; it holds the answer key."""

import json
from typing import Any

import numpy as np

from transcnn.course.questions import Choose, Click, Draw, Estimate, Order, PosedQuestion, Tick

_KINDS = {kind.__name__: kind for kind in (Choose, Tick, Estimate, Click, Draw, Order)}


def write_posed(posed: PosedQuestion) -> str:
    """The question as JSON."""
    asks = posed.asks
    fields = {name: _plain(getattr(asks, name)) for name in asks.__match_args__}
    return json.dumps(
        {
            "kind": type(asks).__name__,
            "asks": fields,
            "placeholders": dict(posed.placeholders),
            "flat": posed.flat,
            "misconceptions": {name: list(ends) for name, ends in posed.misconceptions.items()},
        },
        ensure_ascii=False,
        default=_plain,
    )


def read_posed(text: str) -> PosedQuestion:
    """The question that `write_posed` wrote."""
    found: dict[str, Any] = json.loads(text)
    kind, asks = _KINDS[found["kind"]], found["asks"]
    if "values" in asks and kind is Click:
        asks["values"] = np.array(asks["values"], dtype=np.float64)
    for name in ("options", "size", "key"):
        if isinstance(asks.get(name), list):
            asks[name] = tuple(asks[name])
    if "right" in asks:
        asks["right"] = frozenset(asks["right"])
    misconceptions = {
        name: [tuple(end) if isinstance(end, list) else end for end in ends]
        for name, ends in found["misconceptions"].items()
    }
    return PosedQuestion(kind(**asks), found["placeholders"], found["flat"], misconceptions)


def _plain(value: Any) -> Any:
    """A value as JSON, in Python's kind with NaN, knows it."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, frozenset):
        return sorted(value)
    return value
