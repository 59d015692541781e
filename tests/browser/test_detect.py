"""Detect in a browser: boxes by keyboard, a token by click, an ablation, all kept in the link."""

import re

from playwright.sync_api import expect

IDLE = '[data-testid=stApp][data-test-script-state="notRunning"]'
READY = ".detections .frame[data-boxes]"
EVERYTHING = "picture=beagle&threshold=0.05"  # shows the unlikely boxes, too


def shown(page):
    """What the boxes of each image say, and the positions of what is marked on the maps."""
    frames = page.locator(".detections .frame")
    boxes = [frame.locator(".box").all_inner_texts() for frame in frames.all()]
    maps = page.locator("figure[data-map]")
    marks = maps.evaluate_all("all => all.map(e => [e.dataset.map, e.dataset.start])")
    return boxes, marks


def test_the_arrows_walk_through_the_boxes_and_the_link_keeps_all_that_was_chosen(
    server, open_page
):
    page = open_page(f"{server}/detect?{EVERYTHING}", until=READY)
    frame = page.locator(".detections .frame").first
    chosen = frame.locator(".box[aria-selected=true]")
    count = frame.locator(".box").count()
    assert count > 1
    expect(chosen).to_have_text(re.compile("^1 "))
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**box=1**")
    expect(chosen).to_have_text(re.compile("^2 "))
    expect(page.get_by_role("heading", name=re.compile("What box 2 "))).to_be_visible()
    page.keyboard.press("End")
    page.wait_for_url(f"**box={count - 1}**")
    page.keyboard.press("ArrowRight")  # round to the first
    page.wait_for_url("**box=0**")
    expect(frame).to_be_focused()

    tokens = page.locator('figure[data-map="tokens"] canvas.data')
    tokens.focus()
    page.keyboard.press("ArrowDown")  # to where the token is
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**token=**")

    page.get_by_role("button", name="H-MHSA removed").or_(
        page.get_by_role("radio", name="H-MHSA removed")
    ).click()
    page.wait_for_url("**intervention=off**")
    expect(page.locator(".detections .frame[data-boxes]")).to_have_count(2)
    page.wait_for_selector(IDLE)

    again = open_page(page.url, until=READY)
    expect(again.locator(".detections .frame[data-boxes]")).to_have_count(2)
    again.wait_for_selector('figure[data-map="tokens"]')
    again.wait_for_selector(IDLE)
    assert shown(again) == shown(page)


def test_a_click_chooses_a_box_and_a_second_one_a_token_in_it(server, open_page):
    page = open_page(f"{server}/detect?{EVERYTHING}&stage=0", until=READY)
    frame = page.locator(".detections .frame").first
    first = frame.locator(".box[aria-selected=true]").bounding_box()
    middle = first["x"] + first["width"] / 2, first["y"] + first["height"] / 2
    assert page.url.count("token=") == 0
    page.mouse.click(*middle)  # perhaps a smaller box lies there
    page.wait_for_url(re.compile("box=|token="))
    if "token=" not in page.url:
        page.mouse.click(*middle)
    page.wait_for_url("**token=**")
    page.wait_for_selector(IDLE)
    token = page.locator(".detections .token").first.bounding_box()
    assert token["x"] - 4 <= middle[0] <= token["x"] + token["width"] + 4
    assert token["y"] - 4 <= middle[1] <= token["y"] + token["height"] + 4
