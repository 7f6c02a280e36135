"""What every test stands on: the real migrations on the database that `--database` names."""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from flask_migrate import upgrade

from backend import config
from backend.app import create_app
from backend.db import db, session
from tests.databases import SqliteHost, start_postgres


def pytest_addoption(parser):
    parser.addoption("--database", choices=("sqlite", "postgresql"), default="sqlite")


@pytest.fixture(scope="session")
def host(request):
    """The database server of this run."""
    with tempfile.TemporaryDirectory(prefix="dianliang-") as folder:
        if request.config.getoption("--database") == "sqlite":
            yield SqliteHost(Path(folder))
            return
        found = start_postgres(Path(folder) / "pg")
        yield found
        getattr(found, "stop", lambda: None)()


@pytest.fixture(scope="session")
def settings(host, tmp_path_factory):
    environment = {
        "APP_ENV": "test",
        "DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "DATABASE_URL": host.url,
        "LOG_LEVEL": "CRITICAL",
    }
    with patch.dict(os.environ, environment):
        return config.read()


@pytest.fixture(scope="session")
def migrated_app(host, settings):
    """The application on a database made by the real migrations, kept as the template of each test's own."""
    host.clear()
    app = create_app(settings)
    app.testing = True
    with app.app_context():
        upgrade()
        db.engine.dispose()
    host.keep_as_template()
    return app


@pytest.fixture
def app(host, migrated_app, settings):
    """The application with a fresh, empty, migrated database and its context pushed."""
    config.use(settings)
    with migrated_app.app_context():
        db.engine.dispose()
        host.restore()
        yield migrated_app
        session.remove()
        db.engine.dispose()
