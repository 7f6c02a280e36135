"""Signing in and staying signed in: codes once, tokens that end, WeChat away or talking nonsense."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import db, session, transaction
from backend.identity.models import Session
from backend.journal import JournalLine
from backend.people.models import Person
from backend.wechat import gateway
from backend.wechat.live import LiveWeChat
from backend.wechat.simulator.rules import openid_of
from backend.wechat.tokens import DatabaseTokens
from tests.api.test_frame import refusal

BROKEN = {
    "garbage": {"garbage": True},
    "dropped": {"drop": True},
    "bad gateway": {"status": 502},
    "busy": {"errcode": -1},
    "an empty answer": {"body": ""},
    "an answer without openid": {"body": "{}"},
    "another shape": {"body": "[]"},
}


@pytest.fixture(scope="module")
def town(shared_town):
    return shared_town


@pytest.fixture(autouse=True)
def _wechat_has_forgotten_earlier_tests(wechat):
    wechat.memory.reset()


def rows():
    """How many rows every table of the database has."""
    session.remove()
    names = sa.inspect(db.engine).get_table_names()
    return {name: session.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in names}


def test_the_first_sign_in_makes_a_person_and_the_next_finds_them(town):
    first, second = town.phone("newcomer"), town.phone("newcomer")
    assert first.id == second.id
    assert first.token != second.token
    assert session.get(Person, first.id).openid == openid_of("newcomer")


def test_the_token_and_the_openid_are_not_told_by_any_answer_but_the_sign_in(town):
    phone = town.phone("ning")
    text = phone.get("/me").get_data(as_text=True)
    assert phone.token not in text
    assert openid_of("ning") not in text


def test_only_the_digest_of_a_token_is_stored(town):
    phone = town.phone("ning")
    assert phone.token not in {row.token_digest for row in session.scalars(sa.select(Session))}


def test_a_login_code_serves_once(town):
    nobody = town.phone()
    assert nobody.post("/sessions", {"code": "sim:ning:once"}).status_code == 201
    before = rows()
    refusal(nobody.post("/sessions", {"code": "sim:ning:once"}), 401, "LOGIN_CODE_INVALID")
    assert rows() == before


def test_a_login_code_nobody_issued_is_401(town):
    before = rows()
    refusal(town.phone().post("/sessions", {"code": "made-up"}), 401, "LOGIN_CODE_INVALID")
    assert rows() == before


def test_a_login_code_ends_after_five_minutes(town, wechat):
    code = wechat.memory.issue_code("ning", None, age=301)
    refusal(town.phone().post("/sessions", {"code": code}), 401, "LOGIN_CODE_INVALID")


@pytest.mark.parametrize("kind", BROKEN)
def test_when_wechat_fails_the_sign_in_says_so_in_chinese_stores_nothing_and_can_be_repeated(
    town, wechat, kind
):
    nobody, before = town.phone(), rows()
    wechat.misbehave("/sns", **BROKEN[kind], times=None)
    answer = nobody.post("/sessions", {"code": "sim:visitor:1"})
    told = refusal(answer, 503, "WE_CHAT_UNAVAILABLE")
    assert "微信" in told["message"]
    assert int(answer.headers["Retry-After"]) > 0
    assert rows() == before
    wechat.memory.forget_faults()
    assert nobody.post("/sessions", {"code": "sim:visitor:2"}).status_code == 201


@pytest.fixture
def impatient(town, wechat, settings):
    """The product with little time for WeChat."""
    before = gateway.gateway()
    quick = LiveWeChat(
        replace(settings, wechat_connect_seconds=0.2, wechat_read_seconds=0.2), DatabaseTokens()
    )
    gateway.use(quick)
    yield
    gateway.use(before)
    quick.close()
    wechat.memory.forget_faults()


def test_when_wechat_is_slow_the_sign_in_gives_up_in_time_and_stores_nothing(town, wechat, impatient):
    before = rows()
    wechat.misbehave("/sns", delay=30)
    refusal(town.phone().post("/sessions", {"code": "sim:visitor:1"}), 503, "WE_CHAT_UNAVAILABLE")
    assert rows() == before
    assert town.phone().post("/sessions", {"code": "sim:visitor:2"}).status_code == 201


def test_when_wechat_is_away_the_sign_in_says_so_and_whoever_is_signed_in_works_on(town, settings):
    phone, before = town.phone("ning"), gateway.gateway()
    away = LiveWeChat(replace(settings, wechat_base_url="http://127.0.0.1:9"), DatabaseTokens())
    gateway.use(away)
    try:
        refusal(town.phone().post("/sessions", {"code": "sim:visitor:1"}), 503, "WE_CHAT_UNAVAILABLE")
        assert phone.get("/me").status_code == 200
    finally:
        gateway.use(before)
        away.close()


def test_binding_a_card_while_wechat_is_away_changes_nothing_and_can_be_repeated(town, wechat):
    staff, holder = town.phone("tong"), town.person("e").id
    before = rows()
    wechat.misbehave("/sns", status=502)
    answer = staff.post(f"/people/{holder}/bind", {"code": "sim:granny:1"})
    refusal(answer, 503, "WE_CHAT_UNAVAILABLE")
    assert rows() == before
    assert staff.post(f"/people/{holder}/bind", {"code": "sim:granny:2"}).status_code == 200


def carded(town, staff):
    """A card that nobody has bound yet."""
    return staff.data("POST", "/people", {"realName": "穆春和", "communityId": town.songtao})["id"]


def test_whoever_has_only_agreed_and_subscribed_with_the_client_may_have_a_card_bound(town):
    staff, newcomer = town.phone("tong"), town.phone("newcomer")
    holder, document = carded(town, staff), town.phone().data("GET", "/privacy")["list"][0]
    agreed = {"document": document["document"], "version": document["version"]}
    newcomer.data("POST", "/me/consents", agreed, Idempotency_Key="agree-to-it")
    wanted = {"accepted": ["wish_progress"], "rejected": []}
    newcomer.data("POST", "/me/subscriptions", wanted, Idempotency_Key="tell-me-of-it")
    assert newcomer.id != holder
    staff.data("POST", f"/people/{holder}/bind", {"code": "sim:newcomer:bind"})
    assert town.phone("newcomer").id == holder


def test_a_card_is_bound_once_however_often_the_request_is_repeated_under_its_key(town, wechat):
    staff = town.phone("tong")
    path, asked = f"/people/{carded(town, staff)}/bind", len(wechat.calls("/sns"))
    first = staff.post(path, {"code": "sim:repeats:bind"}, Idempotency_Key="bind-the-card")
    again = staff.post(path, {"code": "sim:repeats:bind"}, Idempotency_Key="bind-the-card")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.get_data() == first.get_data()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(wechat.calls("/sns")) == asked + 1
    other = staff.post(path, {"code": "sim:repeats:other"}, Idempotency_Key="bind-the-card")
    refusal(other, 422, "IDEMPOTENCY_KEY_REUSED")


def test_what_wechat_blocks_is_refused_with_its_own_sentence(town, wechat):
    wechat.misbehave("/sns", errcode=40226)
    refusal(town.phone().post("/sessions", {"code": "sim:visitor:1"}), 403, "LOGIN_BLOCKED")
    wechat.misbehave("/sns", errcode=45011)
    answer = town.phone().post("/sessions", {"code": "sim:visitor:2"})
    refusal(answer, 429, "TOO_BUSY")
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Token abc", "bearer", "\x01"]
)
def test_without_a_bearer_token_the_answer_is_401(town, header):
    phone = town.phone()
    phone.headers = {"Authorization": header}
    refusal(phone.get("/me"), 401, "NOT_SIGNED_IN")


@pytest.mark.parametrize(
    "token", ["abc", "a" * 5000, "null", "' OR 1=1 --", "令牌".encode().decode("latin-1")]
)
def test_a_token_that_was_never_given_is_401(town, token):
    phone = town.phone()
    phone.headers = {"Authorization": f"Bearer {token}"}
    refusal(phone.get("/me"), 401, "SESSION_ENDED")
    refusal(phone.post("/wishes", {}), 401, "SESSION_ENDED")


def test_a_header_that_names_an_openid_signs_nobody_in(town):
    answer = town.phone().get("/me", X_WX_OPENID=openid_of("tong"))
    refusal(answer, 401, "NOT_SIGNED_IN")


def test_a_token_ends_after_the_days_unused_and_is_401_then(town, settings):
    phone = town.phone("ning")
    ends = clock.now() + timedelta(days=settings.session_days)
    with clock.frozen_at(ends + timedelta(seconds=5)):
        refusal(phone.get("/me"), 401, "SESSION_ENDED")


def test_each_use_prolongs_a_session_and_reading_within_hours_writes_nothing(town, settings, statements):
    phone = town.phone("ning")
    with statements() as seen:
        phone.data("GET", "/me")
    assert not [one for one in seen if one.startswith(("UPDATE", "INSERT"))]
    later = clock.now() + timedelta(days=settings.session_days - 1)
    with clock.frozen_at(later):
        phone.data("GET", "/me")
    with clock.frozen_at(later + timedelta(days=settings.session_days - 1)):
        phone.data("GET", "/me")


def test_signing_out_ends_this_token_and_no_other(town):
    here, there = town.phone("ning"), town.phone("ning")
    here.data("DELETE", "/sessions/current")
    refusal(here.get("/me"), 401, "SESSION_ENDED")
    refusal(here.delete("/sessions/current"), 401, "SESSION_ENDED")
    assert there.get("/me").status_code == 200


def test_a_person_who_is_no_longer_active_is_401_at_once(town):
    phone = town.phone("leaver")
    with transaction():
        person = session.get(Person, phone.id)
        person.openid, person.state = None, "cancelled"
    refusal(phone.get("/me"), 401, "SESSION_ENDED")


def test_a_sign_up_stands_in_the_journal_once(town):
    phone = town.phone("someone")
    town.phone("someone")
    lines = session.scalars(
        sa.select(JournalLine.verb).where(
            JournalLine.subject_kind == "person", JournalLine.subject_id == phone.id
        )
    ).all()
    assert lines == ["sign_up"]
