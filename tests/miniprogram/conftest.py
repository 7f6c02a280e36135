"""The mini-program as it is packed, and phones with Chromium that hold it."""

from pathlib import Path

import pytest

from tests.miniprogram.mounted import NODE, TOP, mounted, pack

HERE = Path(__file__).parent


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


__all__ = ["mounted"]
