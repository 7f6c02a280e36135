"""Databases kept between runs: found again only by what they were made from, and only when they are whole."""

import os
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from backend import clock
from backend.config import Settings
from tests import templates
from tests.databases import SqliteHost

MIGRATION = "backend/migrations/versions/0001_people.py"
LONG_AGO = 1_700_000_000
DAY = 86_400


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A small one of its own; `write(name, text)` changes a file as if it had been before this process began."""
    top = tmp_path / "checkout"
    monkeypatch.setattr(templates, "TOP", top)
    monkeypatch.setattr(templates, "FOLDER", top / "var" / "templates")

    def write(name, text):
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (LONG_AGO, LONG_AGO))
        return path

    for name in (MIGRATION, "backend/seeds/demo.py", *templates.SOURCES[1:]):
        write(name, f"# {name}")
    return SimpleNamespace(write=write, top=top, folder=top / "var" / "templates")


@pytest.fixture
def run(checkout, tmp_path):
    """A run of the tests: says whether it had to build, and what was in its database."""

    def one(number, content="lit", while_building=lambda: None):
        host = SqliteHost(tmp_path / f"run-{number}")
        host.folder.mkdir()
        data = tmp_path / f"data-{number}"
        data.mkdir()
        (data / "earlier").touch()
        built = []

        def build():
            built.append(number)
            with sqlite3.connect(host.folder / "test.sqlite3") as connection:
                connection.execute("CREATE TABLE wishes (title TEXT)")
                connection.execute("INSERT INTO wishes VALUES (?)", (content,))
            connection.close()
            host.keep_as("town")
            (data / "demo-password").write_text(f"password of {content}")
            while_building()

        settings = Settings(data_dir=str(data), database_url=host.url)
        templates.load_or_build(host, settings, build)
        host.restore("town")
        with sqlite3.connect(host.folder / "test.sqlite3") as connection:
            (title,) = connection.execute("SELECT title FROM wishes").fetchone()
        connection.close()
        assert (data / "demo-password").read_text() == f"password of {title}"
        return bool(built), title

    return one


def kept(checkout):
    return sorted(checkout.folder.iterdir())


def test_the_next_run_has_what_the_first_one_built(run):
    assert run(1, "lit") == (True, "lit")
    assert run(2, "other") == (False, "lit")


def test_what_else_lay_beside_it_is_not_kept(run, checkout):
    run(1)
    files = templates._read(kept(checkout)[0])
    assert files.keys() == {"town", "data/demo-password"}


def test_a_changed_migration_or_source_makes_them_anew(run, checkout):
    run(1, "first")
    checkout.write(MIGRATION, "# another column")
    assert run(2, "second") == (True, "second")
    checkout.write("backend/wishes/actions/claims.py", "# a new action")
    assert run(3, "third") == (True, "third")


@pytest.mark.parametrize(
    "change",
    [
        lambda write: write(MIGRATION, "# another column"),
        lambda write: write("backend/migrations/versions/0002_wishes.py", ""),
        lambda write: write(MIGRATION, "").unlink(),
        lambda write: write(MIGRATION, "").rename(write("backend/migrations/versions/0003.py", "")),
        lambda write: write("backend/seeds/words.txt", "not only programs"),
        lambda write: write("tests/conftest.py", "# builds otherwise"),
    ],
    ids=["changed", "added", "removed", "renamed", "a text", "the building"],
)
def test_the_key_says_every_source(checkout, change):
    before = templates.key(Settings())
    assert before == templates.key(Settings())
    change(checkout.write)
    assert templates.key(Settings()) not in (before, None)


def test_the_key_says_the_day_and_the_settings_but_not_where_things_lie(checkout):
    key = templates.key(Settings())
    assert templates.key(Settings(data_dir="elsewhere", database_url="sqlite:///elsewhere")) == key
    assert templates.key(replace(Settings(), demo_password="another")) != key
    assert templates.key(replace(Settings(), seal_keys="another")) != key
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        assert templates.key(Settings()) != key


def test_compiled_modules_are_no_source(checkout):
    key = templates.key(Settings())
    checkout.write("backend/seeds/__pycache__/demo.cpython-311.pyc.140213", "being written")
    assert templates.key(Settings()) == key


def test_a_source_that_changed_after_the_process_began_has_no_key(run, checkout):
    """Nobody knows whether it was loaded as it was or as it is."""
    os.utime(checkout.write(MIGRATION, "# while the tests were imported"))
    assert templates.key(Settings()) is None
    assert run(1) == (True, "lit")
    assert run(2) == (True, "lit")
    assert not checkout.folder.exists()


def test_what_changed_while_it_was_built_is_not_kept(run, checkout):
    assert run(1, while_building=lambda: checkout.write(MIGRATION, "# meanwhile")) == (True, "lit")
    assert not checkout.folder.exists()


@pytest.mark.parametrize(
    "spoil",
    [lambda whole: b"", lambda whole: whole[:-100], lambda whole: whole[:50] + b"?" + whole[51:]],
    ids=["empty", "cut", "changed"],
)
def test_a_damaged_file_is_not_used_but_replaced(run, checkout, spoil):
    run(1, "first")
    (path,) = kept(checkout)
    path.write_bytes(spoil(path.read_bytes()))
    assert run(2, "second") == (True, "second")
    assert run(3, "third") == (False, "second")
    assert kept(checkout) == [path]


def test_a_folder_that_cannot_be_written_stops_nobody(run, checkout):
    checkout.write("var", "a file where the folder should be")
    assert run(1) == (True, "lit")


def test_old_ones_are_removed_and_what_is_used_stays(run, checkout):
    run(1, "used")
    used = kept(checkout)[0]
    for age in range(templates.KEPT_SETS + 3):
        path = checkout.write(f"var/templates/old-{age}.kept", "")
        os.utime(path, (LONG_AGO + age, LONG_AGO + age))
    os.utime(used, (LONG_AGO - DAY, LONG_AGO - DAY))
    assert run(2) == (False, "used")
    checkout.write(MIGRATION, "# another column")
    assert run(3) == (True, "lit")
    assert len(kept(checkout)) == templates.KEPT_SETS
    assert used in kept(checkout)
    assert checkout.folder / "old-0.kept" not in kept(checkout)


def test_half_written_files_of_a_killed_run_go_but_not_those_of_one_that_writes(run, checkout):
    dead = checkout.write("var/templates/dead.part", "")
    alive = checkout.write("var/templates/alive.part", "")
    os.utime(alive, (time.time(), time.time()))
    run(1)
    assert not dead.exists()
    assert alive.exists()


def test_runs_side_by_side_see_all_or_nothing(checkout):
    """Both keep the same, while a third one reads."""
    path, files = checkout.folder / "same.kept", {"town": os.urandom(300_000)}
    templates._keep(path, files)
    seen = []

    def keep_again():
        for _ in range(20):
            templates._keep(path, files)

    writers = [threading.Thread(target=keep_again) for _ in range(2)]
    for one in writers:
        one.start()
    while any(one.is_alive() for one in writers):
        seen.append(templates._read(path))
    for one in writers:
        one.join()
    assert seen
    assert all(one == files for one in seen)
    assert kept(checkout) == [path]
