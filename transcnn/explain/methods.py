"""From a method's name, as commands, links and files use it, to the method."""

from dataclasses import fields
from importlib import import_module
from typing import Any

from transcnn.errors import ChoiceError
from transcnn.explain.method import Method
from transcnn.explain.names import METHODS


def method_class(name: str) -> type[Any]:
    """The class of the method called `name`. Raises ChoiceError for an unknown name."""
    if name not in METHODS:
        raise ChoiceError(field="method", value=name, allowed=", ".join(METHODS))
    module, _, found = METHODS[name].path.partition(".")
    loaded: type[Any] = getattr(import_module(f"transcnn.explain.{module}"), found)
    return loaded


def make_method(name: str, **settings: Any) -> Method:
    """The method called `name` with these settings; None stands for a setting that is not given.

    Raises ChoiceError for an unknown method and for a setting that it does not have.
    """
    chosen = method_class(name)
    given = {key: value for key, value in settings.items() if value is not None}
    for key, value in given.items():
        having = [method for method in METHODS if key in _settings(method)]
        if name not in having:
            raise ChoiceError(
                field=key, value=value, allowed=f"with the methods {', '.join(having) or 'none'}"
            )
    made: Method = chosen(**given)
    return made


def _settings(name: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(method_class(name)))
