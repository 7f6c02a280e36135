"""Many of one matter: numbers, reporters and dues stay; five hundred in one transaction; splitting."""

from datetime import date

import pytest
import sqlalchemy as sa

from backend.db import session
from backend.errors import FourEyes, InvalidInput, NotFound
from backend.tickets import queries, views
from backend.tickets.actions import holding, merged, splitting
from backend.tickets.holding_models import Assignment
from backend.tickets.models import Ticket
from tests.tickets import cast

DEC = {day: date(2026, 12, day) for day in range(1, 32)}
LEAK = {"category": "building.leak"}


@pytest.fixture
def two(city):
    """The older one is dispatched, the other is not."""
    one = cast.assigned(city, cast.reported(city, DEC[1], "ning", **LEAK), DEC[1])
    return one, cast.reported(city, DEC[2], "pei", **LEAK)


def test_one_that_nobody_dispatched_is_due_with_the_parent(city, two):
    one, other = two
    assert cast.ticket(other).own_due_at is None
    cast.merged_into(city, other, one, day=DEC[2])
    assert cast.own_due_on(other) == DEC[9]
    assert cast.events(other) == [("set", DEC[9])]
    assert cast.due_on(one) == DEC[8]


def test_an_undispatched_parent_keeps_the_childs_due(city):
    old = cast.reported(city, DEC[1], "ning", **LEAK)
    young = cast.assigned(city, cast.reported(city, DEC[2], "pei", **LEAK), DEC[2], working_days=1)
    cast.merged_into(city, old, young, day=DEC[2])
    assert (cast.ticket(old).state, cast.due_on(old)) == ("reported", DEC[3])
    cast.assigned(city, old, DEC[2], hour=11)
    assert (cast.due_on(old), cast.own_due_on(old)) == (DEC[3], DEC[9])


def test_a_child_keeps_number_and_reporter_and_no_holder(city, two):
    one, other = two
    number = cast.ticket(other).number
    cast.merged_into(city, one, other, day=DEC[2])
    child = cast.ticket(other)
    assert (child.number, child.reporter_id, child.lead_id) == (number, city.person("pei").id, None)
    live = sa.select(Assignment.ticket_id).where(Assignment.ended_at.is_(None))
    assert session.scalars(live).all() == [one]
    seen = views.view_tickets([queries.one(other, actor=city.person("pei"))], actor=city.person("pei"))[0]
    assert (seen.parent_id, seen.state) == (one, "merged")


def test_taken_apart_again_each_has_its_own_due(city, two):
    one, other = two
    young = cast.assigned(city, other, DEC[2], working_days=1)
    cast.merged_into(city, one, young, day=DEC[2])
    assert cast.due_on(one) == DEC[3]
    with cast.on(DEC[3]):
        merged.unmerge(young, actor=city.person("tang"))
    assert (cast.due_on(one), cast.due_on(young), cast.ticket(young).state) == (DEC[8], DEC[3], "reported")
    cast.merged_into(city, one, young, day=DEC[3])
    with cast.on(date(2027, 1, 5)), pytest.raises(merged.TooLateToUnmerge):
        merged.unmerge(young, actor=city.person("tang"))


def test_what_was_merged_into_a_child_lies_below_the_parent(city, two):
    one, other = two
    third = cast.reported(city, DEC[3], "qin", **LEAK)
    cast.merged_into(city, other, third, day=DEC[3])
    cast.merged_into(city, one, other, day=DEC[3])
    assert {cast.ticket(other).parent_id, cast.ticket(third).parent_id} == {one}


def test_nobody_merges_what_lies_elsewhere_or_is_over(city, two):
    one, _other = two
    elsewhere = cast.reported(city, DEC[2], "he", community="铁兴社区", **LEAK)
    with pytest.raises(NotFound):
        cast.merged_into(city, one, elsewhere, day=DEC[2])
    with pytest.raises(NotFound):
        cast.merged_into(city, one, 999_999, day=DEC[2])
    with pytest.raises(InvalidInput):
        cast.merged_into(city, one, one, day=DEC[2])
    assert cast.merged_into(city, one, elsewhere, day=DEC[2], by="kong") == one


def test_five_hundred_in_one_transaction(city, two):
    one, other = two
    row = session.execute(sa.select(Ticket.__table__).where(Ticket.id == other)).mappings().one()
    many = [{**row, "id": 10_000 + number, "number": f"林海-202612-{number}"} for number in range(499)]
    with cast.on(DEC[2]):
        session.execute(sa.insert(Ticket), many)
    children = [other, *(10_000 + number for number in range(499))]
    cast.merged_into(city, one, *children, day=DEC[2])
    below = sa.select(sa.func.count()).where(Ticket.parent_id == one, Ticket.own_due_at.is_not(None))
    assert session.scalar(below) == 500
    cast.resolved(city, cast.handled(city, one, DEC[3]), DEC[3])
    assert session.scalar(sa.select(sa.func.count()).where(Ticket.state == "resolved")) == 501


def test_several_matters_go_their_own_ways_and_the_whole_answers_last(city, two):
    one, _other = two
    parts = [
        {"text": "屋顶漏", "category": "building.leak", "leadId": city.place("市住建局")},
        {"text": "门口有坑", "category": "road.pothole", "leadId": None},
    ]
    with cast.on(DEC[2]):
        leak, hole = (part.id for part in splitting.split(one, parts, actor=city.person("tang")))
    assert cast.ticket(leak).state == "assigned"
    assert [cast.ticket(part).reporter_id for part in (leak, hole)] == [None, None]
    cast.handled(city, one, DEC[3])
    with pytest.raises(splitting.PartsOpen):
        cast.resolved(city, one, DEC[3])
    cast.assigned(city, hole, DEC[3], lead="林海街道")
    for part, by in ((leak, "zong"), (hole, "jie")):
        cast.resolved(city, cast.handled(city, part, DEC[4], by=by), DEC[4], by=by)
        assert cast.ticket(part).closed_by == "not_asked"
    assert cast.ticket(cast.resolved(city, one, DEC[4], hour=17)).state == "resolved"


def test_who_answered_the_parent_does_not_call_back_its_children(city):
    one = cast.assigned(city, cast.reported(city, DEC[1], "ning"), DEC[1], lead="林海街道")
    other = cast.reported(city, DEC[2], "pei")
    cast.merged_into(city, one, other, day=DEC[2])
    assert "ticket_lead" in cast.ticket(other).facts_about(city.person("jie").id)
    cast.resolved(city, cast.handled(city, one, DEC[3], by="jie"), DEC[3], by="jie")
    for name in ("jie", "fang"):
        with pytest.raises(FourEyes):
            cast.called_back(city, other, DEC[4], by=name)
    cast.called_back(city, other, DEC[4])


def test_nobody_answers_a_complaint_about_themselves_by_way_of_another_ticket(city):
    """Neither where the other one is theirs already, nor when it is dispatched with the complaint in it."""
    theirs = cast.assigned(city, cast.reported(city, DEC[1], "pei"), DEC[1], lead="松涛社区", by="rao")
    about = cast.reported(city, DEC[2], "ning", subject_id=city.songtao)
    with pytest.raises(holding.ComplainedAbout):
        cast.merged_into(city, theirs, about, day=DEC[2])
    plain = cast.reported(city, DEC[1], "qin")
    cast.merged_into(city, plain, about, day=DEC[2])
    with pytest.raises(holding.ComplainedAbout):
        cast.assigned(city, plain, DEC[2], lead="松涛社区")
    for name in ("tong", "rao", "shao"):
        with pytest.raises(NotFound):
            queries.one(about, actor=city.person(name))
