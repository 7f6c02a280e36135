"""The product with a fault sown into it, to see that the race tests can fail.

It decides on what it read before it held the lock, and writes without asking again: the mistake that
`lifecycle.transition` and `lock_row()` are there to prevent. Served by gunicorn in tests/api/test_races.py only.
"""

import re

import sqlalchemy as sa
from flask import g, request
from sqlalchemy.orm.attributes import set_committed_value

from backend import app as house
from backend import moves
from backend.db import session
from backend.wishes.actions import claims, limits
from backend.wishes.models import Wish


def create_app():
    app = house.create_app()
    app.before_request(_look_too_early)
    claims.lock_row = _row_as_seen
    limits.lock_with_person = lambda wish_id, actor: _row_as_seen(Wish, wish_id)
    moves._change = _change_without_asking
    return app


def _look_too_early():
    found = re.search(r"/wishes/(\d+)/", request.path)
    if found:
        g.seen = session.scalar(sa.select(Wish.state).where(Wish.id == int(found[1])))


def _row_as_seen(model, row_id):
    row = session.get(model, row_id, populate_existing=True)
    if model is Wish:
        set_committed_value(row, "state", g.seen)
    return row


def _change_without_asking(move, subjects, facts, _line):
    model, ids = type(subjects[0]), [subject.id for subject in subjects]
    session.execute(sa.update(model).where(model.id.in_(ids)).values(state=move.target, **facts))
