"""What is seen of a run: log.csv and lines on the terminal."""

import csv
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import click

from transcnn.errors import ChoiceError
from transcnn.figures.table import csv_lines, to_csv
from transcnn.files import write_file
from transcnn.words.visible import visible

if TYPE_CHECKING:
    from transcnn.training.loop import Ended, Event, Stepped
    from transcnn.training.state import Snapshot


class Preparing:
    """Reports progress of preparing a source every 10 seconds."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown = time.monotonic()

    def show(self, folder: Path, done: int, of: int) -> None:
        if time.monotonic() - self.shown > 10 or done == of:
            self.shown = time.monotonic()
            click.echo(f"{self.what} {visible(str(folder))}: {done} of {of}", err=True)


def check_new(out: Path, resume: bool) -> None:
    """Raises ChoiceError where a run that is not to be resumed would be written over."""
    if not resume and (out / "checkpoint.pt").exists():
        allowed = "folders without a checkpoint.pt, or --resume to resume it"
        raise ChoiceError(field="out", value=str(out), allowed=allowed)


def say_end(end: "Ended", out: Path, quiet: bool) -> int:
    """Say how a run ended, unless `quiet`; the exit code."""
    if not quiet and end.finished:
        click.echo(f"Done after {end.step} steps: {visible(str(out / 'weights.safetensors'))}.")
    elif not quiet:
        click.echo(f"Stopped after step {end.step} and saved; --resume continues.", err=True)
    return 0 if end.finished else 130


def follow(
    events: "Iterable[Event]",
    path: Path,
    resume: bool,
    quiet: bool,
    on_snapshot: "Callable[[Snapshot], None]" = lambda _: None,
) -> "Ended":
    """Log and show all steps; `quiet` only runs them. Returns the end of the run."""
    from transcnn.training.loop import Ended
    from transcnn.training.state import Snapshot

    log: Log | None = None
    for event in events:
        if isinstance(event, Ended):
            if log is not None:
                log.close()
            return event
        if isinstance(event, Snapshot):
            on_snapshot(event)
        elif not quiet:
            log = log or Log(path, event, resume)
            log.add(event)
    raise AssertionError("the last event of a run is Ended")


class Log:
    """Writes every step to a CSV file, and progress to the terminal every 15 seconds."""

    EVERY_S = 15.0

    def __init__(self, path: Path, first: "Stepped", resume: bool) -> None:
        fields = ["step", "progress", "loss", *first.parts, "learning_rate", "pictures", "seconds"]
        self.fields = [*fields, "waited"]
        rows = []
        if resume and path.is_file():  # steps after the checkpoint are repeated
            with path.open(newline="", encoding="utf-8") as file:
                rows = [row for row in csv.DictReader(file) if int(row["step"]) < first.step]
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, to_csv(self.fields, [[row[name] for name in self.fields] for row in rows]))
        self.file = path.open("a", newline="", encoding="utf-8", buffering=1)
        self.started = first.progress
        self.trained_s = 0.0
        self.shown = time.monotonic()
        self.recent: deque[Stepped] = deque(maxlen=50)

    def add(self, event: "Stepped") -> None:
        row = {name: getattr(event, name) for name in self.fields if name not in event.parts}
        row |= event.parts
        values = [row[name] for name in self.fields]
        self.file.write(csv_lines([[f"{v:.6g}" if isinstance(v, float) else v for v in values]]))
        self.recent.append(event)
        self.trained_s += event.seconds
        if time.monotonic() - self.shown > self.EVERY_S or event.progress == 1:
            self.shown = time.monotonic()
            click.echo(self._line(event), err=True)

    def close(self) -> None:
        self.file.close()

    def _line(self, event: "Stepped") -> str:
        """Means over the last steps, of a part over those that had it (in others it is NaN); the
        time left is estimated from the speed since the start."""
        count, seconds = len(self.recent), sum(e.seconds for e in self.recent)
        known = {
            name: [e.parts[name] for e in self.recent if not math.isnan(e.parts[name])]
            for name in event.parts
        }
        parts = ", ".join(f"{name} {fmean(found):.3f}" for name, found in known.items() if found)
        gained = event.progress - self.started
        left = self.trained_s * (1 - event.progress) / gained / 60 if gained > 0 else 0
        return (
            f"step {event.step}, {100 * event.progress:.1f} %: "
            f"loss {sum(e.loss for e in self.recent) / count:.3f} ({parts}); "
            f"{sum(e.pictures for e in self.recent) / seconds:.1f} images/s, "
            f"{100 * sum(e.waited for e in self.recent) / seconds:.0f} % waiting, "
            f"{left:.0f} min left"
        )
