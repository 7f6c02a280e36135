"""Terminals over HTTP: put up, revoked, seen; codes of cards given and guessed at; three minutes for a card's holder."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, reorganising
from backend.db import session, transaction
from backend.identity import card_codes, deadlines, kiosk_sessions
from backend.identity import kiosks as terminals
from backend.identity.kiosk_models import CardCode, Kiosk, KioskSession
from backend.journal import JournalLine
from backend.rights import suspending
from backend.wishes.actions import claims
from tests import kiosks
from tests.supermarket import cast as shop
from tests.volunteering import cast as volunteering
from tests.wishes import cast


def in_minutes(minutes):
    return clock.frozen_at(clock.now() + timedelta(minutes=minutes))


def sign_in(terminal, code, card="P000001"):
    return terminal.post("/kiosk-sessions", {"cardNumber": card, "code": code})


@pytest.fixture(autouse=True)
def fresh_limits(town, settings):
    """What an earlier test got wrong is forgotten."""
    (limiter,) = town.app.extensions["limiter"]
    limiter.reset()
    yield
    limiter.reset()
    config.use(settings)


@pytest.fixture
def terminal(town):
    return kiosks.phone_with(town, kiosks.device(town))


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06}"


# --- terminals --------------------------------------------------------------------------------------------


def test_a_token_is_told_once_and_kept_as_a_digest(town):
    tong = town.phone("tong")
    made = tong.data("POST", "/kiosks", {"communityId": town.songtao, "name": "大厅"})
    assert made.keys() == {"id", "name", "deviceToken"}
    listed = next(one for one in tong.data("GET", "/kiosks")["list"] if one["id"] == made["id"])
    assert (listed["seenAt"], listed["revokedAt"], listed["actions"]) == (None, None, ["revoke"])
    row = session.get(Kiosk, made["id"])
    assert made["deviceToken"] not in {str(value) for value in vars(row).values()}
    assert kiosks.phone_with(town, made["deviceToken"]).get("/wishes").status_code == 200


def test_a_use_is_noted_once_a_minute(town, terminal, statements):
    seen = sa.select(Kiosk.seen_at).where(Kiosk.name == "大厅")
    assert terminal.get("/home").status_code == 200
    first = session.scalar(seen)
    assert first is not None
    terminal.get("/home")
    assert session.scalar(seen) == first
    with in_minutes(2):
        terminal.get("/home")
    assert session.scalar(seen) > first


def test_two_in_use_have_not_one_name(town):
    tong, body = town.phone("tong"), {"communityId": town.songtao, "name": "东门"}
    first = tong.data("POST", "/kiosks", body)
    assert tong.post("/kiosks", body).json["error"] == "KIOSK_NAME_TAKEN"
    tong.data("POST", f"/kiosks/{first['id']}/revoke")
    tong.data("POST", "/kiosks", body)


def test_a_revoked_terminal_is_out_and_so_is_whoever_stands_there(town):
    tong = town.phone("tong")
    made = tong.data("POST", "/kiosks", {"communityId": town.songtao, "name": "西门"})
    e = kiosks.holder(town, token=made["deviceToken"])
    assert e.get("/me/points").status_code == 200
    gone = tong.data("POST", f"/kiosks/{made['id']}/revoke")
    assert (gone["actions"], gone["revokedAt"] is not None) == ([], True)
    assert kiosks.phone_with(town, made["deviceToken"]).get("/wishes").status_code == 401
    assert e.get("/me/points").status_code == 401
    assert tong.post(f"/kiosks/{made['id']}/revoke").json["error"] == "KIOSK_REVOKED"


def test_terminals_are_their_own_places_affair(town, terminal):
    kiosk_id = session.scalar(sa.select(Kiosk.id).where(Kiosk.name == "大厅"))
    bai, admin, ning = town.phone("bai"), town.phone("admin"), town.phone("ning")
    assert kiosk_id not in {one["id"] for one in bai.data("GET", "/kiosks?limit=50")["list"]}
    assert kiosk_id in {one["id"] for one in admin.data("GET", "/kiosks?limit=50")["list"]}
    assert bai.post(f"/kiosks/{kiosk_id}/revoke").status_code == 404
    assert bai.post("/kiosks", {"communityId": town.songtao, "name": "北门"}).status_code == 404
    assert [ning.get("/kiosks").status_code, ning.post("/kiosks", {}).status_code] == [403, 403]
    assert admin.post(f"/kiosks/{kiosk_id}/revoke").status_code == 200


# --- codes ------------------------------------------------------------------------------------------------


def test_a_code_opens_once_for_three_minutes(town, terminal):
    code = kiosks.code_for(town)
    told = sign_in(terminal, code, card="1").json["data"]
    assert told["person"]["cardNumber"] == "P000001"
    left = datetime.fromisoformat(told["expiresAt"]) - clock.now()
    assert timedelta(minutes=2) < left <= timedelta(minutes=3)
    assert sign_in(terminal, code).json["error"] == "CARD_CODE_WRONG"
    e = kiosks.phone_with(town, told["token"])
    assert e.get("/me").status_code == 200
    with in_minutes(3):
        assert e.get("/me").json["error"] == "SESSION_ENDED"


def test_a_code_stands_ten_minutes_and_a_new_one_voids_it(town, terminal):
    first, second = kiosks.code_for(town), kiosks.code_for(town)
    if first != second:
        assert sign_in(terminal, first).status_code == 401
    with in_minutes(10):
        assert sign_in(terminal, second).status_code == 401
    assert sign_in(terminal, second).status_code == 201


def test_five_wrong_ones_in_a_row_void_the_code_and_its_owner_reads_of_it(town, terminal):
    code = kiosks.code_for(town)
    for _ in range(4):
        assert sign_in(terminal, wrong(code)).json["error"] == "CARD_CODE_WRONG"
    assert sign_in(terminal, code).status_code == 201
    code = kiosks.code_for(town)
    for _ in range(5):
        sign_in(terminal, wrong(code))
    assert sign_in(terminal, code).json["error"] == "CARD_CODE_WRONG"
    assert sign_in(terminal, kiosks.code_for(town)).status_code == 201
    events = kiosks.holder(town).data("GET", "/me/security-events")["list"]
    assert [one["title"] for one in events[:3]] == [
        "用工作人员给的验证码登录了自助终端",
        "用工作人员给的验证码登录了自助终端",
        "自助终端的验证码连着输错五次，已作废",
    ]
    assert events[0]["device"] == "自助终端 e的终端"
    assert {one["kind"] for one in events[:3]} == {"kiosk"}


def test_nobody_finds_out_which_cards_there_are(town, terminal):
    """An unknown card, one without a code, one whose code is over, one whose code is void: the same answer."""
    kiosks.card_of(town, "ning")
    answers = []
    for card, code in (("P999999", "123456"), (kiosks.card_of(town, "ning"), "123456")):
        answers.append(sign_in(terminal, code, card))
    code = kiosks.code_for(town)
    answers.append(sign_in(terminal, wrong(code)))
    with in_minutes(11):
        answers.append(sign_in(terminal, code))
    for _ in range(5):
        answers.append(sign_in(terminal, wrong(code)))
    told = {
        (one.status_code, one.json["error"], one.json["message"], str(one.json["data"])) for one in answers
    }
    assert len(told) == 1
    assert told.pop()[:2] == (401, "CARD_CODE_WRONG")


def test_wrong_codes_are_counted_by_terminal_and_by_address(town, settings, fresh_limits):
    """One terminal from many addresses, and one address with many terminals; right ones count for nothing."""
    config.use(replace(settings, rate_limit_card_code="3/minute"))
    first, second = (kiosks.phone_with(town, kiosks.device(town, name)) for name in ("一楼", "二楼"))

    def tried(terminal, address):
        body = {"cardNumber": "P999999", "code": "000000"}
        answer = terminal.client.post(
            "/api/v1/kiosk-sessions",
            json=body,
            headers=terminal.headers,
            environ_base={"REMOTE_ADDR": address},
        )
        return answer.status_code

    assert [tried(first, f"10.0.0.{number}") for number in range(5)] == [401, 401, 401, 429, 429]
    assert [tried(second, "10.0.1.1") for _ in range(3)] == [401, 401, 401]
    assert tried(kiosks.phone_with(town, kiosks.device(town, "三楼")), "10.0.1.1") == 429


def test_codes_are_given_by_staff_of_the_place_and_never_to_oneself(town):
    e, tong = town.person("e").id, town.phone("tong")
    told = tong.data("POST", f"/people/{e}/one-time-code")
    assert len(told["code"]) == 6
    line = session.scalars(sa.select(JournalLine).where(JournalLine.verb == "give_card_code")).one()
    assert (line.actor_id, line.subject_id, line.organisation_id) == (tong.id, e, town.songtao)
    assert told["code"] not in str(vars(line))
    assert town.phone("bai").post(f"/people/{e}/one-time-code").status_code == 404
    assert town.phone("pei").post(f"/people/{e}/one-time-code").status_code == 403
    kiosks.card_of(town, "tong")
    assert tong.post(f"/people/{tong.id}/one-time-code").status_code == 403


def test_one_makes_ones_own_code_if_one_has_a_card(town, terminal):
    ning = town.phone("ning")
    assert ning.post("/me/one-time-code").json["error"] == "NO_CARD"
    card = kiosks.card_of(town, "ning")
    told = ning.data("POST", "/me/one-time-code")
    assert sign_in(terminal, told["code"], card).status_code == 201
    assert ning.data("GET", "/me/security-events")["list"][0]["title"] == "用自己手机上的验证码登录了自助终端"
    assert any(one["kind"] == "security_kiosk" for one in ning.data("GET", "/me/notices")["list"])


def test_saying_that_it_was_not_me_ends_it(town):
    kiosks.card_of(town, "ning")
    there = kiosks.holder(town, "ning", giver=None)
    ning = town.phone("ning")
    kiosks.code_for(town, "ning", giver=None)
    event = next(one for one in ning.data("GET", "/me/security-events")["list"] if one["kind"] == "kiosk")
    ning.data("POST", f"/me/security-events/{event['id']}/deny")
    assert there.get("/me").status_code == 401
    assert session.scalar(sa.select(sa.func.count()).select_from(CardCode)) == 0


def test_a_second_holder_puts_the_first_one_out(town):
    token = kiosks.device(town)
    first = kiosks.holder(town, token=token)
    second = kiosks.holder(town, "ning", token=token)
    assert [first.get("/me").status_code, second.get("/me").status_code] == [401, 200]


def test_what_is_over_is_forgotten(town):
    kiosks.holder(town)
    kiosks.code_for(town)
    jobs = {job.name: job for job in deadlines.JOBS}
    with in_minutes(11):
        for name in ("kiosks.forget_codes", "kiosks.forget_sessions"):
            for found in jobs[name].due():
                with transaction():
                    jobs[name].work(found)
    for table in (CardCode, KioskSession):
        assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


# --- what a holder does -----------------------------------------------------------------------------------


def test_a_holder_signs_up_orders_cancels_and_confirms_and_the_journal_says_where(town):
    activity = volunteering.published(town)
    shop.rich(town, "e", 50)
    shelf = shop.opened(town)
    item = shop.goods(town, shelf)
    cast.open_round(town)
    e = kiosks.holder(town)
    assert e.data("POST", f"/activities/{activity}/sign-up")["state"] == "confirmed"
    assert e.data("GET", "/me/sign-ups")["list"][0]["activity"]["inCharge"] == ""
    e.data("POST", f"/activities/{activity}/cancel-sign-up")
    held = e.data("GET", "/me/points")["held"]
    order = e.data("POST", "/redemptions", {"shopId": shelf, "lines": [{"itemId": item, "quantity": 1}]})
    assert e.data("GET", f"/redemptions/{order['id']}")["state"] == "requested"
    assert e.data("GET", "/me/points")["held"] == held + 10
    e.data("POST", f"/redemptions/{order['id']}/cancel")
    assert e.data("GET", "/me/points")["held"] == held
    lines = session.scalars(sa.select(JournalLine).where(JournalLine.actor_id == e.id)).all()
    assert {line.verb for line in lines} >= {"sign_up", "cancel_sign_up", "request", "cancel"}
    assert {line.facts["console"] for line in lines if line.verb in ("sign_up", "request", "cancel")} == {
        "kiosk"
    }


def test_a_wish_is_confirmed_there_but_not_with_a_code_of_whoever_made_it_go_on(town):
    """lan reviewed it: a code of theirs confirms nothing of it. tong had no part in it."""
    (wish_id,), _ = cast.published(town, wisher="e", reporter="shao")
    with transaction():
        claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(wish_id, "送到了", actor=cast.by(town, "pei"))
    said = {"solved": True, "satisfaction": 5, "method": "app"}
    answer = kiosks.holder(town, giver="lan").post(f"/wishes/{wish_id}/confirm", said)
    assert (answer.status_code, answer.json["error"]) == (403, "FOUR_EYES")
    e = kiosks.holder(town, giver="tong", token=kiosks.device(town, "另一台"))
    assert e.data("GET", "/me/wishes")["list"][0]["actions"] == ["confirm", "dispute"]
    assert e.data("POST", f"/wishes/{wish_id}/confirm", said)["state"] == "confirmed"
    assert e.post(f"/wishes/{wish_id}/dispute", {"reason": "还没有"}).json["error"] == "KIOSK_READ_ONLY"


def test_who_is_suspended_reads_there_and_does_nothing(town):
    activity = volunteering.published(town)
    with transaction():
        suspending.suspend(
            town.person("e").id,
            "反复提交广告",
            clock.today() + timedelta(days=7),
            actor=cast.by(town, "tong"),
        )
    e = kiosks.holder(town)
    assert e.get("/me/points").status_code == 200
    assert e.post(f"/activities/{activity}/sign-up").json["error"] == "SUSPENDED"


def test_one_acts_for_oneself_there(town):
    activity = volunteering.published(town)
    tong = kiosks.holder(town, "tong", giver="lan")
    body = {"onBehalfOf": {"personId": town.person("e").id, "reason": "没有手机"}}
    for step in ("sign-up", "cancel-sign-up"):
        answer = tong.post(f"/activities/{activity}/{step}", body)
        assert (answer.status_code, answer.json["error"]) == (403, "KIOSK_READ_ONLY")
    assert tong.data("GET", "/me")["roles"] == []


def test_a_code_is_spent_by_one_of_two_at_once(town, at_once):
    code, token = kiosks.code_for(town), kiosks.device(town)

    def enter():
        return kiosk_sessions.open_session("P000001", code, device=terminals.device(token))

    answers = at_once(enter, enter)
    assert sorted(isinstance(one, card_codes.CardCodeWrong) for one in answers) == [False, True]


def test_a_place_with_terminals_in_use_is_not_closed(town):
    there = dict(reorganising.in_the_way(town.songtao)).get("自助终端", 0)
    kiosks.device(town, "东门")
    assert dict(reorganising.in_the_way(town.songtao))["自助终端"] == there + 1
    with transaction():
        newest = session.scalar(sa.select(sa.func.max(Kiosk.id)))
        terminals.revoke(newest, actor=cast.by(town, "admin"))
    assert dict(reorganising.in_the_way(town.songtao)).get("自助终端", 0) == there
