"""What the wheel holds is all that a person needs, in any folder."""

import subprocess
import tarfile

import pytest

import transcnn
from tests.installed import ROOT, build, environment, install, pip
from transcnn.checkpoints.catalogue import shipped

pytestmark = pytest.mark.slow

LARGEST = 40_000_000  # bytes; of them 18 of the two detectors
PARTLY_TRAINED = ("-m", "transcnn", "predict", "--model", "transcnn_nano@0.089")


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return install(tmp_path_factory.mktemp("wheel"))


@pytest.fixture
def snapshots(installed, tmp_path):
    """The second wheel, installed from its file beside the first."""
    wheel = build("wheel", ROOT / "packages" / "snapshots", tmp_path)
    pip(installed, "install", "--no-index", wheel)
    yield wheel
    pip(installed, "uninstall", "--yes", "transcnn-snapshots")


@pytest.fixture
def called(installed, tmp_path):
    def call(*arguments):
        done = subprocess.run(
            [installed, *arguments],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr == "") in ((0, True), (2, False))
        return done.stdout or done.stderr

    return call


def test_the_library_predicts_with_the_weights_and_samples_of_the_wheel(called, installed):
    code = (
        "import transcnn; from transcnn.assets import FOLDER; print(transcnn.__file__);"
        "clf = transcnn.Classifier(); print(clf.predict(FOLDER / 'samples/zebra.jpg').top[0].name)"
    )

    file, name = called("-c", code).splitlines()

    assert file.startswith(str(installed.parents[1]))
    assert "'zebra'" in name


def test_the_command_says_its_version_and_lists_the_networks(called, installed):
    assert called(installed.with_name("transcnn"), "--version") == (
        f"transcnn {transcnn.__version__}\n"
    )
    assert "transcnn_lite0" in called("-m", "transcnn", "models")


def test_the_types_of_the_package_are_known_to_others(called):
    assert called("-c", "import importlib.resources as r; print((r.files('transcnn') / 'py.typed')"
                        ".is_file())") == "True\n"  # fmt: skip


def test_wheel_and_source_are_light_and_the_source_makes_the_same_wheel(installed, tmp_path):
    (wheel,) = installed.parents[2].glob("*.whl")
    source = build("sdist", ROOT, tmp_path)
    assert wheel.stat().st_size <= LARGEST
    assert source.stat().st_size <= LARGEST
    with tarfile.open(source) as packed:
        packed.extractall(tmp_path / "unpacked", filter="data")
    (unpacked,) = (tmp_path / "unpacked").iterdir()
    assert build("wheel", unpacked, tmp_path).read_bytes() == wheel.read_bytes()


def test_without_the_snapshots_a_command_says_how_to_get_them(called):
    assert called(*PARTLY_TRAINED, ROOT / "assets/samples/lion.jpg") == (
        "transcnn_nano during its training is a package of its own, which is not installed: "
        "pip install transcnn-snapshots brings it.\n"
    )


@pytest.mark.usefixtures("snapshots")
def test_with_the_snapshots_the_same_command_predicts(called):
    assert " %  " in called(*PARTLY_TRAINED, ROOT / "assets/samples/lion.jpg")
    code = "import transcnn; print(transcnn.Classifier('transcnn_nano@0.089').weights_sha256)"
    assert called("-c", code).strip() == shipped("transcnn_nano").snapshots["0.089"]
