"""What happens to my account reaches me; and “不是我操作的” ends everything but where I say so."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import binding, console_sessions, credentials
from backend.identity.models import ScanSignIn
from backend.outbox.models import Delivery, Notice
from backend.people import accounts, actions, appointing
from backend.people.security_events import SecurityEvent, forget, over
from backend.seeds import demo
from backend.wechat.simulator.rules import openid_of
from tests.api.test_paging import walk
from tests.wishes.cast import by


def events(phone):
    return phone.data("GET", "/me/security-events")["list"]


def told(phone):
    return [one for one in phone.data("GET", "/me/notices")["list"] if one["kind"].startswith("security_")]


def console_of(town, name="tong", method="password"):
    with transaction():
        return console_sessions.enter(town.person(name).id, method, "Chrome，Windows")


def test_each_thing_that_happens_stands_in_the_list_and_in_the_inbox(town):
    tong, admin = town.person("tong").id, by(town, "admin")
    console_of(town)
    kept = credentials.hashed("a lamp in the hall")
    with transaction():
        credentials.keep(tong, "tong", kept, actor=by(town, "tong"))
        accounts.keep_phone("15600000099", actor=by(town, "tong"))
    with transaction():
        row = actions.appoint(tong, "shop_keeper", town.songtao, clock.today(), None, actor=admin)
    with transaction():
        appointing.end(row.id, actor=admin)
    phone = town.phone("tong")
    found = [(one["kind"], one["title"]) for one in events(phone)]
    assert found == [
        ("session", "登录了小程序"),
        ("role", "松涛社区的超市管理员任职已结束"),
        ("role", "被任命为松涛社区的超市管理员"),
        ("phone", "更换了手机号"),
        ("password", "工作后台换了口令"),
        ("console", "用口令登录了工作后台"),
    ]
    assert [one["kind"] for one in told(phone)] == [
        "security_role",
        "security_role",
        "security_phone",
        "security_password",
        "security_console",
    ]
    (first, *_) = reversed(events(phone))
    assert first["device"] == "Chrome，Windows"


def test_a_card_that_is_bound_tells_its_holder_on_the_phone_that_got_it(town):
    with transaction():
        card = actions.create_card_holder("公孙大年", town.songtao, actor=by(town, "tong"))
    with transaction():
        binding.bind(card.id, openid_of("linghu"), actor=by(town, "tong"))
    (seen,) = [one for one in events(town.phone("linghu")) if one["kind"] == "card"]
    assert seen["title"] == f"纸质卡 {card.card_number} 绑定了微信"


def test_the_same_number_again_is_no_event(town):
    for _ in range(2):
        with transaction():
            accounts.keep_phone("15600000099", actor=by(town, "ning"))
    assert [one["kind"] for one in events(town.phone("ning"))].count("phone") == 1


def test_a_number_can_be_taken_back_and_twice_is_once(town):
    phone = town.phone("ning")
    assert phone.data("GET", "/me")["phone"]
    for _ in range(2):
        assert phone.data("DELETE", "/me/phone")["phone"] is None
    assert [one["title"] for one in events(phone)].count("删除了手机号") == 1


def test_the_list_is_paged_and_nobody_elses(town):
    for _ in range(5):
        console_of(town)
    console_of(town, "lan")
    rows = walk(town.phone("tong"), "/me/security-events", 2)
    assert [one["kind"] for one in rows] == ["session", *["console"] * 5]
    assert sorted(one["id"] for one in rows) == [one["id"] for one in reversed(rows)]


def denied(phone, kind="console"):
    (event, *_) = [one for one in events(phone) if one["kind"] == kind]
    assert event["actions"] == ["deny"]
    return phone.post(f"/me/security-events/{event['id']}/deny")


def test_not_me_ends_all_other_sign_ins_and_bars_the_password(town):
    first, phone = town.phone("tong"), town.phone("tong")
    token = console_of(town)
    answer = denied(phone)
    assert answer.json["data"] == {"sessions": 1, "consoles": 1, "passwordBarred": True}
    assert first.get("/me").status_code == 401
    assert phone.get("/me").status_code == 200
    with pytest.raises(console_sessions.SessionEnded):
        console_sessions.entered(token)
    with pytest.raises(credentials.PasswordBarred):
        credentials.person_with("tong", demo.password(), "")
    with pytest.raises(credentials.WrongPassword):
        credentials.person_with("tong", "something else", "")
    kept = credentials.hashed("a lamp in the hall")
    with transaction():
        credentials.keep(town.person("tong").id, "tong", kept, actor=by(town, "tong"))
    assert credentials.person_with("tong", "a lamp in the hall", "")[0] == phone.id


def test_not_me_tells_the_administrators_and_the_supervisor_once_and_no_clerk(town):
    phone = town.phone("tong")
    console_of(town)
    assert denied(phone).status_code == 200
    event = next(one for one in events(phone) if one["kind"] == "console")
    assert event["deniedAt"]
    assert event["actions"] == []
    again = phone.post(f"/me/security-events/{event['id']}/deny")
    assert again.json["data"]["consoles"] == 0
    for name in ("admin", "yan"):
        notices = town.phone(name).data("GET", "/me/notices")["list"]
        found = [one for one in notices if one["kind"] == "security_denied"]
        assert len(found) == 1, name
        assert "佟**" in found[0]["body"]
    for name in ("lan", "luo", "bai", "tong"):
        notices = town.phone(name).data("GET", "/me/notices")["list"]
        assert not [one for one in notices if one["kind"] == "security_denied"], name


def test_not_me_also_shuts_a_console_that_was_approved_and_is_not_open_yet(town):
    with transaction():
        code, secret = console_sessions.begin_scan("Chrome，Windows")
    answer = console_sessions.number_on_screen(secret)
    with transaction():
        assert console_sessions.approve(code, answer, actor=by(town, "tong")) is None
    denied(town.phone("tong"), "session")
    assert session.scalar(sa.select(sa.func.count()).select_from(ScanSignIn)) == 0
    with pytest.raises(console_sessions.SignInOver), transaction():
        console_sessions.redeem(secret, "Chrome，Windows")


def test_anothers_event_is_not_there_and_what_staff_did_openly_is_complained_about(town):
    console_of(town)
    mine = session.scalar(sa.select(sa.func.max(SecurityEvent.id)))
    assert town.phone("lan").post(f"/me/security-events/{mine}/deny").status_code == 404
    with transaction():
        session.add(
            SecurityEvent(person_id=town.person("ning").id, at=clock.now(), kind="suspended", title="停用")
        )
    mine = session.scalar(sa.select(sa.func.max(SecurityEvent.id)))
    answer = town.phone("ning").post(f"/me/security-events/{mine}/deny")
    assert (answer.status_code, answer.json["error"]) == (409, "NOT_TO_BE_DENIED")


def test_a_year_later_it_is_forgotten(town):
    console_of(town)
    assert over() == []
    with clock.frozen_at(clock.now() + timedelta(days=366)):
        (only,) = over()
        with transaction():
            forget(only)
        assert over() == []


def test_wechat_is_to_tell_it_as_well_but_not_the_quiet_ones(town):
    console_of(town)
    town.phone("tong")
    sent = session.execute(
        sa.select(Delivery.template, Delivery.data, Notice.kind)
        .join(Notice, Notice.id == Delivery.notice_id)
        .where(Notice.person_id == town.person("tong").id, Notice.kind.like("security_%"))
    ).all()
    assert [(row.template, row.kind) for row in sent] == [("account_security", "security_console")]
    assert sent[0].data["thing1"] == "用口令登录了工作后台"
