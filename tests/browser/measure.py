"""How long a person waits, in a real browser: `python -m tests.browser.measure`."""

import platform
import statistics
import subprocess
import sys
import time
import urllib.request

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM, FLAGS, ROOT, memory
from transcnn.ui.pages.explanations.link import FAST

PORT = 8599
ADDRESS = f"http://localhost:{PORT}"
FIRST = ".overview[data-state=ready]"
READY = ".explore[data-state=ready]"
MAPS = "".join(f":has([data-map={m}] canvas.data:not([hidden]))" for m in FAST)

# Milliseconds from a click until the frame with the redrawn maps is done.
CLICK = """async () => {
  const hosts = [...document.querySelectorAll('*')].filter(e => e.shadowRoot);
  const canvas = hosts.map(h => h.shadowRoot.querySelector('canvas.photo')).find(Boolean);
  const box = canvas.getBoundingClientRect();
  const times = [];
  for (let i = 0; i < 60; i++) {
    const at = { clientX: box.left + Math.random() * box.width,
                 clientY: box.top + Math.random() * box.height, bubbles: true };
    const start = performance.now();
    canvas.dispatchEvent(new PointerEvent('click', at));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - start);
  }
  return times;
}"""


def start_server() -> subprocess.Popen:
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(PORT)]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{ADDRESS}/_stcore/health", timeout=5).close()
            return server
        except OSError:
            time.sleep(0.25)
    raise TimeoutError("the server did not start")


def main() -> None:
    first, second, clicks, samples, peaks = [], [], [], [], []
    explained, linked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        for _ in range(3):
            server = start_server()
            try:
                for times in (first, second):  # a server that nobody has used, then a warm one
                    page = browser.new_page(viewport={"width": 1280, "height": 900})
                    start = time.perf_counter()
                    page.goto(ADDRESS)
                    page.wait_for_selector(FIRST)
                    times.append(time.perf_counter() - start)
                page.goto(f"{ADDRESS}/explore")
                page.wait_for_selector(READY)
                clicks += page.evaluate(CLICK)
                for name in ("lion", "panda", "pizza", "palace"):
                    shown = page.locator(".explore").get_attribute("data-shown")
                    start = time.perf_counter()
                    page.locator(f"[data-sample={name}]").click()
                    page.wait_for_selector(f"{READY}:not([data-shown='{shown}'])")
                    samples.append(time.perf_counter() - start)
                page.get_by_role("link", name="Explanations").first.click()  # for imports
                page.wait_for_selector(f".cells{MAPS}")
                page.goto(f"{ADDRESS}/explore?picture=panda")  # a picture new to the page
                page.wait_for_selector(READY)
                page.wait_for_selector(".interventions:not(.waiting)")
                start = time.perf_counter()
                page.get_by_role("link", name="Explanations").first.click()
                page.wait_for_selector(f".cells{MAPS}")
                explained.append(time.perf_counter() - start)
                other = browser.new_page(viewport={"width": 1280, "height": 900})
                start = time.perf_counter()
                other.goto(f"{ADDRESS}/explanations?picture=panda")
                other.wait_for_selector(f".cells{MAPS}")
                linked.append(time.perf_counter() - start)
                peaks.append(memory(server.pid, "VmHWM"))
            finally:
                server.terminate()
                server.wait(20)
        browser.close()
    clicks.sort()
    print(f"{platform.machine()}, Chromium and server on one machine")
    print(f"the first page with its maps, cold server: {statistics.median(first):.1f} s")
    print(f"the same, warm server: {statistics.median(second):.1f} s")
    print(f"another sample: {statistics.median(samples):.2f} s")
    print(
        f"Explanations with all fast maps, from another page: {statistics.median(explained):.2f} s"
    )
    print(f"the same by a link, in a new browser: {statistics.median(linked):.1f} s")
    late = clicks[int(0.95 * len(clicks))]
    print(f"click to redrawn maps: median {statistics.median(clicks):.0f} ms, 95 % {late:.0f} ms")
    print(f"peak memory of the server: {max(peaks):.0f} MB")


if __name__ == "__main__":
    main()
