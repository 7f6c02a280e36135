"""What WeChat's failures look like from inside: later, quickly, and without a secret."""

import socket
import threading
import time
import traceback

import pytest

from backend.errors import Refused, catalogue
from backend.wechat import gateway
from backend.wechat.gateway import Sent, WeChatRejected, WeChatUnavailable
from backend.wechat.simulator.rules import openid_of
from tests.wechat.conftest import SECRET

PEI = openid_of("pei")
CALLS = {
    "/sns": lambda wechat: wechat.sign_in("sim:pei:1"),
    "/cgi-bin/stable_token": lambda wechat: wechat.ready(),
    "/cgi-bin/message": lambda wechat: wechat.send_notice(PEI, "tpl_x", {"thing1": "字"}),
    "/wxa/business": lambda wechat: wechat.phone_number("phone:15612345677:1", PEI),
    "/wxa/msg_sec_check": lambda wechat: wechat.check_text("平常", openid=PEI, scene=2),
    "/wxa/media_check_async": lambda wechat: wechat.check_picture("https://x.cn/1", openid=PEI, scene=3),
    "/wxa/getwxacodeunlimit": lambda wechat: wechat.page_code("pages/wish/detail", "id=1"),
    "/wxa/generate_urllink": lambda wechat: wechat.page_link("pages/wish/detail", "id=1", 30),
}
NONSENSE = {
    "garbage": {"garbage": True},
    "nothing": {"body": ""},
    "a page": {"body": "<html>502 Bad Gateway</html>"},
    "a list": {"body": "[1, 2]"},
    "a list in an error": {"body": '{"errcode": [], "errmsg": 1}'},
    "infinity": {"body": '{"errcode": Infinity}'},
    "a deep nest": {"body": "[" * 100_000},
    "a number for an object": {"body": '{"base_resp": 7}'},
    "too much": {"body": " " * 1_100_000 + "{}"},
    "a dropped line": {"drop": True},
    "a gateway error": {"status": 502},
    "an error with a body": {"status": 500, "body": '{"errcode": 0}'},
    "a redirect": {"status": 302, "body": "{}"},
}


def everything_told(refused):
    """All that a log, a traceback with local variables, or a curious handler could show."""
    told, seen, one = [], set(), refused
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        told += [str(one), repr(one), repr(vars(one))]
        told += traceback.TracebackException.from_exception(one, capture_locals=True).format(chain=True)
        one = one.__cause__ or one.__context__
    return "".join(told)


@pytest.mark.parametrize("path", CALLS)
@pytest.mark.parametrize("kind", NONSENSE)
def test_nonsense_means_later_and_tells_no_secret(simulator, wechat, path, kind):
    simulator.misbehave(path, **NONSENSE[kind])
    with pytest.raises(WeChatUnavailable) as refused:
        CALLS[path](wechat)
    assert SECRET not in everything_told(refused.value)


@pytest.mark.parametrize("path", [path for path in CALLS if path != "/cgi-bin/message"])
def test_an_answer_without_its_parts_means_later(simulator, wechat, path):
    simulator.misbehave(path, body='{"errcode": 0, "errmsg": "ok"}')
    with pytest.raises(WeChatUnavailable):
        CALLS[path](wechat)


@pytest.mark.parametrize("path", CALLS)
def test_a_slow_answer_is_given_up_quickly(simulator, connect, path):
    impatient = connect(wechat_connect_seconds=0.2, wechat_read_seconds=0.1)
    simulator.misbehave(path, delay=30)
    started = time.monotonic()
    with pytest.raises(WeChatUnavailable) as refused:
        CALLS[path](impatient)
    assert time.monotonic() - started < 1
    assert SECRET not in everything_told(refused.value)


def test_a_dripping_answer_is_given_up_too(connect):
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip():
        line, _ = listener.accept()
        with line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not done.wait(0.05):
                try:
                    line.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=drip)
    thread.start()
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    patient = connect(wechat_connect_seconds=0.1, wechat_read_seconds=0.2)
    patient._client.API_BASE_URL = address + "/"
    started = time.monotonic()
    with pytest.raises(WeChatUnavailable):
        patient.sign_in("sim:pei:1")
    assert time.monotonic() - started < 1
    done.set()
    thread.join()
    listener.close()


@pytest.mark.parametrize("path", CALLS)
def test_nobody_listening_means_later_and_tells_no_secret(connect, path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    lonely = connect()
    lonely._client.API_BASE_URL = f"http://127.0.0.1:{port}/"
    with pytest.raises(WeChatUnavailable) as refused:
        CALLS[path](lonely)
    assert SECRET not in everything_told(refused.value)


@pytest.mark.parametrize("path", CALLS)
def test_a_rejection_that_repeats_the_secret_is_cleaned(simulator, wechat, path):
    simulator.misbehave(path, errcode=40125, errmsg=f"invalid appsecret {SECRET} or {'t' * 512}")
    with pytest.raises(WeChatRejected) as refused:
        CALLS[path](wechat)
    assert "invalid appsecret *** or ***" in str(refused.value)
    assert SECRET not in everything_told(refused.value)


def test_a_refusal_has_no_past_to_show(simulator, wechat):
    simulator.misbehave("/sns", drop=True)
    with pytest.raises(WeChatUnavailable) as refused:
        wechat.sign_in("sim:pei:1")
    assert refused.value.__context__ is None
    assert refused.value.facts == {}
    assert refused.value.why


def test_the_log_of_the_network_library_never_shows_an_address(wechat, caplog):
    with caplog.at_level("DEBUG"):
        wechat.sign_in("sim:pei:1")
    assert SECRET not in caplog.text


def test_after_an_outage_everything_works_again(simulator, wechat):
    for kind in NONSENSE.values():
        simulator.misbehave("/sns", **kind)
        with pytest.raises(WeChatUnavailable):
            wechat.sign_in("sim:pei:1")
    assert wechat.sign_in("sim:pei:2").openid == PEI


def test_the_codes_of_this_rooms_refusals_are_its_own():
    codes = [cls.code for cls in catalogue() if cls.__subclasses__() == [] and issubclass(cls, Refused)]
    ours = [
        gateway.WeChatUnavailable,
        gateway.LoginCodeInvalid,
        gateway.LoginBlocked,
        gateway.PhoneCodeInvalid,
        gateway.TooBusy,
    ]
    assert [codes.count(cls.code) for cls in ours] == [1] * 5
    assert [cls.status() for cls in ours] == [503, 401, 403, 422, 429]
    assert gateway.WeChatUnavailable.headers == {"Retry-After": "5"}


def test_the_gateway_is_the_one_that_was_chosen(monkeypatch):
    monkeypatch.setattr(gateway, "_current", None)
    with pytest.raises(RuntimeError, match="create_app"):
        gateway.gateway()
    chosen = object()
    gateway.use(chosen)
    assert gateway.gateway() is chosen


@pytest.mark.parametrize(
    ("fault", "unknown"), [({"drop": True}, True), ({"status": 502}, True), ({"errcode": -1}, False)]
)
def test_a_notice_whose_answer_is_lost_is_told_apart_from_one_never_taken(simulator, wechat, fault, unknown):
    simulator.misbehave("/cgi-bin/message", **fault)
    with pytest.raises(WeChatUnavailable) as refusal:
        wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    assert refusal.value.may_have_arrived is unknown


def test_without_a_token_no_notice_was_risked(simulator, wechat):
    simulator.misbehave("/cgi-bin/stable_token", status=502)
    with pytest.raises(WeChatUnavailable) as refusal:
        wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    assert refusal.value.may_have_arrived is False


@pytest.mark.parametrize("errcode", [40013, 40125, 40164, 40243, 89503])
def test_a_token_refused_for_a_setting_of_ours_lets_the_notice_wait(simulator, wechat, errcode):
    """Not one waiting notice shall die of a secret that was changed, or of a machine missing in the IP list."""
    simulator.misbehave("/cgi-bin/stable_token", errcode=errcode, errmsg=f"not {SECRET}")
    with pytest.raises(WeChatUnavailable) as refused:
        wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    assert (refused.value.may_have_arrived, simulator.messages_to("pei")) == (False, [])
    assert SECRET not in everything_told(refused.value)
    assert wechat.send_notice(PEI, "tpl_x", {"thing1": "字"}) is Sent.SENT


def test_a_stale_token_that_is_not_replaced_lets_the_notice_wait_too(simulator, wechat):
    wechat.ready()
    simulator.misbehave("/cgi-bin/message/subscribe/send", errcode=40001)
    simulator.misbehave("/cgi-bin/stable_token", errcode=40125)
    with pytest.raises(WeChatUnavailable) as refused:
        wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    assert (refused.value.may_have_arrived, simulator.messages_to("pei")) == (False, [])


def test_a_notice_that_never_connected_may_be_sent_again(wechat):
    wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    wechat._client.API_BASE_URL = f"http://127.0.0.1:{port}/"
    with pytest.raises(WeChatUnavailable) as refusal:
        wechat.send_notice(PEI, "tpl_x", {"thing1": "字"})
    assert refusal.value.may_have_arrived is False
