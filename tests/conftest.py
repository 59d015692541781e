"""Settings that all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Where other programs run too, threads of one sum that wait for each other take many times as
# long as one thread alone. Set before torch is loaded; programs that tests start inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # tests load onnxruntime without the package, too

# hypothesis draws the same examples in every run, and more of them in `make test-long`.
settings.register_profile("reproducible", derandomize=True, deadline=None, max_examples=40)
settings.register_profile("exhaustive", derandomize=True, deadline=None, max_examples=200)

# What `make test-fast` leaves out besides the browser: folders and files whose tests start pages
# and processes, train, or run networks over many images.
_SLOW = (
    *("app", "browser", "training", "evaluation", "cli", "runs"),
    *("explain/test_faithfulness.py", "explain/test_methods.py", "explain/test_over_images.py"),
    *("model/test_variants.py", "model/test_kernels.py", "model/test_folding.py"),
    *("checkpoints/test_authors.py", "checkpoints/test_shipped.py", "pictures/test_fuzz.py"),
    *("analysis/test_cost.py", "architecture/test_loading.py", "course/test_keys.py"),
    *("course/test_ch5_claims.py", "reports/test_handout.py"),
)


def pytest_configure(config):
    long = not config.option.markexpr
    settings.load_profile("exhaustive" if long else "reproducible")


def pytest_collection_modifyitems(items):
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        if path.startswith(_SLOW):
            item.add_marker("slow")
    # Slow files first: of two processes that share the files, neither is left with a long one at
    # the end, when the other has nothing to do.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def data_home(tmp_path_factory):
    """A data folder of the tests' own; programs that are started from now on use it too."""
    from transcnn.runs.store import run_path

    before = os.environ.get("XDG_DATA_HOME")
    folder = os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))
    made = []
    yield made
    board = run_path("demonstration").exists()
    os.environ.pop("XDG_DATA_HOME")
    if before is not None:
        os.environ["XDG_DATA_HOME"] = before
    assert board == bool(made), f"who opens the error board asks for runs_home: {folder}"


@pytest.fixture(scope="session")
def runs_home(data_home):
    """The runs in `data_home`: a small demonstration that is whole. The error board would begin
    the large one for itself, so whoever opens it asks for this."""
    from transcnn.classifier import Classifier
    from transcnn.runs.demonstration import make_demonstration
    from transcnn.runs.labelled import find_items
    from transcnn.runs.run import begin_run, classify_run
    from transcnn.runs.store import run_path, runs_folder

    items = find_items(make_demonstration(runs_folder() / "demonstration"), limit=39)
    classifier = Classifier()
    store = begin_run(run_path("demonstration"), classifier, items, "crop")
    for _ in classify_run(store, classifier, items, "crop", workers=1):
        pass
    data_home.append(store)
    return runs_folder()


@pytest.fixture(scope="session")
def scene_of():
    """Makes the course's scene of a sample with transcnn_lite0: its first asker or another one."""
    import hashlib

    from transcnn.classifier import Classifier
    from transcnn.course.choice import LearnerChoice
    from transcnn.course.experiments import Lab
    from transcnn.course.scene import Scene
    from transcnn.pictures import decode, prepare
    from transcnn.pictures.samples import find_sample

    classifier = Classifier()
    traces, lab = {}, Lab(classifier)

    def make(name, query=None, **chosen):
        data = find_sample(name).path.read_bytes()
        pixels, crop = prepare(decode(data), 224)
        if name not in traces:
            traces[name] = classifier.trace_pixels(pixels, crop)
        return Scene(
            classifier=classifier,
            trace=traces[name],
            pixels=pixels,
            digest=hashlib.sha256(data).hexdigest(),
            sample=name,
            choice=LearnerChoice(query=query, **chosen),
            kept=lab,
        )

    return make


@pytest.fixture
def called(monkeypatch, capsys):
    """Calls the entrance of the command line in this process; gives (exit code, stdout, stderr)."""

    from transcnn.cli.main import main

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["transcnn", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        return left.value.code, out, err

    return call
