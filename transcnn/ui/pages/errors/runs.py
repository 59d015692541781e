"""Which runs a visitor may see, and the runs that are being answered now.

The demonstration is everybody's. Runs by name, as the command line makes them, and folders of this
computer are shown only where the server was started to allow it: with TRANSCNN_FOLDERS, folders
joined by the system's separator. A run of an upload has a name that nobody can guess, is known to
the visitor who made it and to whoever gets the link, and is deleted a day after its last change.
"""

import os
import re
import secrets
import shutil
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from transcnn.errors import ChoiceError, NoRun, TransCNNError
from transcnn.ui.pages.errors.link import DEMONSTRATION

if TYPE_CHECKING:
    from transcnn.classifier import Classifier
    from transcnn.runs.run import Done
    from transcnn.runs.store import Store

_UPLOAD = re.compile(r"upload-[0-9a-f]{32}")
_KEPT_S = 24 * 3600
_PATIENCE_S = 0.2  # between two looks whether a job that waits was stopped


def allowed_folders() -> list[Path]:
    """The folders whose pictures the app may read; () unless the server was started to."""
    named = os.environ.get("TRANSCNN_FOLDERS", "")
    return [Path(folder).expanduser().resolve() for folder in named.split(os.pathsep) if folder]


def check_folder(text: str) -> Path:
    """The folder or table that a visitor names; ChoiceError unless it lies in an allowed one."""
    place = Path(text).expanduser().resolve()
    if not any(place.is_relative_to(folder) for folder in allowed_folders()):
        allowed = ", ".join(map(str, allowed_folders())) or "none"
        raise ChoiceError(field="folder", value=text, allowed=allowed)
    return place


def is_upload(run: str) -> bool:
    """Whether a run is that of an upload, by its name."""
    return _UPLOAD.fullmatch(run) is not None


def path_of(run: str) -> Path:
    """The file of a run that a visitor may see; NoRun for any other."""
    from transcnn.runs.store import is_name, run_path

    path = upload_folder(run) / "run.sqlite"
    if is_upload(run) and path.exists():
        return path
    if run == DEMONSTRATION or (allowed_folders() and is_name(run)):
        return run_path(run)
    raise NoRun(run=run, known=DEMONSTRATION)


def new_upload() -> str:
    """A name for the run of an upload."""
    return f"upload-{secrets.token_hex(16)}"


def upload_folder(run: str) -> Path:
    """Where the run of an upload and its unpacked pictures are."""
    from transcnn.runs.store import runs_folder

    return runs_folder() / "uploads" / run


def delete_upload(run: str) -> None:
    """Take the run of an upload away, with its pictures."""
    stop(run)
    shutil.rmtree(upload_folder(run), ignore_errors=True)


def forget_old_uploads() -> None:
    """Delete the runs of uploads that nobody has changed for a day."""
    from transcnn.runs.store import runs_folder

    for folder in (runs_folder() / "uploads").glob("upload-*"):
        newest = max((p.stat().st_mtime for p in folder.iterdir()), default=0.0)
        if time.time() - newest > _KEPT_S and folder.name not in _jobs:
            shutil.rmtree(folder, ignore_errors=True)


class Job(threading.Thread):
    """Answers the rest of a run beside the pages. One at a time is at work; others wait."""

    def __init__(self, run: str, store: "Store", classifier: "Classifier") -> None:
        super().__init__(name=f"run {run}", daemon=True)
        self.run_name, self.store, self.classifier = run, store, classifier
        self.last: Done | None = None
        self.waits = True  # for another that is at work
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End after the batches that are being answered; they are kept."""
        self._stopped.set()

    def run(self) -> None:
        from transcnn.runs.run import answer_run

        try:
            while not _working.acquire(timeout=_PATIENCE_S):
                if self._stopped.is_set():
                    return
            try:
                self.waits = False
                batches = answer_run(
                    self.store,
                    self.classifier,
                    self.store.remaining(),
                    self.store.settings.resize,
                    os.cpu_count() or 1,
                    self._stopped.is_set,
                )
                for done in batches:
                    self.last = done
            finally:
                _working.release()
        except TransCNNError as error:
            _errors[self.run_name] = error
        finally:
            _jobs.pop(self.run_name, None)


_working = threading.Lock()
_jobs: dict[str, Job] = {}
_errors: dict[str, TransCNNError] = {}
_starting = threading.Lock()


def job(run: str) -> Job | None:
    """The job that answers a run now."""
    return _jobs.get(run)


def error_of(run: str) -> TransCNNError | None:
    """Why the last job of a run ended before the run was whole, if it did."""
    return _errors.get(run)


def go_on(run: str, store: "Store", classifier: "Classifier") -> None:
    """Answer the rest of a run, unless somebody does already."""
    with _starting:
        if run not in _jobs:
            _errors.pop(run, None)
            _jobs[run] = Job(run, store, classifier)
            _jobs[run].start()


def stop(run: str) -> None:
    """Stop answering a run, and wait until it has."""
    at_work = _jobs.get(run)
    if at_work is not None:
        at_work.stop()
        at_work.join()
