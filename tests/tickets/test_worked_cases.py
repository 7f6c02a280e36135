"""The worked cases of governance 10 that concern tickets, with the dates that stand there; 2 to 4 are in test_counting."""

from datetime import date

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.people.masking import Kind, masked
from backend.tickets import queries, views
from backend.tickets.actions import asking, handling, reopening, reporting, resolving, returning, substituting
from backend.tickets.models import Ticket
from backend.tickets.said_models import CallBack
from tests.tickets import cast

DEC = {day: date(2026, 12, day) for day in range(1, 32)}
LEAK = {"category": "building.leak"}


def shown(city, ticket_id, name, day=None):
    found = queries.one(ticket_id, actor=city.person(name))
    return views.view_tickets([found], actor=city.person(name))[0]


def state(ticket_id):
    return cast.ticket(ticket_id).state


def test_case_1_on_the_spot(city):
    """邵景川 fixes a broken step: four fields, solved, nobody is called. Next day he finds nothing and enters nothing."""
    shao = city.person("shao")
    said = cast.said(
        city, "台阶松了，已经垫平", grid_id=city.place("松涛-03"), category="environment.rubbish", patrol=True
    )
    with cast.on(DEC[1]):
        made = reporting.report(said, actor=shao).ticket
        resolving.close_on_spot(made.id, "已经垫平", actor=shao)
    found = cast.ticket(made.id)
    assert (found.state, found.closed_by, found.result_kind) == ("closed", "not_asked", "solved")
    assert found.reporter_id is None
    assert (found.solved, found.satisfied) == (None, None)
    with cast.now_is(DEC[2]):
        assert queries.listed(actor=shao).count() == 1


def test_case_5_returned_twice(city):
    ticket_id = cast.assigned(city, cast.reported(city, DEC[1], **LEAK), DEC[1])
    due = cast.ticket(ticket_id).due_at
    cast.returned(city, ticket_id, DEC[1])
    with cast.on(DEC[2]):
        returning.decide_return(ticket_id, False, "清单第 001 项写明由住建局牵头", actor=city.person("fang"))
    assert shown(city, ticket_id, "zong").lead.final
    with pytest.raises(returning.ReturnSpent):
        cast.returned(city, ticket_id, DEC[2], hour=11)
    assert returning.ReturnSpent.name() == "RETURN_SPENT"
    assert cast.ticket(ticket_id).due_at == due


def test_case_6_return_granted(city):
    """Asked Mon 7 Dec, granted Tue 8 to housing, 5 wd would be 15 Dec; the owner expects it Mon 14, so ours is Fri 11. It was the
    town that asked, so its dispatchers do not decide, but the arbiter."""
    ticket_id = cast.from_hotline(city, "热线-261207-000001", DEC[7], DEC[14], **LEAK)
    cast.assigned(city, ticket_id, DEC[7], lead="林海街道")
    cast.returned(city, ticket_id, DEC[7], by="jie", proposed_id=city.place("市住建局"))
    with cast.on(DEC[8]):
        returning.decide_return(
            ticket_id, True, "清单写明由住建局牵头", lead_id=city.place("市住建局"), actor=city.person("zhuo")
        )
    found = cast.ticket(ticket_id)
    assert (found.state, found.lead_id) == ("assigned", city.place("市住建局"))
    assert (found.term_value, clock.business_day(found.counted_from)) == (5, DEC[8])
    assert cast.due_on(ticket_id) == DEC[11]
    assert clock.business_day(found.owner_due_at) == DEC[14]
    assert cast.events(ticket_id)[-1] == ("set", DEC[11])


def test_case_7_merge(city):
    """A due 9 Dec is ours, B of the hotline 8 Dec, C 16 Dec: the parent's internal due is 7 Dec, three are called, C says no."""
    nov = date(2026, 11, 30)
    a = cast.assigned(city, cast.reported(city, nov, "ning", **LEAK), nov, working_days=7)
    b = cast.from_hotline(city, "热线-261201-000009", DEC[1], DEC[8], **LEAK)
    c = cast.assigned(city, cast.reported(city, DEC[1], "pei", **LEAK), DEC[1], working_days=11)
    assert (cast.due_on(a), cast.due_on(c)) == (DEC[9], DEC[16])
    assert cast.merged_into(city, c, a, b, day=DEC[2]) == a
    assert cast.due_on(a) == DEC[7]
    assert (cast.own_due_on(a), cast.own_due_on(b), cast.own_due_on(c)) == (DEC[9], DEC[7], DEC[16])
    assert clock.business_day(cast.ticket(b).owner_due_at) == DEC[8]
    assert shown(city, b, "tang").references == [
        {"platform": "演示市12345", "number": "热线-261201-000009", "due_on": DEC[8]}
    ]
    cast.resolved(city, cast.handled(city, a, DEC[3]), DEC[4])
    assert [state(one) for one in (a, b, c)] == ["resolved"] * 3
    assert {shown(city, one, "tang").answer for one in (a, b, c)} == {"已经修好"}
    cast.called_back(city, a, DEC[7])
    cast.called_back(city, b, DEC[7])
    cast.called_back(city, c, DEC[7], solved="no", satisfied="no")
    assert [state(one) for one in (a, b, c)] == ["handling", "closed", "merged"]
    again = cast.ticket(a)
    assert (again.round, again.lead_id) == (2, city.place("市住建局"))
    assert {one.number for one in session.scalars(sa.select(Ticket).where(Ticket.state == "merged"))} == {
        cast.ticket(c).number
    }


def test_case_8_two_communities(city):
    """A leak from 白桦 floods 松涛: 松涛 holds; the street names 白桦 on the next working day; the same number, both see."""
    ticket_id = cast.reported(city, DEC[3], text="楼上渗水，来自隔壁白桦")
    number = cast.ticket(ticket_id).number
    cast.assigned(city, ticket_id, DEC[3], lead="松涛社区", by="rao")
    with pytest.raises(NotFound):
        shown(city, ticket_id, "bai")
    cast.returned(city, ticket_id, DEC[3], by="tong", proposed_id=city.place("白桦社区"))
    assert cast.ticket(ticket_id).lead_id == city.place("松涛社区")
    with cast.on(DEC[4]):
        returning.decide_return(
            ticket_id, True, "原因在白桦社区", lead_id=city.place("白桦社区"), actor=city.person("tang")
        )
    assert shown(city, ticket_id, "bai").number == shown(city, ticket_id, "tong").number == number
    assert shown(city, ticket_id, "bai").lead.organisation_name == "白桦社区"


def test_case_11_anonymous(city):
    """A query code is told once and keeps nobody; nobody is called, and the denominators stay as they were."""
    with cast.on(DEC[1]):
        told = reporting.report(cast.said(city, anonymous=True, **LEAK), actor=city.person("ning"))
    ticket_id, number = told.ticket.id, told.ticket.number
    assert cast.ticket(ticket_id).reporter_id is None
    assert session.scalars(sa.select(Ticket.entered_by_id).where(Ticket.id == ticket_id)).one() is None
    found = queries.by_code(number, told.code.lower())
    assert found.id == ticket_id
    for wrong in ((number, "K7Q2"), ("林海街道-202612-9999", told.code)):
        with pytest.raises(NotFound):
            queries.by_code(*wrong)
    cast.assigned(city, ticket_id, DEC[1])
    with cast.on(DEC[2]):
        handling.sign(ticket_id, actor=city.person("zong"))
    cast.resolved(city, ticket_id, DEC[2])
    found = cast.ticket(ticket_id)
    assert (found.state, found.closed_by, found.solved) == ("closed", "not_asked", None)
    assert session.scalar(sa.select(sa.func.count()).select_from(CallBack)) == 0
    assert shown(city, ticket_id, "zong").reporter is None


def test_case_12_confidential(city):
    """A report on a restaurant: the lead sees no name, asks by the thread, and is answered there."""
    ticket_id = cast.reported(
        city,
        DEC[1],
        text="后厨有老鼠",
        category="market.restaurant",
        confidential=True,
        contact="11100000012",
    )
    cast.assigned(city, ticket_id, DEC[1], lead="市市场监管局")
    with cast.on(DEC[1], 10):
        handling.sign(ticket_id, actor=city.person("cen"))
        handling.ask_info(ticket_id, "是哪一天看到的？", actor=city.person("cen"))
    seen = shown(city, ticket_id, "cen")
    assert (seen.reporter.name, seen.reporter.phone) == ("诉求人（保密）", None)
    assert "111" not in repr(seen)
    dispatcher = shown(city, ticket_id, "tang")
    assert dispatcher.reporter.phone == masked(Kind.PHONE, "11100000012")
    with cast.on(DEC[2]):
        handling.supply(ticket_id, "昨天中午", actor=city.person("ning"))
    cast.resolved(city, ticket_id, DEC[2], by="cen")
    assert state(ticket_id) == "resolved"


def test_case_15_again_in_seven_days(city):
    """The same lamp three days after the end: reopening is offered; round 2 with three days, half of five; no new number."""
    ticket_id = cast.through(city, DEC[1], **LEAK)
    cast.called_back(city, ticket_id, DEC[4])
    with pytest.raises(reporting.ReopenOffered) as offered:
        cast.reported(city, DEC[7], **LEAK)
    assert offered.value.facts["ticketId"] == ticket_id
    cast.reopened(city, ticket_id, DEC[7])
    found = cast.ticket(ticket_id)
    assert (found.state, found.round, found.lead_id) == ("handling", 2, city.place("市住建局"))
    assert cast.due_on(ticket_id) == DEC[10]
    assert session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 1


def test_case_16_reopened_though_called_back_solved(city):
    """Both answers stay; on day 20 it is a new ticket that recurs."""
    ticket_id = cast.through(city, DEC[1], **LEAK)
    cast.called_back(city, ticket_id, DEC[2])
    cast.reopened(city, ticket_id, DEC[5])
    with cast.on(DEC[8]):
        handling.contact(ticket_id, "call", True, actor=city.person("zong"))
    cast.resolved(city, ticket_id, DEC[8])
    with cast.on(DEC[9]):
        asking.confirm(ticket_id, "yes", "basically", actor=city.person("ning"))
    answers = session.execute(
        sa.select(CallBack.round, CallBack.solved, CallBack.by_reporter).order_by(CallBack.id)
    ).all()
    assert [tuple(one) for one in answers] == [(1, "yes", False), (2, "yes", True)]
    with pytest.raises(reopening.ReopenTooLate):
        cast.reopened(city, ticket_id, DEC[29])
    new = cast.reported(city, DEC[29], **LEAK)
    assert new != ticket_id
    assert cast.ticket(new).recurrence_of_id == ticket_id


def test_case_18_on_leave(city):
    """1–5 Dec: new tickets are the substitute's, the open one both see, and there is nothing to hand back."""
    open_one = cast.reported(
        city, date(2026, 11, 30), category="environment.rubbish", grid_id=city.place("松涛-03")
    )
    cast.assigned(city, open_one, date(2026, 11, 30), lead="松涛-03", by="rao")
    with cast.on(date(2026, 11, 30), 15):
        substituting.substitute(
            city.person("shao").id,
            city.person("wulan").id,
            city.place("松涛-03"),
            DEC[1],
            DEC[5],
            actor=city.person("rao"),
        )
    with cast.now_is(DEC[2]):
        assert {"ticket_lead"} <= cast.ticket(open_one).facts_about(city.person("shao").id)
        assert {"ticket_lead"} <= cast.ticket(open_one).facts_about(city.person("wulan").id)
    new = cast.reported(city, DEC[2], by="pei", category="environment.rubbish", grid_id=city.place("松涛-03"))
    cast.assigned(city, new, DEC[2], lead="松涛-03", by="rao")
    with cast.on(DEC[3]):
        with pytest.raises((NotFound, NotAllowed)):
            handling.sign(new, actor=city.person("shao"))
        handling.sign(new, actor=city.person("wulan"))
    with cast.now_is(DEC[7]):
        assert "ticket_lead" in cast.ticket(new).facts_about(city.person("shao").id)
        assert "ticket_lead" not in cast.ticket(new).facts_about(city.person("wulan").id)


def test_where_nobody_is_at_work_in_a_grid_it_is_the_grid_leaders(city):
    ticket_id = cast.reported(city, DEC[1], category="environment.rubbish", grid_id=city.place("松涛-04"))
    cast.assigned(city, ticket_id, DEC[1], lead="松涛-04", by="rao")
    assert cast.ticket(ticket_id).lead_id == city.place("松涛社区")
    assert "ticket_lead" in cast.ticket(ticket_id).facts_about(city.person("rao").id)
