"""A class in browsers: a teacher and learners, typing, voting, and a server that dies meanwhile."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import opening, settle

HOSTILE = ":smile: **b** $x$ <i> :red[r]"


def begin(open_, server, step):
    """A teacher with a class: the page and the code."""
    page = open_(f"{server}/course?view=teacher&step={step}", until=".cells canvas")
    page.locator(".st-key-class_begin button").click()
    page.wait_for_url("**class=**")
    return page, parse_qs(urlsplit(page.url).query)["class"][0]


def join(open_, server, code, name, **options):
    page = open_(f"{server}/course?class={code}", until=".st-key-class_join button", **options)
    try_to_join(page, name)
    page.locator(".st-key-class_bar").wait_for()
    return page


def try_to_join(page, name):
    page.get_by_label("Your name").fill(name)
    page.locator(".st-key-class_join button").click()


def form(page, name):
    """Where a question is answered."""
    keep = page.locator(f'[class*="st-key-keep-{name.replace(".", "-")}-"]')
    return page.locator("[data-testid=stForm]").filter(has=keep)


def vote(page, name, guess):
    settle(page)
    form(page, name).get_by_text(guess, exact=True).click()
    form(page, name).get_by_text("certain", exact=True).click()
    form(page, name).get_by_role("button", name="Submit").click()


def says(page, text):
    page.get_by_text(text).first.wait_for()


def wait_for_votes(page, expected):
    """Until the histogram tells those who do not see it the counts by vote and option."""
    figure = page.locator("[data-testid=stPlotlyChart]").first
    counts = {
        vote: ".*".join(f"{option}: {count}\\b" for option, count in options.items())
        for vote, options in expected.items()
    }
    said = ".*".join(
        rf"{vote} vote \({sum(expected[vote].values())}\): {text}" for vote, text in counts.items()
    )
    expect(figure).to_have_attribute("aria-label", re.compile(said, re.DOTALL))


def test_a_class_votes_twice_types_on_and_outlives_its_server(start_server, browsers):
    server = start_server()
    with opening(browsers, away=True) as open_:
        teacher, code = begin(open_, server, "1.3")
        phone = {"viewport": {"width": 390, "height": 844}}
        one = join(open_, server, code, HOSTILE, **phone)
        two = join(open_, server, code, "小明", **phone)
        for page in (one, two):
            page.get_by_role("heading", name="1.3").wait_for()
        says(one, HOSTILE)
        says(teacher, "2 joined")
        vote(one, "rows.which_is_row", "A")
        vote(two, "rows.which_is_row", "A")
        says(teacher, "2 of 2 have answered")
        assert teacher.locator("[data-testid=stPlotlyChart]").count() == 0, "not before the second"

        field = form(two, "rows.largest_column_sum").locator("input[type=text]")
        field.fill("3.5")
        teacher.locator(".st-key-class_turn_rows-which_is_row button").click()
        says(one, "Discuss it in pairs")
        says(two, "Discuss it in pairs")
        expect(field).to_have_value("3.5")  # typed and not yet kept

        server.restart(teacher, one, two)
        for page in (teacher, one, two):
            settle(page)
        says(one, HOSTILE)
        says(one, "Discuss it in pairs")
        teacher.locator(".st-key-class_turn_rows-which_is_row button").click()
        says(one, "Second vote")
        says(two, "Second vote")
        vote(one, "rows.which_is_row", "B")
        vote(two, "rows.which_is_row", "A")
        says(teacher, "2 of 2 have answered")
        teacher.locator(".st-key-class_turn_rows-which_is_row button").click()
        wait_for_votes(teacher, {"First": {"A": 2, "B": 0}, "Second": {"A": 1, "B": 1}})

        teacher.locator(".st-key-course_next button").click()
        one.get_by_role("button", name="The class is at 1.4").click()
        one.get_by_role("heading", name="1.4").wait_for()
        teacher.get_by_role("button", name="End the class").click()
        teacher.get_by_role("button", name="End it and delete everything").click()
        says(one, f"No class is open under {code}")
        one.get_by_text("Join a class").wait_for()


def test_a_browser_has_one_seat_until_the_teacher_removes_it(server, open_page):
    teacher, code = begin(open_page, server, "1.3")
    tab = join(open_page, server, code, "Ada")
    other = join(open_page, server, code, "Bo")
    second_tab = tab.context.new_page()
    second_tab.goto(f"{server}/course?class={code}")
    says(second_tab, "Ada")  # it is in without a click
    second_tab.locator(".st-key-class_leave button").click()
    second_tab.get_by_text("Join a class").click()
    second_tab.get_by_label("Class code").fill(code)
    try_to_join(second_tab, "Ada Lovelace")
    says(second_tab, "Ada Lovelace")
    tab.reload()
    says(tab, "Ada Lovelace")
    says(teacher, "2 joined")

    teacher.get_by_role("button", name="2 joined").click()
    teacher.locator(".st-key-class_lock label").click()
    teacher.get_by_label("Remove learners").fill("Ada")
    teacher.get_by_role("option", name="Ada Lovelace").click()
    teacher.locator(".st-key-class_remove button").click()
    says(teacher, "1 joined")
    for page in (tab, second_tab):
        says(page, f"You are no longer in class {code}")
        page.get_by_text("Join a class").wait_for()
    tab.goto(f"{server}/course?class={code}")
    try_to_join(tab, "Eve")
    says(tab, f"You are no longer in class {code}")
    late = open_page(f"{server}/course?class={code}", until=".st-key-class_join button")
    try_to_join(late, "Cy")
    says(late, f"Class {code} is locked")
    assert other.locator(".st-key-class_bar").is_visible()


def share_of_a_core(server, seconds):
    """What the server takes while nobody does anything."""
    time.sleep(5)
    before, began = server.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (server.cpu_seconds() - before) / (time.monotonic() - began)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_twenty_learners_vote_at_once_and_all_are_counted(start_server, browsers):
    server = start_server()
    with opening(browsers) as open_:
        teacher, code = begin(open_, server, "1.3")
        learners = [join(open_, server, code, f"learner {k}") for k in range(20)]
        says(teacher, "20 joined")
        idle = share_of_a_core(server, seconds=20)
        print(f"20 learners who wait take {idle:.0%} of a core")
        assert idle < 0.3
        for turn, letters in enumerate(("AAB", "BBBA")):
            sent = [letters[k % len(letters)] for k in range(20)]
            for page in learners:
                form(page, "rows.which_is_row").wait_for()
            for page, letter in zip(learners, sent, strict=True):
                vote(page, "rows.which_is_row", letter)  # nobody waits for another
            says(teacher, "20 of 20 have answered")
            teacher.locator(".st-key-class_turn_rows-which_is_row button").click()
            if turn == 0:
                first = sent
                says(teacher, "Answers in the first vote: 20")
                teacher.locator(".st-key-class_turn_rows-which_is_row button").click()
        expected = {
            name: {letter: votes.count(letter) for letter in "AB"}
            for name, votes in (("First", first), ("Second", sent))
        }
        wait_for_votes(teacher, expected)
