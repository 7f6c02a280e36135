"""Phones that hold the mini-program in Chromium: people open pages, touch, press keys; every page is measured as eyes,
fingers and screen readers meet it, and kept as a picture in `screenshots/`, which git ignores."""

import json
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

from tests.miniprogram.mounted import PLACE, TOP

PICTURES = TOP / "screenshots"
MEASURES = (Path(__file__).parent / "measures.js").read_text(encoding="utf-8")
# A little longer than one press lasts (lib/touch.js).
GAP_SECONDS = 0.55
# Text that is 32rpx by day is 40rpx for elders; a fingertip needs 44 px.
SMALLEST = {False: 32, True: 40}


class Handset:
    """One phone: `page` is Playwright's, the rest is what people do with it."""

    def __init__(self, page, town, address):
        self.page, self.town, self.address = page, town, address
        self.by_keys, self.pressed = False, {}
        self.finger, self.touched = {}, 0
        self.faults, self.calls = [], []
        self.asking = 0
        for event in ("requestfinished", "requestfailed"):
            page.on(event, self._answered)
        page.on("console", lambda told: told.type in ("error", "warning") and self._note(told.text))
        page.on("pageerror", lambda fault: self.faults.append(f"script: {fault}"))
        page.on("request", self._watch)

    def _note(self, text):
        # What the server refuses, and a network that is away, are said by the browser as errors; they are what we meant.
        if not any(one in text for one in ("Failed to load resource", "net::ERR_")):
            self.faults.append(f"console: {text}")

    def _watch(self, request):
        parts = urlsplit(request.url)
        if parts.scheme.startswith("http") and f"{parts.scheme}://{parts.netloc}" != self.address:
            self.faults.append(f"another host: {request.url}")
        if parts.path.startswith("/api/"):
            self.calls.append(f"{request.method} {parts.path.removeprefix('/api/v1')}")
            self.asking += 1

    def _answered(self, request):
        if urlsplit(request.url).path.startswith("/api/"):
            self.asking -= 1

    def start(self, path="pages/home/index", who=None):
        """Opens the mini-program, as somebody whose phone it is."""
        asked = f"?as={who}" if who else ""
        self.page.goto(f"{PLACE}{asked}#/{path}")
        return self.settled()

    def open(self, path):
        """Another page, without starting anew."""
        self.page.evaluate("path => window.phone.relaunch(path)", f"/{path}")
        return self.settled()

    def settled(self):
        """Waits until the page on top has read what it shows."""
        # Not by a function of the page: its rules let nothing be evaluated there.
        self.top.wait_for()
        self.top.locator("[aria-label='正在读取']").wait_for(state="detached")
        return self

    def at_rest(self):
        """Waits until nothing is being asked of the server or of whoever holds it, and no button is busy."""
        self.settled()
        for _ in range(400):
            # What a press has begun asks at the next turn of the page.
            self.page.evaluate("() => new Promise(resolve => setTimeout(resolve, 25))")
            if self.page.locator("dialog").count():
                return self
            if not self.asking and not self.top.get_by_text("请稍等…", exact=True).count():
                return self.settled()
        raise AssertionError(f"still asking: {self.calls[-5:]}")

    @property
    def top(self):
        """The page on top, where people look."""
        return self.page.locator(".wx-frame:not([hidden])")

    def button(self, name):
        return self.top.get_by_role("button", name=name, exact=True)

    def field(self, name):
        return self.top.get_by_label(name, exact=True)

    def still(self):
        """As eyes do before a finger: waits until what was pressed before shows, and while the page moves."""
        self.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
        self.page.locator("html:not([data-moving])").wait_for(state="attached")
        return self

    def tap(self, name):
        self._rested(name).still()._touch(self.button(name))
        return self._pressed(name)

    def _touch(self, locator):
        """By a finger that means it: what has just come to where it touched before is not pressed at once (lib/touch.js)."""
        # Tried first: it lies still and can be pressed.
        locator.tap(trial=True)
        place = locator.bounding_box()
        if all(
            abs(place[one] - self.finger.get(one, -100)) < place[size]
            for one, size in (("x", "width"), ("y", "height"))
        ):
            self._wait_since(self.touched)
        locator.tap()
        self.finger, self.touched = place, time.monotonic()

    def enter(self, name):
        """The same by keyboard."""
        self.still().tab_to(self.button(name), 150)
        self._rested(name).page.keyboard.press("Enter")
        return self._pressed(name)

    def _rested(self, name):
        """A button takes no second press within half a second (ui-button): nobody means one, and no test either."""
        return self._wait_since(self.pressed.get(name, 0))

    def _wait_since(self, moment):
        left = GAP_SECONDS - (time.monotonic() - moment)
        if left > 0:
            self.page.wait_for_timeout(left * 1000)
        return self

    def _pressed(self, name):
        self.pressed[name] = time.monotonic()
        return self

    def tap_twice(self, name):
        """As a thumb does that is not sure: the second touch comes before anything has happened."""
        button = self._rested(name).still().button(name)
        self._touch(button)
        place = self.finger
        self.page.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        return self._pressed(name)

    def fault_at(self, name):
        """What stands beside a field in red."""
        return (
            self.top.locator("form-field")
            .filter(has=self.page.get_by_label(name, exact=True))
            .get_by_role("alert")
        )

    def asked(self, name):
        """Answers what WeChat lays over the page."""
        return self.page.locator("dialog").get_by_role("button", name=name, exact=True)

    def at(self, path):
        self.page.locator(f".wx-frame[data-path='{path}']:not([hidden])").wait_for()
        return self.settled()

    def press(self, locator):
        """As this phone's owner presses things: by finger, or by key."""
        if self.by_keys:
            self.tab_to(locator, 150)
            self.page.keyboard.press("Enter")
        else:
            self.still()._touch(locator)
        return self

    def write(self, name, text):
        field = self.field(name)
        if self.by_keys:
            self.tab_to(field, 150)
            self.page.keyboard.insert_text(text)
        else:
            field.fill(text)
        return self

    def tab_to(self, locator, most=60):
        """Presses Tab until the keyboard has come there."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            if locator.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"no Tab leads to {locator}")

    def look(self, name, elder=False):
        """Keeps a picture; no text cut or too small, nothing too small for a finger, nothing for axe to find."""
        self._picture(name)
        found = self.page.evaluate(f"({MEASURES})({SMALLEST[elder]})")
        assert found == [], (name, found)
        serious = Axe().run(self.page).response["violations"]
        assert not serious, (name, [(one["id"], one["nodes"][0]["html"][:160]) for one in serious])

    def _picture(self, name):
        """The whole page: for its length the phone is as long."""
        size = self.page.viewport_size
        long = self.top.evaluate("frame => frame.querySelector('.wx-scroll').scrollHeight") + 120
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(long, 4000))})
        self.page.screenshot(path=PICTURES / f"mini-{name}.png")
        self.page.set_viewport_size(size)


class Pocket:
    """Whoever holds which phone in a test; at its end no page has failed unseen."""

    def __init__(self, browser, address, town):
        self.browser, self.address, self.town = browser, address, town
        self.contexts, self.handsets = [], []

    def __enter__(self):
        PICTURES.mkdir(exist_ok=True)
        return self

    def __exit__(self, kind, *_):
        failures = [fault for one in self.handsets for fault in one.faults]
        for context in self.contexts:
            context.close()
        if kind is None:
            assert not failures, failures

    def take(self, who=None, width=390, elder=False, dark=False):
        """A phone. With a name it is signed in already, and its owner has agreed to the privacy notice."""
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": 844},
            has_touch=True,
            is_mobile=True,
            locale="zh-CN",
            color_scheme="dark" if dark else "light",
        )
        context.set_default_timeout(20000)
        self.contexts.append(context)
        kept = {"dianliang.elder": "yes" if elder else "no"}
        if who:
            signed_in = self.town.phone(who)
            kept |= {"dianliang.token": signed_in.token, "dianliang.person": signed_in.id}
        storage = {f"wx:{name}": json.dumps(value) for name, value in kept.items()}
        storage |= {"holder": who, "privacy": "yes"} if who else {}
        context.add_init_script(f"""(() => {{
            if (!location.protocol.startsWith('http') || localStorage.getItem('begun')) return
            localStorage.setItem('begun', 'yes')
            for (const [name, value] of Object.entries({json.dumps(storage)})) localStorage.setItem(name, value)
        }})()""")
        handset = Handset(context.new_page(), self.town, self.address)
        self.handsets.append(handset)
        return handset


@contextmanager
def away(handset):
    """The phone has no network meanwhile."""
    handset.page.context.set_offline(True)
    yield
    handset.page.context.set_offline(False)


@contextmanager
def broken(handset, status=500):
    """Meanwhile the server answers every reading with a fault."""
    said = {
        "code": status * 100,
        "error": "BROKEN",
        "message": "系统出了点问题，请稍后再试",
        "data": None,
        "requestId": "r",
    }
    pattern = "**/api/v1/**"
    handset.page.route(pattern, lambda route: route.fulfill(status=status, json=said))
    yield
    handset.page.unroute(pattern)
