"""WeChat takes half a minute for each answer: the wall, the console and the health check go on at once."""

import uuid

import pytest

from backend.db import session, transaction
from backend.people.models import Person
from backend.wechat.simulator.rules import openid_of
from tests.api import crowd
from tests.faults import work
from tests.faults.slow import BESIDE_WECHAT, waited, waiting_for_wechat
from tests.served import Served

WAITING = 16


@pytest.fixture(scope="module")
def patient(environment):
    """What production is told: WeChat has eight seconds."""
    return {**environment, "WECHAT_READ_SECONDS": "5"}


@pytest.fixture(scope="module")
def served(city, patient):
    with Served(patient, workers=2, preload=True) as running:
        yield running


def test_sign_ins_that_wait_for_wechat_stop_nobody(served, wechat):
    waited(served, times=1)
    wechat.misbehave("/sns", times=None, delay=30)
    codes = [{"code": f"sim:ning:{uuid.uuid4().hex}"} for _ in range(WAITING * 4)]
    answers, took = waiting_for_wechat([(None, "POST", "/sessions", code) for code in codes], served)
    assert took < BESIDE_WECHAT
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.json()["error"] for answer in answers} == {"WE_CHAT_UNAVAILABLE"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers)


def test_texts_that_wait_for_wechat_stop_nobody_and_are_taken(city, served, wechat):
    people = crowd.residents(WAITING, city.songtao)
    with transaction():
        for one in people:
            session.get_one(Person, one.id).openid = openid_of(f"patient{one.id}")
    wechat.misbehave("/wxa/msg_sec_check", times=None, delay=30)
    wish = {"communityId": city.songtao, **work.WISH}
    answers, took = waiting_for_wechat([(one.token, "POST", "/wishes", wish) for one in people], served)
    assert took < BESIDE_WECHAT
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["data"]["state"] for answer in answers} == {"submitted"}


def test_without_a_bulkhead_everybody_would_wait(city, patient, wechat):
    """Negative control: whoever asks WeChat may take every thread."""
    wechat.misbehave("/sns", times=None, delay=30)
    codes = [{"code": f"sim:ning:{uuid.uuid4().hex}"} for _ in range(WAITING)]
    told = {**patient, "ALTERED": "no_bulkhead"}
    with Served(told, app="tests.faults.altered:create_app()", workers=2, preload=True) as usual:
        _, took = waiting_for_wechat([(None, "POST", "/sessions", code) for code in codes], usual, times=1)
    assert took > 1
