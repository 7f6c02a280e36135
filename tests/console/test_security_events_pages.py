"""My account's security events at the console, and “不是我操作的” from there."""

import sqlalchemy as sa

from backend.db import session, transaction
from backend.people.security_events import SecurityEvent


def test_at_the_console_not_me_leaves_this_one_open_to_choose_a_new_password(visitor, town):
    here, there = visitor("tong"), visitor("tong")
    page = here.page("/console/account")
    assert page.count("不是我操作的</button>") == 2
    event = session.scalar(sa.select(sa.func.max(SecurityEvent.id)))
    answer = here.post(f"/console/account/events/{event}/deny")
    assert answer.status_code == 303
    assert "口令已停用" in here.page("/console/account")
    assert there.get("/console/").headers["Location"].startswith("/console/sign-in")
    assert visitor().sign_in("tong").status_code == 403
    chosen = {"name": "tong", "password": "a lamp in the hall", "again": "a lamp in the hall"}
    assert here.post("/console/account/password", chosen).status_code == 303
    assert visitor().sign_in("tong", "a lamp in the hall").status_code == 303


def test_somebody_with_nothing_to_show_is_told_so(visitor, town):
    with transaction():
        session.execute(sa.delete(SecurityEvent))
    clerk = visitor("lan")
    with transaction():
        session.execute(sa.delete(SecurityEvent))
    assert "还没有记录" in clerk.page("/console/account")
