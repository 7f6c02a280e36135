"""The watch over transactions sees what it is there for. Each of these would fail by itself, were it not asked here."""

import contextlib
import io
import itertools
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from backend import gate, jobs
from backend.db import db, dialect, session, transaction
from backend.files import stores
from backend.identity import credentials
from backend.imports import actions as imports
from backend.imports import reading
from backend.operations import backups
from backend.wechat.gateway import gateway
from tests.files.pictures import jpeg
from tests.transactions import MOST_STATEMENTS, WATCH

PICTURE, PASSWORD, NUMBERS = jpeg(), "sechzehn-Kraniche", itertools.count()
WAITED_FOR = {
    "a picture": lambda: Image.open(io.BytesIO(PICTURE)),
    "a password": lambda: credentials.hashed(PASSWORD),
    "a sheet": lambda: reading.read("a.csv", b"a,b"),
    "a file": lambda: stores.store().get("none"),
    "another machine": lambda: gateway().sign_in(f"sim:ning:watched{next(NUMBERS)}"),
    "another program": lambda: subprocess.run([sys.executable, "-c", ""], check=True),
    "time": lambda: gate._pause(time.monotonic() + 1),
}


@pytest.mark.parametrize("what", WAITED_FOR)
def test_what_is_slow_inside_a_transaction_is_seen_and_outside_is_not(town, what):
    WAITED_FOR[what]()
    assert WATCH.forget() == []
    with transaction():
        WAITED_FOR[what]()
    seen = WATCH.forget()
    assert seen
    assert seen[0].startswith(f"{what} is waited for inside a transaction:")
    assert "test_transactions.py" in seen[0]


def test_it_is_seen_where_the_product_swallows_what_happens(town):
    """A job that fails is logged, and the others go on."""
    jobs.run(jobs.Job("x", 1, lambda: [1], lambda _item: WAITED_FOR["time"]() or 1 / 0))
    (seen,) = WATCH.forget()
    assert seen.startswith("time is waited for")


@pytest.mark.parametrize(("number", "seen"), [(MOST_STATEMENTS, 0), (MOST_STATEMENTS + 1, 1)])
def test_more_statements_than_may_be_are_seen_where_the_product_says_them(town, number, seen):
    def say(_item):
        for _ in range(number):
            session.execute(sa.text("SELECT 1"))

    jobs.run(jobs.Job("x", 1, lambda: [1, 2], say))
    assert len(WATCH.forget()) == 2 * seen
    with transaction():
        say(None)
    assert WATCH.forget() == []


def test_sqlites_file_that_is_opened_past_sqlite_is_seen(town):
    """Closing it gives up all locks of the process: another one may then delete the log that is written into."""
    file = db.engine.url.database if dialect() == "sqlite" else __file__
    for path in {file, __file__}:
        backups._digest(Path(path))
    seen = WATCH.forget()
    assert [one.splitlines()[0] for one in seen] == [
        "the database's file is opened past SQLite:" for path in (file,) if path != __file__
    ]


def test_a_thread_that_has_none_open_may_be_slow_meanwhile(town):
    """The one that has is somewhere else: it is asked by thread, not by process."""
    from concurrent.futures import ThreadPoolExecutor

    def hashed():
        with town.app.app_context(), contextlib.closing(session):
            return credentials.hashed(PASSWORD)

    with ThreadPoolExecutor(1) as other, transaction():
        other.submit(hashed).result()
    assert WATCH.forget() == []


def test_sheets_are_watched_in_every_step_of_theirs(town):
    with transaction():
        imports.check("places", [["类别", "名称", "上级"], ["社区", "新桥社区", "林海街道"]])
    assert len(WATCH.forget()) == 1
