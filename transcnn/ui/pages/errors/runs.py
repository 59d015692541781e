"""Which runs a visitor may see, and the runs that are being computed now.

The demonstration is everybody's. Folders of this computer may be read only where the server was
started to allow it: with TRANSCNN_FOLDERS, folders joined by the system's separator. Runs by name,
as the command line makes them, are shown where all of their images lie in these. A run of an upload
has a name that nobody can guess, is known to the visitor who made it and to whoever gets the link,
and is deleted a day after its last change.
"""

import contextlib
import functools
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from transcnn.errors import ChoiceError, NoRun, TransCNNError
from transcnn.ui.app.tasks import Queue, Task
from transcnn.ui.pages.errors.link import DEMONSTRATION

if TYPE_CHECKING:
    from transcnn.classifier import Classifier
    from transcnn.runs.store import Store

_UPLOAD = re.compile(r"upload-[0-9a-f]{32}")
_KEPT_S = 24 * 3600


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
    from transcnn.runs.store import open_run

    return frozenset(folder.resolve() for folder in open_run(path).folders())


def is_upload(run: str) -> bool:
    """Whether a run is that of an upload, by its name."""
    return _UPLOAD.fullmatch(run) is not None


def path_of(run: str) -> Path:
    """The file of a run that a visitor may see; NoRun for any other."""
    from transcnn.runs.store import run_path

    if is_upload(run) and (path := upload_folder(run) / "run.sqlite").exists():
        return path
    if run == DEMONSTRATION or (allowed_folders() and not is_upload(run) and _is_shown(run)):
        return run_path(run)
    raise NoRun(run=run, known=", ".join((DEMONSTRATION, *named_runs())))


def new_upload() -> str:
    """A name for the run of an upload."""
    return f"upload-{secrets.token_hex(16)}"


def upload_folder(run: str) -> Path:
    """Where the run of an upload and its unpacked images are."""
    from transcnn.runs.store import runs_folder

    return runs_folder() / "uploads" / run


def delete_upload(run: str) -> None:
    """Take the run of an upload away, with its images."""
    cancel(run)
    shutil.rmtree(upload_folder(run), ignore_errors=True)


def forget_old_uploads() -> None:
    """Delete the runs of uploads that nobody has changed for a day."""
    from transcnn.runs.store import runs_folder

    for folder in (runs_folder() / "uploads").glob("upload-*"):
        if time.time() - _last_change(folder) > _KEPT_S and task_of(folder.name) is None:
            shutil.rmtree(folder, ignore_errors=True)


def _last_change(folder: Path) -> float:
    """When a folder or a file in it was changed, in seconds of the epoch. Files come and go beside
    this: SQLite's journal does with each write.
    """
    newest = 0.0
    for path in (folder, *folder.glob("*")):
        with contextlib.suppress(FileNotFoundError):
            newest = max(newest, path.stat().st_mtime)
    return newest


class OwnRuns(list[str]):
    """The runs of uploads that a visitor has begun or came to by a link."""


_BATCH = 2  # images of a page's run at a time: it ends within seconds of its visitors
_queue = Queue()
_tasks: dict[str, Task] = {}  # by run: under way, or ended by an error
_starting = threading.Lock()


def task_of(run: str) -> Task | None:
    """The task that predicts the images of a run now."""
    task = _tasks.get(run)
    return task if task is not None and task.under_way else None


def error_of(run: str) -> TransCNNError | None:
    """Why the last task of a run ended before the run was complete, if it did."""
    error = _tasks[run].error if run in _tasks else None
    return error if isinstance(error, TransCNNError) else None


def resume(run: str, store: "Store", classifier: "Classifier") -> None:
    """Predict the remaining images of a run, unless somebody does already.

    It stops where it is, to be resumed, when nobody who looks at it is there. Raises NotBegun.
    """

    def predict(task: Task) -> None:
        from transcnn.runs.run import classify_run

        for done in classify_run(
            store,
            classifier,
            store.remaining(),
            store.settings.resize,
            os.cpu_count() or 1,
            lambda: task.cancelled,
            _BATCH,
        ):
            task.progress = done
            task.give_way()
        _tasks.pop(run, None)

    with _starting:
        if task_of(run) is None:
            task = Task(f"run {run}", predict, queue=_queue)
            task.start()
            _tasks[run] = task


def cancel(run: str) -> None:
    """Stop predicting a run after the batches that are under way, which are kept; waits for it."""
    task = task_of(run)
    if task is not None:
        task.cancel()
        task.join()
