"""What is written for the mini-program is checked with Node: pip brings it, and npm the packages beside it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import shares

HERE = Path(__file__).parent
TOP = HERE.parents[1]
NODE = Path(sys.executable).parent / "node"
PATIENCE_SECONDS = 300


@pytest.fixture(scope="session")
def node():
    """Runs Node in this folder: `node("lint.mjs", …)` answers with the ended process."""
    # Without them these tests fail: a skipped test is one nobody misses.
    assert NODE.exists(), "no Node beside this Python: pip install -r requirements-dev.txt"
    assert (HERE / "node_modules").is_dir(), "scripts/test installs tests/client/node_modules (npm ci)"

    def run(*arguments, **environment):
        return subprocess.run(
            [NODE, *map(str, arguments)],
            cwd=HERE,
            env={"PATH": str(NODE.parent), **environment},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    return run


def pytest_collection_modifyitems(config, items):
    """No database changes what the client and the document's form are: once a run is enough."""
    shares.once(config, items, lambda item: HERE in item.path.parents)
