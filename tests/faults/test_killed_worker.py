"""A worker is killed with -9 right before and right after it sends. Nobody is told twice, nothing is stuck."""

import signal
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.outbox import delivery
from backend.outbox.models import Delivery, Notice
from backend.people.models import Person
from backend.wechat.gateway import gateway
from tests.faults import work
from tests.faults.altered import sends_again
from tests.faults.working import Working

PEOPLE = 6
FOURTH = "4"


@pytest.fixture
def drained(city):
    """Nothing of an earlier test waits any more."""
    _deliver()


def _deliver():
    """What another worker does, once and again when the lease of the dead one has run out."""
    for later in (timedelta(0), delivery.LEASE * 2):
        with clock.frozen_at(clock.now() + later):
            while delivery.deliver_due(gateway()):
                pass


def _killed(environment, openids, how):
    with Working(environment, how, DIES_AT=FOURTH) as worker:
        assert worker.ended_with() == -signal.SIGKILL
    _deliver()
    return _states(openids)


def _states(openids):
    wanted = sa.select(Delivery.state).join(Notice, Notice.id == Delivery.notice_id)
    mine = wanted.join(Person, Person.id == Notice.person_id).where(Person.openid.in_(openids))
    states = Counter(session.scalars(mine))
    session.rollback()
    return states


def _received(wechat, openids):
    return [len(wechat.memory.messages_of(one)) for one in openids]


@pytest.mark.parametrize(("how", "sent"), [("dies_before_a_send", PEOPLE - 1), ("dies_after_a_send", PEOPLE)])
def test_whoever_was_being_told_is_told_once_at_most_and_all_others_once(
    city, environment, wechat, drained, house, how, sent
):
    openids = work.told(city, PEOPLE)
    assert _killed(environment, openids, how) == {"sent": PEOPLE - 1, "unknown": 1}
    received = _received(wechat, openids)
    assert (sum(received), max(received)) == (sent, 1)


def test_the_check_sees_who_is_told_twice(city, environment, wechat, drained, monkeypatch):
    """Negative control: what a dead worker had begun is taken for not begun."""
    monkeypatch.setattr(delivery, "_parted", delivery._parted)
    sends_again(None)
    openids = work.told(city, PEOPLE)
    _killed(environment, openids, "dies_after_a_send")
    assert max(_received(wechat, openids)) == 2
