"""Is a pushed message from WeChat, for us, of now, and told for the first time?

The vectors are WeChat's own, from 指南/基础能力/服务端能力/消息推送
(developers.weixin.qq.com/miniprogram/dev/framework/server-ability/message-push.html), word for word.
"""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy.crypto import WeChatCrypto

from backend import clock, config
from backend.db import session, transaction
from backend.wechat import push
from backend.wechat.models import SeenPush
from backend.wechat.push import PushNotGenuine, PushUnreadable
from backend.wechat.simulator import push as simulator_push

TOKEN, KEY, APP_ID = "AAAAA", "A" * 43, "wxba5fad812f8e6fb9"
VISIT = {
    "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
    "echostr": "4375120948345356249",
    "timestamp": "1714036504",
    "nonce": "1514711492",
}
PLAIN = {
    "signature": "899cf89e464efb63f54ddac96b0a0a235f53aa78",
    "timestamp": "1714037059",
    "nonce": "486452656",
}
PLAIN_BODY = b"""{
    "ToUserName": "gh_97417a04a28d",
    "FromUserName": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "CreateTime": 1714037059,
    "MsgType": "event",
    "Event": "debug_demo",
    "debug_str": "hello world"
}"""
SECURE = {
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
    "timestamp": "1714112445",
    "nonce": "415670741",
    "openid": "o9AgO5Kd5ggOC-bXrbNODIiE3bGY",
    "encrypt_type": "aes",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
}
ENCRYPT = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv"
    "6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNq"
    "J4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
REPLY = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="


def body(encrypt=ENCRYPT):
    return json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": encrypt}).encode()


@pytest.fixture(autouse=True)
def vectors(monkeypatch):
    """An installation with the settings of WeChat's vectors."""
    settings = config.Settings(
        wechat_push_token=TOKEN, wechat_push_key=KEY, wechat_app_id=APP_ID, wechat_push_mode="plain"
    )
    monkeypatch.setattr(config, "_current", settings)
    return lambda **more: monkeypatch.setattr(config, "_current", replace(settings, **more))


def at(seconds):
    return clock.frozen_at(datetime.fromtimestamp(int(seconds), UTC))


def opened(query=SECURE, raw=None, *, now=None, inside=False):
    with at(now or query["timestamp"]):
        return push.opened(query, body() if raw is None else raw, from_inside=inside)


def test_the_official_visit_is_answered_with_its_own_words():
    assert push.echoed(VISIT) == VISIT["echostr"]


def test_the_official_plain_message_is_read():
    assert opened(PLAIN, PLAIN_BODY).message["debug_str"] == "hello world"


def test_the_official_encrypted_message_is_read():
    message = opened().message
    assert message["Event"] == "debug_demo"
    assert message["FromUserName"] == "o9AgO5Kd5ggOC-bXrbNODIiE3bGY"


def test_the_official_reply_is_what_the_simulator_would_encrypt():
    made = simulator_push.encrypted(b'{"demo_resp":"good luck"}', KEY, APP_ID, b"707722b803182950")
    assert made == REPLY
    signature = simulator_push.signed(TOKEN, "1713424427", "415670741", REPLY)
    assert signature == "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"


def test_what_wechatpy_encrypts_is_read_as_well():
    sealed = WeChatCrypto(TOKEN, KEY, APP_ID).encrypt_message('{"Event": "x"}', "n0nce", "1714112445")
    encrypt = push._parsed(sealed.encode())["Encrypt"]
    query = {
        **SECURE,
        "nonce": "n0nce",
        "msg_signature": simulator_push.signed(TOKEN, "1714112445", "n0nce", encrypt),
    }
    assert opened(query, body(encrypt)).message == {"Event": "x"}


def test_xml_is_read_like_json():
    text = b"<xml><Event><![CDATA[debug_demo]]></Event><OpenID>o-1</OpenID></xml>"
    assert opened(PLAIN, text).message == {"Event": "debug_demo", "OpenID": "o-1"}
    envelope = f"<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[{ENCRYPT}]]></Encrypt></xml>".encode()
    assert opened(raw=envelope).message["Event"] == "debug_demo"


@pytest.mark.parametrize("name", ["signature", "timestamp", "nonce"])
def test_a_visit_with_one_wrong_part_is_refused(name):
    for wrong in ("", "1", VISIT[name][:-1] + "x", "é"):
        with pytest.raises(PushNotGenuine):
            push.echoed({**VISIT, name: wrong})
    with pytest.raises(PushNotGenuine):
        push.echoed({})


@pytest.mark.parametrize("name", ["msg_signature", "timestamp", "nonce"])
def test_an_encrypted_message_with_one_wrong_part_is_refused(name):
    with pytest.raises(PushNotGenuine):
        opened({**SECURE, name: SECURE[name][:-1] + "7"}, now=SECURE["timestamp"])


def test_the_plain_signature_does_not_open_an_encrypted_message():
    with pytest.raises(PushNotGenuine):
        opened({**SECURE, "msg_signature": SECURE["signature"]})


@pytest.mark.parametrize("place", range(0, len(ENCRYPT), 24))
def test_a_changed_letter_anywhere_is_refused(place):
    other = "B" if ENCRYPT[place] != "B" else "C"
    with pytest.raises(PushNotGenuine):
        opened(raw=body(ENCRYPT[:place] + other + ENCRYPT[place + 1 :]))


def resigned(encrypt):
    signature = simulator_push.signed(TOKEN, SECURE["timestamp"], SECURE["nonce"], encrypt)
    return {**SECURE, "msg_signature": signature}, body(encrypt)


def test_a_message_for_another_app_is_refused_though_its_signature_is_right():
    foreign = simulator_push.encrypted(b'{"Event": "x"}', KEY, "wx0000000000000000")
    with pytest.raises(PushNotGenuine):
        opened(*resigned(foreign))
    # The length may not reach over the appid either.
    longer = simulator_push.encrypted(b'{"Event": "x"}', KEY, APP_ID + "x")
    with pytest.raises(PushNotGenuine):
        opened(*resigned(longer))


@pytest.mark.parametrize("name", ["AppID", "appid"])
def test_a_message_that_names_another_app_is_refused(name):
    with pytest.raises(PushNotGenuine):
        opened(PLAIN, json.dumps({"Event": "x", name: "wx0000000000000000"}).encode())
    assert opened(PLAIN, json.dumps({"Event": "x", name: APP_ID}).encode())


def test_a_message_to_another_account_is_refused_where_ours_is_known(vectors):
    vectors(wechat_account="gh_97417a04a28d")
    assert opened()
    vectors(wechat_account="gh_ours")
    with pytest.raises(PushNotGenuine):
        opened()


@pytest.mark.parametrize(
    "encrypt",
    [
        "",
        "AAAA",
        "not base64!",
        base64.b64encode(b"x" * 15).decode(),
        base64.b64encode(b"x" * 32).decode(),
        base64.b64encode(b"").decode(),
    ],
)
def test_a_cipher_that_cannot_be_one_is_refused(encrypt):
    with pytest.raises((PushUnreadable, PushNotGenuine)):
        opened(*resigned(encrypt))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"<",
        b"<xml>",
        b"<other><Event>x</Event></other>",
        b"<xml>text</xml>",
        b"\xff\xfe",
        b"[" * 30_000,
        b'<?xml version="1.0" encoding="nonsense"?><xml/>',
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Event>&b;</Event></xml>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Event>&a;</Event></xml>',
    ],
)
def test_a_body_that_says_nothing_is_refused(raw):
    with pytest.raises(PushUnreadable):
        opened(PLAIN, raw)
    with pytest.raises(PushUnreadable):
        opened(SECURE, raw)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_a_message_that_was_kept_back_is_refused(seconds):
    for query, raw in ((SECURE, body()), (PLAIN, PLAIN_BODY)):
        with pytest.raises(PushNotGenuine):
            opened(query, raw, now=int(query["timestamp"]) + seconds)


@pytest.mark.parametrize("moment", ["", "soon", "-5", "1" * 5000, "１７１４０３７０５９"])
def test_a_time_that_is_none_is_refused(moment):
    query = {"timestamp": moment, "nonce": "1"}
    query["signature"] = simulator_push.signed(TOKEN, moment, "1")
    with pytest.raises(PushNotGenuine):
        opened(query, PLAIN_BODY, now="1714037059")


def test_a_plain_message_is_refused_in_secure_mode(vectors):
    vectors(wechat_push_mode="secure")
    with pytest.raises(PushNotGenuine):
        opened(PLAIN, PLAIN_BODY)
    assert opened()


def test_without_a_token_of_its_own_production_listens_to_nobody(vectors):
    vectors(wechat_push_token="", app_env="production")
    empty = {
        "timestamp": "1714037059",
        "nonce": "1",
        "signature": simulator_push.signed("", "1714037059", "1"),
    }
    with pytest.raises(PushNotGenuine):
        opened(empty, PLAIN_BODY)
    with pytest.raises(PushNotGenuine):
        push.echoed(empty)


def test_an_unsigned_message_is_believed_only_from_inside_cloud_hosting(vectors):
    for hosting, inside, believed in (("on", True, True), ("on", False, False), ("off", True, False)):
        vectors(wechat_cloud_hosting=hosting, wechat_push_mode="secure")
        if believed:
            assert opened({}, PLAIN_BODY, now="1714037059", inside=inside).message["Event"] == "debug_demo"
        else:
            with pytest.raises(PushNotGenuine):
                opened({}, PLAIN_BODY, now="1714037059", inside=inside)


def note(found):
    with transaction():
        return push.is_first(found)


def test_a_message_counts_once_whether_replayed_or_sent_again(app, vectors):
    vectors()
    found = opened()
    assert [note(found), note(found)] == [True, False]
    again = simulator_push.encrypted(
        b'{"ToUserName":"gh_97417a04a28d","FromUserName":"o9AgO5Kd5ggOC-bXrbNODIiE3bGY","CreateTime":1714112445,'
        b'"MsgType":"event","Event":"debug_demo","debug_str":"hello world"}',
        KEY,
        APP_ID,
    )
    query, raw = resigned(again)
    later = {**query, "nonce": "99", "msg_signature": simulator_push.signed(TOKEN, "1714112445", "99", again)}
    assert note(opened(later, raw)) is False


def test_an_overheard_signature_serves_no_other_message(app, vectors):
    vectors()
    assert note(opened(PLAIN, PLAIN_BODY))
    with pytest.raises(PushNotGenuine):
        note(opened(PLAIN, PLAIN_BODY.replace(b"hello", b"forged")))


def test_what_was_seen_is_forgotten_only_when_it_would_be_too_old(app, vectors):
    vectors()
    with at(SECURE["timestamp"]):
        note(opened())
        assert push.forgettable() == []
    with clock.frozen_at(datetime.fromtimestamp(1714112445, UTC) + timedelta(days=3, seconds=1)):
        assert push.forgettable() == [1]
        with transaction():
            push.forget(1)
    assert session.query(SeenPush).count() == 0


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ({"List": {"TemplateId": "a"}}, ["a"]),
        ({"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}, ["a", "b"]),
        ({"SubscribeMsgPopupEvent": {"List": {"TemplateId": "a"}}}, ["a"]),
        ({"SubscribeMsgSentEvent": {"List": [{"TemplateId": "a"}, {"TemplateId": "b"}]}}, ["a", "b"]),
        ({"List": [7, None, {"TemplateId": "a"}]}, ["a"]),
        ({"List": "x"}, []),
        ({"List": None, "Other": {"x": 1}}, []),
        ({}, []),
    ],
)
def test_a_list_is_one_object_or_many_here_or_nested(message, names):
    assert [one["TemplateId"] for one in push.entries(message)] == names
