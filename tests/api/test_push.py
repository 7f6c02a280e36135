"""WeChat's callback over HTTP: each event does what it asks for, once; dead letters are shown to staff."""

import json

import pytest
import sqlalchemy as sa
import structlog

from backend import clock
from backend.api.wechat import push
from backend.db import session, transaction
from backend.files.models import EarlyVerdict
from backend.outbox import actions as outbox
from backend.outbox.models import Delivery, Subscription
from backend.people import sealed
from backend.people.models import Person
from backend.wechat.models import SeenPush
from backend.wechat.simulator import push as simulator_push
from backend.wechat.simulator.rules import openid_of

TEMPLATE = "tpl_wish_progress"


class Callback:
    """WeChat, as it calls the product."""

    def __init__(self, app, settings):
        self.client = app.test_client()
        self.settings = settings

    def send(self, event, path="/wechat/push"):
        moment = int(clock.now().timestamp())
        query, body = simulator_push.sealed(self.settings, event, moment)
        return self.again(query, body, path)

    def again(self, query, body, path="/wechat/push"):
        return self.client.post(path, query_string=query, data=body)

    def event(self, kind, name="ning", **more):
        person = {"FromUserName": openid_of(name)}
        answer = self.send({"MsgType": "event", "Event": kind, **person, **more})
        assert (answer.status_code, answer.get_data(as_text=True)) == (200, "success")


@pytest.fixture
def callback(town, settings):
    return Callback(town.app, settings)


@pytest.fixture
def ning(town):
    return town.person("ning")


def quota(person, template="wish_progress"):
    return session.scalar(
        sa.select(Subscription.remaining).where(
            Subscription.person_id == person.id, Subscription.template == template
        )
    )


@pytest.mark.parametrize("path", ["/wechat/push", "/api/v1/wechat/push"])
def test_the_first_visit_gets_its_own_words_back(town, settings, path):
    moment, nonce = str(int(clock.now().timestamp())), "77"
    query = {"timestamp": moment, "nonce": nonce, "echostr": "4375<b>"}
    query["signature"] = simulator_push.signed(settings.push_token, moment, nonce)
    answer = town.app.test_client().get(path, query_string=query)
    assert (answer.status_code, answer.get_data(as_text=True)) == (200, "4375<b>")
    assert answer.mimetype == "text/plain"
    refused = town.app.test_client().get(path, query_string={**query, "nonce": "78"})
    assert (refused.status_code, refused.json["code"]) == (403, 40310)


def test_an_event_that_nobody_knows_is_answered_and_logged_without_a_word_of_it(callback, monkeypatch):
    logged = structlog.testing.CapturingLogger()
    monkeypatch.setattr(push, "log", logged)
    for number, path in enumerate(("/wechat/push", "/api/v1/wechat/push")):
        event = {"Event": "wxa_punish_event", "FromUserName": "o-somebody", "MsgId": number}
        assert callback.send(event, path).get_data(as_text=True) == "success"
    callback.send({"Event": "鄂桂兰 15600000077"})
    callback.send({"Event": {"deep": 1}})
    callback.send({"MsgType": "text", "Content": "你好"})
    names = [call.kwargs["event_name"] for call in logged.calls]
    assert names == ["wxa_punish_event"] * 2 + ["other"] * 3
    assert "o-somebody" not in str(logged.calls)


def test_a_message_counts_once_however_often_it_comes(callback, ning):
    event = {
        "Event": "subscribe_msg_popup_event",
        "FromUserName": openid_of("ning"),
        "List": {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"},
    }
    query, body = simulator_push.sealed(callback.settings, event, int(clock.now().timestamp()))
    assert [callback.again(query, body).get_data(as_text=True) for _ in range(3)] == ["success"] * 3
    assert quota(ning) == 1


def test_what_cannot_be_taken_is_not_taken_for_seen(callback, ning, monkeypatch):
    """A fault of ours ends 500: WeChat comes again, and then it counts."""
    event = {"Event": "user_info_modified", "OpenID": openid_of("ning")}
    query, body = simulator_push.sealed(callback.settings, event, int(clock.now().timestamp()))

    def fail(_message):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setitem(push.TAKEN, "user_info_modified", fail)
        callback.client.application.testing = False
        assert callback.again(query, body).status_code == 500
        callback.client.application.testing = True
    assert session.query(SeenPush).count() == 0
    assert callback.again(query, body).status_code == 200
    assert session.get(Person, ning.id, populate_existing=True).nickname == ""


@pytest.mark.parametrize("body", [b"", b"{", b"x" * 70_000, b'{"Encrypt": "AAAA"}'])
def test_what_is_not_from_wechat_is_refused(callback, body):
    query = {"encrypt_type": "aes", "timestamp": "1", "nonce": "1", "msg_signature": "0" * 40}
    answer = callback.again(query, body)
    assert answer.status_code in (400, 403, 413)
    assert answer.json["code"] in (40010, 40310, 41300)
    assert session.query(SeenPush).count() == 0


def test_a_plain_message_is_refused_as_we_are_set_up(callback):
    moment = str(int(clock.now().timestamp()))
    query = {"timestamp": moment, "nonce": "1"}
    query["signature"] = simulator_push.signed(callback.settings.push_token, moment, "1")
    assert callback.again(query, json.dumps({"Event": "x"}).encode()).status_code == 403


# Subscriptions


@pytest.mark.parametrize(
    "shape",
    [lambda entries: {"List": entries}, lambda entries: {"SubscribeMsgPopupEvent": {"List": entries}}],
)
def test_each_acceptance_told_by_wechat_is_good_for_one_message(callback, ning, shape):
    entries = [
        {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept", "PopupScene": "0"},
        {"TemplateId": "tpl_review_result", "SubscribeStatusString": "reject"},
        {"TemplateId": "somebody-elses", "SubscribeStatusString": "accept"},
    ]
    callback.event("subscribe_msg_popup_event", **shape(entries))
    assert (quota(ning), quota(ning, "review_result")) == (1, 0)
    callback.event("subscribe_msg_popup_event", **shape(entries[0]), CreateTime="2")
    assert quota(ning) == 2


@pytest.mark.parametrize(
    "order", ["told pushed", "pushed told", "told told pushed pushed", "pushed pushed told"]
)
def test_an_acceptance_told_by_both_sides_counts_once(callback, ning, order):
    for number, teller in enumerate(order.split()):
        if teller == "told":
            with transaction():
                outbox.record_subscriptions(ning, ["wish_progress"], [])
        else:
            one = {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"}
            callback.event("subscribe_msg_popup_event", List=one, CreateTime=str(number))
    assert quota(ning) == max(order.split().count("told"), order.split().count("pushed"))


def test_who_sets_a_template_to_refused_gets_nothing_more(callback, ning):
    with transaction():
        outbox.record_subscriptions(ning, ["wish_progress", "review_result"], [])
    one = {"TemplateId": TEMPLATE, "SubscribeStatusString": "reject"}
    callback.event("subscribe_msg_change_event", List=[one])
    assert (quota(ning), quota(ning, "review_result")) == (0, 1)
    # The push about what was accepted before may be late: it does not grant it again.
    late = {"TemplateId": TEMPLATE, "SubscribeStatusString": "accept"}
    callback.event("subscribe_msg_popup_event", List=late)
    assert quota(ning) == 0


def sent_message(ning):
    with transaction():
        notice_id = outbox.notify(
            ning.id,
            "wish_claimed",
            "心愿被认领",
            "您的心愿已有人认领。",
            template="wish_progress",
            data={"thing1": "灯", "phrase2": "已认领", "time3": clock.now(), "thing4": "灯"},
        )
        session.execute(
            sa.update(Delivery)
            .where(Delivery.notice_id == notice_id)
            .values(state="sent", attempts=1, finished_at=clock.now())
        )
    return notice_id


def test_a_message_that_did_not_arrive_after_all_is_among_the_dead_letters(callback, ning, town):
    notice_id = sent_message(ning)
    fate = {"TemplateId": TEMPLATE, "MsgID": "1", "ErrorCode": "0", "ErrorStatus": "success"}
    callback.event("subscribe_msg_sent_event", List=fate)
    admin = town.phone("admin")
    assert admin.data("GET", "/deliveries/dead")["list"] == []
    callback.event("subscribe_msg_sent_event", List={**fate, "ErrorCode": "43101", "MsgID": "2"})
    (letter,) = admin.data("GET", "/deliveries/dead")["list"]
    assert (letter["noticeId"], letter["state"], letter["errcode"]) == (notice_id, "dead", 43101)


# The person's rights


def test_a_profile_that_wechat_cleaned_is_cleaned_here(callback, ning):
    assert ning.nickname
    callback.event("user_info_modified", name="tong", OpenID=openid_of("ning"))
    assert session.get(Person, ning.id, populate_existing=True).nickname == ""
    # FromUserName is the platform's, not the user's.
    assert session.get(Person, town_id("tong"), populate_existing=True).nickname


def town_id(name):
    return session.scalar(sa.select(Person.id).where(Person.openid == openid_of(name)))


@pytest.mark.parametrize(
    ("revoked", "nickname", "phone"),
    [("6", False, True), ("19", False, True), ("8", True, False), ("6,8", False, False), ("13", True, True)],
)
def test_what_the_user_takes_back_is_deleted(callback, ning, revoked, nickname, phone):
    with transaction():
        person = session.get(Person, ning.id, populate_existing=True)
        sealed.keep_phone(person, "15600000077")
        session.flush()
    callback.event("user_authorization_revoke", OpenID=openid_of("ning"), RevokeInfo=revoked)
    person = session.get(Person, ning.id, populate_existing=True)
    assert (bool(person.nickname), bool(person.phone_sealed)) == (nickname, phone)
    assert bool(person.phone_index) == phone


def test_who_cancels_in_wechat_is_forgotten_here(callback, ning, town):
    phone = town.phone("ning")
    callback.event("user_authorization_cancellation", OpenID=openid_of("ning"))
    person = session.get(Person, ning.id, populate_existing=True)
    assert (person.state, person.openid, person.real_name_sealed) == ("cancelled", None, None)
    assert phone.get("/me").status_code == 401


@pytest.mark.parametrize(
    "kind", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"]
)
@pytest.mark.parametrize("openid", ["o-nobody", "", None, 7, ["x"]])
def test_a_user_whom_we_do_not_know_changes_nothing(callback, kind, openid):
    callback.event(kind, OpenID=openid, RevokeInfo="6,8,14")


@pytest.mark.parametrize(
    "message",
    [
        {"Event": "wxa_media_check"},
        {"Event": "wxa_media_check", "trace_id": 7, "result": []},
        {"Event": "wxa_media_check", "trace_id": "x" * 65, "result": {"suggest": "pass"}},
        {"Event": "subscribe_msg_popup_event", "List": [{"TemplateId": {}, "SubscribeStatusString": 1}]},
        {"Event": "subscribe_msg_change_event", "List": {"SubscribeStatusString": "reject"}},
        {"Event": "subscribe_msg_sent_event", "List": {"TemplateId": TEMPLATE, "ErrorCode": "x"}},
    ],
)
def test_an_event_of_a_strange_shape_is_answered_and_changes_nothing(callback, ning, message):
    callback.event(**{"kind": message.pop("Event"), **message})
    assert quota(ning) is None
    assert session.query(EarlyVerdict).count() == 0


# Dead letters


@pytest.mark.parametrize(
    ("errcode", "state", "words"),
    [
        (40037, "dead", "WECHAT_TEMPLATES"),
        (43107, "dead", "封禁"),
        (45168, "dead", "敏感词"),
        (47003, "dead", "格式"),
        (40003, "dead", "失效"),
        (99999, "dead", "错误码"),
        (None, "dead", "没有回应"),
        (None, "unknown", "没有再发"),
    ],
)
def test_staff_read_why_a_message_is_dead_and_not_what_it_said(town, ning, errcode, state, words):
    notice_id = sent_message(ning)
    with transaction():
        session.execute(
            sa.update(Delivery).where(Delivery.notice_id == notice_id).values(state=state, errcode=errcode)
        )
    for name in ("admin", "shang"):
        answer = town.phone(name).get("/deliveries/dead")
        (letter,) = answer.json["data"]["list"]
        assert words in letter["why"]
        assert "灯" not in answer.get_data(as_text=True)
        assert "person" not in str(letter)


@pytest.mark.parametrize("name", ["tong", "ning", "bu", "jie"])
def test_nobody_else_reads_dead_letters(town, name):
    assert town.phone(name).get("/deliveries/dead").status_code == 403
