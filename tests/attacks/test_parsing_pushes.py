"""What anyone may post where WeChat pushes, fed with noise and almost-right things: taken or refused.

The application runs as in tests, where a fault of ours is no 500 but a traceback that ends the test.
"""

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest
import xmltodict
from hypothesis import example, given
from hypothesis import strategies as st

from backend import clock, config
from backend.api.wechat import push
from backend.wechat import push as wechat_push
from backend.wechat.simulator import push as simulator_push
from backend.wechat.simulator.rules import openid_of
from tests.api.conftest import shared_town  # noqa: F401 - a fixture
from tests.attacks.noise import ANY, TEXT, fuzzed


@pytest.fixture(scope="module")
def town(shared_town):  # noqa: F811
    return shared_town


KNOWN = st.sampled_from(
    [openid_of("ning"), "tpl_wish_progress", "accept", "reject", "1,6,8,14", "-1008", "risky", "\0", "0"]
)
ONE = st.dictionaries(
    st.sampled_from(["TemplateId", "SubscribeStatusString", "ErrorCode", "PopupScene"]), KNOWN | ANY
)
EVENTS = st.fixed_dictionaries(
    {},
    optional={
        "Event": st.sampled_from(sorted(push.TAKEN)) | ANY,
        "MsgType": st.just("event") | ANY,
        "FromUserName": KNOWN | ANY,
        "ToUserName": st.just("gh_simulated") | ANY,
        "OpenID": KNOWN | ANY,
        "RevokeInfo": KNOWN | ANY,
        "trace_id": KNOWN | ANY,
        "result": st.dictionaries(st.sampled_from(["suggest", "label"]), KNOWN | ANY) | ANY,
        "errcode": KNOWN | ANY,
        "List": ONE | st.lists(ONE | ANY, max_size=3) | ANY,
        "action": ANY,
        "AppID": ANY,
    },
)
BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><xml><Event>&b;</Event></xml>"""


@contextmanager
def plain(town_settings):
    """An installation that listens in WeChat's plain mode."""
    config.use(replace(town_settings, wechat_push_mode="plain"))
    try:
        yield
    finally:
        config.use(town_settings)


def in_plain(town, told, body, number=[0]):  # noqa: B006 - counts on
    """Sends a body that is signed as in plain mode; the nonce is a new one each time."""
    number[0] += 1
    moment, nonce = str(int(clock.now().timestamp())), str(number[0])
    query = {"timestamp": moment, "nonce": nonce}
    query["signature"] = simulator_push.signed(told.push_token, moment, nonce)
    with plain(told):
        answer = town.app.test_client().post("/wechat/push", query_string=query, data=body)
    assert answer.status_code in (200, 400, 403, 413), answer.status_code
    return answer


def in_aes(town, told, sealed, number=[0]):  # noqa: B006 - counts on
    """Sends what claims to be encrypted, with the right signature around it."""
    number[0] += 1
    moment, nonce = str(int(clock.now().timestamp())), f"aes{number[0]}"
    query = {"timestamp": moment, "nonce": nonce, "encrypt_type": "aes"}
    query["msg_signature"] = simulator_push.signed(told.push_token, moment, nonce, sealed)
    body = json.dumps({"Encrypt": sealed})
    answer = town.app.test_client().post("/wechat/push", query_string=query, data=body)
    assert answer.status_code in (200, 400, 403), answer.status_code
    return answer


def test_pushed_json_is_taken_or_refused(town, settings):
    @fuzzed(40)
    @example({"Event": "user_info_modified", "OpenID": "\0"})
    @example({"Event": "wxa_media_check", "trace_id": "\0", "result": {"suggest": "\0", "label": 10**12}})
    @given(EVENTS)
    def check(event):
        answer = in_plain(town, settings, json.dumps(event).encode())
        assert answer.status_code != 413

    check()


def test_pushed_xml_is_taken_or_refused(town, settings):
    @fuzzed(40)
    @example(BOMB)
    @example(b"<a>" * 20_000)
    @example(b"<xml>" + b"<List>" * 9_000 + b"</List>" * 3_000)
    @example(b'<?xml version="1.0" encoding="nonsense"?><xml/>')
    @example(b'<xml xmlns:a="b"><a:Event a:c="d">1</a:Event></xml>')
    @given(st.binary(max_size=60) | TEXT.map(lambda text: f"<xml><Event>{text}</Event></xml>".encode()))
    def noise(body):
        in_plain(town, settings, body)

    @fuzzed(40)
    @given(st.dictionaries(st.sampled_from(["Event", "FromUserName", "OpenID", "List"]), KNOWN))
    def almost(event):
        event = {key: value.replace("\0", "") for key, value in event.items()}
        in_plain(town, settings, xmltodict.unparse({"xml": event}).encode())

    noise()
    almost()
    assert in_plain(town, settings, BOMB).status_code == 400


def test_what_is_pushed_encrypted_is_opened_or_refused(town, settings):
    @fuzzed(40)
    @given(st.text(st.characters(codec="ascii"), max_size=60) | st.binary(max_size=96).map(_base64))
    def noise(sealed):
        in_aes(town, settings, sealed)

    @fuzzed(40)
    @given(st.binary(max_size=60) | ANY.map(lambda value: json.dumps(value).encode()))
    def rightly_sealed(text):
        in_aes(town, settings, simulator_push.encrypted(text, settings.push_key, settings.wechat_app_id))

    noise()
    rightly_sealed()


def _base64(raw):
    return wechat_push.base64.b64encode(raw).decode()
