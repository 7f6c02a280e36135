"""What every test stands on: the real migrations on the database that `--database` names."""

import gc
import os
import shutil
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from flask import before_render_template
from flask_migrate import upgrade
from playwright.sync_api import sync_playwright

from backend import config
from backend.app import create_app
from backend.db import db, session
from backend.seeds import demo
from backend.wechat.gateway import gateway
from tests import crowds, passwords, quick, shaped, shares, templates
from tests.databases import SqliteHost, start_postgres
from tests.served import Served
from tests.simulated import SimulatedWeChat
from tests.town import Town
from tests.transactions import WATCH

NO_BROWSER = "no Chromium on this machine: apt-get install --no-install-recommends chromium fonts-noto-cjk"


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.addoption(
        "--no-database",
        choices=("here", "elsewhere"),
        help="where the tests run that ask for no database: beside SQLite unless said",
    )
    parser.addoption("--write-matrix", action="store_true", help="write tests/attacks/matrix.json anew")
    parser.addoption("--described", type=int, help="requests of each operation that Schemathesis draws")
    parser.addoption(
        "--every-revision", action="store_true", help="upgrade from each revision, not from some"
    )
    parser.addoption("--whole-city", action="store_true", help="make SEED=tieli at full size (minutes)")
    parser.addoption(
        "--walks", type=int, help="random walks over places and waiting lists (300 take minutes)"
    )
    parser.addoption(
        "--every-generator",
        action="store_true",
        help="generate and play a client of each kind, not of one (tests/client)",
    )
    parser.addoption(
        "--every-screen",
        action="store_true",
        help="the mini-program at every width, in both sizes of text, the console's pages in each theme (minutes)",
    )
    parser.addoption(
        "--wechat-compiler",
        action="store_true",
        help="compile the mini-program with WeChat's own uploader, too: 275 MB of packages (tests/miniprogram)",
    )
    parser.addoption("--quick", action="store_true", help=f"leave out: {'; '.join(quick.LEFT_OUT.values())}")


def pytest_configure(config):
    # The command line speaks the language of whoever sits there; what tests read of it is English.
    os.environ["LC_ALL"] = "C.UTF-8"
    WATCH.install()
    passwords.make_cheap()
    for name, meaning in quick.LEFT_OUT.items():
        config.addinivalue_line("markers", f"{name}: {meaning}; left out by --quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    for item in items:
        quick.mark(item)
    if config.getoption("--quick"):
        shares.leave_out(config, items, quick.is_left_out)
    shares.no_database(config, items)


def pytest_collection_finish(session):
    """What was imported and collected stays until the end: nobody need look again and again whether it is garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def host(request):
    """The database server of this run."""
    # In memory where that is possible: thousands of fresh databases would otherwise wait for the disk.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="dianliang-", dir=memory) as folder:
        if request.config.getoption("--database") == "sqlite":
            yield SqliteHost(Path(folder))
            return
        found = start_postgres(Path(folder) / "pg")
        yield found
        getattr(found, "stop", lambda: None)()


@pytest.fixture(scope="session")
def running_wechat():
    """The WeChat simulator, on a port of its own; the product speaks to it through its live gateway."""
    with SimulatedWeChat() as simulated:
        yield simulated


@pytest.fixture
def wechat(running_wechat):
    """The simulator, which has forgotten what earlier tests told it."""
    running_wechat.memory.reset()
    return running_wechat


@pytest.fixture(scope="session")
def settings(host, running_wechat, tmp_path_factory):
    environment = {
        "APP_ENV": "test",
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "DATABASE_URL": host.url,
        "WECHAT_BASE_URL": running_wechat.url,
        "LOG_LEVEL": "CRITICAL",
        # One of the cast stands for a crowd in a moment; what a person may do is tried in tests/attacks/test_limits.py.
        "WISHES_PER_MINUTE": "1000",
        "WISHES_PER_DAY": "1000",
        "DRAFTS_PER_DAY": "1000",
    }
    with patch.dict(os.environ, environment):
        return config.read()


@pytest.fixture(scope="session")
def migrated_app(host, settings):
    """The application, with two kept databases: `empty` (migrated) and `town` (the demo city)."""
    app = create_app(settings)
    app.testing = True
    before_render_template.connect(shaped.look_for_rows, app)
    with app.app_context():
        templates.load_or_build(host, settings, lambda: _migrate_and_seed(host))
        host.restore("town")
    return app


def _migrate_and_seed(host):
    host.clear()
    upgrade()
    db.engine.dispose()
    host.keep_as("empty")
    demo.seed()
    session.remove()
    db.engine.dispose()
    host.keep_as("town")


def _fresh(host, app, settings, template):
    config.use(settings)
    # What an earlier test made slow.
    gateway().closed_again()
    with app.app_context():
        db.engine.dispose()
        host.restore(template)
        yield app
        session.remove()
        db.engine.dispose()


@contextmanager
def kept_as(name, host, app, settings):
    """Keeps what the block makes of the demo city under a name, for `_fresh`: what many tests begin with is made once."""
    for _app in _fresh(host, app, settings, "town"):
        yield
        session.remove()
        db.engine.dispose()
        host.keep_as(name)


@pytest.fixture(autouse=True)
def _shaped():
    """No page that a test rendered was given a row of the database."""
    yield
    assert shaped.pages_with_rows() == []


@pytest.fixture
def app(host, migrated_app, settings):
    """The application with a fresh, empty, migrated database and its context pushed."""
    yield from _fresh(host, migrated_app, settings, "empty")


@pytest.fixture
def town(host, migrated_app, settings, wechat):
    """The demo city in a fresh database, with its people by name."""
    for app in _fresh(host, migrated_app, settings, "town"):
        yield Town(app)


@pytest.fixture(scope="module")
def served(host, migrated_app, settings, tmp_path_factory):
    """gunicorn with the demo city, for all that a file plays: none of it stands on what another has done."""
    environment = {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "DATA_DIR": str(tmp_path_factory.mktemp("served")),
    }
    for _app in _fresh(host, migrated_app, settings, "town"):
        # One call follows another: two workers are enough to see that none of them keeps something to itself.
        with Served(environment, workers=2) as found:
            yield found


@pytest.fixture(autouse=True)
def nobody_is_held_up():
    """Every test fails in which something slow is done inside a transaction: tests/transactions.py."""
    WATCH.forget()
    yield
    seen = WATCH.forget()
    assert not seen, "\n".join(dict.fromkeys(seen))


@pytest.fixture
def at_once(migrated_app):
    """Runs the callables at the same moment: `at_once(work, …)`; what each answered or refused."""
    return partial(crowds.at_once, migrated_app)


@pytest.fixture
def statements():
    """Counts the statements that reach the database: `with statements() as seen: …; len(seen)`."""

    @contextmanager
    def counting():
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)

    return counting


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
