"""What the tests of the app share."""

import pytest

from transcnn.classifier import Classifier
from transcnn.pictures.samples import samples
from transcnn.ui.app.tasks import tasks_alive


@pytest.fixture(scope="session", autouse=True)
def _runs_of_the_tests(data_home):
    """No test reads or writes the runs of whoever runs the tests."""


@pytest.fixture(autouse=True)
def _run_of_the_error_board(request):
    """A test of every page has the demonstration where the page is the error board."""
    case = getattr(request.node, "callspec", None)
    if case and case.params.get("page") == "errors":
        request.getfixturevalue("runs_home")


@pytest.fixture(autouse=True)
def _no_task_outlives_its_test():
    """What a page has begun would count against the limits of the next test's."""
    yield
    for task in tasks_alive():
        task.cancel()
        task.join(60)


@pytest.fixture(scope="session")
def shipped_trace():
    zebra = next(s for s in samples() if s.name == "zebra")
    return Classifier("transcnn_lite0").trace(zebra.path)
