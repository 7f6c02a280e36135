"""一次性链接: the console opened once without a phone, and the two ways of coming in again that are set up there."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import console_links, credentials
from backend.identity.models import ConsoleLink
from backend.journal import JournalLine
from backend.people import actions, sealed
from backend.people.models import Appointment, Person
from backend.wechat.simulator.rules import openid_of
from tests.console.test_signing_in import begin_scan
from tests.console.visitor import Visitor
from tests.wishes.cast import by

OWN = "雪松家园的夏天 二零二六"


def run(app, *words):
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def printed(town, person):
    """The path of the link that the command prints for somebody."""
    told = run(town.app, "console-link", person)
    assert told.exit_code == 0, told.output
    return re.search(r"/console/link/([a-z2-9-]{19})", told.stdout)[1]


def opened(visitor, town, name="e"):
    one = visitor()
    code = printed(town, town.person(name).id)
    one.page(f"/console/link/{code}")
    answer = one.post("/console/link", {"code": code})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/account")
    return one, code


@pytest.fixture(autouse=True)
def office(request):
    """鄂桂兰, who has a paper card and no WeChat, works in the community today."""
    if "town" not in request.fixturenames:
        return
    town = request.getfixturevalue("town")
    with transaction():
        actions.appoint(
            town.person("e").id, "community_staff", town.songtao, clock.today(), None, actor=by(town, "admin")
        )


def test_a_city_is_founded_with_an_administrator_who_comes_in_without_a_mini_program(app):
    """OP1: nobody could enter the console of a new city before a mini-program was written for it."""
    told = run(app, "found-city", "铁力市", "--admin-name", "王敏", "--admin-phone", "139 0458 0001")
    assert told.exit_code == 0, told.output
    person = session.scalars(sa.select(Person)).one()
    assert session.scalars(sa.select(Appointment.role)).all() == ["city_admin"]
    link = run(app, "console-link", "13904580001")
    one = Visitor(app)
    path = re.search(r"http://\S+?(/console/link/\S+)", link.stdout)[1]
    assert "只能用一次" in one.page(path)
    assert one.post("/console/link", {"code": path.rsplit("/", 1)[1]}).status_code == 303
    page = one.page("/console/account")
    assert "您是用一次性链接登录的" in page
    assert "铁力市 · 市级管理员" in page
    assert (
        one.post("/console/account/password", {"name": "wangmin", "password": OWN, "again": OWN}).headers[
            "Location"
        ]
        == "/console/account"
    )
    one.page("/console/account")
    one.post("/console/account/one-time-codes")
    totp = pyotp.parse_uri(credentials.one_time_address(person.id))
    one.page("/console/account")
    now = clock.now()
    assert one.post("/console/account/one-time-codes/confirm", {"code": totp.at(now)}).status_code == 303
    with clock.frozen_at(now + timedelta(minutes=2)):
        again = Visitor(app).sign_in("wangmin", OWN, one_time_code=totp.at(clock.now()))
    assert again.headers["Location"] == "/console/"


def test_a_link_opens_the_console_once_and_only_its_button_does(visitor, town):
    one, code = opened(visitor, town)
    assert session.scalar(sa.select(sa.func.count()).select_from(ConsoleLink)) == 1
    stranger = visitor()
    for answer in (stranger.get(f"/console/link/{code}"), stranger.post("/console/link", {"code": code})):
        assert answer.status_code == 409
        assert "这个登录链接不能用了" in stranger.text(answer)
    assert one.get("/console/").status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(9, 303), (11, 409)])
def test_it_stands_ten_minutes_and_is_typed_however_one_likes(visitor, town, minutes, status):
    code = printed(town, town.person("e").id)
    with clock.frozen_at(clock.now() + timedelta(minutes=minutes)):
        one = visitor()
        one.page("/console/link")
        typed = code.upper().replace("-", " ")
        assert one.post("/console/link", {"code": typed}).status_code == status


def test_only_a_digest_is_kept_and_a_new_link_voids_the_one_before(visitor, town):
    first = printed(town, town.person("e").id)
    second = printed(town, town.person("e").id)
    (row,) = session.scalars(sa.select(ConsoleLink))
    assert second.replace("-", "") not in str(vars(row))
    with pytest.raises(console_links.LinkOver):
        console_links.check(first)
    console_links.check(second)
    line = session.scalars(sa.select(JournalLine).where(JournalLine.verb == "make_console_link")).all()[-1]
    assert (line.actor_id, line.subject_id) == (None, town.person("e").id)


def test_who_is_meant_is_told_by_number_phone_or_card_and_has_to_be_in_office(town):
    assert run(town.app, "console-link", town.person("ning").id).exit_code == 1
    for nobody in ("999999", "13999999999", "P999999", "x"):
        assert run(town.app, "console-link", nobody).exit_code == 1, nobody
    with transaction():
        for name in ("tong", "lan"):
            sealed.keep_phone(session.get(Person, town.person(name).id), "13900001111")
    told = run(town.app, "console-link", "139 0000 1111")
    assert (told.exit_code, printed(town, "P000001") != "") == (1, True)


def test_the_journal_marks_what_is_done_in_a_console_that_a_link_opened(visitor, town):
    one, _code = opened(visitor, town, "tong")
    person_id = town.person("wulan").id
    one.page(f"/console/people/{person_id}")
    assert one.post(f"/console/people/{person_id}/open", {"reason": "核实身份"}).status_code == 200
    line = session.scalars(sa.select(JournalLine).where(JournalLine.verb == "open_person")).all()[-1]
    assert line.facts["console"] == "link"
    assert "用一次性链接登录" in visitor("shang").page("/console/journal")
    assert "用运维人员在命令行生成的链接登录了工作后台" in one.page("/console/account")


def test_saying_that_it_was_not_me_voids_a_link(visitor, town):
    code = printed(town, town.person("lan").id)
    lan = town.phone("lan")
    (event, *_) = lan.data("GET", "/me/security-events")["list"]
    lan.data("POST", f"/me/security-events/{event['id']}/deny")
    with pytest.raises(console_links.LinkOver):
        console_links.check(code)


def bind_code(one):
    """The code of the picture, as the browser's own cookie keeps it, and the number on the screen."""
    one.page("/console/account")
    assert one.post("/console/account/wechat").headers["Location"] == "/console/account/wechat"
    page = one.page("/console/account/wechat")
    with one.client.session_transaction("/console/") as kept:
        return kept["scan"]["code"], re.search(r'data-choice="(\d\d)"', page)[1]


def test_the_phone_that_scans_becomes_the_owner_s_and_signs_in_from_then_on(visitor, town):
    one, _code = opened(visitor, town)
    code, number = bind_code(one)
    phone = town.phone("newcomer")
    assert phone.data("GET", f"/console-sign-ins/{code}")["purpose"] == "bind"
    phone.data("POST", f"/console-sign-ins/{code}/approve", {"choice": number})
    session.expire_all()
    assert session.get(Person, town.person("e").id).openid == openid_of("newcomer")
    assert one.get("/console/sign-in/scan/standing").json == {"standing": "allowed"}
    assert one.post("/console/sign-in/scan/finish").status_code == 409, "it opens no console"
    code, number = begin_scan(other := visitor())
    town.phone("newcomer").data("POST", f"/console-sign-ins/{code}/approve", {"choice": number})
    assert other.post("/console/sign-in/scan/finish").status_code == 303


def test_no_wechat_is_bound_where_there_is_one_or_in_a_console_that_no_link_opened(visitor, town):
    bound, _code = opened(visitor, town, "lan")
    bound.page("/console/account")
    assert bound.post("/console/account/wechat").status_code == 409
    hashed = credentials.hashed(OWN)
    with transaction():
        credentials.keep(town.person("e").id, "egui", hashed, actor=None)
    usual = visitor()
    usual.sign_in("egui", OWN)
    assert "绑定微信" not in usual.page("/console/account")
    assert usual.post("/console/account/wechat").status_code == 409


def test_an_account_with_a_history_of_its_own_is_not_taken_over(visitor, town):
    one, _code = opened(visitor, town)
    code, number = bind_code(one)
    answer = town.phone("ning").post(f"/console-sign-ins/{code}/approve", {"choice": number})
    assert (answer.status_code, answer.json["error"]) == (409, "ACCOUNT_HAS_RECORDS")
