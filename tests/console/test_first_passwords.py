"""A first password: asked for by one administrator, agreed to by another, shown once, changed at the first sign-in,
over after three days; never for whoever can scan or audits."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import credentials, first_passwords
from backend.identity.models import Credential, FirstPasswordRequest
from backend.journal import JournalLine
from backend.organisations.models import Organisation
from backend.people import actions as people
from backend.people.models import Appointment
from tests.wishes.cast import by

OWN = "雪松家园的春天 二零二六"


LOGIN = "egui"


@pytest.fixture(autouse=True)
def _offices(town):
    """鄂桂兰 has no phone and helps in the office; 解长河 is the city's second administrator."""
    with transaction():
        people.write_appointment(
            town.person("e").id, "community_staff", town.songtao, clock.today(), None, actor=None
        )
        appoint_second(town)


def appoint_second(town):
    city = session.scalar(sa.select(Organisation.id).where(Organisation.kind == "city"))
    people.write_appointment(town.person("jie").id, "city_admin", city, clock.today(), None, actor=None)


def path_of(town, name):
    return f"/console/appointments/people/{town.person(name).id}/sign-in"


def asked(visitor, town, name="e", login=LOGIN):
    """An administrator asks for it; answers them and the id of the request."""
    admin = visitor("admin")
    admin.page(path_of(town, name))
    answer = admin.post(path_of(town, name), {"name": login})
    assert answer.status_code == 303, admin.text(answer)
    return admin, first_passwords.of(town.person(name).id).id


def agreed(visitor, request_id, decision="grant"):
    second = visitor("jie")
    second.page(f"/console/first-passwords/{request_id}")
    return second.post(f"/console/first-passwords/{request_id}/{decision}")


def given(visitor, town, name="e", login=LOGIN):
    """One asks, the other agrees, the first makes it; answers the page's first password."""
    admin, request_id = asked(visitor, town, name, login)
    assert agreed(visitor, request_id).status_code == 303
    assert "已同意" in admin.page(path_of(town, name))
    answer = admin.post(f"{path_of(town, name)}/password")
    assert answer.status_code == 200, admin.text(answer)
    return re.search(r"\w{4}-\w{4}-\w{4}", admin.text(answer))[0]


def row(town, name):
    return session.get(Credential, town.person(name).id, populate_existing=True)


def test_it_opens_nothing_but_the_page_on_which_it_is_changed(visitor, town):
    password = given(visitor, town)
    one = visitor()
    assert one.sign_in(LOGIN, password).status_code == 303
    for path in ("/console/", "/console/people", "/console/account", "/console/imports"):
        assert one.get(path).headers["Location"] == "/console/own-password", path
    page = one.page("/console/own-password")
    assert "主菜单" not in page
    for wrong in ({"password": password, "again": password}, {"password": OWN, "again": "别的"}):
        answer = one.post("/console/own-password", {"name": LOGIN, **wrong})
        assert answer.status_code == 422
        assert one.get("/console/").status_code == 303
    assert (
        one.post("/console/people/1/open", {"reason": "看看"}).headers["Location"] == "/console/own-password"
    )
    changed = {"name": LOGIN.title(), "password": OWN, "again": OWN}
    assert one.post("/console/own-password", changed).headers["Location"] == "/console/"
    assert "口令已改好" in one.page("/console/")
    assert visitor().sign_in(LOGIN, password).status_code == 401
    assert visitor().sign_in(LOGIN, OWN).headers["Location"] == "/console/"


def test_the_password_stands_on_one_answer_and_nowhere_else(visitor, town):
    password = given(visitor, town)
    admin = visitor("admin")
    assert password not in admin.page(path_of(town, "e")) + admin.page("/console/appointments")
    assert password not in row(town, "e").password_hash
    line = session.scalar(sa.select(JournalLine).where(JournalLine.verb == "set_first_password"))
    assert (line.actor_id, line.subject_id) == (town.person("admin").id, town.person("e").id)
    assert "设置初始口令" in visitor("shang").page("/console/journal")


def test_after_three_days_it_is_over(visitor, town):
    password = given(visitor, town)
    with clock.frozen_at(clock.now() + first_passwords.STANDS):
        answer = visitor().sign_in(LOGIN, password)
        assert answer.status_code == 403
        assert "初始口令已过期" in answer.get_data(as_text=True)
        assert visitor().sign_in(LOGIN, "wrong").status_code == 401
    with clock.frozen_at(clock.now() + first_passwords.STANDS - timedelta(minutes=1)):
        assert visitor().sign_in(LOGIN, password).status_code == 303


def test_a_new_one_ends_what_the_person_had(visitor, town):
    """A phone that was lost, a console left open, a password somebody saw."""
    before = "雪松家园的冬天 二零二六"
    kept = credentials.hashed(before)
    with transaction():
        credentials.keep(town.person("e").id, LOGIN, kept, actor=None)
    sitting = visitor()
    assert sitting.sign_in(LOGIN, before).status_code == 303
    with transaction():
        credentials.begin_one_time_codes(actor=by(town, "e"))
    secret = pyotp.parse_uri(credentials.one_time_address(town.person("e").id)).secret
    with transaction():
        credentials.confirm_one_time_codes(pyotp.TOTP(secret).at(clock.now()), actor=by(town, "e"))
    password = given(visitor, town)
    assert sitting.get("/console/").headers["Location"].startswith("/console/sign-in")
    assert visitor().sign_in(LOGIN, before).status_code == 401
    assert visitor().sign_in(LOGIN, password).status_code == 303


def test_whoever_can_scan_gets_none_and_is_never_signed_in_by_another(visitor, town):
    """AT7: an administrator became any clerk by a first password, and nobody told the clerk."""
    admin = visitor("admin")
    before = row(town, "lan").password_hash
    for answer in (admin.get(path_of(town, "lan")), admin.post(path_of(town, "lan"), {"name": "lan"})):
        assert answer.status_code == 403
        assert "请本人用手机扫码登录" in admin.text(answer)
    assert row(town, "lan").password_hash == before
    assert first_passwords.of(town.person("lan").id) is None


def test_nobody_is_both_administrators(visitor, town):
    admin, request_id = asked(visitor, town)
    assert admin.post(f"{path_of(town, 'e')}/password").status_code == 403
    admin.page(path_of(town, "e"))
    assert "同意" not in admin.page(f"/console/first-passwords/{request_id}").split("核对")[1]
    assert admin.post(f"/console/first-passwords/{request_id}/grant").status_code == 403
    agreed(visitor, request_id)
    second = visitor("jie")
    second.page(path_of(town, "e"))
    assert second.post(f"{path_of(town, 'e')}/password").status_code == 403
    assert row(town, "e") is None


def test_the_database_alone_forbids_that_one_person_asks_and_agrees(town):
    now, admin = clock.now(), town.person("admin").id
    times = {"asked_at": now, "expires_at": now, "decided_at": now}
    row_of_one = {
        "name": "e",
        "place_id": town.songtao,
        "asked_by_id": admin,
        "decided_by_id": admin,
        "granted": True,
        **times,
    }
    insert = sa.insert(FirstPasswordRequest).values(person_id=town.person("e").id, **row_of_one)
    with transaction(), pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(insert)


def test_where_there_is_one_administrator_the_refusal_names_the_other_way(visitor, town):
    with transaction():
        session.execute(
            sa.delete(Appointment).where(
                Appointment.person_id == town.person("jie").id, Appointment.role == "city_admin"
            )
        )
    admin = visitor("admin")
    admin.page(path_of(town, "e"))
    answer = admin.post(path_of(town, "e"), {"name": LOGIN})
    assert answer.status_code == 403
    assert "请运维人员运行命令" in admin.text(answer)


def test_a_refused_a_taken_back_and_an_expired_request_make_no_password(visitor, town):
    admin, request_id = asked(visitor, town)
    assert agreed(visitor, request_id, "refuse").status_code == 303
    assert "没有得到同意" in admin.page(path_of(town, "e"))
    assert admin.post(f"{path_of(town, 'e')}/password").status_code == 403
    admin, request_id = asked(visitor, town)
    assert agreed(visitor, request_id).status_code == 303
    assert agreed(visitor, request_id).status_code == 409, "decided twice"
    with clock.frozen_at(clock.now() + first_passwords.STANDS + timedelta(minutes=1)):
        late = visitor("admin")
        assert "已过期" in late.page(path_of(town, "e"))
        assert late.post(f"{path_of(town, 'e')}/password").status_code == 403
    admin.page(path_of(town, "e"))
    assert admin.post(f"{path_of(town, 'e')}/take-back").status_code == 303
    assert admin.post(f"{path_of(town, 'e')}/password").status_code == 403
    assert row(town, "e") is None


def test_a_password_is_made_once_of_one_agreement(visitor, town):
    given(visitor, town)
    admin = visitor("admin")
    admin.page(path_of(town, "e"))
    assert admin.post(f"{path_of(town, 'e')}/password").status_code == 403


def test_the_one_who_asked_is_told_of_the_decision(visitor, town):
    _admin, request_id = asked(visitor, town)
    agreed(visitor, request_id)
    (told, *_) = town.phone("admin").data("GET", "/me/notices")["list"]
    assert (told["kind"], told["title"]) == ("first_password_decided", "初始口令：已同意")


def test_the_journal_marks_what_is_done_in_a_console_that_it_opened(visitor, town):
    """Also once the password was changed there: whoever was handed it may still be sitting in it."""
    password = given(visitor, town)
    one = visitor()
    one.sign_in(LOGIN, password)
    one.page("/console/own-password")
    one.post("/console/own-password", {"name": LOGIN, "password": OWN, "again": OWN})
    person_id = town.person("wulan").id
    one.page(f"/console/people/{person_id}")
    assert one.post(f"/console/people/{person_id}/open", {"reason": "核实身份"}).status_code == 200
    opened = sa.select(JournalLine).where(JournalLine.verb == "open_person").order_by(JournalLine.id)
    assert session.scalars(opened).all()[-1].facts["console"] == "first_password"
    assert "用初始口令登录" in visitor("shang").page("/console/journal")
    again = visitor()
    again.sign_in(LOGIN, OWN)
    again.page(f"/console/people/{person_id}")
    again.post(f"/console/people/{person_id}/open", {"reason": "核实身份"})
    session.expire_all()
    assert "console" not in (session.scalars(opened).all()[-1].facts or {})
    lines = session.scalars(sa.select(JournalLine).where(JournalLine.actor_id == town.person("admin").id))
    assert all("console" not in (line.facts or {}) for line in lines)


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [("shang", 403, "不设初始口令"), ("admin", 403, "不能给自己"), ("ning", 403, "今天没有任职")],
)
def test_for_whom_there_is_none(visitor, town, name, status, sentence):
    admin = visitor("admin")
    before = row(town, name) and row(town, name).password_hash
    for answer in (admin.get(path_of(town, name)), admin.post(path_of(town, name), {"name": "somebody"})):
        assert answer.status_code == status
        assert sentence in admin.text(answer)
    assert (row(town, name) and row(town, name).password_hash) == before


@pytest.mark.parametrize(
    ("login", "sentence"), [("tong", "已有人使用"), ("邵 景", "登录名用"), ("", "请填写")]
)
def test_a_name_that_will_not_do_is_refused_beside_the_field(visitor, town, login, sentence):
    admin = visitor("admin")
    admin.page(path_of(town, "e"))
    answer = admin.post(path_of(town, "e"), {"name": login})
    assert answer.status_code in (409, 422)
    assert sentence in admin.text(answer)


def test_only_administrators_set_it_up_and_nobody_unknown_gets_one(visitor, town):
    for name in ("tong", "lan", "shang"):
        assert visitor(name).get(path_of(town, "e")).status_code == 403
    assert visitor("admin").get("/console/appointments/people/999999/sign-in").status_code == 404


def test_who_has_their_own_password_is_not_asked_again(visitor):
    assert visitor("tong").get("/console/own-password").headers["Location"] == "/console/account"
