"""A whole record is opened where one is appointed, for a reason, once; the auditor sees that it was."""

import pytest
import sqlalchemy as sa

from backend.db import session
from backend.journal import JournalLine
from backend.people.models import Residency
from tests.console.test_protection import MARKUP


def openings():
    wanted = sa.select(JournalLine.actor_id, JournalLine.reason).where(JournalLine.verb == "open_person")
    return [tuple(line) for line in session.execute(wanted)]


def test_name_phone_and_address_are_shown_once_and_the_opening_is_journaled(visitor, town):
    path = f"/console/people/{town.person('e').id}"
    clerk = visitor("tong")
    masked = clerk.page(path)
    assert "鄂桂兰" not in masked
    assert "雪松家园" not in masked
    assert "补办纸质卡" in masked
    answer = clerk.post(f"{path}/open", {"reason": "上门服务"})
    assert all(word in clerk.text(answer) for word in ("鄂桂兰", "雪松家园 7 号楼", "离开本页后不再显示"))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "鄂桂兰" not in clerk.page(path)
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
    assert "鄂桂兰" not in clerk.text(answer)
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
