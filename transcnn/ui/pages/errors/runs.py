"""Which runs a visitor may see, and the runs that are being computed now.

The demonstration is everybody's. Folders of this computer may be read only where the server was
started to allow it: with TRANSCNN_FOLDERS, folders joined by the system's separator. Runs by name,
as the command line makes them, are shown where all of their images lie in these. A run of an upload
has a name that nobody can guess, its key: known to the visitor who made it and to whoever gets a
link with it.
"""

import functools
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transcnn.errors import ChoiceError, NoRun, TooManyRuns, TransCNNError
from transcnn.limits import limits
from transcnn.runs.uploads import is_upload, upload_folder, upload_path
from transcnn.ui.app.tasks import Queue, Task
from transcnn.ui.pages.errors.link import DEMONSTRATION

if TYPE_CHECKING:
    from transcnn.classifier import Classifier
    from transcnn.detection.detector import ObjectDetector
    from transcnn.runs.detection.store import DetectionStore
    from transcnn.runs.run import Done
    from transcnn.runs.store import Store

_MOST_OPENED = 20  # runs of others that a visitor has in the list


def allowed_folders() -> list[Path]:
    """The folders whose images the app may read; () unless the server was started to."""
    named = os.environ.get("TRANSCNN_FOLDERS", "")
    return [Path(folder).expanduser().resolve() for folder in named.split(os.pathsep) if folder]


def check_folder(text: str) -> Path:
    """The folder or table that a visitor names; ChoiceError unless it lies in an allowed one."""
    named = ", ".join(folder.name for folder in allowed_folders()) or "none"
    refused = ChoiceError(field="folder", value=text, allowed=named)
    try:
        place = Path(text).expanduser().resolve()
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a circle, a zero byte
        raise refused from error
    if not are_allowed([place]):
        raise refused
    return place


def are_allowed(places: Collection[Path]) -> bool:
    """Whether there are any, and all lie in allowed folders. They have no links in them."""
    allowed = allowed_folders()
    return bool(places) and all(
        any(place.is_relative_to(folder) for folder in allowed) for place in places
    )


def named_runs() -> list[str]:
    """The runs by name that a visitor may see, sorted."""
    from transcnn.runs.store import known_runs

    return [run for run in known_runs() if _is_shown(run)] if allowed_folders() else []


def _is_shown(run: str) -> bool:
    """Whether a run by name is there, and all of its images lie in allowed folders."""
    from transcnn.runs.store import Store, is_name, run_path

    if not is_name(run) or not run_path(run).is_file():
        return False
    store = Store(run_path(run))
    try:
        return are_allowed(_places(store.path, store.version()))
    except (TransCNNError, OSError, RuntimeError):  # damaged, just deleted, links in a circle
        return False


@functools.lru_cache(maxsize=1024)
def _places(path: Path, version: tuple[int, int]) -> frozenset[Path]:  # noqa: ARG001
    """Where the images of a run lie, links resolved."""
    from transcnn.runs.detection.store import open_any_run

    return frozenset(folder.resolve() for folder in open_any_run(path).folders())


def path_of(run: str) -> Path:
    """The file of a run that a visitor may see; NoRun for any other."""
    from transcnn.runs.store import run_path

    if is_upload(run) and upload_path(run).exists():
        return upload_path(run)
    if run == DEMONSTRATION or (allowed_folders() and not is_upload(run) and _is_shown(run)):
        return run_path(run)
    raise NoRun(run=run, known=", ".join((DEMONSTRATION, *named_runs())))


def delete_upload(run: str) -> None:
    """Take the run of an upload away, with its images."""
    cancel(run)
    shutil.rmtree(upload_folder(run), ignore_errors=True)


@dataclass
class OwnRuns:
    """The runs of uploads that a visitor has begun, and those that came by a link; the oldest
    first."""

    begun: list[str] = field(default_factory=list)
    opened: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """Those that still exist."""
        return [run for run in (*self.begun, *self.opened) if upload_path(run).exists()]

    def check_room(self) -> None:
        """Raises TooManyRuns where the visitor keeps as many as they may."""
        limit = limits().upload_runs
        if sum(upload_path(run).exists() for run in self.begun) >= limit:
            raise TooManyRuns(limit=limit)

    def open(self, run: str) -> None:
        """Note a run that came by a link."""
        if run not in (*self.begun, *self.opened):
            self.opened = [*self.opened, run][-_MOST_OPENED:]

    def as_text(self, shown: str) -> str:
        """For the browser's tab to remember, with the one that is shown or ""; "" for no runs."""
        return json.dumps([shown, self.begun, self.opened]) if self.begun or self.opened else ""

    def add(self, text: str) -> str:
        """Take back what `as_text` gave, which may be anything by now; the run that was shown."""
        try:
            shown, begun, opened = json.loads(text)
            self.begun = [*_uploads(begun, self.begun), *self.begun]
            self.opened = [*_uploads(opened, self.all()), *self.opened]
        except (ValueError, TypeError, RecursionError):
            return ""
        return shown if shown in self.all() else ""


def _uploads(runs: list[Any], known: Collection[str]) -> list[str]:
    """Those of `runs` that exist, besides the known ones."""
    found = [run for run in map(str, runs[:_MOST_OPENED]) if is_upload(run) and run not in known]
    return [run for run in found if upload_path(run).exists()]


_BATCH = 2  # images of a page's run at a time: it ends within seconds of its visitors
_queue = Queue()
_tasks: dict[str, Task] = {}  # by run: under way, or ended by an error
_starting = threading.Lock()


def task_of(run: str) -> Task | None:
    """The task that computes the images of a run now."""
    task = _tasks.get(run)
    return task if task is not None and task.under_way else None


def error_of(run: str) -> TransCNNError | None:
    """Why the last task of a run ended before the run was complete, if it did."""
    error = _tasks[run].error if run in _tasks else None
    return error if isinstance(error, TransCNNError) else None


Rest = Callable[[Callable[[], bool]], "Iterator[Done]"]
"""Computes the remaining images of a run; it is given whether to stop."""


def classifying(store: "Store", classifier: "Classifier") -> Rest:
    """The rest of a run of classification."""

    def rest(should_stop: Callable[[], bool]) -> "Iterator[Done]":
        from transcnn.runs.run import classify_run

        left, resize = store.remaining(), store.settings.resize
        return classify_run(store, classifier, left, resize, _workers(), should_stop, _BATCH)

    return rest


def detecting(store: "DetectionStore", detector: "ObjectDetector") -> Rest:
    """The rest of a detector's run."""

    def rest(should_stop: Callable[[], bool]) -> "Iterator[Done]":
        from transcnn.runs.detection.run import detect_run

        left, classes = store.remaining(), store.settings.classes
        return detect_run(store, detector, left, classes, _workers(), should_stop, _BATCH)

    return rest


def _workers() -> int:
    return os.cpu_count() or 1


def resume(run: str, rest: Rest) -> None:
    """Compute the remaining images of a run, unless somebody does already.

    It stops where it is, to be resumed, when nobody who looks at it is there. Raises NotBegun.
    """

    def compute(task: Task) -> None:
        for done in rest(lambda: task.cancelled):
            task.progress = done
            task.give_way()
        _tasks.pop(run, None)

    with _starting:
        if task_of(run) is None:
            task = Task("a run", compute, queue=_queue, for_all=run == DEMONSTRATION)
            task.start()
            _tasks[run] = task


def cancel(run: str) -> None:
    """Stop computing a run after the batches that are under way, which are kept; waits for it."""
    task = task_of(run)
    if task is not None:
        task.cancel()
        task.join()
