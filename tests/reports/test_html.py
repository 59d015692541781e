"""The report: one file that needs nothing else, with the numbers of the run and no code in it."""

import base64
import csv
import html.parser
import io
import re

import pytest
from PIL import Image

from tests.reports.conftest import EVIL
from transcnn.analysis.errors.derived import with_derived
from transcnn.analysis.errors.filters import Filter, parse_filter
from transcnn.errors import ChoiceError
from transcnn.labels import Classes
from transcnn.reports.html import render as render_table
from transcnn.reports.predictions import as_csv

_VOID = {"meta", "img", "br"}


class Page(html.parser.HTMLParser):
    """The tags with their attributes, the text, and what stays open."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.text, self.open = [], [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)

    def all(self, name):
        return [attrs for tag, attrs in self.tags if tag == name]

    @property
    def said(self):
        return " ".join(" ".join(self.text).split())


def render(store, meant, language):
    return render_table(store, with_derived(store.table()), meant, language)


@pytest.fixture(scope="module", params=["en", "zh"])
def page(request, run):
    return Page(render(run, Filter(), request.param)), request.param


def test_nothing_outside_of_the_file_is_asked_for(page, run):
    found, language = page
    source = render(run, Filter(), language)

    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form", "a", "use"}
    for _, attrs in found.tags:
        assert not {name for name in attrs if name.startswith("on")}
        for name in ("src", "href", "srcset", "data", "action", "poster", "xlink:href"):
            assert attrs.get(name, "data:").startswith("data:")
    assert "url(" not in source
    assert "@import" not in source
    assert not re.search(r"""(src|href)\s*=\s*["']?\s*(https?:)?//""", source)
    policy = [m["content"] for m in found.all("meta") if "http-equiv" in m]
    assert policy == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_the_page_is_well_formed_and_tells_its_language(page):
    found, language = page

    assert found.open == []
    assert found.all("html") == [{"lang": {"en": "en", "zh": "zh-CN"}[language]}]
    assert all(image.get("alt") for image in found.all("img"))
    assert [tag for tag, _ in found.tags].count("h1") == 1


def test_names_that_are_html_are_text(page):
    found, _ = page

    assert not found.all("b")
    assert "<script>alert(1)</script>.jpg" in found.said
    assert "Not <a> picture & broken." in found.said
    assert EVIL in {image["alt"] for image in found.all("img")}


def test_thumbnails_are_pictures_in_the_file(page):
    found, _ = page

    images = [image["src"] for image in found.all("img")]
    assert len(images) == 24
    for source in images:
        start, data = source.split(",", 1)
        assert start == "data:image/jpeg;base64"
        assert Image.open(io.BytesIO(base64.b64decode(data, validate=True))).size == (8, 6)


def test_the_accuracy_is_that_of_the_export(page, run):
    found, _ = page
    rows = list(csv.DictReader(io.StringIO(as_csv(run.table(), Classes(10).names), newline="")))
    right = sum(row["answer"] in row["labels"].split("|") for row in rows)

    assert f"{100 * right / len(rows):.1f} %" in found.said


def test_every_number_of_the_confusion_matrix_is_that_of_the_export(run):
    source = render(run, Filter(), "en")
    matrix = re.search(r'<table class="matrix">(.*?)</table>', source, re.DOTALL)[1]
    columns = re.findall(r'<th scope="col">class (\d)</th>', matrix)
    rows = list(csv.DictReader(io.StringIO(as_csv(run.table(), Classes(10).names), newline="")))

    lines = re.findall(r'<tr><th scope="row">class (\d)</th>(.*?)</tr>', matrix)
    assert len(lines) == 10
    total = 0
    for label, cells in lines:
        counts = re.findall(r"<td(?: class=\"own\")?>(\d*)</td>", cells)
        assert len(counts) == len(columns)
        for answer, count in zip(columns, counts, strict=True):
            expected = 0
            for row in rows:
                labels = row["labels"].split("|")
                own = row["answer"] if row["answer"] in labels else labels[0]
                expected += (own, row["answer"]) == (label, answer)
            assert int(count or 0) == expected
            total += expected
    assert total == len(rows)


def test_a_demonstration_is_marked_and_a_run_is_not(run, right_run):
    assert "For demonstration, not a benchmark" in render(run, Filter(), "en")
    assert "For demonstration" not in render(right_run, Filter(), "en")


def test_a_filter_is_stated_and_counts(run):
    text = Page(render(run, parse_filter("right:no label:3|4"), "en")).said

    table = run.table()
    count = sum(
        not r and label in (3, 4) for r, label in zip(table.correct, table.label, strict=True)
    )
    assert f"{count} images of " in text
    assert "Only images with: incorrect predictions, True label: class 3 | class 4" in text
    assert "Top-1 accuracy is 0.0 %" in text


@pytest.mark.parametrize(
    "text",
    [
        *("label:3", "answer:3|99", "right:yes", "right_off:no", "tag:odd", "text:<b>", "bin:3"),
        *("changed:off", "sink:no", "confidence:0.5..", "brightness:10..20", "gained_off:..0"),
        "bin:77",
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_term_of_a_filter_has_words(run, text, language):
    found = Page(render(run, parse_filter(text), language))

    assert found.open == []
    assert "{" not in found.said


def test_a_filter_of_what_does_not_exist_is_refused(run):
    with pytest.raises(ChoiceError, match="filter is 'colour'"):
        render(run, parse_filter("colour:1..2"), "en")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_run_without_errors_or_without_answers_has_a_report(right_run, empty_run, language):
    right = Page(render(right_run, Filter(), language))
    nothing = Page(render(empty_run, Filter(), language))

    assert right.open == nothing.open == []
    assert right.all("img") == []
    assert nothing.all("h2") == []
    assert "100.0 %" in right.said


def test_an_interval_has_no_minus_before_its_0(right_run, run):
    for store, text in ((right_run, ""), (run, "right:no")):
        assert "-0.0" not in render(store, parse_filter(text), "en")


def test_that_nothing_differs_is_said(run):
    text = Page(render(run, Filter(), "en")).said

    assert re.search(r"None of \d+ features differs", text)
    assert re.search(r"No group has a significantly higher error rate \(\d+ tested\)", text)
    assert "121 of 121 images have an attention sink" in text
