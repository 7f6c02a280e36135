"""CONTRIBUTING.md names everybody of the demo city, every fixture that it explains, and every command as it is."""

import re
from pathlib import Path

import pytest

from backend.seeds import demo, governance, supermarket
from tests import conftest

TOP = Path(__file__).resolve().parents[2]
PAGE = (TOP / "CONTRIBUTING.md").read_text(encoding="utf-8")
PEOPLE = {
    name: line
    for line in PAGE.split("### The people of the demo city")[1].split("\n## ")[0].splitlines()
    if line.startswith("| `")
    for name in re.findall(r"`(\w+)`", line.split("|")[1])
}
# A role as the table calls it.
ROLES = {
    "city_admin": "city administrator",
    "community_staff": "community staff",
    "grid_worker": "grid worker",
    "shop_keeper": "shop keeper",
    "supervisor": "supervisor",
    "auditor": "auditor",
    "street_staff": "staff of",
}


def test_everybody_of_the_demo_city_is_in_the_table():
    assert set(PEOPLE) == {one.name for one in demo.CAST} | set(supermarket.NEIGHBOURS) | set(
        governance.OFFICERS
    ) | {"e"}


@pytest.mark.parametrize("one", demo.CAST, ids=lambda one: one.name)
def test_they_are_who_they_are_in_the_demo_data(one):
    line = PEOPLE[one.name]
    assert one.real_name in line
    assert one.role is None or ROLES[one.role] in line
    assert one.unit is None or one.unit in line
    assert one.community == "松涛社区" or one.community in line
    assert not one.points or f"{one.points} points" in line


def test_the_fixtures_that_are_explained_exist():
    assert {"town", "app", "wechat", "statements"} <= set(vars(conftest))


def test_the_sample_of_a_test_is_one_that_passes(town):
    (sample,) = re.findall(r"```python\n(.+?)```", PAGE, re.S)
    names = {}
    exec(sample, names)  # noqa: S102 - our own page
    (test,) = [value for name, value in names.items() if name.startswith("test_")]
    test(town)


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", PAGE))))
def test_a_module_that_is_run_exists(module):
    assert (TOP / f"{module.replace('.', '/')}.py").is_file()


def test_a_flask_command_that_is_run_exists(migrated_app):
    commands = set(re.findall(r"`flask ([a-z-]+)", PAGE))
    assert commands
    assert commands <= set(migrated_app.cli.commands) | {"db"}


@pytest.mark.parametrize("option", sorted(set(re.findall(r"`pytest[^`]* (--[a-z-]+)", PAGE))))
def test_an_option_of_the_tests_exists(option, request):
    request.config.getoption(option)
