"""A download that goes on beside the page, and that a visitor can cancel."""

import threading

from transcnn.checkpoints.download import DownloadProgress, download
from transcnn.errors import TransCNNError


class Fetching(threading.Thread):
    """Fetches the authors' file of `name`; what came of it is in `progress`, `done` and `error`."""

    def __init__(self, name: str) -> None:
        super().__init__(name=f"fetching {name}", daemon=True)
        self.network = name
        self.progress = DownloadProgress(0, None)
        self.done = False
        self.error: TransCNNError | None = None
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Give up; what has come is removed before anything more is received."""
        self._cancelled.set()

    def run(self) -> None:
        steps = download(self.network)
        try:
            for self.progress in steps:
                if self._cancelled.is_set():
                    steps.close()
                    return
            self.done = True
        except TransCNNError as error:
            self.error = error
