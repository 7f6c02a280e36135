from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from backend import clock
from backend.db import session, transaction
from backend.errors import DatabaseUnavailable
from backend.wechat.gateway import WeChatRejected, WeChatUnavailable
from backend.wechat.models import WeChatToken
from backend.wechat.simulator.rules import openid_of
from backend.wechat.tokens import DatabaseTokens

PEI = openid_of("pei")


def ask(wechat):
    return wechat.check_text("平常", openid=PEI, scene=2).suggest


def fetches(simulator):
    return len(simulator.calls("/cgi-bin/stable_token"))


def test_one_token_serves_many_calls(simulator, wechat):
    assert [ask(wechat) for _ in range(5)] == ["pass"] * 5
    assert fetches(simulator) == 1


def test_sixteen_cold_threads_fetch_one_token(simulator, wechat):
    with ThreadPoolExecutor(16) as threads:
        assert set(threads.map(lambda _: ask(wechat), range(16))) == {"pass"}
    assert fetches(simulator) == 1


def test_two_processes_share_one_token(simulator, connect):
    assert [ask(connect()), ask(connect())] == ["pass", "pass"]
    assert fetches(simulator) == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_token_gone_stale_is_replaced_unseen(simulator, wechat, errcode):
    ask(wechat)
    simulator.misbehave("/wxa", errcode=errcode)
    assert ask(wechat) == "pass"
    assert fetches(simulator) == 2


def test_an_expired_token_is_replaced(simulator, wechat):
    ask(wechat)
    simulator.memory.expire_tokens()
    assert ask(wechat) == "pass"
    assert [call["errcode"] for call in simulator.calls("/wxa")] == [0, 42001, 0]


def test_a_token_that_never_works_is_replaced_only_once(simulator, wechat):
    ask(wechat)
    simulator.misbehave("/wxa", errcode=40001, times=None)
    with pytest.raises(WeChatUnavailable):
        ask(wechat)
    assert fetches(simulator) == 2
    assert len(simulator.calls("/wxa")) == 3


def test_threads_with_the_same_stale_token_replace_it_once(simulator, wechat):
    ask(wechat)
    simulator.memory.expire_tokens()
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: ask(wechat), range(8))) == {"pass"}
    assert fetches(simulator) == 2


def test_a_token_is_renewed_before_wechat_lets_it_end(simulator, wechat, tokens):
    ask(wechat)
    ((_, until),) = tokens.kept.values()
    (ends,) = simulator.memory.tokens.values()
    assert 299 <= ends - until <= 302


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_token_of_short_life_serves_the_call_it_was_fetched_for(simulator, wechat, seconds):
    token, _ = simulator.memory.stable_token(force=False)
    answer = f'{{"access_token": "{token}", "expires_in": {seconds}}}'
    simulator.misbehave("/cgi-bin/stable_token", body=answer)
    assert ask(wechat) == "pass"


@pytest.mark.parametrize("errcode", [-1, 45009, 45011])
def test_a_busy_token_address_means_later(simulator, wechat, errcode):
    simulator.misbehave("/cgi-bin/stable_token", errcode=errcode)
    with pytest.raises(WeChatUnavailable):
        ask(wechat)
    assert ask(wechat) == "pass"


@pytest.mark.parametrize("errcode", [40013, 40125, 40164, 40243, 89503])
def test_a_token_refused_for_a_setting_of_ours_is_rejected(simulator, wechat, errcode):
    simulator.misbehave("/cgi-bin/stable_token", errcode=errcode)
    with pytest.raises(WeChatRejected, match=str(errcode)):
        ask(wechat)


@pytest.mark.parametrize(
    "body", ["{}", '{"access_token": 7, "expires_in": 7200}', '{"access_token": "x"}', "[]"]
)
def test_an_answer_without_a_token_means_later(simulator, wechat, body):
    simulator.misbehave("/cgi-bin/stable_token", body=body)
    with pytest.raises(WeChatUnavailable):
        ask(wechat)


def test_threads_do_not_queue_up_behind_a_token_that_does_not_come(simulator, connect):
    slow = connect(wechat_connect_seconds=0.1, wechat_read_seconds=0.2)
    simulator.misbehave("/cgi-bin/stable_token", delay=30, times=None)

    def refused(_):
        with pytest.raises(WeChatUnavailable):
            ask(slow)
        return True

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(refused, range(4)))
    assert fetches(simulator) <= 2


def test_the_database_keeps_the_token_sealed(app):
    DatabaseTokens().set("key", "a-token", 60)
    row = session.get(WeChatToken, "key")
    assert "a-token" not in row.sealed
    assert DatabaseTokens().get("key") == "a-token"


def test_two_processes_share_one_token_through_the_database(app, simulator, connect):
    assert [ask(connect(DatabaseTokens())), ask(connect(DatabaseTokens()))] == ["pass", "pass"]
    assert fetches(simulator) == 1


def test_a_token_ends_with_its_time_in_memory_and_in_the_database(app):
    tokens = DatabaseTokens()
    tokens.set("key", "a-token", 60)
    with clock.frozen_at(clock.now() + timedelta(seconds=61)):
        assert tokens.get("key") is None
        assert DatabaseTokens().get("key", "none") == "none"


def test_a_newer_token_takes_the_place_of_the_older(app):
    first, second = DatabaseTokens(), DatabaseTokens()
    first.set("key", "old", 60)
    second.set("key", "new", 60)
    assert DatabaseTokens().get("key") == "new"
    second.delete("key")
    assert second.get("key") is None
    assert DatabaseTokens().get("key") is None


def test_a_database_too_busy_to_keep_a_token_does_not_lose_it(app, monkeypatch):
    def busy():
        raise DatabaseUnavailable()

    tokens = DatabaseTokens()
    monkeypatch.setattr("backend.wechat.tokens.transaction", busy)
    with pytest.raises(DatabaseUnavailable):
        tokens.set("key", "a-token", 60)
    assert tokens.get("key") == "a-token"


def test_a_token_known_to_the_process_needs_no_query(app, monkeypatch):
    tokens = DatabaseTokens()
    tokens.set("key", "a-token", 60)
    monkeypatch.setattr("backend.wechat.tokens.session", None)
    assert tokens.get("key") == "a-token"


def test_a_token_sealed_with_a_lost_key_is_fetched_anew(app, simulator, connect):
    wechat = connect(DatabaseTokens())
    ask(wechat)
    with transaction():
        for row in session.query(WeChatToken):
            row.sealed = "v1|aes-gcm|lost|AAAA|AAAA"
    assert ask(connect(DatabaseTokens())) == "pass"
    assert fetches(simulator) == 2


def test_a_token_kept_inside_a_transaction_is_written_with_it(app):
    with transaction():
        DatabaseTokens().set("wx_access_token", "t")
    assert session.query(WeChatToken).count() == 1
