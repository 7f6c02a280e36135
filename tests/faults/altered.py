"""The product with something altered, as ALTERED names it: a mistake to be found, a death, a clock that jumps.

A check that no mistake can fail proves nothing: each test of faults is shown one of these and has to see it.
Served by gunicorn, and run as a worker, in tests/faults only.
"""

import itertools
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import g, request
from sqlalchemy.orm.attributes import set_committed_value

from backend import app as house
from backend import clock, moves, screening
from backend.api.frame import idempotency
from backend.db import HouseSession, db, session
from backend.outbox import delivery
from backend.supermarket.actions import approvals, baskets, stock
from backend.supermarket.models import Redemption
from backend.wechat import gateway

FOLDER = Path(os.environ.get("ALTERED_FOLDER", "."))
_lock = threading.Lock()


def create_app():
    app = house.create_app()
    for name in filter(None, os.environ.get("ALTERED", "").split(",")):
        ALTERATIONS[name](app)
    return app


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


# --- mistakes ------------------------------------------------------------------------------------------


def forgets_keys(_app):
    """Every repeat is taken for a new request."""
    idempotency.begin = lambda _key, _person_id: idempotency.Pending(0)
    idempotency.keep = lambda _pending, _answer: None


def answers_before_it_commits(_app):
    """Some answers go out although nothing was written."""
    turn, commit = itertools.count(1), HouseSession.commit
    HouseSession.commit = lambda own: own.rollback() if next(turn) % 4 == 0 else commit(own)


def says_yes(app):
    """Tells the client that all is well when the database could not write."""

    @app.after_request
    def lie(answer):
        if request.method == "POST" and answer.status_code >= 500:
            answer.status_code = 201
            answer.set_data('{"code": 0, "error": null, "message": "", "data": {"id": 0}}')
        return answer


def decides_before_the_lock(app):
    """An order's move is decided on the state it had when the request came in, and made whatever it is now."""
    take_order, take, change = approvals.lock_order, approvals.lock_row, moves._change

    @app.before_request
    def look():
        found = request.path.split("/")
        if "redemptions" in found and found[-2].isdigit():
            g.seen = session.scalar(sa.select(Redemption.state).where(Redemption.id == int(found[-2])))
            # Long enough that the others have looked, too.
            time.sleep(0.05)

    def as_seen(row):
        if isinstance(row, Redemption) and "seen" in g:
            set_committed_value(row, "state", g.seen)
        return row

    def whatever_it_is(move, subjects, facts, line):
        (own,) = subjects
        now = session.scalar(sa.select(type(own).state).where(type(own).id == own.id))
        return change(move, subjects, facts, {**line, "from_state": now})

    def taken_as_seen(order_id, *, actor):
        found = take_order(order_id, actor=actor)
        as_seen(found.order)
        return found

    approvals.lock_order = taken_as_seen
    approvals.lock_row = lambda model, row_id: as_seen(take(model, row_id))
    moves._change = whatever_it_is


def sells_what_is_not_there(app):
    """Nobody looks whether there is enough; the database's own constraint has to be gone as well."""

    stock._stays_sound = lambda *_: ()
    stock._moving.cache_clear()
    baskets.check_stock = lambda *_: None
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            sa.event.listen(db.engine, "connect", _without_checks)


def _without_checks(connection, _record):
    connection.execute("PRAGMA ignore_check_constraints = ON")


def needs_wechat(_app):
    """A text that WeChat cannot look at is a fault, instead of waiting for a person's look."""
    ask = screening._suggestion

    def insist(*given):
        found = ask(*given)
        if found == "unknown":
            raise RuntimeError("WeChat did not answer")
        return found

    screening._suggestion = insist


def moves_without_a_journal(_app):
    """No move says in the journal where it led."""
    change = moves._change
    moves._change = lambda *given: change(*given[:-1], {**given[-1], "to_state": None})


def sends_again(_app):
    """A message whose sending was begun by a worker that died is sent once more."""
    delivery._parted = lambda stranded: ([], list(stranded))


# --- deaths --------------------------------------------------------------------------------------------


def dies_after_commit(app):
    """A web worker dies when its sixth change is committed, before anybody is answered."""
    turn = itertools.count(1)

    @app.after_request
    def last_words(answer):
        if request.method == "POST" and answer.status_code < 300:
            with _lock:
                if next(turn) == 6:
                    _die()
        return answer


class _Mortal:
    """WeChat as a worker reaches it that dies at its DIES_AT-th message: before it is sent, or after."""

    def __init__(self, real, after):
        self.real, self.after = real, after
        self.left = int(os.environ["DIES_AT"])

    def send_notice(self, *given, **named):
        self.left -= 1
        if self.left == 0 and not self.after:
            _die()
        answer = self.real.send_notice(*given, **named)
        if self.left == 0:
            _die()
        return answer


def dies_before_a_send(_app):
    gateway.use(_Mortal(gateway.gateway(), after=False))


def dies_after_a_send(_app):
    gateway.use(_Mortal(gateway.gateway(), after=True))


# --- clocks --------------------------------------------------------------------------------------------


def jumping_clock(_app):
    """The machine's clock is off by as many seconds as the file `clock-off-by` says."""

    def now():
        off = float((FOLDER / "clock-off-by").read_text() or 0)
        return datetime.now(UTC) + timedelta(seconds=off)

    clock._source = now


def no_bulkhead(_app):
    """Whoever waits for WeChat may take every thread, again and again."""
    gateway.use(gateway.gateway()._wechat)


ALTERATIONS = {
    one.__name__: one
    for one in (
        forgets_keys,
        answers_before_it_commits,
        says_yes,
        decides_before_the_lock,
        sells_what_is_not_there,
        needs_wechat,
        moves_without_a_journal,
        sends_again,
        dies_after_commit,
        dies_before_a_send,
        dies_after_a_send,
        jumping_clock,
        no_bulkhead,
    )
}
