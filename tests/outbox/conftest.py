"""People to tell things to, and a WeChat that remembers what it was asked."""

import threading
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import db, session, transaction
from backend.outbox import actions
from backend.outbox.models import Delivery, Subscription
from backend.people.models import Person
from backend.wechat.gateway import Sent

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PROGRESS = {
    "template": "wish_progress",
    "data": {"thing1": "一台轮椅", "phrase2": "已认领", "time3": NOON, "thing4": "裴**认领了您的心愿"},
    "page": "pages/wish/detail?id=17",
}


class StandIn:
    """Answers as its plan says, then SENT for ever; refuses to be asked inside a transaction."""

    def __init__(self, *plan):
        self.plan = list(plan)
        self.asked = []
        self.lock = threading.Lock()

    def send_notice(self, openid, template_id, data, *, page=None):
        assert not session.info.get("writing"), "WeChat was asked inside a transaction"
        with self.lock:
            self.asked.append((openid, template_id, data, page))
            answer = self.plan.pop(0) if self.plan else Sent.SENT
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer

    @property
    def openids(self):
        return [call[0] for call in self.asked]


def add_person(openid=None):
    with transaction():
        person = Person(openid=openid, created_at=clock.now())
        session.add(person)
        session.flush()
    return person


def subscribe(person, times=1, template="wish_progress"):
    for _ in range(times):
        with transaction():
            actions.record_subscriptions(person, [template], [])


def tell(person, **more):
    """A notice with a WeChat message about wish 17; answers its id."""
    with transaction():
        return actions.notify(
            person.id,
            "wish_claimed",
            "心愿被认领",
            "您的心愿已有人认领。",
            **{"subject": ("wish", 17), **PROGRESS, **more},
        )


def delivery(notice_id):
    session.expire_all()
    return session.get(Delivery, notice_id)


def quota(person, template="wish_progress"):
    return session.scalar(
        sa.select(Subscription.remaining).where(
            Subscription.person_id == person.id, Subscription.template == template
        )
    )


@pytest.fixture
def zhu(app):
    """A resident with WeChat who allowed one message."""
    person = add_person("openid-zhu")
    subscribe(person)
    return person


class Statements(list):
    """Texts of statements, with their parameters beside them."""

    def __init__(self):
        super().__init__()
        self.parameters = []


@pytest.fixture
def statements(app):
    """Every statement sent to the database; clear it before what is to be counted."""
    seen = Statements()

    def note(_connection, _cursor, statement, parameters, _context, _many):
        seen.append(statement)
        seen.parameters.append(parameters)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(db.engine, "before_cursor_execute", note)
