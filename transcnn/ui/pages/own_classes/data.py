"""What the page keeps of a visitor: their images, what is being done, and the network that came
of it. It goes with the session."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from transcnn.errors import NotBegun, TransCNNError
from transcnn.ui.app.session import Session
from transcnn.ui.app.tasks import Queue, Task
from transcnn.ui.pages.own_classes.collection import Collection
from transcnn.ui.pages.own_classes.learning import Learned, learn
from transcnn.ui.pages.own_classes.reading import OnDone, Reading

if TYPE_CHECKING:
    from transcnn.classifier import Classifier

_reading, _learning = Queue(), Queue()  # for all visitors together


@dataclass
class OwnClasses:
    """`task` is under way, or has ended and nobody has seen it yet: it reads files into the class
    `into` (None: an archive), or it learns. `abandoned`: the last one ended since the page was not
    connected. `round`: how often files were taken, after which the
    fields for them are empty again. `camera`: the class whose camera is shown. `refused`: why a
    class could not be called so, by its number. `pair`: the true and the predicted class, as
    positions, whose images are shown.
    """

    collection: Collection = field(default_factory=Collection)
    base: str = ""
    task: Task | None = None
    into: int | None = None
    learns: bool = False
    abandoned: bool = False
    error: TransCNNError | None = None
    round: int = 0
    camera: int | None = None
    refused: dict[int, str] = field(default_factory=dict)
    learned: Learned | None = None
    pair: tuple[int, int] | None = None

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self.task is not None

    def begin_reading(self, read: Callable[[OnDone], Reading], into: int | None) -> None:
        """Begin to read files into a class, or an archive."""
        self.stop()
        self.collection.left_out.clear()
        self.error, self.into, self.learns = None, into, False

        def work(task: Task) -> Reading:
            return read(lambda done, of: task.report(done / of))

        self._begin(Task("read images", work, queue=_reading))

    def begin_learning(self, classifier: "Classifier") -> None:
        """Begin to learn the classes as they are now."""
        self.stop()
        self.error, self.learns = None, True

        work = learn(self.base, classifier, self.collection)
        self._begin(Task("learn own classes", lambda task: work(task.report), queue=_learning))

    def _begin(self, task: Task) -> None:
        try:
            task.start()
        except NotBegun as error:
            self.error = error
        else:
            self.task, self.abandoned = task, False

    def stop(self) -> None:
        """End what is under way; all else stays as it was."""
        if self.task is not None:
            self.task.cancel()
        self.task = None

    def take(self, state: Session) -> bool:
        """Take over what came of the task; False where there is none, or it is under way."""
        task = self.task
        if task is None or task.is_alive():
            return False
        self.task, self.abandoned = None, task.abandoned
        if isinstance(task.error, TransCNNError):
            self.error = task.error
        elif task.error is not None:
            raise task.error
        elif isinstance(task.result, Reading):
            self._take_images(task.result)
        elif isinstance(task.result, Learned):
            self._take_network(state, task.result)
        return True

    def _take_images(self, reading: Reading) -> None:
        collection = self.collection
        collection.left_out = list(reading.left_out)
        if self.into is None:
            for name, images in reading.found.items():
                collection.add_named(name, images)
            if reading.found:
                collection.drop_unused()
            return
        if any(one.number == self.into for one in collection.classes):
            for images in reading.found.values():
                collection.add(self.into, images)

    def _take_network(self, state: Session, learned: Learned) -> None:
        """Keep the network, in place of the one that the same base learned before."""
        before, chosen = self.learned, False
        if before is not None and before.base == learned.base:
            chosen = state.model == before.model.key
            state.forget_custom_model(before.model.key)
        state.add_custom_model(learned.model)
        if chosen:
            state.show_model(learned.model.key)
        self.learned, self.pair = learned, None
