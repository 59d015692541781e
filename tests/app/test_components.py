"""The components of the browser: what Streamlit is told of them, and where their files are."""

import tomllib
from pathlib import Path

import transcnn.ui.components
from transcnn.ui.components import component

FOLDER = Path(transcnn.ui.components.__file__).parent


def test_each_folder_with_a_module_of_its_name_is_declared_once():
    package = FOLDER.parents[1]
    declared = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))
    components = declared["tool"]["streamlit"]["component"]["components"]
    assert declared["project"]["name"] == package.name
    assert {package / one["asset_dir"] for one in components} == {FOLDER}
    folders = sorted(f.name for f in FOLDER.iterdir() if (f / f"{f.name}.js").exists())
    assert sorted(one["name"] for one in components) == folders


def test_a_component_is_registered_only_when_it_is_shown():
    component("nowhere", "view")  # an unknown name would be refused
