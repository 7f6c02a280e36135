"""A whole record is opened where one is appointed, for a reason, once; the auditor sees that it was."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, journal
from backend.console.frame.labels import day as word
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.people.journal_queries import DAYS_LOOKED_AT, MANY_OPENINGS
from backend.people.models import Residency
from tests.console.test_protection import MARKUP


def openings():
    wanted = sa.select(JournalLine.actor_id, JournalLine.reason).where(JournalLine.verb == "open_person")
    return [tuple(line) for line in session.execute(wanted)]


def test_phone_and_address_are_shown_once_and_the_opening_is_journaled(visitor, town):
    path = f"/console/people/{town.person('e').id}"
    clerk = visitor("tong")
    masked = clerk.page(path)
    assert "鄂桂兰" in masked
    assert "雪松家园" not in masked
    assert "补办纸质卡" in masked
    answer = clerk.post(f"{path}/open", {"reason": "上门服务"})
    assert all(word in clerk.text(answer) for word in ("鄂桂兰", "雪松家园 7 号楼", "离开本页后不再显示"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "雪松家园" not in clerk.page(path)
    assert openings() == [(town.person("tong").id, "上门服务")]
    auditor = visitor("shang").page("/console/journal?verb=openings")
    assert "上门服务" in auditor
    assert "鄂" not in auditor


def test_without_a_reason_nothing_is_opened(visitor, town):
    path = f"/console/people/{town.person('e').id}"
    clerk = visitor("tong")
    clerk.page(path)
    answer = clerk.post(f"{path}/open", {"reason": "  "})
    assert answer.status_code == 422
    assert "雪松家园" not in clerk.text(answer)
    assert openings() == []


def test_a_grid_worker_opens_those_of_their_grid_alone(visitor, town):
    worker = visitor("shao")
    here, elsewhere = town.person("e").id, town.person("pei").id
    assert session.get(Residency, here).grid_id != session.get(Residency, elsewhere).grid_id
    worker.page("/console/")
    assert worker.post(f"/console/people/{elsewhere}/open", {"reason": "看看"}).status_code == 404
    assert worker.post(f"/console/people/{here}/open", {"reason": "上门"}).status_code == 200
    assert [reason for _who, reason in openings()] == ["上门"]


@pytest.mark.parametrize("name", ["admin", "shang", "jie", "yan", "bu"])
def test_who_works_with_totals_opens_nobody_and_is_told_so(visitor, town, name):
    one = visitor(name)
    one.page("/console/")
    for answer in (
        one.post(f"/console/people/{town.person('e').id}/open", {"reason": "检查"}),
        one.get(f"/console/people/{town.person('e').id}"),
        one.get("/console/people?asked=P000001"),
    ):
        assert answer.status_code == 403
        assert "没有办理这件事的权限" in one.text(answer)
        assert "鄂" not in one.text(answer)
    assert openings() == []


def test_a_reason_is_text_wherever_it_is_shown(visitor, town):
    clerk = visitor("tong")
    clerk.page("/console/")
    answer = clerk.post(f"/console/people/{town.person('e').id}/open", {"reason": MARKUP})
    assert "<script>alert" not in clerk.text(answer)
    assert "<script>alert" not in visitor("shang").page("/console/journal?verb=openings")


# --- many openings on one day ---------------------------------------------------------------------------


def opened(town, name, times, days_ago=0):
    with clock.frozen_at(clock.now() - timedelta(days=days_ago)), transaction():
        for _ in range(times):
            reason = {"reason": "集中回访", "place": town.songtao}
            journal.write("open_person", "person", town.person("ning").id, actor=town.person(name), **reason)


def told(page):
    return re.findall(r"<li><a href=[^>]+>(\d+月\d+日)　(\S+)（(\d+)）　(\d+) 次</a></li>", page)


def test_days_with_many_openings_are_shown_to_the_auditor_by_day_and_not_by_number(visitor, town):
    opened(town, "tong", MANY_OPENINGS)
    opened(town, "lan", MANY_OPENINGS + 5)
    opened(town, "tong", MANY_OPENINGS + 9, days_ago=2)
    opened(town, "bu", MANY_OPENINGS - 1)
    opened(town, "lan", MANY_OPENINGS, days_ago=DAYS_LOOKED_AT)
    auditor = visitor("shang")
    page = auditor.page("/console/journal")
    tong, lan = town.person("tong").id, town.person("lan").id
    days = [word(clock.today() - timedelta(days=back)) for back in (0, 0, 2)]
    expected = sorted(
        [(days[0], tong, MANY_OPENINGS), (days[1], lan, MANY_OPENINGS + 5)], key=lambda it: it[1]
    )
    found = [(day, int(actor), int(times)) for day, _name, actor, times in told(page)]
    assert found == [*expected, (days[2], tong, MANY_OPENINGS + 9)]
    today = clock.today()
    link = f"/console/journal?actor={tong}&amp;verb=openings&amp;first={today}&amp;last={today}"
    assert link in page
    assert auditor.page(link.replace("&amp;", "&")).count("<td>集中回访</td>") == MANY_OPENINGS


def test_usual_days_are_not_shown_at_all(visitor, town):
    opened(town, "tong", MANY_OPENINGS - 1)
    assert "一天里查看个人信息" not in visitor("shang").page("/console/journal")
