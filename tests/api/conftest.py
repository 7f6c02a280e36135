"""A demo city for a whole file whose tests leave each other alone: on PostgreSQL each fresh one costs time."""

import pytest

from tests.conftest import _fresh
from tests.town import Town


@pytest.fixture(scope="module")
def shared_town(host, migrated_app, settings):
    """The demo city, restored once a file. A file that wants it names its own `town` fixture after it."""
    for app in _fresh(host, migrated_app, settings, "town"):
        yield Town(app)
