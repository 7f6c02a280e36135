"""The product with a fault sown into it, to see that the race tests can fail.

It decides on what it read before it held the lock, and writes without asking again: the mistake that
`lifecycle.transition` and `lock_row()` are there to prevent. Served by gunicorn in tests/api/test_races.py only.
"""

import os
import re
import time
import uuid
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask import g, request
from sqlalchemy.orm.attributes import set_committed_value

from backend import app as house
from backend import moves
from backend.db import session
from backend.statements import Statement
from backend.wishes.actions import claims, limits
from backend.wishes.models import Wish

# Whoever comes last, or alone, waits no longer.
ANOTHER_SECONDS = 60


def create_app():
    app = house.create_app()
    app.before_request(_look_too_early)
    claims.lock_row = _row_as_seen
    limits.lock_with_person = lambda wish_id, actor: _row_as_seen(Wish, wish_id)
    claims._LOCKED = _Unlocked(claims._LOCKED)
    moves._change = _change_without_asking
    moves.moved = partial(_moved_without_asking, moves.moved)
    return app


def _look_too_early():
    found = re.search(r"/wishes/(\d+)/", request.path)
    if found:
        g.seen = session.scalar(sa.select(Wish.state).where(Wish.id == int(found[1])))
        session.rollback()
        _wait_for_another(found[1])


def _wait_for_another(wish_id):
    """Else a busy machine answers one after the other, and the fault is there and is not seen."""
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    (folder / f"looked-{wish_id}-{uuid.uuid4().hex}").touch()
    until = time.monotonic() + ANOTHER_SECONDS
    while len(list(folder.glob(f"looked-{wish_id}-*"))) < 2 and time.monotonic() < until:
        time.sleep(0.05)


def _row_as_seen(model, row_id):
    row = session.get(model, row_id, populate_existing=True)
    if model is Wish:
        set_committed_value(row, "state", g.seen)
    return row


class _Unlocked:
    """A statement that reads without its lock, and the state that was seen before."""

    def __init__(self, locked):
        core = locked._core._generate()
        core._for_update_arg = None
        self.read = Statement(core, locked._make)

    def first(self, given):
        row = self.read.first(given)
        row.Wish = row.Wish._replace(state=g.seen)
        return row


def _moved_without_asking(asking, *what):
    core = asking(*what)._generate()
    # The last condition is the state.
    core._where_criteria = core._where_criteria[:-1]
    return core


def _change_without_asking(move, subjects, facts, _line):
    model, ids = type(subjects[0]), [subject.id for subject in subjects]
    session.execute(sa.update(model).where(model.id.in_(ids)).values(state=move.target, **facts))
