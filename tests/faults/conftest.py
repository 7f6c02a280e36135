"""One city a file, and what serves it."""

import pytest

from tests.conftest import _fresh
from tests.faults.checks import wrong_with_the_house
from tests.town import Town
from tests.unlimited import UNLIMITED


@pytest.fixture(scope="module")
def environment(settings, tmp_path_factory):
    """What served processes are told: this run's database and WeChat, and the folder of what is altered."""
    folder = tmp_path_factory.mktemp("altered")
    (folder / "clock-off-by").write_text("0")
    return {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "WECHAT_READ_SECONDS": "0.5",
        **UNLIMITED,
        "CLAIM_LIMIT": "1000",
        "DATA_DIR": str(tmp_path_factory.mktemp("served")),
        "ALTERED_FOLDER": str(folder),
    }


@pytest.fixture(scope="module")
def city(host, migrated_app, settings):
    for app in _fresh(host, migrated_app, settings, "town"):
        yield Town(app)


@pytest.fixture
def house():
    """After the test everything is verified: books, seals, stock, and what holds across the rooms."""
    yield
    assert wrong_with_the_house() == []
