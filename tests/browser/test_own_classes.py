"""Your own classes in a real browser: images are uploaded, learned and looked into."""

import re
import time
import urllib.request

from playwright.sync_api import expect

from tests.app.shapes import KINDS, packed, shape, shapes
from tests.browser.conftest import rest, settle
from tests.browser.test_everybody import AXE, judge


def files(kind):
    return [
        {"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in shapes(kind, 10)
    ]


def uploaded_bytes(server):
    """What the server keeps of the files of all sessions; its line is missing where that is
    nothing."""
    with urllib.request.urlopen(f"{server}/_stcore/metrics") as answer:
        lines = answer.read().decode()
    assert "active_sessions" in lines
    found = re.search(r'cache_memory_bytes\{[^}]*"UploadedFileManager"[^}]*\} (\d+)', lines)
    return int(found[1]) if found else 0


def test_three_classes_of_ten_images_are_learned_and_looked_into(server, open_page):
    before = uploaded_bytes(server)
    page = open_page(f"{server}/own_classes", until=".st-key-own_class_2")
    page.locator(".st-key-own_add button").click()
    page.locator(".st-key-own_class_3").wait_for()
    for number, kind in enumerate(KINDS, 1):
        card = page.locator(f".st-key-own_class_{number}")
        name = card.get_by_label("Name of the class")
        name.fill(f"my {kind}")
        name.press("Enter")
        card.get_by_text(f"Images of my {kind}").wait_for()
        settle(page)
        card.locator("input[type=file]").set_input_files(files(kind))
        card.get_by_text("10 images").wait_for()
        card.locator("img").wait_for()
        settle(page)

    began = server.cpu_seconds()
    page.locator(".st-key-own_learn button").click()
    look = page.locator(".st-key-own_look button")
    look.wait_for()
    assert server.cpu_seconds() - began < 30

    says = page.get_by_text("Held-out accuracy").inner_text()
    assert int(re.search(r"(\d+) of 30 images correct", says)[1]) >= 27
    assert "95 % interval" in says
    page.locator(".matrix th").first.wait_for()
    settle(page)
    assert page.locator(".matrix th").all_inner_texts()[1:4] == [f"my {kind}" for kind in KINDS]
    with page.expect_download() as waiting:
        page.locator(".st-key-own_download button").click()
    assert waiting.value.suggested_filename == "own-classes.safetensors"

    deadline = time.monotonic() + 60
    while uploaded_bytes(server) > before:
        assert time.monotonic() < deadline, "no file of an image stays on the server"
        time.sleep(0.1)
    if AXE.exists():
        page.emulate_media(color_scheme="dark")
        rest(page)
        assert judge(page) == []

    look.click()
    page.wait_for_selector(".explore[data-state=ready]")
    expect(page.locator(".top .name").first).to_have_text("my disk")
    page.get_by_text("Custom model; links do not include it.").wait_for()


def test_an_archive_on_a_phone_says_what_it_left_out(server, open_page):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_page(f"{server}/own_classes?lang=zh", until=".st-key-own_class_2", **phone)
    page.locator("summary").first.click()
    whole = packed(
        {f"{kind}/{i}.jpg": shape(kind, i) for kind in KINDS[:2] for i in range(2)}
        | {"square/note.txt": b"hello"}
    )
    file = {"name": "mine.zip", "mimeType": "application/zip", "buffer": whole}
    page.locator("[data-testid=stMain] input[type=file]").first.set_input_files(file)

    page.get_by_text("square/note.txt").wait_for()
    settle(page)

    names = page.locator("[data-testid=stMain] input[type=text]")
    assert [names.nth(i).input_value() for i in range(names.count())][:2] == list(KINDS[:2])
    expect(page.locator(".st-key-own_learn button")).to_be_enabled()
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
