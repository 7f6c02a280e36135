"""The console as a visitor without a browser, and as people with Chromium see it, on a live server."""

import pytest

from tests import shares
from tests.console.desk import Desk
from tests.console.visitor import Visitor
from tests.served import in_this_process


@pytest.fixture
def visitor(town):
    """Opens the console for one of the cast, without a browser: `visitor("tong").get("/console/")`."""
    return lambda name=None: Visitor(town.app, name)


@pytest.fixture(scope="session")
def address(migrated_app):
    """The application on a port of its own, for the whole run."""
    with in_this_process(migrated_app) as address:
        yield address


@pytest.fixture
def desk(town, browser, address):
    """An office PC at 1366×768. At its end: no fault on the browser's console, no call to another host."""
    with Desk(browser, address, town) as opened:
        yield opened


def pytest_collection_modifyitems(config, items):
    """What Chromium asks is how pages look and work, which no database changes: once a run is enough. The visitor
    opens each of them on both; what their templates are given is looked at once, too."""
    shares.once(
        config,
        items,
        lambda item: "desk" in item.fixturenames or item.name == "test_no_template_is_given_a_row",
    )
