"""Who helps, who is urged on, and who hears what of a ticket."""

from datetime import date

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotAllowed
from backend.outbox.models import Notice
from backend.tickets import queries, views
from backend.tickets.actions import dispatching, handling, reporting
from backend.tickets.holding_models import Assignment
from tests.tickets import cast

DEC = {day: date(2026, 12, day) for day in range(1, 32)}


@pytest.fixture
def leak(city):
    """Assigned to 市住建局 on Tue 1 Dec: five working days, until Tue 8."""
    return cast.assigned(city, cast.reported(city, DEC[1], category="building.leak"), DEC[1])


def test_who_helps_is_due_a_day_before_and_says_what_they_did(city, leak):
    with cast.on(DEC[2]):
        dispatching.add_cooperator(leak, city.place("市市场监管局"), actor=city.person("zong"))
        dispatching.add_cooperator(leak, city.place("市市场监管局"), actor=city.person("tang"))
    helps = session.scalars(sa.select(Assignment).where(Assignment.part == "cooperate")).all()
    assert [clock.business_day(one.due_at) for one in helps] == [DEC[7]]
    with cast.on(DEC[3]):
        handling.report_back(leak, "已经查过", actor=city.person("cen"))
        with pytest.raises(NotAllowed):
            handling.report_back(leak, "我也查过", actor=city.person("zong"))
    assert session.scalars(sa.select(Assignment.done_at).where(Assignment.part == "cooperate")).one()
    with cast.on(DEC[3], 10), pytest.raises(NotAllowed):
        dispatching.add_cooperator(leak, city.place("松涛社区"), actor=city.person("tong"))


def test_who_dispatches_asks_the_holder_to_see_to_it_and_no_deadline_moves(city, leak):
    before = cast.ticket(leak).due_at
    with cast.on(DEC[2]):
        dispatching.supervise(leak, "请本周内办好", actor=city.person("fang"))
        with pytest.raises(NotAllowed):
            dispatching.supervise(leak, "快一点", actor=city.person("tong"))
    assert cast.ticket(leak).due_at == before


def notices_of(city, name):
    wanted = sa.select(Notice.kind).where(
        Notice.person_id == city.person(name).id, Notice.subject_kind == "ticket"
    )
    return list(session.scalars(wanted.order_by(Notice.id)))


def test_each_hears_by_stage_what_concerns_them_and_never_a_name(city, leak):
    with cast.on(DEC[1], 11):
        reporting.me_too(leak, actor=city.person("wulan"))
    cast.resolved(city, cast.handled(city, leak, DEC[2]), DEC[3])
    cast.called_back(city, leak, DEC[4], solved="no")
    assert notices_of(city, "ning") == ["ticket_received", "ticket_assigned", "ticket_answered"]
    assert notices_of(city, "zong") == ["ticket_to_handle", "ticket_reopened"]
    assert notices_of(city, "wulan") == ["ticket_answered"]
    assert notices_of(city, "cen") == []
    bodies = session.scalars(sa.select(Notice.body).where(Notice.subject_kind == "ticket")).all()
    assert not any("宁" in body or "漏水" in body.replace("屋面外墙漏水", "") for body in bodies)


def test_a_neighbour_follows_and_sees_neither_words_nor_people(city, leak):
    with cast.on(DEC[2]):
        reporting.me_too(leak, actor=city.person("wulan"))
        reporting.me_too(leak, actor=city.person("wulan"))
    found = queries.one(leak, actor=city.person("wulan"))
    (seen,) = views.view_tickets([found], actor=city.person("wulan"))
    assert (seen.text, seen.address, seen.reporter, seen.followers) == (None, None, None, 1)
    with cast.on(DEC[2], 10), pytest.raises(NotAllowed):
        reporting.me_too(leak, actor=city.person("ning"))


def test_the_hint_names_open_ones_of_the_same_estate(city, leak):
    with cast.now_is(DEC[3]):
        assert [one.id for one in queries.duplicates("building.leak", city.songtao, None)] == [leak]
        assert queries.duplicates("road.pothole", city.songtao, None) == []
    with cast.now_is(date(2027, 1, 15)):
        assert queries.duplicates("building.leak", city.songtao, None) == []
