"""Nobody is held up: what must not be done inside a transaction, watched over in every test.

On SQLite everybody who writes waits for the transaction that is open, and on PostgreSQL for its rows. So every test
fails in which a picture, a password, a sheet, a file or another machine is waited for inside one, and in which one of
the product's own says more statements than `MOST_STATEMENTS`. What a test does in a transaction that it opened itself
is not counted, but watched: that is how the actions are called there.

Nobody opens SQLite's file past SQLite, either: closing it would give up the locks of every connection of the process.
"""

import functools
import http.client
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import argon2
import openpyxl
import sqlalchemy as sa
from flask import has_app_context
from PIL import Image

from backend.db import HouseSession, db, session
from backend.files import stores
from backend.imports import actions as imports
from backend.imports import reading

TOP = str(Path(__file__).resolve().parents[1]) + os.sep
BACKEND = f"{TOP}backend{os.sep}"
# By which a transaction is opened, and which open none for themselves.
OPENERS = ("contextlib.py", f"backend{os.sep}db.py", "sqlalchemy", os.path.basename(__file__))
# The largest there is, a part of an import, says some 420: twenty rows of goods that are put up and received.
MOST_STATEMENTS = 500
# The demo city is made before anybody is there, each of its parts as one.
ALONE = (f"{BACKEND}seeds{os.sep}",)
SLOW = (
    (Image, "open", "a picture"),
    (Image.Image, "save", "a picture"),
    (argon2.PasswordHasher, "hash", "a password"),
    (argon2.PasswordHasher, "verify", "a password"),
    (reading, "read", "a sheet"),
    (imports, "check", "a sheet"),
    (imports, "look_ahead", "a sheet"),
    (openpyxl, "load_workbook", "a sheet"),
    (openpyxl.Workbook, "save", "a sheet"),
    (stores.Folder, "put", "a file"),
    (stores.Folder, "get", "a file"),
    (stores.Folder, "erase", "a file"),
    (stores.Bucket, "_asked", "a file"),
    (http.client.HTTPConnection, "putrequest", "another machine"),
    (subprocess.Popen, "__init__", "another program"),
    (time, "sleep", "time"),
)


class Watch:
    """What was seen since `forget`, in sentences, with the way that led there."""

    def __init__(self):
        self.seen, self.installed = [], False

    def forget(self):
        """Answers what was seen, and begins anew."""
        seen, self.seen = self.seen, []
        return seen

    def install(self):
        """Once and for good, also where several runs of pytest share a process (scripts/mutate)."""
        if self.installed:
            return
        self.installed = True
        for place, name, what in SLOW:
            setattr(place, name, self._watched(getattr(place, name), what))
        sa.event.listen(HouseSession, "after_transaction_create", _begin)
        sa.event.listen(sa.Engine, "before_cursor_execute", self._count)
        sys.addaudithook(self._look_past_sqlite)

    def _watched(self, call, what):
        @functools.wraps(call)
        def watched(*given, **named):
            # A test may wait there for another one to be in line.
            ours = what != "time" or sys._getframe(1).f_code.co_filename.startswith(BACKEND)
            if ours and inside():
                self.seen.append(f"{what} is waited for inside a transaction:\n{_way_there()}")
            return call(*given, **named)

        return watched

    def _count(self, _connection, _cursor, statement, *_rest):
        if not inside() or statement.startswith("BEGIN"):
            return
        session.info["said"] = said = session.info.get("said", 0) + 1
        if said == MOST_STATEMENTS + 1 and session.info.get("counted"):
            self.seen.append(f"more than {MOST_STATEMENTS} statements in a transaction:\n{_way_there()}")

    def _look_past_sqlite(self, event, given):
        # The one that makes the file new holds no lock on it yet.
        if event != "open" or ".sqlite3" not in str(given[0]) or given[2] & os.O_EXCL:
            return
        if has_app_context() and is_the_database(given[0]) and _who_opens().startswith(BACKEND):
            self.seen.append(f"the database's file is opened past SQLite:\n{_way_there()}")


WATCH = Watch()


def inside():
    """Whether this thread has a transaction open."""
    return has_app_context() and session.registry.has() and bool(session.info.get("writing"))


def is_the_database(path):
    """Whether this is the file of the app's own database, or one that SQLite keeps beside it."""
    file = db.engine.url.database if db.engine.dialect.name == "sqlite" else None
    return file is not None and str(path) in (file, f"{file}-wal", f"{file}-shm")


def _who_opens():
    frame = sys._getframe(2)
    while frame.f_back and not frame.f_code.co_filename.startswith(TOP):
        frame = frame.f_back
    return frame.f_code.co_filename


def _begin(opened, begun):
    if begun.parent is None and opened.info.get("writing"):
        opener = _opener()
        opened.info["counted"] = opener.startswith(BACKEND) and not opener.startswith(ALONE)
        opened.info["said"] = 0


def _opener():
    frame = sys._getframe(2)
    while any(part in frame.f_code.co_filename for part in OPENERS):
        frame = frame.f_back
    return frame.f_code.co_filename


def _way_there():
    ours = [one for one in traceback.extract_stack() if one.filename.startswith((BACKEND, f"{TOP}tests"))]
    return "".join(traceback.format_list(ours[-14:-1]))
