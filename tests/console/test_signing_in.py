"""Into the console: by password, by a code the phone approves; and all the ways in which nobody gets in."""

import re
from datetime import timedelta
from unittest.mock import patch

import pyotp
import pytest
import sqlalchemy as sa

from backend import clock, config
from backend.db import session, transaction
from backend.identity import attempts, console_sessions, credentials
from backend.identity.models import ConsoleSession, ScanSignIn, SignInAttempt
from backend.people import appointing
from backend.people.models import Appointment
from backend.seeds import demo
from tests.wishes.cast import by


def cookie_of(visitor):
    return visitor.client.get_cookie("console").value


def open_consoles():
    session.expire_all()
    return session.scalar(sa.select(sa.func.count()).select_from(ConsoleSession))


@pytest.mark.parametrize("name", ["tong", "shao", "bu", "yan", "jie", "admin", "shang"])
def test_every_role_enters_with_its_demo_name(visitor, name):
    assert "今日待办" in visitor(name).page("/console/")


def test_a_resident_is_told_why_they_may_not_enter(visitor):
    answer = visitor().sign_in("ning")
    assert answer.status_code == 403
    assert "只对在任的工作人员开放" in visitor().text(answer)


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(visitor):
    one, other = visitor().sign_in("tong", "wrong"), visitor().sign_in("nobody-here", "wrong")
    assert (one.status_code, other.status_code) == (401, 401)
    assert all("名字、口令或动态口令不对" in answer.get_data(as_text=True) for answer in (one, other))


def test_an_unknown_name_costs_a_hash_too(town):
    with patch.object(credentials, "_HASHER", wraps=credentials._HASHER) as hasher:
        for name in ("tong", "nobody-here"):
            with pytest.raises(credentials.WrongPassword):
                credentials.person_with(name, "wrong", "")
    assert hasher.verify.call_count == 2


def try_often(visitor, name, times):
    return [visitor().sign_in(name, "wrong").status_code for _ in range(times)]


@pytest.mark.parametrize("name", ["tong", "nobody-here"])
def test_a_name_locks_after_five_tries_also_one_that_does_not_exist(visitor, name):
    assert try_often(visitor, name, 6) == [401] * 5 + [429]


def test_the_right_password_does_not_open_a_locked_name_and_the_lock_grows(visitor):
    try_often(visitor, "tong", 5)
    locked = visitor().sign_in("tong")
    assert locked.status_code == 429
    assert 1 <= int(locked.headers["Retry-After"]) <= 60
    with clock.frozen_at(clock.now() + timedelta(minutes=1, seconds=1)):
        assert visitor().sign_in("tong", "wrong").status_code == 401
        answer = visitor().sign_in("tong")
        assert answer.status_code == 429
        assert "2 分钟" in answer.get_data(as_text=True)
    with clock.frozen_at(clock.now() + timedelta(minutes=4)):
        assert visitor().sign_in("tong").status_code == 303
    # Of this address all is forgotten, of the name that it was tried wrongly six times.
    assert session.scalars(sa.select(SignInAttempt.failures)).all() == [6]


def test_the_session_is_a_new_one_after_signing_in(visitor):
    """Session fixation: what an attacker put into the cookie before is worth nothing afterwards."""
    one = visitor()
    one.get("/console/sign-in")
    before = cookie_of(one)
    one.sign_in("tong")
    assert cookie_of(one) != before
    stranger = visitor()
    stranger.client.set_cookie("console", before)
    assert stranger.get("/console/").status_code == 303


def test_a_cookie_that_was_signed_out_is_worth_nothing(visitor):
    one = visitor("tong")
    kept = cookie_of(one)
    one.page("/console/")
    one.post("/console/sign-out")
    thief = visitor()
    thief.client.set_cookie("console", kept)
    assert thief.get("/console/").status_code == 303


def test_the_cookie_is_hidden_from_scripts_and_from_other_sites(visitor):
    answer = visitor().get("/console/sign-in")
    told = answer.headers["Set-Cookie"]
    assert "HttpOnly" in told
    assert "SameSite=Strict" in told
    secure = visitor().get("/console/sign-in", base_url="https://console.test").headers["Set-Cookie"]
    assert secure.startswith("__Host-console=")
    assert all(word in secure for word in ("Secure", "Path=/", "HttpOnly"))
    assert "Domain" not in secure


@pytest.mark.parametrize("minutes", [31, 12 * 60 + 1])
def test_a_console_ends_after_idle_time_and_after_a_day_of_work(visitor, minutes):
    one = visitor("tong")
    began = clock.now()
    for passed in range(0, minutes - 30, 20):
        with clock.frozen_at(began + timedelta(minutes=passed)):
            assert one.get("/console/").status_code == 200, passed
    with clock.frozen_at(began + timedelta(minutes=minutes)):
        assert one.get("/console/").headers["Location"].startswith("/console/sign-in?next=")


def test_whose_appointment_ended_is_out_at_the_next_click(visitor, town):
    one = visitor("tong")
    row = session.scalar(sa.select(Appointment).where(Appointment.person_id == town.person("tong").id))
    with transaction():
        appointing.end(row.id, actor=by(town, "admin"))
    assert one.get("/console/").status_code == 403


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test/",
        "/console/\\evil.test",
        "javascript:alert(1)",
        "/\\evil.test",
        "/elsewhere",
        "/console/\nx",
        "/console/@evil.test",
    ],
)
def test_signing_in_never_leads_to_another_site(visitor, wanted):
    assert visitor().sign_in("tong", next_page=wanted).headers["Location"] == "/console/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(visitor):
    one = visitor()
    asked = one.get("/console/wishes?state=published")
    assert asked.headers["Location"] == "/console/sign-in?next=/console/wishes?state%3Dpublished"
    assert one.sign_in("tong", next_page="/console/wishes?state=published").headers["Location"] == (
        "/console/wishes?state=published"
    )


def test_signing_in_leads_back_to_a_search_for_two_words(visitor):
    asked = "/console/wishes?text=%E5%8F%B0%E7%81%AF+*"
    assert visitor().sign_in("tong", next_page=asked).headers["Location"] == asked


def begin_scan(visitor):
    """The code on the screen, and the number below it."""
    visitor.get("/console/sign-in")
    visitor.post("/console/sign-in/scan")
    page = visitor.page("/console/sign-in/scan")
    code = page.split("/console-sign-ins/")[1].split("/approve")[0]
    return code, re.search(r'data-choice="(\d\d)"', page)[1]


def wrong_of(phone, code, number):
    return next(one for one in phone.data("GET", f"/console-sign-ins/{code}")["choices"] if one != number)


def test_a_phone_lets_the_computer_in_as_its_owner_once(visitor, town):
    one = visitor()
    code, number = begin_scan(one)
    assert one.get("/console/sign-in/scan/standing").json == {"standing": "waiting"}
    phone = town.phone("lan")
    assert phone.data("GET", f"/console-sign-ins/{code}")["browser"]
    phone.data("POST", f"/console-sign-ins/{code}/approve", {"choice": number})
    assert one.get("/console/sign-in/scan/standing").json == {"standing": "allowed"}
    assert one.post("/console/sign-in/scan/finish").status_code == 303
    assert "蓝思源" in one.page("/console/")
    assert phone.post(f"/console-sign-ins/{code}/approve", {"choice": number}).status_code == 409


def test_a_photographed_code_opens_nothing_in_another_browser(visitor, town):
    code, number = begin_scan(visitor())
    town.phone("lan").data("POST", f"/console-sign-ins/{code}/approve", {"choice": number})
    stranger = visitor()
    begin_scan(stranger)
    assert stranger.post("/console/sign-in/scan/finish").status_code == 409
    assert open_consoles() == 0


def test_a_resident_may_not_approve_and_an_old_code_is_over(visitor, town):
    code, number = begin_scan(visitor())
    assert town.phone("ning").post(f"/console-sign-ins/{code}/approve", {"choice": number}).status_code == 403
    assert town.phone("ning").post(f"/console-sign-ins/{code}/approve").status_code == 403
    with clock.frozen_at(clock.now() + timedelta(seconds=121)):
        assert town.phone("lan").post(f"/console-sign-ins/{code}/approve").status_code == 409
    assert town.phone("lan").post("/console-sign-ins/none/approve").status_code == 409


def test_the_phone_is_shown_three_numbers_and_one_of_them_stands_on_the_screen(visitor, town):
    code, number = begin_scan(visitor())
    choices = town.phone("lan").data("GET", f"/console-sign-ins/{code}")["choices"]
    assert len(set(choices)) == 3
    assert all(re.fullmatch(r"[1-9]\d", one) for one in choices)
    assert number in choices


def test_a_wrong_number_ends_the_code_for_good(visitor, town):
    """AT9: who was sent a code by somebody else does not see the screen, and guesses once."""
    one, phone = visitor(), town.phone("lan")
    code, number = begin_scan(one)
    answer = phone.post(f"/console-sign-ins/{code}/approve", {"choice": wrong_of(phone, code, number)})
    assert (answer.status_code, answer.json["error"]) == (409, "WRONG_CHOICE")
    again = phone.post(f"/console-sign-ins/{code}/approve", {"choice": number})
    assert (again.status_code, again.json["error"]) == (409, "SIGN_IN_OVER")
    assert one.get("/console/sign-in/scan/standing").json == {"standing": "over"}
    assert one.post("/console/sign-in/scan/finish").status_code == 409
    assert open_consoles() == 0


def test_a_wrong_number_under_a_key_is_answered_the_same_again(visitor, town):
    phone = town.phone("lan")
    code, number = begin_scan(visitor())
    wrong = {"choice": wrong_of(phone, code, number)}
    answers = [
        phone.post(f"/console-sign-ins/{code}/approve", wrong, Idempotency_Key="one-key-of-mine")
        for _ in range(2)
    ]
    assert [one.json["error"] for one in answers] == ["WRONG_CHOICE", "WRONG_CHOICE"]


def test_a_phone_that_shows_no_numbers_is_told_to_update_and_the_code_goes_on(visitor, town):
    phone = town.phone("lan")
    code, number = begin_scan(visitor())
    answer = phone.post(f"/console-sign-ins/{code}/approve")
    assert answer.status_code == 422
    assert "更新小程序" in answer.json["data"]["choice"][0]
    assert phone.post(f"/console-sign-ins/{code}/approve", {"choice": int(number)}).status_code == 200


def test_a_code_of_the_release_before_is_over_because_its_screen_shows_no_number(visitor, town):
    code, _number = begin_scan(visitor())
    with transaction():
        session.execute(sa.update(ScanSignIn).values(choices=None, answer=None))
    phone = town.phone("lan")
    assert phone.get(f"/console-sign-ins/{code}").status_code == 409
    assert phone.post(f"/console-sign-ins/{code}/approve", {"choice": "12"}).status_code == 409


def test_my_other_computers_are_listed_and_can_be_ended(visitor, town):
    here, there = visitor("tong"), visitor("tong")
    stranger = visitor("lan")
    theirs = session.scalar(
        sa.select(ConsoleSession.id).where(ConsoleSession.person_id == town.person("lan").id)
    )
    assert here.page("/console/account").count("让它退出") == 1
    assert here.post(f"/console/account/sessions/{theirs}/end").status_code == 404
    assert here.post("/console/account/sessions/end-others").status_code == 303
    assert there.get("/console/").status_code == 303
    assert here.get("/console/").status_code == 200
    assert stranger.get("/console/").status_code == 200


def test_a_new_password_is_chosen_with_rules_and_ends_other_consoles(visitor):
    here, there = visitor("tong"), visitor("tong")
    for password in ("short", "tong-tong-tong", "aaaaaaaaaaaa"):
        here.get("/console/account")
        told = {"name": "tong", "password": password, "again": password}
        assert here.post("/console/account/password", told).status_code == 422
    here.get("/console/account")
    told = {"name": "tongyuhe", "password": "a lamp in the hall", "again": "a lamp in the hall"}
    assert here.post("/console/account/password", told).status_code == 303
    assert there.get("/console/").status_code == 303
    assert visitor().sign_in("tong").status_code == 401
    assert visitor().sign_in("tongyuhe", "a lamp in the hall").status_code == 303


def test_a_name_belongs_to_one_person(visitor):
    one = visitor("tong")
    one.get("/console/account")
    told = {"name": "lan", "password": "a lamp in the hall", "again": "a lamp in the hall"}
    assert one.post("/console/account/password", told).status_code == 409


def test_a_one_time_code_is_asked_for_once_set_up_and_opens_once(visitor, town):
    one, who = visitor("tong"), by(town, "tong")
    one.page("/console/account")
    one.post("/console/account/one-time-codes")
    totp = pyotp.parse_uri(credentials.one_time_address(who.id))
    now = clock.now()
    one.page("/console/account")
    assert one.post("/console/account/one-time-codes/confirm", {"code": totp.at(now)}).status_code == 303
    with clock.frozen_at(now + timedelta(minutes=2)):
        code = totp.at(clock.now())
        assert visitor().sign_in("tong").status_code == 401
        assert visitor().sign_in("tong", one_time_code="000000").status_code == 401
        assert visitor().sign_in("tong", one_time_code=code).status_code == 303
        assert visitor().sign_in("tong", one_time_code=code).status_code == 401, "a code opens once"


def test_administrators_need_a_one_time_code_in_production(town, visitor):
    with patch.object(config.Settings, "production", True):
        for name in ("admin", "shang"):
            with pytest.raises(credentials.OneTimeCodeNeeded):
                credentials.person_with(name, demo.password(), "")
        assert credentials.person_with("tong", demo.password(), "")[0] == town.person("tong").id


def test_what_is_over_is_forgotten(visitor):
    visitor("tong")
    visitor().sign_in("tong", "wrong")
    begin_scan(visitor())
    with clock.frozen_at(clock.now() + timedelta(hours=25)):
        for due, work in (
            (console_sessions.ended, console_sessions.forget),
            (attempts.over, attempts.forget),
            (console_sessions.scans_over, console_sessions.forget_scan),
        ):
            assert due() != []
            for one in due():
                with transaction():
                    work(one)
            assert due() == []


def test_a_second_tab_leads_on_into_the_console_once_the_first_has_signed_in(visitor):
    first = visitor()
    page = first.page("/console/sign-in")
    stale = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    first.sign_in("tong")
    told = {"csrf_token": stale, "name": "tong", "password": "wrong", "next": "/console/people"}
    answer = first.client.post("/console/sign-in", data=told)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/people")
    first.client.delete_cookie("console")
    assert first.client.post("/console/sign-in", data=told).status_code == 400
