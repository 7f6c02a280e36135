"""The database's one way in for writers: whole or not at all, one at a time on SQLite, away without harm."""

import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from backend import clock, config, gate, journal, numbering
from backend import db as house
from backend.app import create_app
from backend.db import db, lock_row, savepoint, session, transaction
from backend.errors import DatabaseUnavailable, NotFound
from backend.numbering import Counter
from backend.people.models import Person
from tests.api.test_frame import refusal
from tests.databases import until_so_many_wait


def person(nickname="某人"):
    made = Person(nickname=nickname, state="active", created_at=clock.now())
    session.add(made)
    session.flush()
    return made


def people():
    return session.scalar(sa.select(sa.func.count()).select_from(Person))


def test_a_block_that_ends_is_kept_whole(app):
    with transaction():
        person()
        person()
    assert people() == 2


@pytest.mark.parametrize("fault", [RuntimeError, NotFound, KeyboardInterrupt, GeneratorExit])
def test_a_block_that_raises_leaves_nothing_whatever_it_raises(app, fault):
    def interrupted():
        with transaction():
            person()
            raise fault

    with pytest.raises(fault):
        interrupted()
    assert people() == 0
    with transaction():
        person()
    assert people() == 1


def test_a_transaction_does_not_nest_and_the_outer_one_is_undone(app):
    def nested():
        with transaction():
            person()
            with transaction():
                person()

    with pytest.raises(RuntimeError, match="already open"):
        nested()
    assert people() == 0


def test_a_savepoint_undoes_itself_alone(app):
    def given_up():
        with savepoint():
            person("不留")
            raise NotFound

    with transaction():
        person("留下")
        with pytest.raises(NotFound):
            given_up()
        person("也留下")
    assert sorted(session.scalars(sa.select(Person.nickname))) == ["也留下", "留下"]


@pytest.mark.parametrize(
    "stray",
    [
        lambda: person(),
        lambda: session.execute(sa.insert(Counter).values(name="x", value=1)),
        lambda: session.execute(sa.update(Person).values(nickname="x")),
        lambda: session.execute(sa.delete(Person)),
    ],
)
def test_a_change_outside_of_a_transaction_is_refused(app, stray):
    with transaction():
        person("某人")
    with pytest.raises(RuntimeError, match="outside"):
        stray()
    session.rollback()
    session.expunge_all()
    assert session.scalars(sa.select(Person.nickname)).all() == ["某人"]


def test_what_was_read_before_a_transaction_is_read_again_in_it(app):
    with transaction():
        made = person("旧")
    assert session.get(Person, made.id).nickname == "旧"
    with db.engine.begin() as other:
        other.execute(sa.update(Person).values(nickname="新"))
    with transaction():
        assert lock_row(Person, made.id).nickname == "新"


def test_taking_a_row_that_is_not_there_is_not_found(app):
    with pytest.raises(NotFound), transaction():
        lock_row(Person, 4711)


def at_once(app, count, work):
    """Runs `work(number)` in so many threads, each in a context of its own."""
    barrier = threading.Barrier(count)

    def one(number):
        with app.app_context():
            barrier.wait(timeout=10)
            try:
                return work(number)
            finally:
                session.remove()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


def test_writers_take_turns_and_none_is_lost(app):
    """Each reads the number and writes the next one: only one after the other can that come out right."""
    with transaction():
        session.add(Counter(name="turns", value=0))

    def count_up(_number):
        for _ in range(10):
            with transaction():
                row = session.get(Counter, "turns", with_for_update=True, populate_existing=True)
                row.value += 1

    at_once(app, 6, count_up)
    assert session.get(Counter, "turns", populate_existing=True).value == 60


def test_numbers_from_a_counter_have_no_gap_though_some_who_took_one_gave_up(app):
    def number_or_give_up(number):
        try:
            with transaction():
                taken = numbering.next_number("card")
                if number % 3 == 0:
                    raise NotFound
                return taken
        except NotFound:
            return None

    taken = [one for one in at_once(app, 8, number_or_give_up) if one is not None]
    assert sorted(taken) == list(range(1, len(taken) + 1))


def test_who_wants_a_number_gets_it_in_the_order_of_arrival(app, host):
    """What PostgreSQL does with those who wait for a row alone: it wakes all, and any of them is next."""
    if host.name != "postgresql":
        pytest.skip("SQLite's writers are in line before: tests/test_gate.py")
    taken, threads = [], []

    def take_one(arrived):
        with app.app_context(), transaction():
            numbering.next_number("line")
            taken.append(arrived)

    with ThreadPoolExecutor(6) as pool:
        with transaction():
            numbering.next_number("line")
            for arrived in range(6):
                threads.append(pool.submit(take_one, arrived))
                until_so_many_wait(arrived + 1)
        for thread in threads:
            thread.result(timeout=10)
    assert taken == list(range(6))


def test_a_reader_does_not_wait_for_a_writer(app):
    """The writer stays until the reader has read; if they waited for each other, the barriers would break."""
    reading, read = threading.Barrier(2), threading.Barrier(2)

    def either(number):
        if number == 0:
            with transaction():
                person()
                reading.wait(timeout=10)
                read.wait(timeout=10)
            return None
        reading.wait(timeout=10)
        seen = people()
        read.wait(timeout=10)
        return seen

    assert at_once(app, 2, either)[1] == 0
    assert people() == 1


@pytest.mark.parametrize("table", ["journal", "transfers"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_journal_and_the_transfers_cannot_be_changed_by_anyone(town, table, verb):
    before = session.scalar(sa.text(f"SELECT count(*) FROM {table}"))
    assert before > 0
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(verb.format(table))
    assert session.scalar(sa.text(f"SELECT count(*) FROM {table}")) == before


def test_the_journal_cannot_be_emptied_at_one_blow(town, host):
    verb = "TRUNCATE journal CASCADE" if host.name == "postgresql" else "DELETE FROM journal"
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(verb)


def test_a_foreign_key_to_nobody_is_refused(app):
    with pytest.raises(sa.exc.IntegrityError), transaction():
        journal.write("look", "person", 1, actor=Person(id=4711))


def test_a_moment_without_a_time_zone_is_refused_and_one_with_it_comes_back_in_utc(app):
    moment = clock.day_starts(clock.today()).astimezone(clock.CHINA)
    with transaction():
        made = Person(nickname="", state="active", created_at=moment)
        session.add(made)
        session.flush()
    session.expunge_all()
    found = session.get(Person, made.id).created_at
    assert (found, found.utcoffset().total_seconds()) == (moment, 0)
    naive = sa.insert(Person).values(nickname="", state="active", created_at=moment.replace(tzinfo=None))
    with pytest.raises(sa.exc.StatementError, match="time zone"), transaction():
        session.execute(naive)


@pytest.fixture
def away(migrated_app, settings, host, tmp_path):
    """The product whose database cannot be reached."""
    nowhere = {
        "sqlite": f"sqlite:///{tmp_path}/no/such/folder/test.sqlite3",
        "postgresql": "postgresql+psycopg://nobody@127.0.0.1:9/nothing",
    }[host.name]
    app = create_app(replace(settings, database_url=nowhere))
    yield app
    with app.app_context():
        db.engine.dispose()
    config.use(settings)


def test_without_a_database_everyone_is_told_in_chinese_to_come_back(away):
    client = away.test_client()
    bearer = {"Authorization": "Bearer " + "x" * 43}
    answers = [
        client.get("/api/v1/me", headers=bearer),
        client.post("/api/v1/wishes", json={}, headers=bearer),
        client.post("/api/v1/sessions", json={"code": "sim:ning:away"}),
    ]
    for answer in answers:
        told = refusal(answer, 503, "DATABASE_UNAVAILABLE")
        assert "没有丢失" in told["message"]
        assert answer.headers["Retry-After"] == "3"


def test_without_a_database_the_process_is_up_and_not_ready(away):
    client = away.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_a_writers_queue_that_does_not_move_is_503_and_writes_nothing(town, host, monkeypatch):
    """Another process holds SQLite's gate for too long."""
    if host.name != "sqlite":
        pytest.skip("PostgreSQL's writers do not queue for one lock")
    phone = town.phone("ning")
    monkeypatch.setattr(house, "GATE_SECONDS", 0.05)
    with gate.write_turn(db.engine.url.database + ".gate", 1):
        refusal(phone.put("/me", {"nickname": "新名"}), 503, "DATABASE_UNAVAILABLE")
        assert phone.get("/me").status_code == 200
    phone.data("PUT", "/me", {"nickname": "新名"})


def test_a_database_that_restarts_costs_one_answer_and_not_the_process(town, host):
    """Every connection is cut while the product runs; the one after the refusal is a new one."""
    if host.name != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    phone = town.phone("ning")
    session.remove()
    host._run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{host.database}' AND pid <> pg_backend_pid()"
    )
    answers = []
    for _ in range(4):
        answers.append(phone.get("/me").status_code)
        # A request's own context ends so; the tests keep one open around all of theirs.
        session.remove()
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200


def test_a_refusal_is_not_a_fault_of_the_connection(app):
    """After DatabaseUnavailable the next transaction works: nothing stays locked."""
    with pytest.raises(DatabaseUnavailable), transaction():
        raise DatabaseUnavailable
    with transaction():
        person()
    assert people() == 1


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_what_the_database_writes_on_the_disk_is_for_its_own_user_alone(settings, migrated_app, tmp_path):
    """New, and when an earlier release had made it for everybody to read."""
    file = tmp_path / "new" / "dianliang.sqlite3"
    before = os.umask(0o022)
    try:
        for _ in range(2):
            app = create_app(replace(settings, database_url=f"sqlite:///{file}"))
            with app.app_context():
                with db.engine.begin() as line:
                    line.exec_driver_sql("CREATE TABLE IF NOT EXISTS some (thing)")
                beside = [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))]
                assert [mode(one) for one in beside] == [0o600] * 3
                assert mode(file.parent) == 0o700
                for one in beside:
                    one.chmod(0o644)
                db.engine.dispose()
    finally:
        os.umask(before)
        config.use(settings)


def test_whether_changes_are_taken_is_found_by_a_change_that_changes_nothing(town, host):
    before = session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    assert house.can_write() is True
    assert session.scalar(sa.text("SELECT version_num FROM alembic_version")) == before


def _without_connections():
    """Those that follow read the settings of the database anew."""
    session.remove()
    db.engine.dispose()


def test_a_database_that_only_follows_takes_no_changes(town, host):
    if host.name == "sqlite":
        pytest.skip("SQLite has one database alone")
    name = db.engine.url.database
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
        line.execute(sa.text(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'))
    _without_connections()
    try:
        assert house.can_write() is False
        assert town.app.test_client().get("/healthz").status_code == 200
    finally:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
            line.execute(sa.text("SET default_transaction_read_only = off"))
            line.execute(sa.text(f'ALTER DATABASE "{name}" RESET default_transaction_read_only'))
        _without_connections()


def test_while_somebody_writes_for_long_nobody_waits_to_find_out(town, host):
    if host.name != "sqlite":
        pytest.skip("PostgreSQL's writers do not queue for one lock")
    with gate.write_turn(f"{db.engine.url.database}.gate", 5):
        assert house.can_write() is None


# What another process does that looks at the database for a moment: a command, a job, a worker that is replaced.
LOOKS = """
import sqlite3, sys
line = sqlite3.connect(sys.argv[1])
print(line.execute("SELECT count(*) FROM some").fetchone()[0])
line.close()
"""


def seen_by_another_process(file):
    done = subprocess.run(
        [sys.executable, "-c", LOOKS, str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    return int(done.stdout)


def test_a_further_connection_gives_up_no_lock_of_those_before(settings, migrated_app, tmp_path):
    """Closing a file gives up all locks that a process holds on it, whoever took them: no connection may open the
    database past SQLite. Else whoever ends meanwhile takes itself for the last one and deletes the log, and what is
    written afterwards, though acknowledged, is nowhere."""
    file = tmp_path / "dianliang.sqlite3"
    app = create_app(replace(settings, database_url=f"sqlite:///{file}"))
    try:
        with app.app_context(), db.engine.connect() as first:
            first.exec_driver_sql("CREATE TABLE some (thing)")
            first.commit()
            with db.engine.connect() as second:
                second.exec_driver_sql("INSERT INTO some VALUES (1)")
                second.commit()
            log = file.with_name(file.name + "-wal")
            before = log.stat().st_ino
            assert seen_by_another_process(file) == 1
            assert log.stat().st_ino == before
            first.exec_driver_sql("INSERT INTO some VALUES (2)")
            first.commit()
            assert seen_by_another_process(file) == 2
            db.engine.dispose()
    finally:
        config.use(settings)
