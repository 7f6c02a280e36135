"""What hands do on a page: with a mouse, counted; and on keys alone."""

from contextlib import nullcontext

from tests.console.desk import press

MOST_TABS = 250
FOCUSED = "one => one === document.activeElement || one.closest('summary') === document.activeElement"
SEEN = """() => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement)
  return (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
}"""
CHOSEN = """(one, { index, value, label }) => one.selectedIndex === index
  || [value, label].some(text => text !== undefined && [one.value, one.selectedOptions[0].label].includes(text))"""


class Hands:
    """Counts what somebody does on a page: `clicks`, `keys` pressed by themselves, `fields` typed into or chosen in."""

    def __init__(self, page):
        self.page = page
        self.clicks = self.keys = self.fields = 0

    def click(self, locator, *, leads=True):
        self.clicks += 1
        with self._leading(leads):
            self._press(locator)

    def key(self, name, *, leads=True):
        self.keys += 1
        with self._leading(leads):
            press(self.page, name)

    def type(self, text):
        """Into the field that has the focus."""
        self.fields += 1
        self.page.keyboard.type(text)

    def fill(self, locator, text):
        self.fields += 1
        self._write(locator, text)

    def choose(self, locator):
        """One of some that are all shown."""
        self.fields += 1
        self._pick(locator)

    def select(self, locator, **wanted):
        """One of a list that opens."""
        self.fields += 1
        self._take(locator, wanted)

    @property
    def did(self):
        return self.clicks, self.keys, self.fields

    def _leading(self, leads):
        """Waits for the next page where what is done inside leads to one."""
        return self.page.expect_navigation() if leads else nullcontext()

    def _press(self, locator):
        locator.click()

    def _write(self, locator, text):
        locator.fill(text)

    def _pick(self, locator):
        locator.check()

    def _take(self, locator, wanted):
        locator.select_option(**wanted)


class OnKeys(Hands):
    """The same without a mouse: Tab goes there, and everybody sees where it is (WCAG 2.1.1, 2.4.7)."""

    def _press(self, locator):
        if locator.evaluate("one => (one.control || one).type === 'radio'"):
            self._pick(locator)
            return
        self.go_to(locator)
        self.page.keyboard.press("Enter")

    def _write(self, locator, text):
        self.go_to(locator)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def _take(self, locator, wanted):
        self.go_to(locator)
        for _ in range(locator.locator("option").count()):
            if locator.evaluate(CHOSEN, wanted):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow comes to {wanted}")

    def _pick(self, locator):
        """Tab comes to a group of radios once; the arrows go on from there."""
        name = locator.evaluate("one => (one.control || one).name")
        group = self.page.locator(f"input[type=radio][name='{name}']")
        self.go_to(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if locator.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow comes to {locator}")

    def go_to(self, locator):
        """By Tab to this one, or to one of these."""
        for _ in range(MOST_TABS):
            if any(one.evaluate(FOCUSED) for one in locator.all()):
                assert self.page.evaluate(SEEN), f"nobody sees that the focus is at {locator}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {locator}")
