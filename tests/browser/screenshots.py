"""Take the README's pictures anew: `python -m tests.browser.screenshots`, with the app running.

The address of the app is the only argument; http://localhost:8501 without it.
"""

import io
import sys

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, ROOT

FOLDER = ROOT / "assets" / "screenshots"
SCREENS = {
    "overview-light": ("/", 1280, 800, "light", False),
    "overview-open": ("/?open=att.0.0", 1280, 800, "light", False),
    "explore-light": ("/explore?picture=zebra&token=18,32", 1280, 920, "light", False),
    "explore-dark": ("/explore?picture=lion&stage=2&block=3&token=6,5", 1280, 920, "dark", False),
    "explore-narrow": ("/explore?picture=elephant&token=45,31", 390, 1240, "light", True),
}


def main() -> None:
    address = sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8501"
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        for name, (link, width, height, scheme, touch) in SCREENS.items():
            page = browser.new_page(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                has_touch=touch,
                is_mobile=touch,
            )
            page.goto(address + link)
            if name.startswith("overview"):
                page.wait_for_selector(".overview[data-state=ready]")
            else:
                page.wait_for_selector(".explore[data-state=ready]")
                page.wait_for_selector(".interventions:not(.waiting)")
            page.wait_for_timeout(1000)  # fonts, and the bars' growth
            shot = Image.open(io.BytesIO(page.screenshot()))
            shot.save(FOLDER / f"{name}.webp", quality=90)
        browser.close()


if __name__ == "__main__":
    main()
