"""A first password: shown once, changed at the first sign-in, over after three days, never for whoever audits."""

import re
from datetime import timedelta

import pyotp
import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.identity import credentials, first_passwords
from backend.identity.models import Credential
from backend.journal import JournalLine
from tests.wishes.cast import by

OWN = "雪松家园的春天 二零二六"


def path_of(town, name):
    return f"/console/appointments/people/{town.person(name).id}/sign-in"


def given(visitor, town, name="shao", login="shao-03"):
    """The administrator sets it up; answers the page's first password."""
    admin = visitor("admin")
    admin.page(path_of(town, name))
    answer = admin.post(path_of(town, name), {"name": login})
    assert answer.status_code == 200, admin.text(answer)
    return re.search(r"\w{4}-\w{4}-\w{4}", admin.text(answer))[0]


def row(town, name):
    return session.get(Credential, town.person(name).id, populate_existing=True)


def test_it_opens_nothing_but_the_page_on_which_it_is_changed(visitor, town):
    password = given(visitor, town)
    one = visitor()
    assert one.sign_in("shao-03", password).status_code == 303
    for path in ("/console/", "/console/people", "/console/account", "/console/imports"):
        assert one.get(path).headers["Location"] == "/console/own-password", path
    page = one.page("/console/own-password")
    assert "主菜单" not in page
    for wrong in ({"password": password, "again": password}, {"password": OWN, "again": "别的"}):
        answer = one.post("/console/own-password", {"name": "shao-03", **wrong})
        assert answer.status_code == 422
        assert one.get("/console/").status_code == 303
    assert (
        one.post("/console/people/1/open", {"reason": "看看"}).headers["Location"] == "/console/own-password"
    )
    changed = {"name": "Shao-03", "password": OWN, "again": OWN}
    assert one.post("/console/own-password", changed).headers["Location"] == "/console/"
    assert "口令已改好" in one.page("/console/")
    assert visitor().sign_in("shao-03", password).status_code == 401
    assert visitor().sign_in("shao-03", OWN).headers["Location"] == "/console/"


def test_the_password_stands_on_one_answer_and_nowhere_else(visitor, town):
    password = given(visitor, town)
    admin = visitor("admin")
    assert password not in admin.page(path_of(town, "shao")) + admin.page("/console/appointments")
    assert password not in row(town, "shao").password_hash
    line = session.scalar(sa.select(JournalLine).where(JournalLine.verb == "set_first_password"))
    assert (line.actor_id, line.subject_id) == (town.person("admin").id, town.person("shao").id)
    assert "设置初始口令" in visitor("shang").page("/console/journal")


def test_after_three_days_it_is_over(visitor, town):
    password = given(visitor, town)
    with clock.frozen_at(clock.now() + first_passwords.STANDS):
        answer = visitor().sign_in("shao-03", password)
        assert answer.status_code == 403
        assert "初始口令已过期" in answer.get_data(as_text=True)
        assert visitor().sign_in("shao-03", "wrong").status_code == 401
    with clock.frozen_at(clock.now() + first_passwords.STANDS - timedelta(minutes=1)):
        assert visitor().sign_in("shao-03", password).status_code == 303


def test_a_new_one_ends_what_the_person_had(visitor, town):
    """A phone that was lost, a console left open, a password somebody saw."""
    sitting = visitor("shao")
    with transaction():
        credentials.begin_one_time_codes(actor=by(town, "shao"))
    secret = pyotp.parse_uri(credentials.one_time_address(town.person("shao").id)).secret
    with transaction():
        credentials.confirm_one_time_codes(pyotp.TOTP(secret).at(clock.now()), actor=by(town, "shao"))
    password = given(visitor, town, login="shao")
    assert sitting.get("/console/").headers["Location"].startswith("/console/sign-in")
    assert visitor().sign_in("shao").status_code == 401
    assert visitor().sign_in("shao", password).status_code == 303


def test_who_signs_in_by_phone_meanwhile_need_not_change_it(visitor, town):
    given(visitor, town)
    one = visitor()
    one.get("/console/sign-in")
    page = one.page(one.post("/console/sign-in/scan").headers["Location"])
    code = re.search(r"console-sign-ins/([\w-]+)/approve", page)[1]
    town.phone("shao").data("POST", f"/console-sign-ins/{code}/approve")
    assert one.post("/console/sign-in/scan/finish").status_code == 303
    assert "今日待办" in one.page("/console/")


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
    admin.page(path_of(town, "shao"))
    answer = admin.post(path_of(town, "shao"), {"name": login})
    assert answer.status_code in (409, 422)
    assert sentence in admin.text(answer)


def test_only_administrators_set_it_up_and_nobody_unknown_gets_one(visitor, town):
    for name in ("tong", "jie", "shang"):
        assert visitor(name).get(path_of(town, "shao")).status_code == 403
    assert visitor("admin").get("/console/appointments/people/999999/sign-in").status_code == 404


def test_who_has_their_own_password_is_not_asked_again(visitor):
    assert visitor("tong").get("/console/own-password").headers["Location"] == "/console/account"
