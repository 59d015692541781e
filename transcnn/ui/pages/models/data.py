"""Weight files of the visitor: what is downloaded, and why a file could not be used."""

import contextlib
from dataclasses import dataclass, field

from transcnn.checkpoints.download import download
from transcnn.errors import NotBegun, TransCNNError
from transcnn.ui.app.custom_models import CustomModel, Origin
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import Task


@dataclass
class WeightFiles:
    """`errors`: why the last file could not be used, by the part of the page that it came by.
    `download` of the weights of `network` is under way, or has ended and nobody has seen it yet.
    """

    errors: dict[Origin, TransCNNError] = field(default_factory=dict)
    network: str = ""
    download: Task | None = None

    def forget_error(self, origin: Origin = "authors") -> None:
        """Forget why the last file could not be used."""
        self.errors.pop(origin, None)

    def begin_download(self, network: str) -> None:
        """Begin to download the authors' weights of a network."""
        self.end_download()
        self.forget_error()

        def receive(task: Task) -> bool:
            with contextlib.closing(download(network)) as steps:
                for progress in steps:
                    task.report(progress)
            return True

        task = Task(f"download {network}", receive)
        try:
            task.start()
        except NotBegun as error:
            self.errors["authors"] = error
        else:
            self.network, self.download = network, task

    def end_download(self) -> None:
        """Cancel the download that is under way, or forget the one that has ended."""
        if self.download is not None:
            self.download.cancel()
        self.download = None


def keep(state: Session, custom_model: CustomModel) -> None:
    """Keep a custom model that could be opened."""
    state.add_custom_model(custom_model)
    state.part(WeightFiles).forget_error(custom_model.origin)
