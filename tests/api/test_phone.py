"""The number behind WeChat's phone button: taken once, sealed, shown masked."""

import pytest

from backend.db import session
from backend.people import sealed
from backend.people.models import Person
from backend.wechat.gateway import gateway
from backend.wechat.simulator.rules import openid_of

CALL = "/wxa/business/getuserphonenumber"


@pytest.fixture
def ning(town):
    return town.phone("ning")


def stored(person_id):
    return sealed.phone(session.get(Person, person_id, populate_existing=True))


def test_the_number_is_kept_sealed_and_shown_masked(ning, wechat):
    me = ning.data("POST", "/me/phone", {"code": "phone:15600000077:1"})
    assert me["phone"] == "156******77"
    assert stored(ning.id) == "15600000077"
    assert "15600000077" not in session.get(Person, ning.id).phone_sealed
    assert wechat.calls(CALL)[-1]["body"]["openid"] == openid_of("ning")


def test_a_number_of_another_country_keeps_its_country(ning, wechat):
    answer = '{"errcode": 0, "phone_info": {"phoneNumber": "+85212345678", "purePhoneNumber": "12345678"}}'
    wechat.misbehave(CALL, body=answer)
    assert ning.data("POST", "/me/phone", {"code": "any"})["phone"] == "+852******78"
    assert stored(ning.id) == "+85212345678"
    ning.data("POST", "/me/phone", {"code": "phone:+85366123456:1"})
    assert stored(ning.id) == "+85366123456"


def test_a_code_serves_once(town, ning):
    before = stored(ning.id)
    ning.data("POST", "/me/phone", {"code": "phone:15600000077:2"})
    answer = ning.post("/me/phone", {"code": "phone:15600000077:2"})
    assert (answer.status_code, answer.json["error"]) == (422, "PHONE_CODE_INVALID")
    assert stored(ning.id) == "15600000077" != before


def test_another_persons_code_gives_nothing(town, ning, wechat):
    order = {"name": "pei", "phone": "15600000099"}
    code = wechat.app.test_client().post("/simulator/codes", json=order).get_json()["code"]
    assert ning.post("/me/phone", {"code": code}).json["error"] == "PHONE_CODE_INVALID"
    assert stored(ning.id) != "15600000099"


def test_a_repeat_under_the_same_key_costs_no_second_exchange(ning, wechat):
    first = ning.post("/me/phone", {"code": "phone:15600000077:3"}, Idempotency_Key="phone-0001")
    asked = len(wechat.calls(CALL))
    again = ning.post("/me/phone", {"code": "phone:15600000077:3"}, Idempotency_Key="phone-0001")
    assert first.status_code == again.status_code == 200
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(wechat.calls(CALL)) == asked


# WeChat documents 40013, 40029 and 45011; 40003 is what a foreign openid gets elsewhere; 61010 has no place here.
@pytest.mark.parametrize(
    ("errcode", "status", "error"),
    [
        (40029, 422, "PHONE_CODE_INVALID"),
        (40163, 422, "PHONE_CODE_INVALID"),
        (40003, 422, "PHONE_CODE_INVALID"),
        (45011, 503, "WE_CHAT_UNAVAILABLE"),
        (45009, 503, "WE_CHAT_UNAVAILABLE"),
        (-1, 503, "WE_CHAT_UNAVAILABLE"),
        (40013, 503, "WE_CHAT_MISSET"),
    ],
)
def test_each_errcode_is_told_as_what_it_is_and_nothing_is_kept(ning, wechat, errcode, status, error):
    before = stored(ning.id)
    wechat.misbehave(CALL, errcode=errcode)
    answer = ning.post("/me/phone", {"code": "phone:15600000077:4"})
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert stored(ning.id) == before
    if status == 503:
        assert answer.headers["Retry-After"] == ("5" if error == "WE_CHAT_UNAVAILABLE" else "300")


# 服务端/接口调用凭证: settings of ours that WeChat does not take; a person sees the same, and loses nothing.
@pytest.mark.parametrize("errcode", [40002, 40013, 40125, 40164, 40243, 41002, 41004, 43002, 89503])
def test_without_an_access_token_the_number_waits_and_nothing_is_kept(ning, wechat, errcode):
    before = stored(ning.id)
    client = gateway()._wechat._client
    client.session.delete(client.access_token_key)
    wechat.misbehave("/cgi-bin/stable_token", errcode=errcode)
    answer = ning.post("/me/phone", {"code": "phone:15600000077:6"}, Idempotency_Key="phone-token")
    assert (answer.status_code, answer.json["error"]) == (503, "WE_CHAT_MISSET")
    assert str(errcode) not in answer.get_data(as_text=True)
    assert stored(ning.id) == before
    wechat.memory.forget_faults()
    again = ning.post("/me/phone", {"code": "phone:15600000077:6"}, Idempotency_Key="phone-token")
    assert again.status_code == 200


# 服务端/小程序登录: -1, 40029, 40163, 40226, 45011; 40013 and 40125 are settings of ours.
@pytest.mark.parametrize(
    ("errcode", "status", "error"),
    [
        (40029, 401, "LOGIN_CODE_INVALID"),
        (40163, 401, "LOGIN_CODE_INVALID"),
        (40226, 403, "LOGIN_BLOCKED"),
        (45011, 429, "TOO_BUSY"),
        (-1, 503, "WE_CHAT_UNAVAILABLE"),
        (40013, 503, "WE_CHAT_MISSET"),
        (40125, 503, "WE_CHAT_MISSET"),
    ],
)
def test_each_errcode_of_a_sign_in_is_told_and_nobody_is_made(town, wechat, errcode, status, error):
    before = session.query(Person).count()
    wechat.misbehave("/sns", errcode=errcode)
    answer = town.phone().post("/sessions", {"code": "sim:somebody-new:1"})
    assert (answer.status_code, answer.json["error"]) == (status, error)
    assert session.query(Person).count() == before


def test_a_stranger_is_asked_to_sign_in_first(town):
    assert town.phone().post("/me/phone", {"code": "phone:15600000077:5"}).status_code == 401
