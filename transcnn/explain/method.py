"""What every method is to those who run it."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Protocol

from torch import Tensor

from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import Kind
from transcnn.explain.subject import Subject

OnProgress = Callable[[float], None]
"""Is told how much is done, from 0 to 1. To stop a method, raise `Stopped` in it."""


class Stopped(Exception):
    """Somebody does not want the result any more."""


def quiet(_: float) -> None:
    """For those who do not want to be told."""


def part(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """For a step of longer work that goes from `start` to `end` of the whole."""
    return lambda share: on_progress(start + share * (end - start))


class Method(Protocol):
    """A way to explain; its fields are its settings, so equal ones give equal maps."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        """The map for `subject`. Raises ChoiceError for settings that its network cannot carry.

        Leaves the network as it was, and can run beside others on the same network.
        """
        ...


def telling(
    explained: Callable[[Tensor], Tensor], on_progress: OnProgress, of: int
) -> Callable[[Tensor], Tensor]:
    """`explained`, which tells before each call how many of the `of` inputs are done.

    That is how work inside captum is followed and stopped.
    """
    done = 0

    def run(x: Tensor) -> Tensor:
        nonlocal done
        on_progress(min(done / of, 1))
        done += len(x)
        return explained(x)

    return run


def settings_of(method: Any) -> dict[str, str | int | float]:
    """All knobs of a method, a dataclass, as they are written: a place as "Y,X", a method inside
    by its name and with its own knobs."""
    found: dict[str, str | int | float] = {}
    for field in fields(method):
        value = getattr(method, field.name)
        if isinstance(value, tuple):
            found[field.name] = ",".join(map(str, value))
        elif isinstance(value, str | int | float):
            found[field.name] = value
        elif value is not None:
            found |= {field.name: value.name, **settings_of(value)}
    return found
