"""What the wheel holds is all that a person needs, in any folder."""

import subprocess

import pytest

import transcnn
from tests.installed import environment, install

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    return install(tmp_path_factory.mktemp("wheel"))


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
        assert done.stderr == ""
        return done.stdout

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
