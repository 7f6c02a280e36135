"""The mini-program as it is packed, and phones with Chromium that hold it."""

import pytest

from tests.miniprogram.handset import Pocket
from tests.miniprogram.mounted import NODE, TOP, mounted, pack
from tests.served import in_this_process


@pytest.fixture(scope="session")
def tools():
    """What packs and compiles the mini-program. Without it these tests fail: a skipped test is one nobody misses."""
    assert NODE.exists(), "no Node beside this Python: pip install -r requirements-dev.txt"
    for folder in ("tests/miniprogram", "tests/client"):
        assert (TOP / folder / "node_modules").is_dir(), (
            f"scripts/test installs {folder}/node_modules (npm ci)"
        )


@pytest.fixture(scope="session")
def packed(tools, tmp_path_factory):
    """The folder with the packed mini-program: the very files that ship."""
    folder = tmp_path_factory.mktemp("packed")
    pack(folder)
    return folder


@pytest.fixture(scope="session")
def own_address(migrated_app, packed):
    """The product and the packed mini-program on a port of their own, for the whole run."""
    with in_this_process(mounted(migrated_app, packed)) as address:
        yield address


@pytest.fixture
def pocket(town, browser, own_address):
    """Phones that hold the mini-program: `pocket.take("ning")`."""
    with Pocket(browser, own_address, town) as opened:
        yield opened


def pytest_collection_modifyitems(config, items):
    """How pages look and work is changed by no database: once a run is enough."""
    if config.getoption("--database") == "postgresql":
        seen = [item for item in items if "pocket" in getattr(item, "fixturenames", ())]
        items[:] = [item for item in items if item not in seen]
        config.hook.pytest_deselected(items=seen)
