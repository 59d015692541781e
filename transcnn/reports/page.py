"""Templates of this package become files of their own."""

from collections.abc import Callable, Mapping
from typing import Any

from transcnn.words import languages
from transcnn.words.visible import visible


def fill(
    template: str,
    language: str,
    filters: Mapping[str, Callable[..., Any]] = {},
    **values: Any,
) -> str:
    """The `template` with `values`, which it may use as they are or through `filters`; what they
    hold stands there as text.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("transcnn.reports", ".")
    # A value that is missing is an error, not an empty place.
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=_shown
    )
    environment.filters.update(filters)
    return environment.get_template(template).render(
        language=languages.language(language).tag, **values
    )


def _shown(value: Any) -> Any:
    """Texts without control and direction characters; what is HTML already is ours."""
    return visible(value, keep="\n") if type(value) is str else value
