"""The mini-program as it is packed, and phones with Chromium that hold it."""

import pytest

from tests import shares
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


SCREENS = [(width, elder) for elder in (False, True) for width in (320, 390, 768)]


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "held(width, elder): the phone on which a story is played in the short form"
    )


def pytest_generate_tests(metafunc):
    """A story that asks for a `screen` is played on the one that it names, with `--every-screen` on each."""
    if "screen" not in metafunc.fixturenames:
        return
    screens = [metafunc.definition.get_closest_marker("held").args]
    if metafunc.config.getoption("--every-screen"):
        screens = SCREENS
    names = [f"{width}{'-elder' if elder else ''}" for width, elder in screens]
    told = [{"width": width, "elder": elder} for width, elder in screens]
    metafunc.parametrize("screen", told, ids=names)


def pytest_collection_modifyitems(config, items):
    """How pages look and work is changed by no database: once a run is enough. WeChat's uploader is asked by option."""
    shares.once(config, items, lambda item: "pocket" in item.fixturenames)
    if not config.getoption("--wechat-compiler"):
        shares.leave_out(config, items, lambda item: "uploader" in getattr(item, "fixturenames", ()))
