"""The API's reference in a browser: a package's page, with what it lacks for eyes and screen readers put right."""

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_reference_closed_opened_and_tried(desk, scheme):
    page = desk.page(color_scheme=scheme)
    for opened in (None, "get", "put", "post", "delete"):
        page.goto("/docs")
        page.wait_for_selector("h3.opblock-tag[aria-level]")
        assert page.locator("html.dark-mode").count() == (scheme == "dark")
        if opened:
            block = first(page, opened)
            block.locator(".opblock-summary-control").click()
            block.get_by_role("button", name="Try it out").click()
            block.get_by_role("button", name="Execute").wait_for()
        found = Axe().run(page).response["violations"]
        told = [(one["id"], one["nodes"][0]["html"][:160], len(one["nodes"])) for one in found]
        assert told == [], (scheme, opened)


def first(page, method):
    """The first operation with that method. The page draws what is near the window, so that one looks further down."""
    wanted = page.locator(f".opblock-{method}")
    for _ in range(100):
        if wanted.count():
            break
        page.mouse.wheel(0, 700)
        page.evaluate("() => new Promise(requestAnimationFrame)")
    return wanted.first
