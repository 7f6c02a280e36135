"""Who waits for WeChat holds a part of the threads at most, and nobody waits for what was slow again and again."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import outside
from backend.wechat.bulkhead import Bulkhead
from backend.wechat.gateway import Identity, LoginCodeInvalid, WeChat, WeChatRejected, WeChatUnavailable

ASKED = {
    "sign_in": lambda wechat: wechat.sign_in("code"),
    "knows": lambda wechat: wechat.knows("openid"),
    "phone_number": lambda wechat: wechat.phone_number("code", "openid"),
    "check_text": lambda wechat: wechat.check_text("text", openid="openid", scene=2, title="title"),
    "check_picture": lambda wechat: wechat.check_picture("https://x.cn/1", openid="openid", scene=3),
    "page_code": lambda wechat: wechat.page_code("page", "scene"),
    "page_link": lambda wechat: wechat.page_link("page", "query", 30),
}
NOT_HELD_UP = {
    "ready": lambda wechat: wechat.ready(),
    "templates": lambda wechat: wechat.templates(),
    "send_notice": lambda wechat: wechat.send_notice("openid", "template", {"thing1": "x"}, page="page"),
}


class Wechat:
    """Answers, refuses or waits as it is told to."""

    def __init__(self):
        self.calls = []
        self.entered = threading.Semaphore(0)
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.fault = None

    def __getattr__(self, name):
        def asked(*given, **named):
            self.calls.append((name, given, named))
            self.entered.release()
            assert self.goes_on.wait(60)
            if self.fault is not None:
                raise self.fault
            return name

        return asked


@pytest.fixture
def wechat():
    return Wechat()


@pytest.fixture
def slow(monkeypatch):
    """The clock of the bulkhead, which stands still unless a question takes its time."""

    class Clock:
        now = 1000.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(outside, "time", clock)
    return clock


def failing(wechat, slow, seconds, fault=WeChatUnavailable):
    def ask(*_given, **_named):
        wechat.calls.append("asked")
        slow.now += seconds
        raise fault() if fault is not WeChatRejected else fault(40013, "no")

    for name in (*ASKED, *NOT_HELD_UP):
        setattr(wechat, name, ask)


@pytest.mark.parametrize("name", [*ASKED, *NOT_HELD_UP])
def test_every_question_is_handed_on_as_it_was_asked(wechat, name):
    ask = {**ASKED, **NOT_HELD_UP}[name]
    plain = Wechat()
    assert ask(Bulkhead(wechat, outside.Seats(4))) == (None if name == "ready" else ask(plain))
    ask(plain)
    assert wechat.calls[0] == plain.calls[-1]


def test_no_question_of_the_gateway_goes_past_it():
    questions = {name for name in vars(WeChat) if not name.startswith("_")}
    assert questions == {*ASKED, *NOT_HELD_UP}
    assert set(Bulkhead(None, outside.Seats(4))._breakers) == set(ASKED)


@pytest.mark.parametrize(("threads", "seats"), [(4, 2), (8, 6), (2, 1), (1, 1)])
def test_so_many_wait_and_the_next_one_is_told_at_once_to_come_again(wechat, threads, seats):
    wechat.goes_on.clear()
    held = Bulkhead(wechat, outside.Seats(threads))
    with ThreadPoolExecutor(seats) as pool:
        waiting = [pool.submit(held.sign_in, "code") for _ in range(seats)]
        for _ in waiting:
            assert wechat.entered.acquire(timeout=60)
        for ask in ASKED.values():
            with pytest.raises(WeChatUnavailable) as refused:
                ask(held)
            assert int(refused.value.headers["Retry-After"]) > 0
        for ask in NOT_HELD_UP.values():
            wechat.goes_on.set()
            ask(held)
        assert [one.result(60) for one in waiting] == ["sign_in"] * seats
    assert held.sign_in("code") == "sign_in"


@pytest.mark.parametrize("name", ASKED)
def test_after_repeated_time_outs_nobody_asks_for_some_seconds_and_then_one(wechat, slow, name):
    held = Bulkhead(wechat, outside.Seats(4))
    failing(wechat, slow, 8)
    for _ in range(outside.SLOW_IN_A_ROW):
        with pytest.raises(WeChatUnavailable):
            ASKED[name](held)
    for _ in range(5):
        with pytest.raises(WeChatUnavailable) as refused:
            ASKED[name](held)
    assert refused.value.headers["Retry-After"] == str(int(outside.PAUSE_SECONDS))
    assert len(wechat.calls) == outside.SLOW_IN_A_ROW
    slow.now += outside.PAUSE_SECONDS
    for _ in range(3):
        with pytest.raises(WeChatUnavailable):
            ASKED[name](held)
    assert len(wechat.calls) == outside.SLOW_IN_A_ROW + 1


def test_the_others_are_asked_while_one_question_is_slow(wechat, slow):
    held = Bulkhead(wechat, outside.Seats(4))
    failing(wechat, slow, 8)
    for _ in range(10):
        with pytest.raises(WeChatUnavailable):
            held.sign_in("code")
    before = len(wechat.calls)
    with pytest.raises(WeChatUnavailable):
        held.page_code("page", "scene")
    assert len(wechat.calls) == before + 1


def test_once_wechat_answers_everybody_asks_again(wechat, slow):
    held = Bulkhead(wechat, outside.Seats(4))
    failing(wechat, slow, 8)
    for _ in range(outside.SLOW_IN_A_ROW):
        with pytest.raises(WeChatUnavailable):
            held.sign_in("code")
    slow.now += outside.PAUSE_SECONDS
    wechat.sign_in = lambda _code: Identity("openid")
    assert [held.sign_in("code") for _ in range(3)] == [Identity("openid")] * 3


@pytest.mark.parametrize(
    ("seconds", "fault"), [(0.2, WeChatUnavailable), (8, LoginCodeInvalid), (8, WeChatRejected)]
)
def test_what_fails_at_once_or_was_answered_closes_nothing(wechat, slow, seconds, fault):
    held = Bulkhead(wechat, outside.Seats(4))
    failing(wechat, slow, seconds, fault)
    for _ in range(10):
        with pytest.raises(fault):
            held.sign_in("code")
    assert len(wechat.calls) == 10


def test_notices_are_not_held_up(wechat, slow):
    held = Bulkhead(wechat, outside.Seats(4))
    failing(wechat, slow, 8)
    for _ in range(10):
        with pytest.raises(WeChatUnavailable):
            NOT_HELD_UP["send_notice"](held)
    assert len(wechat.calls) == 10
