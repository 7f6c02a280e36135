"""WeChat is slow, away, talks garbage or refuses, while everybody works: nobody is stopped by it."""

import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.outbox import delivery
from backend.outbox.models import Delivery, Notice
from backend.people.models import Person
from backend.wechat.gateway import gateway
from backend.wechat.simulator.rules import openid_of
from tests.api import crowd
from tests.faults import work
from tests.faults.checks import lost_or_doubled
from tests.faults.clients import Load
from tests.served import Served

# How WeChat misbehaves, and how a sign-in may be answered then: refused or put off, never with a fault.
TROUBLES = {
    "away": {"drop": True},
    "broken": {"status": 502},
    "garbage": {"garbage": True},
    "busy": {"errcode": -1},
    "over its limit": {"errcode": 45009},
    "without a token": {"errcode": 40001},
    "slow": {"delay": 2},
}
PUT_OFF = {201, 401, 429, 503}


def _signed_in(served):
    code = {"code": f"sim:ning:{uuid.uuid4().hex}"}
    return served.call(None, "POST", "/sessions", code).status_code


def _wechat_people(city, count):
    """Residents with WeChat: only their words are looked at by it."""
    made = crowd.residents(count, city.songtao)
    with transaction():
        for one in made:
            session.get_one(Person, one.id).openid = openid_of(f"trouble{one.id}")
    return made


@pytest.fixture(scope="module")
def served(city, environment):
    with Served(environment, workers=2, preload=True) as running:
        yield running


@pytest.mark.parametrize("trouble", TROUBLES)
def test_wishes_are_taken_and_sign_ins_put_off(city, environment, wechat, served, house, trouble):
    wechat.misbehave("/", times=None, **TROUBLES[trouble])
    with Load([served.url], _wechat_people(city, 3), work.wishes_only(city)) as load:
        assert {_signed_in(served) for _ in range(3)} <= PUT_OFF
        load.wait_for_more(6)
    assert load.statuses == []
    assert lost_or_doubled(load) == []


def test_messages_wait_for_a_date_and_everyone_is_told_once_when_wechat_is_back(city, wechat, house):
    openids = work.told(city, 14)
    begun = clock.now()
    for number, trouble in enumerate(one for one in TROUBLES if one != "slow"):
        wechat.memory.faults.clear()
        wechat.misbehave("/", times=None, **TROUBLES[trouble])
        with clock.frozen_at(begun + timedelta(minutes=30 * number)):
            delivery.deliver_due(gateway(), 2)
    wechat.memory.faults.clear()
    for hours in (6, 12, 24, 36):
        with clock.frozen_at(begun + timedelta(hours=hours)):
            while delivery.deliver_due(gateway()):
                pass
    received = [len(wechat.memory.messages_of(one)) for one in openids]
    states = _states(openids)
    assert set(states.values()) <= {"sent", "unknown", "dead"}
    assert max(received) == 1
    # Nobody is told nothing unless it is known who.
    assert [state == "sent" for state in states.values()] == [bool(one) for one in received]


def _states(openids):
    wanted = sa.select(Person.openid, Delivery.state).join(Notice, Notice.person_id == Person.id)
    rows = session.execute(
        wanted.join(Delivery, Delivery.notice_id == Notice.id).where(Person.openid.in_(openids))
    ).all()
    session.rollback()
    found = dict(rows)
    return {openid: found[openid] for openid in openids}


def test_the_check_sees_a_product_that_cannot_do_without_wechat(city, environment, wechat):
    """Negative control: a text that WeChat cannot look at is a fault, and a client would be told to come again."""
    wechat.misbehave("/", times=None, drop=True)
    (one,) = _wechat_people(city, 1)
    told = {**environment, "ALTERED": "needs_wechat"}
    with Served(told, app="tests.faults.altered:create_app()", workers=1, preload=True) as served:
        wish = {"communityId": city.songtao, **work.WISH}
        assert served.call(one.token, "POST", "/wishes", wish).status_code == 500
