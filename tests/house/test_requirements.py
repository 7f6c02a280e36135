"""What is installed is what was tried: each package that we import has an exact version of its own."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What the benchmark's peers are made of, in an environment of their own.
PEERS = "scripts/benchmark/peers"
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
        if folder != PEERS and path.is_relative_to(ROOT / PEERS):
            continue
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
        ("backend", ["requirements.in"]),
        ("scripts", ["requirements.in", "requirements-dev.in"]),
        ("tests", ["requirements.in", "requirements-dev.in"]),
        (PEERS, [f"{PEERS}/requirements.in"]),
    ],
)
def test_a_package_that_is_imported_has_a_version_of_its_own(folder, files):
    assert imported(folder) - pinned(*files) == set()


LOCKS = (
    *("requirements", "requirements-dev", "requirements-topology", "requirements-options"),
    f"{PEERS}/requirements",
)
LOCKED = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)")


def locked(name):
    """Each package of a locked file: its versions, and how many hashes stand below it."""
    found = {}
    for line in (ROOT / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if start := LOCKED.match(line):
            here = found.setdefault(plain(start[1]), [set(), 0])
            here[0].add(start[2])
        elif line.strip().startswith("--hash=sha256:"):
            here[1] += 1
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_all_that_is_installed_has_a_version_and_hashes(name):
    found = locked(name)
    assert [one for one, (_versions, hashes) in found.items() if not hashes] == []
    for line in (ROOT / f"{name}.in").read_text(encoding="utf-8").splitlines():
        if wanted := LOCKED.match(line):
            assert found[plain(wanted[1])][0] == {wanted[2]}, f"{line}: scripts/lock was not run"


def test_the_tests_run_on_what_production_installs():
    product, tests = locked("requirements"), locked("requirements-dev")
    assert {one for one in product if tests.get(one) != product[one]} == set()


def test_whoever_installs_asks_for_the_hashes():
    for name in ("scripts/environment", "Dockerfile", "README.md", "README.zh-CN.md", "docs/deployment.md"):
        told = (ROOT / name).read_text(encoding="utf-8")
        installs = re.findall(r"pip install[^\n`]*-r[^\n`]*", told)
        assert installs, name
        assert all("--require-hashes" in one for one in installs), (name, installs)


def test_the_image_stands_on_a_release_and_not_on_whatever_is_newest():
    (base,) = re.findall(r"^ARG BASE=(\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)
