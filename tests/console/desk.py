"""An office PC with Chromium: people sign in, press keys, read; every page is looked at by axe and kept as a
picture in `screenshots/`, which git ignores."""

from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from backend.seeds import demo
from tests.console.narrow import PHONE, faults_on_a_phone

SIZE = {"width": 1366, "height": 768}
PICTURES = Path(__file__).resolve().parents[2] / "screenshots"


class Desk:
    def __init__(self, browser, address, town):
        self.browser, self.address, self.town = browser, address, town
        self.contexts, self.faults = [], []

    def __enter__(self):
        PICTURES.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind, *_):
        for context in self.contexts:
            context.close()
        if kind is None:
            assert not self.faults, self.faults

    def page(self, **options):
        """A browser of its own: nobody signed in."""
        context = self.browser.new_context(base_url=self.address, viewport=SIZE, locale="zh-CN", **options)
        context.set_default_timeout(20000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("console", lambda told: told.type == "error" and self._note(told))
        page.on("pageerror", lambda fault: self.faults.append(f"script: {fault}"))
        page.on("request", self._watch)
        return page

    def _note(self, told):
        # What a refused form answers with is said by the browser as an error; it is what we meant.
        if "status of 4" not in told.text:
            self.faults.append(f"console: {told.text}")

    def _watch(self, request):
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.faults.append(f"another host: {request.url}")

    def sit_down(self, name, **options):
        """One of the cast at a PC, signed in by name and password."""
        page = self.page(**options)
        page.goto("/console/sign-in")
        page.get_by_role("textbox", name="登录名").fill(name)
        page.get_by_label("口令", exact=True).fill(demo.password())
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/")
        return page

    def look_at(self, page, name):
        """Keeps a picture, asks axe for serious faults, and measures a console page as a phone shows it."""
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        serious = [
            (one["id"], one["nodes"][0]["html"][:160], len(one["nodes"]))
            for one in found
            if one["impact"] in ("serious", "critical")
        ]
        assert not serious, (name, page.url, serious)
        on_screen = page.evaluate("matchMedia('screen').matches")
        if "/console/" in page.url and on_screen and page.viewport_size["width"] > PHONE["width"]:
            narrow = faults_on_a_phone(page)
            assert not narrow, (name, page.url, narrow)


def follow(page, locator):
    """Clicks, and waits until the next page stands: keys pressed before would go to the old one."""
    with page.expect_navigation():
        locator.click()


def press(page, *keys):
    """Presses keys once the page takes them: it leaves out decisions pressed before it could be read."""
    page.wait_for_selector("html[data-keys]", state="attached")
    for key in keys:
        page.keyboard.press(key)
