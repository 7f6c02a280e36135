"""Two groups of web processes and two workers on one durable PostgreSQL, and everything is killed in turn.

SQLite has no server to kill: its part of this is tests/faults/test_killed_web.py.
"""

import os
import signal
from dataclasses import replace

import pytest
from flask_migrate import upgrade

from backend import clock, config
from backend.app import create_app
from backend.db import db, session
from backend.outbox import delivery
from backend.seeds import demo
from backend.wechat import gateway
from tests.faults import drills, work
from tests.faults.checks import lost_or_doubled, replayed_otherwise, wrong_with_the_house
from tests.faults.clients import Load, wait_for
from tests.faults.postgres import OwnPostgres
from tests.faults.working import Working
from tests.served import Served
from tests.town import Town

KILLS = 2


@pytest.fixture(scope="module")
def server(host):
    if host.name == "sqlite" or os.environ.get("TEST_POSTGRES_URL"):
        pytest.skip("only a PostgreSQL of our own may be killed")
    with OwnPostgres() as running:
        yield running


@pytest.fixture(scope="module")
def town(server, settings, migrated_app):
    """The demo city on a server of its own; what the other tests stand on is put back."""
    own, reached = replace(settings, database_url=server.host.url), gateway.gateway()
    app = create_app(own)
    app.testing = True
    with app.app_context():
        upgrade()
        demo.seed()
        session.remove()
        yield Town(app)
        session.remove()
        db.engine.dispose()
    config.use(settings)
    gateway.use(reached)


@pytest.fixture(scope="module")
def told(town, server, environment):
    return {**environment, "DATABASE_URL": server.host.url}


@pytest.fixture(scope="module")
def served(town, told):
    with Served(told, workers=2, preload=True) as running:
        yield running


def test_with_one_of_two_groups_and_one_of_two_workers_killed_nothing_is_lost_or_doubled(
    town, served, told, wechat
):
    with Served(told, workers=2, preload=True) as other, Working(told) as one, Working(told):
        openids = work.told(town, 30)
        with Load([served.url, other.url], work.people(town, 6), work.mixed(town)) as load:
            load.wait_for_more(20)
            one.process.send_signal(signal.SIGKILL)
            os.killpg(other.process.pid, signal.SIGKILL)
            openids += work.told(town, 10)
            load.wait_for_more(40)
        wait_for(lambda: _delivered(), "the other worker delivers")
    assert lost_or_doubled(load) + replayed_otherwise(served.url, load.kept) == []
    with clock.frozen_at(clock.now() + delivery.LEASE * 2):
        while delivery.deliver_due(gateway.gateway()):
            pass
    received = [len(wechat.memory.messages_of(one)) for one in openids]
    # Who was being told when the worker died may have been told, or not; nobody was twice.
    assert max(received) == 1
    assert sum(received) >= len(openids) - 1
    assert wrong_with_the_house() == []


def _delivered():
    waiting = session.scalar(delivery._ANY_DUE, {"now": clock.now()})
    session.rollback()
    return not waiting


def test_after_each_kill_of_the_server_writes_come_back_by_themselves(town, served, server):
    assert drills.database_killed(town, served, server, KILLS) == []
    assert wrong_with_the_house() == []


def test_a_full_disk_stops_the_server_and_loses_nothing(town, served, server):
    with Load([served.url], work.people(town, 3), work.mixed(town)) as load:
        load.wait_for_more(6)
        server.fill_its_disk()
        wait_for(lambda: 503 in load.statuses, "somebody is told to come again")
        # It gives itself up rather than go on without its log: whoever keeps it makes room and starts it.
        server.free_its_disk()
        server.kill()
        server.start()
        load.wait_for_more(10)
    drills.afresh()
    assert lost_or_doubled(load) + replayed_otherwise(served.url, load.kept) == []
    assert wrong_with_the_house() == []


def test_the_check_sees_what_a_server_loses_that_answers_before_its_log_is_written(town, served, server):
    """Negative control, last in the file: a server that is told not to wait for its log."""
    server.tell("ALTER SYSTEM SET synchronous_commit = off", "ALTER SYSTEM SET wal_writer_delay = '10s'")
    server.tell("SELECT pg_reload_conf()")
    drills.afresh()
    # One death may come right after the log was written after all.
    assert any(_loses_something(town, served, server) for _ in range(5))


def _loses_something(town, served, server):
    try:
        return drills.database_killed(town, served, server, kills=1)
    except AssertionError as lost:
        # Even those who were at work may be gone, and are told that they have not signed in.
        return "SESSION_ENDED" in str(lost)
    finally:
        drills.afresh()
