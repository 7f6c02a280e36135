"""A city that outgrew SQLite is taken to PostgreSQL: whole, verified, and onwards from where a run was killed."""

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from backend.db import Base, db, session, transaction
from backend.operations import moving
from backend.people.models import Person
from tests.databases import start_postgres
from tests.operations.test_backups import counts, flask
from tests.wishes import cast

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def server():
    """Beside the folders of pytest, which other runs clear away."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108
    with tempfile.TemporaryDirectory(prefix="dianliang-moved-", dir=memory) as folder:
        host = start_postgres(Path(folder) / "pg")
        yield host
        getattr(host, "stop", lambda: None)()


@pytest.fixture
def empty(host, server):
    """The address of an empty PostgreSQL; the city stands on SQLite."""
    if host.name != "sqlite":
        pytest.skip("a city moves from SQLite")
    server._run("DROP DATABASE IF EXISTS dianliang_moved WITH (FORCE)", "CREATE DATABASE dianliang_moved")
    yield server.server.set(drivername="postgresql", database="dianliang_moved").render_as_string(
        hide_password=False
    )
    server._run("DROP DATABASE IF EXISTS dianliang_moved WITH (FORCE)")


@pytest.fixture
def city(town, settings):
    """Settings of the city, as an operator's environment has them."""
    cast.submitted(town)
    session.remove()
    return replace(settings, database_url=str(db.engine.url))


def asked(address, statement):
    with psycopg.connect(address) as line:
        return line.execute(statement).fetchall()


def test_it_arrives_whole_and_is_at_work_there(town, city, empty):
    before = counts(db.engine.url)
    done = flask(city, "move-to", empty)
    assert done.returncode == 0, done.stderr
    assert "the books balance" in done.stdout
    assert "reading everything back" in done.stderr
    target = sa.make_url(empty).set(drivername="postgresql+psycopg")
    assert counts(target) == before
    # Its keys and triggers are awake, its numbers go on, and nothing of the move is left.
    assert asked(empty, "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'D'") == [
        (0,)
    ]
    keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND NOT convalidated"
    assert asked(empty, keys) == [(0,)]
    assert asked(empty, "SELECT tablename FROM pg_tables WHERE tablename LIKE 'moving%'") == []
    with psycopg.connect(empty) as line:
        (highest,) = line.execute("SELECT max(id) FROM persons").fetchone()
        told = "INSERT INTO persons (nickname, status, created_at) VALUES ('', 'active', now()) RETURNING id"
        assert line.execute(told).fetchone()[0] > highest
        line.rollback()
    with pytest.raises(moving.MoveFault, match="is not empty"):
        moving.move(empty, print)


def test_a_run_that_was_killed_goes_on_and_takes_what_changed_meanwhile(town, city, empty):
    """It is killed between two tables; then somebody writes, as the services were not stopped."""
    code = (
        "import os, sys\n"
        "from backend.operations import moving\n"
        "copy, done = moving._copy, []\n"
        "def once(source, arrived, table):\n"
        "    copy(source, arrived, table)\n"
        "    done.append(table.name)\n"
        "    if table.name == 'persons':\n"
        "        os._exit(9)\n"
        "moving._copy = once\n"
        "from backend.__main__ import main\n"
        "main()\n"
    )
    told = {
        "APP_ENV": "test",
        "DATA_DIR": city.data_dir,
        "DATABASE_URL": city.database_url,
        "WECHAT_BASE_URL": city.wechat_base_url,
    }
    killed = subprocess.run(
        [sys.executable, "-c", code, "move-to", empty],
        env={**os.environ, **told},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert killed.returncode == 9, killed.stderr
    # Nobody can begin to work on half a city.
    assert asked(empty, "SELECT * FROM alembic_version") == []
    (noted,) = asked(empty, "SELECT count(*) FROM moving_tables")[0]
    assert 0 < noted < len(Base.metadata.tables)
    with transaction():
        session.get(Person, town.person("ning").id).nickname = "改了"
    session.remove()
    done = flask(city, "move-to", empty)
    assert done.returncode == 0, done.stderr
    assert "adjustments" not in done.stderr, "it was there already"
    found = asked(empty, f"SELECT nickname FROM persons WHERE id = {town.person('ning').id}")
    assert found == [("改了",)]


def test_a_database_that_is_not_empty_or_of_another_city_is_left_alone(town, city, empty):
    with psycopg.connect(empty) as line:
        line.execute("CREATE TABLE something (id int)")
    with pytest.raises(moving.MoveFault, match="is not empty"):
        moving.move(empty, print)
    with psycopg.connect(empty) as line:
        line.execute("DROP TABLE something")
        line.execute(f"CREATE TABLE {moving.CITY} (city text, version text, ready boolean)")
        line.execute(f"INSERT INTO {moving.CITY} VALUES ('another', '0001', true)")
    with pytest.raises(moving.MoveFault, match="another city"):
        moving.move(empty, print)
    assert asked(empty, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(1,)]
    for address, why in (("mysql://x/y", "PostgreSQL alone"), ("nonsense", "no address")):
        with pytest.raises(moving.MoveFault, match=why):
            moving.move(address, print)


def test_a_digest_tells_rows_apart_whatever_their_order():
    assert str(moving._digest_of([(1, "a"), (2, "b")])) == str(moving._digest_of([(2, "b"), (1, "a")]))
    assert moving._digest_of([(1, "a")]) != moving._digest_of([(1, "b")])
    assert moving._digest_of([(1, "a")]) != moving._digest_of([(1, "a"), (1, "a")])
