"""The simulator as a stand-in that can be looked at and told to misbehave, over its addresses alone."""

import pytest
import requests

from backend.wechat.simulator import server as simulator_module
from backend.wechat.simulator.memory import REMEMBERED, Bounded
from backend.wechat.simulator.rules import openid_of
from tests.wechat.conftest import SECRET

OWNER = {"appid": "wx-simulated", "secret": SECRET}
PEI = openid_of("pei")


@pytest.fixture
def call(simulator):
    with requests.Session() as session:
        session.trust_env = False

        def speak(method, path, **more):
            return session.request(method, simulator.url + path, timeout=5, **more)

        yield speak


@pytest.fixture
def token(call):
    asked = {"grant_type": "client_credential", **OWNER}
    return call("POST", "/cgi-bin/stable_token", json=asked).json()["access_token"]


def send(call, token, **more):
    body = {"touser": PEI, "template_id": "tpl_x", "data": {"thing1": {"value": "修灯"}}, **more}
    return call("POST", "/cgi-bin/message/subscribe/send", params={"access_token": token}, json=body).json()


def test_the_page_lists_what_each_person_received_under_their_name(call, wechat):
    wechat.sign_in("sim:pei:1")
    wechat.send_notice(PEI, "tpl_x", {"thing1": "<修灯>"}, page="pages/wish/detail?id=17")
    page = call("GET", "/simulator/")
    assert page.headers["Content-Type"].startswith("text/html")
    for shown in ("<h2>pei</h2>", "&lt;修灯&gt;", "tpl_x", "pages/wish/detail?id=17"):
        assert shown in page.text


def test_the_page_says_when_nothing_came_yet(call):
    assert "还没有收到消息" in call("GET", "/simulator/").text


def test_messages_are_found_by_name_and_by_openid(call, wechat):
    wechat.send_notice(PEI, "tpl_x", {"thing1": "一"})
    wechat.send_notice(PEI, "tpl_x", {"thing1": "二"})
    wechat.send_notice(openid_of("ning"), "tpl_x", {"thing1": "三"})

    def texts(query):
        return [kept["data"]["thing1"] for kept in call("GET", f"/simulator/messages{query}").json()]

    assert texts("?name=pei") == texts(f"?openid={PEI}") == ["二", "一"]
    assert texts("?name=nobody") == []
    assert texts("") == ["三", "二", "一"]


def test_calls_are_shown_without_their_secrets(call, wechat):
    wechat.sign_in("sim:pei:1")
    wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    shown = call("GET", "/simulator/calls")
    paths = [one["path"] for one in shown.json()]
    assert paths == ["/sns/jscode2session", "/cgi-bin/stable_token", "/cgi-bin/message/subscribe/send"]
    assert SECRET not in shown.text
    assert "access_token" not in shown.text
    assert len(call("GET", "/simulator/calls?path=/sns").json()) == 1


def test_a_fault_is_ordered_for_a_path_and_a_number_of_times(call, token):
    order = {"path": "/cgi-bin/message", "times": 2, "errcode": -1, "errmsg": "system error"}
    assert call("POST", "/simulator/faults", json=order).status_code == 200
    assert [send(call, token)["errcode"] for _ in range(3)] == [-1, -1, 0]


def test_a_fault_without_a_number_lasts_until_it_is_deleted(call, token):
    call("POST", "/simulator/faults", json={"status": 503})
    asked = [call("GET", "/cgi-bin/token").status_code for _ in range(3)]
    assert asked == [503, 503, 503]
    call("DELETE", "/simulator/faults")
    assert send(call, token)["errcode"] == 0


def test_a_fault_can_be_garbage_or_a_dropped_line(call):
    call("POST", "/simulator/faults", json={"garbage": True, "times": 1})
    with pytest.raises(requests.JSONDecodeError):
        call("GET", "/sns/jscode2session").json()
    call("POST", "/simulator/faults", json={"drop": True, "times": 1})
    with pytest.raises(requests.ConnectionError):
        call("GET", "/sns/jscode2session")


def test_a_delayed_call_is_still_done(call, token):
    call("POST", "/simulator/faults", json={"delaySeconds": 0.05, "times": 1})
    assert send(call, token)["errcode"] == 0
    assert len(call("GET", "/simulator/messages").json()) == 1


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("faults", {"colour": "red"}),
        ("faults", {"delaySeconds": 1000}),
        ("faults", []),
        ("faults", {"path": 7}),
        ("faults", {"times": "often"}),
        ("subscriptions", {"name": "pei", "templateId": "tpl_x"}),
        ("codes", {"name": "pei", "ageSeconds": "old"}),
        ("codes", {}),
        ("codes", {"name": "pei", "colour": "red"}),
        ("subscriptions", {"name": "pei", "templateId": "tpl_x", "count": "many"}),
    ],
)
def test_a_wrong_order_is_refused_with_its_reason(call, path, order):
    answer = call("POST", f"/simulator/{path}", json=order)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_reset_forgets_everything(call, token):
    send(call, token)
    call("POST", "/simulator/faults", json={"status": 503})
    call("POST", "/simulator/reset")
    assert call("GET", "/simulator/messages").json() == []
    assert send(call, token)["errcode"] == 40001


def test_the_stable_token_stays_the_same_until_five_minutes_before_its_end(simulator, call, token):
    asked = {"grant_type": "client_credential", **OWNER}

    def fetch(**more):
        return call("POST", "/cgi-bin/stable_token", json={**asked, **more}).json()

    assert len(token) == 512
    assert fetch()["access_token"] == token
    start = simulator.memory.now()
    simulator.memory.now = lambda: start + 7000
    renewed = fetch()["access_token"]
    assert renewed != token
    assert send(call, token)["errcode"] == 0
    simulator.memory.now = lambda: start + 7300
    assert send(call, token)["errcode"] == 42001
    assert fetch(force_refresh=True)["access_token"] != renewed
    assert send(call, renewed)["errcode"] == 42001


def test_the_plain_token_is_apart_from_the_stable_one(call, token):
    asked = {"grant_type": "client_credential", **OWNER}
    plain = call("GET", "/cgi-bin/token", params=asked).json()
    assert plain["expires_in"] == 7200
    assert plain["access_token"] != token
    assert send(call, plain["access_token"])["errcode"] == send(call, token)["errcode"] == 0


@pytest.mark.parametrize(
    ("asked", "errcode"),
    [
        ({}, 41002),
        ({"appid": "wx-simulated"}, 41004),
        ({**OWNER, "appid": "other"}, 40013),
        ({**OWNER, "secret": "other"}, 40125),
        (OWNER, 40002),
    ],
)
def test_credentials_are_checked_one_after_another(call, asked, errcode):
    assert call("POST", "/cgi-bin/stable_token", json=asked).json()["errcode"] == errcode
    assert call("GET", "/cgi-bin/token", params=asked).json()["errcode"] == errcode
    assert call("GET", "/sns/jscode2session", params=asked).json()["errcode"] == errcode


def test_a_call_without_a_token_and_a_body_that_is_no_json_are_told(call, token):
    assert send(call, None)["errcode"] == 41001
    assert send(call, "wrong")["errcode"] == 40001
    broken = call("POST", "/wxa/msg_sec_check", params={"access_token": token}, data=b"{")
    assert broken.json()["errcode"] == 47001
    assert call("GET", "/wxa/msg_sec_check").json()["errcode"] == 43002
    assert call("POST", "/sns/jscode2session").json()["errcode"] == 43001


def test_a_message_with_a_wrong_page_state_is_refused(call, token):
    assert send(call, token, miniprogram_state="beta")["errcode"] == 47003
    assert send(call, token, page=7)["errcode"] == 47003


def test_its_memory_is_bounded():
    kept = Bounded()
    for number in range(REMEMBERED + 5):
        kept[number] = True
    assert len(kept) == REMEMBERED
    assert 0 not in kept


def test_it_does_not_run_in_production(monkeypatch):
    monkeypatch.setattr(
        simulator_module.config, "read", lambda: simulator_module.config.Settings("production")
    )
    with pytest.raises(SystemExit, match="does not run in production"):
        simulator_module.main()
