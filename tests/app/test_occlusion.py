"""Occlusion without a browser: what links say, and what the view gets."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import open_app
from transcnn.model.variants import network
from transcnn.pictures.changes import changed_cells
from transcnn.ui.app.links import decode
from transcnn.ui.app.page_files import page_file
from transcnn.ui.pages.occlusion.link import OcclusionChoice


def view(app: AppTest) -> dict:
    mounted = {c.proto.component_name: c.proto for c in app.get("bidi_component")}
    return json.loads(mounted["transcnn.occlusion"].json)


def open_occlusion(**link: str) -> dict:
    app = open_app(**link)
    app.switch_page(page_file("occlusion")).run()
    assert not app.exception
    return view(app)


def test_the_page_opens_with_the_cells_that_the_fixed_test_occludes():
    shown = open_occlusion(picture="lion")
    cells, _ = changed_cells("samples/lion.jpg", 0.4, (7, 7))
    assert shown["mask"]["cells"] == [7 * row + column for row, column in cells]
    assert (shown["mask"]["percent"], shown["mask"]["fill"]) == (40, "patches")
    assert [len(s["cells"]) for s in shown["shares"]] == [0, 10, 20, 29, 39]


def test_a_link_occludes_what_it_names():
    shown = open_occlusion(picture="lion", share="20", occluded="1000000000005", fill="gray")
    assert shown["mask"]["cells"] == [0, 2, 48]
    assert (shown["mask"]["percent"], shown["mask"]["fill"]) == (20, "gray")
    assert shown["masked"].endswith("/20/gray/1000000000005")


def test_an_old_link_is_translated_on_its_former_address_too():
    app = open_app(picture="lion", share="20", hide="1000000000005", fill="scraps")
    app.switch_page(page_file("hide")).run()
    assert not app.exception
    shown = view(app)["mask"]
    assert shown == {"percent": 20, "fill": "patches", "cells": [0, 2, 48]}


def read(link):
    return decode(OcclusionChoice, link).existing(network("transcnn_lite0"))


@pytest.mark.parametrize("cells", [None, "", "xyz", "2000000000000", "-1", "1" * 60, "0x1", "ABC"])
def test_cells_that_do_not_exist_fall_back_to_those_drawn_at_random(cells):
    link = {"share": "20", "fill": "gray"} | ({} if cells is None else {"occluded": cells})
    assert read(link) == OcclusionChoice(20, None, "gray")


@pytest.mark.parametrize("share", ["", "101", "-3", "nan", "4e1", "٤", "9" * 400])
def test_a_share_that_makes_no_sense_is_the_usual_one(share):
    assert read({"share": share}) == OcclusionChoice()


def test_a_fill_that_does_not_exist_is_the_first():
    assert read({"fill": "blur"}).fill == "patches"
