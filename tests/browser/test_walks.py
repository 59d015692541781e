"""Five people who want to know something: from the first page to the answer in four actions.

A click, a key, a typed text and a chosen file count one action each; to scroll down and to wait
count none. Answers are read off the page, and are those of the library.
"""

import io
import re
import zipfile

import pytest
from PIL import Image, ImageOps
from playwright.sync_api import expect

from tests.browser.conftest import rest, settle
from tests.browser.test_classroom import join
from tests.in_turn import turns
from transcnn.analysis.ablation import rerun_removed
from transcnn.analysis.overview.opening import changed_sample, openings
from transcnn.classifier import Classifier
from transcnn.explain.methods import make_method
from transcnn.explain.subject import Subject, Target
from transcnn.figures.explained import drawn_values
from transcnn.labels import class_names
from transcnn.pictures import decode, prepare
from transcnn.pictures.samples import samples

MOST = 4
MODEL = "transcnn_lite0"  # that the app opens with
DESKTOP = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
on_a_screen = turns("device", {"1280": DESKTOP, "390": PHONE})
SHARE = re.compile(r"(.+?) <?(\d+(?:\.\d+)?) %")


class Person:
    """Somebody on the first page, whose actions are counted."""

    def __init__(self, open_page, server, device):
        self.page = open_page(server, ".overview[data-state=ready]", **device)
        self.narrow = device is PHONE
        self.actions = 0

    def click(self, found):
        self._act()
        found.tap() if self.narrow else found.click()

    def button(self, name):
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def go(self, name):
        """To another page by the menu, which a phone keeps closed."""
        self.open_sidebar()
        self.click(self.page.get_by_test_id("stSidebar").get_by_role("link", name=name).first)

    def open_sidebar(self):
        if self.narrow:
            self.click(self.page.get_by_test_id("stExpandSidebarButton"))

    def choose_file(self, name, data, field):
        self._act()
        kind = "image/jpeg" if name.endswith("jpg") else "application/zip"
        field.set_input_files({"name": name, "mimeType": kind, "buffer": data})

    def _act(self):
        settle(self.page)  # a person waits for what is on its way, too
        self.actions += 1

    def reads(self, found):
        """The text of the answer, once it is in sight; nothing more may have been needed."""
        expect(found).to_be_visible()
        settle(self.page)
        found.evaluate("e => e.scrollIntoView({ block: 'center' })")
        expect(found).to_be_in_viewport(ratio=0.5)
        assert self.actions <= MOST
        return found.inner_text()


def share_of(text):
    """The class and the percentage that a sentence such as "tree frog 98 %" gives it."""
    name, percent = SHARE.search(text.replace("\n", " ")).groups()
    return name.strip(), float(percent)


@pytest.fixture(scope="module")
def network():
    return Classifier(MODEL)


@on_a_screen
def test_a_student_wants_to_know_what_merging_does(server, open_page, network, device):
    student = Person(open_page, server, device)
    student.button("Take the tour")
    student.button("Next")
    student.button("Next")
    said = student.reads(student.page.locator(".tour p"))

    stage, side = network.config.stages[0], network.config.input.size
    rows, columns = network.config.map_size(0, (side, side))
    grid = stage.attending[0].merges[0]
    merged = rows * columns // grid**2
    assert f"max + average pooling. {rows * columns:,} tokens become {merged}; " in said
    assert f"each of them stands for {grid**2} tokens" in said
    lit = student.page.locator(".panel .level.lit canvas").last
    student.reads(lit)
    rest(student.page)
    assert lit.evaluate("canvas => canvas.width") > 0


@on_a_screen
def test_a_student_wants_to_know_whether_the_answer_changes_without_attention(
    server, open_page, network, device
):
    student = Person(open_page, server, device)
    student.button("Remove attention")
    shown = student.page.locator(".runs .big")
    with_attention, without = (student.reads(shown.nth(i)) for i in (0, 2))
    verdict = student.reads(student.page.locator(".verdict"))

    opening = openings()[MODEL]
    pixels = changed_sample(opening.sample, opening.change, network.config.input.size)
    runs = {run.intervention: run.top[0] for run in rerun_removed(network, pixels)}
    for text, answer in ((with_attention, runs["on"]), (without, runs["off"])):
        name, percent = share_of(text)
        assert name == answer.name.label
        assert percent == pytest.approx(100 * answer.probability, abs=0.51)
    assert runs["on"].output != runs["off"].output
    assert f"the prediction becomes “{runs['off'].name.label}”" in verdict


def test_a_teacher_wants_to_start_a_class_and_tell_it_the_code(server, open_page):
    teacher = Person(open_page, server, DESKTOP)
    teacher.go("Course")
    teacher.click(teacher.page.get_by_text("Join a class", exact=True))
    teacher.button("I am a teacher: open the teacher's view")
    teacher.button("Start a class")
    code = teacher.reads(teacher.page.get_by_role("heading", name=re.compile(r"^\d{3} \d{3}$")))

    join(open_page, server, code.replace(" ", ""), "Wang")
    expect(teacher.page.get_by_role("button", name="1 joined")).to_be_visible()


@pytest.mark.usefixtures("runs_home")
def test_an_engineer_wants_to_know_how_accurate_it_is_on_a_folder(server, open_page, network):
    own = [sample for sample in samples() if sample.accepted][:6]
    names = class_names()
    labels = [sample.accepted[0] for sample in own]
    labels[0] = labels[1]  # somebody has put a file into the wrong folder
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for sample, label in zip(own, labels, strict=True):
            archive.writestr(f"{names[label].wnid}/{sample.path.name}", sample.path.read_bytes())

    engineer = Person(open_page, server, DESKTOP)
    engineer.go("Error analysis")
    engineer.button("New run")
    field = engineer.page.locator("[data-testid=stPopoverBody] input[type=file]")
    engineer.choose_file("folder.zip", packed.getvalue(), field)
    engineer.button("Start")
    expect(engineer.page.get_by_text(f"All {len(own)} images.")).to_be_visible()
    said = engineer.reads(engineer.page.get_by_text(re.compile("^Top-1 accuracy is")))

    answers = [[c.name.index for c in network.predict(s.path, top=5).top] for s in own]
    tops = [
        100 * sum(label in found[:k] for label, found in zip(labels, answers, strict=True)) / 6
        for k in (1, 5)
    ]
    shown = re.search(r"Top-1 accuracy is ([\d.]+) % .*top-5 accuracy is ([\d.]+) %", said)
    assert [float(part) for part in shown.groups()] == pytest.approx(tops, abs=0.06)
    assert 0 < tops[0] < 100


def photo() -> bytes:
    """A photo that the app has never seen."""
    with Image.open(next(s.path for s in samples() if s.name == "elephant")) as found:
        file = io.BytesIO()
        ImageOps.mirror(found.convert("RGB")).save(file, "JPEG", quality=90)
    return file.getvalue()


@on_a_screen
def test_a_visitor_wants_to_know_what_it_says_of_an_own_photo_and_why(
    server, open_page, network, device
):
    data = photo()
    pixels, _ = prepare(decode(data), network.config.input.size)
    answer = network.predict(data).top[0]
    one = make_method("grad_cam").explain(Subject(network, pixels, Target(answer.output)))
    values = abs(drawn_values(one, len(pixels)))
    row, column = divmod(int(values.argmax()), values.shape[1])

    visitor = Person(open_page, server, device)
    visitor.open_sidebar()
    field = visitor.page.get_by_test_id("stSidebar").locator("input[type=file]")
    visitor.choose_file("holiday.jpg", data, field)
    first = visitor.page.locator(".answers li").first
    expect(first).to_contain_text(answer.name.label)
    name, percent = share_of(visitor.reads(first))
    assert name == answer.name.label
    assert percent == pytest.approx(100 * answer.probability, abs=0.51)

    visitor.go("Explanations")
    figure = visitor.page.locator("figure[data-map=grad_cam]")
    expect(figure.locator("canvas.data")).to_be_visible()
    assert f"(row {row + 1}, column {column + 1})" in visitor.reads(figure.locator("figcaption"))
    visitor.reads(figure.locator("canvas.data"))
