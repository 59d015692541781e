"""What every method is to those who run it."""

from collections.abc import Callable
from typing import Protocol

from transcnn.explain.attribution import Attribution, Kind
from transcnn.explain.subject import Subject

Told = Callable[[float], None]
"""Is told how much is done, from 0 to 1. To stop a method, raise `Stopped` in it."""


class Stopped(Exception):
    """Somebody does not want the result any more."""


def quiet(_: float) -> None:
    """For those who do not want to be told."""


def part(told: Told, start: float, end: float) -> Told:
    """For a step of longer work that goes from `start` to `end` of the whole."""
    return lambda share: told(start + share * (end - start))


class Method(Protocol):
    """A way to explain; its fields are its settings, so equal ones give equal maps."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    def explain(self, subject: Subject, told: Told = quiet) -> Attribution:
        """The map for `subject`. Raises ChoiceError for settings that its network cannot carry.

        Leaves the network as it was, and can run beside others on the same network.
        """
        ...
