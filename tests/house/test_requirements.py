"""What is installed is what was tried: each package that we import has an exact version of its own."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = {"backend", "scripts", "tests"}
PINNED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==[0-9][^\s;]*$")


def pinned(*names):
    lines = [line for name in names for line in (ROOT / name).read_text(encoding="utf-8").splitlines()]
    return {plain(found[1]) for line in lines if (found := PINNED.match(line))}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(folder):
    """The packages that files in the folder import, by the names under which they are installed."""
    modules = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {one.name.partition(".")[0] for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    known = packages_distributions()
    foreign = {one for one in modules - OURS - sys.stdlib_module_names if one in known}
    return {plain(name) for one in foreign for name in known[one]}


@pytest.mark.parametrize(
    ("folder", "files"),
    [
        ("backend", ["requirements.txt"]),
        ("scripts", ["requirements.txt", "requirements-dev.txt"]),
        ("tests", ["requirements.txt", "requirements-dev.txt"]),
    ],
)
def test_a_package_that_is_imported_has_a_version_of_its_own(folder, files):
    assert imported(folder) - pinned(*files) == set()
