import pytest

from backend.wechat.gateway import (
    Identity,
    LoginBlocked,
    LoginCodeInvalid,
    PhoneCodeInvalid,
    TooBusy,
    WeChatRejected,
    WeChatUnavailable,
)
from backend.wechat.simulator.rules import is_openid, openid_of


def code_for(simulator, **wanted):
    return simulator.app.test_client().post("/simulator/codes", json=wanted).get_json()["code"]


def test_the_same_name_is_the_same_person_at_every_sign_in(wechat):
    first, second = wechat.sign_in("sim:pei:1"), wechat.sign_in("sim:pei:2")
    assert first == second == Identity(openid_of("pei"))
    assert is_openid(first.openid)
    assert len(first.openid) == 28
    assert first.openid.startswith("o")
    assert wechat.sign_in("sim:ning:1") != first


def test_the_session_key_stays_behind(wechat):
    assert set(vars(wechat.sign_in("sim:pei:1"))) == {"openid", "unionid"}


def test_a_unionid_is_passed_on(simulator, wechat):
    simulator.misbehave("/sns", body='{"openid": "o1", "unionid": "u1", "session_key": "k"}')
    assert wechat.sign_in("any") == Identity("o1", "u1")


def test_an_errcode_of_zero_is_success(simulator, wechat):
    simulator.misbehave("/sns", body='{"errcode": 0, "openid": "o1", "session_key": "k"}')
    assert wechat.sign_in("any").openid == "o1"


def test_a_code_is_good_for_one_sign_in(wechat):
    wechat.sign_in("sim:pei:1")
    with pytest.raises(LoginCodeInvalid):
        wechat.sign_in("sim:pei:1")


def test_an_issued_code_is_used_up_after_one_sign_in(simulator, wechat):
    code = code_for(simulator, name="pei")
    assert wechat.sign_in(code).openid == openid_of("pei")
    with pytest.raises(LoginCodeInvalid):
        wechat.sign_in(code)
    assert simulator.calls("/sns")[-1]["errcode"] == 40163


@pytest.mark.parametrize("code", ["nonsense", "sim:pei", "sim:pei:", "sim::1", "", "phone:13800000000:1"])
def test_an_unknown_code_signs_nobody_in(wechat, code):
    with pytest.raises(LoginCodeInvalid):
        wechat.sign_in(code)


def test_a_code_lives_five_minutes(simulator, wechat):
    assert wechat.sign_in(code_for(simulator, name="pei", ageSeconds=299)).openid == openid_of("pei")
    with pytest.raises(LoginCodeInvalid):
        wechat.sign_in(code_for(simulator, name="pei", ageSeconds=300))


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [
        (-1, WeChatUnavailable),
        (40029, LoginCodeInvalid),
        (40163, LoginCodeInvalid),
        (40226, LoginBlocked),
        (45011, TooBusy),
        (45009, WeChatUnavailable),
        (40013, WeChatRejected),
        (40125, WeChatRejected),
    ],
)
def test_each_errcode_at_sign_in_has_its_refusal(simulator, wechat, errcode, refusal):
    simulator.misbehave("/sns", errcode=errcode)
    with pytest.raises(refusal):
        wechat.sign_in("sim:pei:1")


def test_signing_in_needs_no_access_token(simulator, wechat):
    wechat.sign_in("sim:pei:1")
    assert [call["path"] for call in simulator.calls()] == ["/sns/jscode2session"]


def test_a_wrong_app_id_and_a_wrong_secret_are_told_apart(connect):
    with pytest.raises(WeChatRejected) as wrong_id:
        connect(wechat_app_id="wx-other").sign_in("sim:pei:1")
    with pytest.raises(WeChatRejected) as wrong_secret:
        connect(wechat_app_secret="other").sign_in("sim:pei:1")
    assert (wrong_id.value.errcode, wrong_secret.value.errcode) == (40013, 40125)


def test_a_phone_code_gives_the_number(wechat):
    assert wechat.phone_number("phone:15612345677:1", openid_of("pei")) == "15612345677"


def test_a_phone_code_serves_once(wechat):
    wechat.phone_number("phone:15612345677:1", openid_of("pei"))
    with pytest.raises(PhoneCodeInvalid):
        wechat.phone_number("phone:15612345677:1", openid_of("pei"))


def test_a_phone_code_serves_only_the_person_who_pressed_the_button(simulator, wechat):
    phone = {"name": "pei", "phone": "15612345677"}
    with pytest.raises(PhoneCodeInvalid):
        wechat.phone_number(code_for(simulator, **phone), openid_of("ning"))
    assert wechat.phone_number(code_for(simulator, **phone), openid_of("pei")) == "15612345677"


def test_an_old_phone_code_and_a_login_code_give_no_number(simulator, wechat):
    old = code_for(simulator, name="pei", phone="15612345677", ageSeconds=301)
    for code in (old, code_for(simulator, name="pei"), "sim:pei:1", ""):
        with pytest.raises(PhoneCodeInvalid):
            wechat.phone_number(code, openid_of("pei"))


def test_too_many_phone_calls_are_asked_to_come_later(simulator, wechat):
    simulator.misbehave("/wxa", errcode=45011)
    with pytest.raises(WeChatUnavailable):
        wechat.phone_number("phone:15612345677:1", openid_of("pei"))
