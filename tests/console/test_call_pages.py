"""The page of a call-back: the number stands there, one call is one opening, and nobody answering is registered, too."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.journal import JournalLine
from backend.wishes.actions import contacting
from tests.wishes import cast


def openings(wish_id):
    wanted = sa.select(JournalLine).where(
        JournalLine.subject_kind == "wish",
        JournalLine.subject_id == wish_id,
        JournalLine.verb == "open_contact",
    )
    return session.scalars(wanted).all()


def test_the_page_of_the_call_opens_the_number_once_for_the_call(town, visitor):
    wish_id = cast.fulfilled(town)
    clerk = visitor("tong")
    assert "11100000001" in clerk.page(f"/console/wishes/{wish_id}/call")
    assert "11100000001" in clerk.page(f"/console/wishes/{wish_id}/call")
    (line,) = openings(wish_id)
    assert (line.reason, line.facts) == ("电话回访", {"task": "call_back"})
    with clock.frozen_at(clock.now() + contacting.ONE_CALL + timedelta(minutes=1)):
        assert "11100000001" in visitor("tong").page(f"/console/wishes/{wish_id}/call")
    assert len(openings(wish_id)) == 2


def test_a_grid_worker_calls_in_vain_but_is_shown_no_number(town, visitor):
    page = visitor("shao").page(f"/console/wishes/{cast.fulfilled(town)}/call")
    assert "11100000001" not in page


def test_a_clerk_registers_that_nobody_answered_and_reads_it_on_the_list(town, visitor):
    wish_id = cast.fulfilled(town)
    clerk, again = visitor("tong"), clock.today() + timedelta(days=1)
    page = clerk.page(f"/console/wishes/{wish_id}/call")
    assert "没打通 <kbd>3</kbd>" in page
    answer = clerk.post(f"/console/wishes/{wish_id}/call/no-answer", {"again_on": again.isoformat()})
    assert answer.status_code == 303
    assert f"1 次没打通，{again.month}月{again.day}日再打" in clerk.page("/console/")
    assert "已打 1 次没打通" in clerk.page(f"/console/wishes/{wish_id}/call")
    assert (
        clerk.post(f"/console/wishes/{wish_id}/call/no-answer", {"again_on": "2020-01-01"}).status_code == 422
    )
