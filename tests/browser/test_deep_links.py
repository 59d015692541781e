"""A link to any page works on a server that nobody has used yet."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import wait_until
from transcnn.ui.app.router import PAGES
from transcnn.words.translator import translator


@pytest.mark.parametrize(
    ("path", "until"),
    [
        ("/models?token=5", "h1:has-text('Models')"),
        pytest.param("/about", "h1:has-text('About this app')", marks=pytest.mark.long),
        pytest.param("/explore?token=8,8", ".explore[data-state=ready]", marks=pytest.mark.long),
        ("/tokens?stage=1&level=1&token=8,8", ".tokens[data-state=ready]"),
        ("/?picture=lion&stage=1&token=9,9", ".explore[data-state=ready]"),  # once its address
        pytest.param(
            "/overview?open=att.2.1",
            ".overview[data-state=ready] .panel",
            marks=pytest.mark.long,  # as the next one, but for the part of the page that is open
        ),
        ("/?picture=lion&tour=3", ".overview[data-state=ready] .tour"),
    ],
)
def test_a_cold_deep_link_opens_its_page_inside_the_app(start_server, open_page, path, until):
    page = open_page(start_server() + path, until)
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_count(len(PAGES))
    t = translator("en")
    for link, entry in zip(links.all(), PAGES, strict=True):
        expect(link).to_have_text(re.compile(rf"{re.escape(t(entry.title))}$"))
    query = path.partition("?")[2].split("&")[-1].replace(",", "%2C")
    wait_until(page, "query => location.search.includes(query)", arg=query)
    assert page.get_by_text("Page not found").count() == 0


def test_every_page_is_reached_by_the_links_of_the_sidebar(server, open_page):
    page = open_page(server, ".overview[data-state=ready]")
    for name, heading in [("Models", "Models"), ("About", "About this app")]:
        page.get_by_role("link", name=name).click()
        page.locator(f"h1:has-text('{heading}')").wait_for()
    page.get_by_role("link", name="Explore").click()
    page.wait_for_selector(".explore[data-state=ready]")


def test_a_former_address_leads_to_the_page_of_today_with_its_parameters(start_server, open_page):
    until = ".occlusion[data-state=ready]"
    page = open_page(start_server() + "/hide?picture=lion&share=20&fill=gray&hide=5", until)
    wait_until(page, "location.pathname === '/occlusion'")
    wait_until(page, "location.search.includes('occluded=5')")
    expect(page.locator(".masked-count")).to_have_text(re.compile("^2 of 49"))
    wait_until(page, "!location.search.includes('hide=')")
    assert page.get_by_text("Page not found").count() == 0
