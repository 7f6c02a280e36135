"""The console as a visitor without a browser, and as people with Chromium see it, on a live server."""

import threading

import pytest
from werkzeug.serving import make_server

from tests.console.desk import Desk
from tests.console.visitor import Visitor


@pytest.fixture
def visitor(town):
    """Opens the console for one of the cast, without a browser: `visitor("tong").get("/console/")`."""
    return lambda name=None: Visitor(town.app, name)


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
