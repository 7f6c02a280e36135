"""The console as a visitor without a browser, and as people with Chromium see it, on a live server."""

import os
import shutil
import threading

import pytest
from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from tests.console.desk import Desk
from tests.console.visitor import Visitor

NO_BROWSER = "no Chromium on this machine: apt-get install --no-install-recommends chromium fonts-noto-cjk"


@pytest.fixture
def visitor(town):
    """Opens the console for one of the cast, without a browser: `visitor("tong").get("/console/")`."""
    return lambda name=None: Visitor(town.app, name)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium. Without one these tests fail: a skipped test is one nobody misses."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.fail(NO_BROWSER)
    # Its sandbox cannot be set up by root, as which containers run.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=found, args=options)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(migrated_app):
    """The application on a port of its own, for the whole run."""
    server = make_server("127.0.0.1", 0, migrated_app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(town, browser, address):
    """An office PC at 1366×768. At its end: no fault on the browser's console, no call to another host."""
    with Desk(browser, address, town) as opened:
        yield opened


def pytest_collection_modifyitems(config, items):
    """What Chromium asks is how pages look and work, which no database changes: once a run is enough. The visitor
    opens each of them on both."""
    if config.getoption("--database") == "postgresql":
        seen = [item for item in items if "desk" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in seen]
        config.hook.pytest_deselected(items=seen)
