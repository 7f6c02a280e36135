"""How often one may ask: each limit answers 429 with the seconds to wait, and stops nobody else."""

from dataclasses import replace

import pytest

from backend import config
from backend.wechat.simulator.rules import openid_of
from tests.api.test_frame import refusal


@pytest.fixture
def limited(town, settings):
    """Gives the running product small limits; what was counted before is forgotten."""
    (limiter,) = town.app.extensions["limiter"]

    def use(**limits):
        limiter.reset()
        config.use(replace(settings, **limits))

    yield use
    limiter.reset()
    config.use(settings)


def test_a_person_who_calls_too_often_is_told_when_to_come_back(town, limited):
    phone = town.phone("ning")
    limited(rate_limit_person="3/minute")
    assert [phone.get("/me").status_code for _ in range(3)] == [200] * 3
    answer = phone.get("/me")
    refusal(answer, 429, "TOO_MANY_REQUESTS")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60


def test_one_person_at_the_limit_stops_nobody_else_at_the_same_address(town, limited):
    ning, tong = town.phone("ning"), town.phone("tong")
    limited(rate_limit_person="1/minute")
    assert [ning.get("/me").status_code for _ in range(2)] == [200, 429]
    assert tong.get("/me").status_code == 200


def test_an_address_without_a_sign_in_has_a_limit_of_its_own(town, limited):
    phone = town.phone("ning")
    limited(rate_limit_address="2/minute")
    assert [town.phone().get("/healthz").status_code for _ in range(3)] == [200, 200, 429]
    assert phone.get("/me").status_code == 200


def test_sign_ins_have_a_limit_of_their_own_and_wechat_is_not_asked_beyond_it(town, limited, wechat):
    limited(rate_limit_sign_in="2/minute")
    codes = [f"sim:visitor:{number}" for number in range(4)]
    answers = [town.phone().post("/sessions", {"code": code}) for code in codes]
    assert [answer.status_code for answer in answers] == [201, 201, 429, 429]
    assert len(wechat.calls("/sns")) == 2
    assert openid_of("visitor") not in answers[2].get_data(as_text=True)


def test_an_address_that_is_claimed_in_a_header_is_not_believed(town, limited):
    limited(rate_limit_address="2/minute")
    answers = [town.phone().get("/healthz", X_Forwarded_For=f"10.0.0.{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


def test_only_a_refusal_says_when_to_come_back_and_says_its_own_time(town, wechat):
    phone = town.phone("ning")
    assert "Retry-After" not in phone.get("/me").headers
    assert "Retry-After" not in phone.get("/wishes/999999").headers
    wechat.misbehave("/sns", status=502)
    assert town.phone().post("/sessions", {"code": "sim:ning:x"}).headers["Retry-After"] == "5"
