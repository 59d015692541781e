"""One codec of links: what a page writes it reads again, also as older versions wrote it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcnn.analysis.errors.filters import parse_filter
from transcnn.labels import class_names
from transcnn.model.interventions import INTERVENTIONS
from transcnn.model.variants import network
from transcnn.pictures.samples import samples
from transcnn.ui.app.links import browser_link, decode, encode, names, params
from transcnn.ui.app.selection import PARTS, Selection, Subject
from transcnn.ui.pages.compare.link import KINDS, MODELS, CompareChoice
from transcnn.ui.pages.course.link import CourseChoice
from transcnn.ui.pages.course.role import Role
from transcnn.ui.pages.detect.link import ABLATIONS, DetectChoice
from transcnn.ui.pages.errors.link import SORTS, VIEWS, ErrorsChoice
from transcnn.ui.pages.explanations.link import METHOD_NAMES, ExplainChoice
from transcnn.ui.pages.occlusion.link import FILLS, OcclusionChoice
from transcnn.ui.pages.overview.link import TOUR_STEPS, VARIANTS, OverviewChoice

CONFIG = network("transcnn_lite0")

index = st.integers(0, 999)
pixel = st.tuples(st.integers(0, 223), st.integers(0, 223))
word = st.text(max_size=5)
row = st.tuples(*[st.integers(-3, 3)] * 4)
parts = {
    Subject: st.builds(
        Subject,
        st.none() | st.sampled_from([s.name for s in samples()]),
        st.none() | st.sampled_from(["transcnn_lite0", "transcnn_nano", "transcnn_nano@0.089"]),
        st.none() | st.sampled_from(["en", "zh"]),
    ),
    Selection: st.builds(
        Selection,
        index,
        index,
        st.none() | index,
        st.none() | pixel,
        st.sampled_from(list(INTERVENTIONS)),
        index,
        st.sampled_from(PARTS),
    ),
    OcclusionChoice: st.builds(
        OcclusionChoice,
        st.integers(0, 100),
        st.none() | st.frozensets(st.integers(0, 48)),
        st.sampled_from(FILLS),
    ),
    CompareChoice: st.builds(CompareChoice, st.sampled_from(KINDS), st.none() | word, word),
    DetectChoice: st.builds(
        DetectChoice,
        word,
        st.integers(5, 95).map(lambda percent: percent / 100),
        word,
        st.none() | index,
        st.none() | pixel,
        index,
        index,
        st.sampled_from(ABLATIONS),
    ),
    ExplainChoice: st.builds(
        ExplainChoice,
        st.lists(st.sampled_from(METHOD_NAMES), unique=True).map(tuple),
        st.none() | index,
        st.none() | index,
        st.lists(index, max_size=3).map(tuple),
        st.none() | st.sampled_from(METHOD_NAMES),
    ),
    CourseChoice: st.builds(
        CourseChoice,
        word,
        st.none() | pixel,
        st.tuples(*[row] * 4),
    ),
    OverviewChoice: st.builds(
        OverviewChoice,
        st.none()
        | st.sampled_from(["image", "stem", "down.1", "att.2.3", "irb.0.12", "cls", "ablation"]),
        st.none() | st.integers(1, TOUR_STEPS),
        st.none() | st.sampled_from(VARIANTS),
    ),
    Role: st.builds(Role, st.booleans(), word),
    ErrorsChoice: st.builds(
        ErrorsChoice,
        word,
        st.sampled_from([parse_filter(text) for text in ("", "right:no", "right:no tag:blur")]),
        st.sampled_from(VIEWS),
        st.sampled_from(SORTS),
        index,
        st.lists(index, max_size=2, unique=True).map(tuple),
    ),
}


@pytest.mark.parametrize("kind", parts)
@given(data=st.data())
def test_a_page_reads_again_what_it_has_written(kind, data):
    part = data.draw(parts[kind])
    assert decode(kind, encode(part)) == part


@pytest.mark.parametrize("kind", parts)
@given(data=st.data())
def test_a_link_is_never_trusted(kind, data):
    names_here = names([kind])
    texts = st.text() | st.sampled_from(["-1", "1,2,3", "²,1", "9" * 400, "nan", "../etc", "a.b"])
    link = data.draw(st.dictionaries(st.sampled_from(names_here), texts))
    part = decode(kind, link).existing(CONFIG)
    assert part.existing(CONFIG) == part
    assert decode(kind, encode(part)) == part


@pytest.mark.parametrize("kind", parts)
def test_defaults_are_left_out_and_uploads_keep_their_places_to_themselves(kind):
    assert encode(kind()) == {}
    assert decode(kind, {}) == kind()
    assert set(browser_link(kind()).values()) == {None}


def test_no_position_on_an_upload_is_in_its_link():
    shown = Selection(stage=1, token=(3, 4)), OcclusionChoice(cells=frozenset({5}))
    assert encode(*shown, upload=True) == {"stage": "1"}
    assert encode(CourseChoice(query=(3, 4)), upload=True) == {}


def test_the_browser_takes_out_of_the_address_what_is_no_longer_chosen():
    found = browser_link(Selection(stage=2, token=(8, 9)))
    assert {k: v for k, v in found.items() if v is not None} == {"stage": "2", "token": "8,9"}
    assert found["intervention"] is None
    assert found["switch"] is None


@pytest.mark.parametrize(
    ("old", "part"),
    [
        ({"switch": "off", "part": "stage"}, Selection(intervention="off", part="stage")),
        (
            {"share": "20", "hide": "1000000000005", "fill": "patches"},
            OcclusionChoice(20, frozenset({0, 2, 48}), "patches"),
        ),
        (
            {"compare": "models", "with": "transcnn_nano"},
            CompareChoice(MODELS, model="transcnn_nano"),
        ),
        ({"compare": "pictures", "with": "lion"}, CompareChoice(picture="lion")),
        ({"methods": "grad_cam", "class": "7"}, ExplainChoice(("grad_cam",), 7)),
        ({"stage": "0", "block": "0", "token": "8,8"}, Selection(token=(8, 8))),
    ],
)
def test_links_of_older_versions_open_as_they_did(old, part):
    assert decode(type(part), old) == part


def test_no_two_parts_of_a_page_have_the_same_parameter():
    for page in (
        (Subject, Selection, OcclusionChoice),
        (Subject, Selection, CompareChoice),
        (Subject, ExplainChoice),
        (Subject, CourseChoice, Role),
        (Subject, ErrorsChoice),
    ):
        found = [one.name for kind in page for one in params(kind).values()]
        assert len(found) == len(set(found))
    assert len(class_names()) > 999, "class indices are among those drawn"
