"""WeChat takes half a minute for each answer: the wall, the console and the health check go on at once."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from backend.db import session, transaction
from backend.people.models import Person
from backend.wechat.simulator.rules import openid_of
from tests.api import crowd
from tests.faults import work
from tests.served import Served

WAITING = 16
FREE_OF_WECHAT = ("/healthz", "/readyz", "/wall", "/api/v1/organisations", "/console/sign-in")
LONGEST = 0.5


@pytest.fixture(scope="module")
def patient(environment):
    """What production is told: WeChat has eight seconds."""
    return {**environment, "WECHAT_READ_SECONDS": "5"}


@pytest.fixture(scope="module")
def served(city, patient):
    with Served(patient, workers=2, preload=True) as running:
        yield running


def sign_in(served):
    return served.call(None, "POST", "/sessions", {"code": f"sim:ning:{uuid.uuid4().hex}"})


def slowest_meanwhile(served):
    took = []
    for path in FREE_OF_WECHAT * 4:
        began = time.monotonic()
        answer = requests.get(served.url + path, timeout=60)
        took.append(time.monotonic() - began)
        assert answer.status_code in (200, 401), path
    return max(took)


def test_sign_ins_that_wait_for_wechat_stop_nobody(served, wechat):
    slowest_meanwhile(served)
    wechat.misbehave("/sns", times=None, delay=30)
    with ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(sign_in, served) for _ in range(WAITING * 4)]
        assert slowest_meanwhile(served) < LONGEST
        answers = [one.result() for one in waiting]
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
    with ThreadPoolExecutor(WAITING) as pool:
        waiting = [pool.submit(served.call, one.token, "POST", "/wishes", wish) for one in people]
        assert slowest_meanwhile(served) < LONGEST
        answers = [one.result() for one in waiting]
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["data"]["state"] for answer in answers} == {"submitted"}
