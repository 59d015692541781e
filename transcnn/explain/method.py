"""The interface of an explanation method."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Protocol

from torch import Tensor

from transcnn.explain.attribution import Attribution
from transcnn.explain.kinds import Kind
from transcnn.explain.subject import Subject

OnProgress = Callable[[float], None]
"""Progress callback, 0 to 1; raise `Cancelled` to stop."""


def quiet(_: float) -> None:
    """The progress callback that does nothing."""


def part(on_progress: OnProgress, start: float, end: float) -> OnProgress:
    """A progress callback for a step that takes the work from `start` to `end` of the whole."""
    return lambda share: on_progress(start + share * (end - start))


class Method(Protocol):
    """An explanation method. Its fields are its settings; equal methods give equal maps."""

    @property
    def name(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    def explain(self, subject: Subject, on_progress: OnProgress = quiet) -> Attribution:
        """The map for `subject`. Raises ChoiceError for settings that do not fit its network.

        Does not change the network; several threads may explain with the same network.
        """
        ...


def reporting(
    explained: Callable[[Tensor], Tensor], on_progress: OnProgress, of: int
) -> Callable[[Tensor], Tensor]:
    """`explained`, reporting before each call how many of the `of` inputs are done.

    This is how progress inside captum is reported, and how captum is cancelled.
    """
    done = 0

    def run(x: Tensor) -> Tensor:
        nonlocal done
        on_progress(min(done / of, 1))
        done += len(x)
        return explained(x)

    return run


def settings_of(method: Any) -> dict[str, str | int | float]:
    """All settings of a method (a dataclass) as they are written in files: a token as "Y,X", an
    inner method by its name, followed by its own settings."""
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
