"""What a visitor has chosen on the page; all of it is part of links."""

from dataclasses import dataclass, replace

from transcnn.analysis.errors.filters import EVERYTHING, Filter, parse_filter
from transcnn.runs.uploads import is_upload
from transcnn.ui.app.links import LinkPart, Text, one_of, param, whole_number

DEMONSTRATION = "demonstration"
VIEWS = ("pictures", "classes", "confidence", "survival", "differences", "groups")
SORTS = (
    "errors",  # incorrect predictions first, the most confident first
    "run",
    "helped",
    "harmed",
    "entropy",
    "unlike",
)
PINS = 2
_LONGEST = 200  # characters of a run's name


def _read_run(text: str) -> str:
    if len(text) > _LONGEST or is_upload(text):
        raise ValueError(text)
    return text


def _read_page(text: str) -> int:
    return max(0, whole_number(text) - 1)


def _read_pins(text: str) -> tuple[int, ...]:
    pins = [int(pin) for pin in text.split(",") if pin.isascii() and pin.isdecimal()]
    return tuple(dict.fromkeys(pin for pin in pins if pin < 10**8))[:PINS]


@dataclass(frozen=True)
class ErrorsChoice(LinkPart):
    """`pins` are ids of images, `page` counts from 0, in links from 1.

    `run` is the demonstration or a run by name. In place of the demonstration `upload` is shown,
    where it is not "": its name is its key and no part of links.
    """

    run: str = param(DEMONSTRATION, Text(str, _read_run), "run")
    where: Filter = param(EVERYTHING, Text(str, parse_filter), "where")
    view: str = param(VIEWS[0], one_of(VIEWS), "view")
    sort: str = param(SORTS[0], one_of(SORTS), "sort")
    page: int = param(0, Text(lambda page: str(page + 1), _read_page), "page")
    pins: tuple[int, ...] = param(
        (), Text(lambda pins: ",".join(map(str, pins)), _read_pins), "pins"
    )
    upload: str = ""

    @property
    def shown(self) -> str:
        """The run that is shown."""
        return (self.run == DEMONSTRATION and self.upload) or self.run

    def of_run(self, run: str) -> "ErrorsChoice":
        """Another run, with all else as it is."""
        if is_upload(run):
            return replace(self, run=DEMONSTRATION, upload=run)
        return replace(self, run=run, upload=self.upload if run != DEMONSTRATION else "")
