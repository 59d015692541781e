"""What importing costs: nothing is loaded before it is used, in fresh processes."""

import json
import subprocess
import sys

import pytest

import transcnn

DRAWING = {"streamlit", "plotly", "captum", "matplotlib", "pandas"}


def loaded_by(code):
    """The top-level modules that a new Python has after running `code`."""
    report = "import json, sys; print(json.dumps(sorted({n.split('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_nothing_heavy():
    loaded = loaded_by("import transcnn")

    assert "transcnn" in loaded
    assert not loaded & (DRAWING | {"torch", "numpy", "PIL", "safetensors", "einops"})


def test_using_the_core_loads_no_drawing_library():
    uses = (
        "import transcnn.classifier, transcnn.evaluation, transcnn.figures.attention\n"
        "import transcnn.explain.methods, transcnn.explain.sanity"
    )

    loaded = loaded_by(uses)

    assert {"torch", "numpy", "PIL"} <= loaded
    assert not loaded & DRAWING


def test_the_app_can_draw_a_grid_before_torch_is_there():
    loaded = loaded_by(
        "import transcnn.model.variants, transcnn.checkpoints.catalogue, transcnn.pictures\n"
        "import transcnn.model.interventions\n"
        "transcnn.model.variants.network('transcnn_lite0')\n"
        "transcnn.checkpoints.catalogue.shipped('transcnn_lite0')\n"
    )

    assert "PIL" in loaded
    assert "torch" not in loaded


def test_the_help_of_every_command_needs_no_torch():
    loaded = loaded_by("import transcnn.cli.main")

    assert "click" in loaded
    assert not loaded & {"torch", "numpy", "PIL"}


def test_the_first_page_is_there_without_torch():
    loaded = loaded_by("import transcnn.ui.pages.overview.page, transcnn.ui.app.router")

    assert {"transcnn", "streamlit"} <= loaded
    assert not loaded & {"torch", "captum", "matplotlib", "pandas"}


@pytest.mark.parametrize("library", ["matplotlib", "torch", "pandas"])
def test_the_check_itself_would_notice(library):
    """captum, which we may use late, loads matplotlib; torch and pandas load themselves."""
    code = "import captum.attr" if library == "matplotlib" else f"import {library}"

    assert library in loaded_by(f"import transcnn\n{code}")


@pytest.mark.parametrize("name", transcnn.__all__)
def test_public_names_exist_and_are_loaded_on_first_use(name):
    value = getattr(transcnn, name)

    assert value.__name__ == name
    assert value.__doc__


def test_public_names_are_these():
    assert sorted(transcnn.__all__) == [
        *("Classifier", "Prediction", "Trace", "create_model", "from_authors", "list_models"),
    ]


def test_dir_lists_the_public_names_before_they_are_loaded():
    assert dir(transcnn) == sorted([*transcnn.__all__, "__version__"])


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'transcnn' has no attribute 'nonsense'"):
        _ = transcnn.nonsense
