"""Each test runs in one of the two runs of `scripts/test`, whatever it asks for and whoever leaves it out."""

from types import SimpleNamespace

import pytest

from scripts import test as launcher
from tests import shares

ASK = {"rule": (), "table": ("town", "host"), "page": ("desk", "town", "host"), "uploader": ("uploader",)}


def left(database, option):
    """What remains of four tests: one that asks for nothing, one for a database, one for a browser, one for a tool."""
    config = SimpleNamespace(
        getoption={"--database": database, "--no-database": option}.get,
        hook=SimpleNamespace(pytest_deselected=lambda items: None),
    )
    items = [SimpleNamespace(name=name, fixturenames=names) for name, names in ASK.items()]
    shares.once(config, items, lambda item: "desk" in item.fixturenames or item.name == "rule")
    shares.no_database(config, items)
    return [item.name for item in items]


def test_a_run_on_both_databases_takes_each_test_once_at_least():
    given = {
        database: launcher.share(database, launcher.DATABASES, ["-x"])[1] for database in launcher.DATABASES
    }
    found = {database: left(database, option) for database, option in given.items()}
    assert found == {"sqlite": ["table", "page"], "postgresql": ["rule", "table", "uploader"]}


@pytest.mark.parametrize(
    ("database", "found"), [("sqlite", ["rule", "table", "page", "uploader"]), ("postgresql", ["table"])]
)
def test_a_run_on_one_database_takes_what_asks_for_none_beside_sqlite(database, found):
    assert launcher.share(database, launcher.DATABASES[:1], ["-x"]) == ["-x"]
    assert left(database, None) == found
