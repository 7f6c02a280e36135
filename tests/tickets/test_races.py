"""Two at the same moment: one is first, the other is told so, and the database holds what the code says."""

from datetime import date

import sqlalchemy as sa

from backend.db import session
from backend.errors import Refused
from backend.tickets.actions import dispatching, handling, merged, reporting, resolving, returning
from backend.tickets.holding_models import Assignment, Follower
from backend.tickets.models import Deadline, Ticket
from tests.crowds import at_once
from tests.tickets import cast

DAY = date(2026, 12, 1)
LEAK = {"category": "building.leak"}


def first(results):
    """How many came through; the others were refused, and nothing broke."""
    assert all(one is None or isinstance(one, Refused | Ticket | reporting.Reported) for one in results), (
        results
    )
    return sum(not isinstance(one, Refused) for one in results)


def works(city, verb, *args, by, times=4, **more):
    """Each looks its person up before they begin."""
    person = city.person(by)
    return [lambda: verb(*args, actor=person, **more)] * times


def test_two_dispatchers_send_it_to_one_lead(city):
    ticket_id = cast.reported(city, DAY, **LEAK)
    places = [city.place(name) for name in ("市住建局", "市市场监管局")]
    people = [city.person(name) for name in ("tang", "fang")]
    with cast.now_is(DAY, 10):
        results = at_once(
            city.app,
            *(
                lambda place=place, person=person: dispatching.assign(ticket_id, place, actor=person)
                for place in places
                for person in people
            ),
        )
    assert first(results) == 1
    live = sa.select(sa.func.count()).where(Assignment.ticket_id == ticket_id, Assignment.ended_at.is_(None))
    assert session.scalar(live) == 1
    assert session.scalar(sa.select(sa.func.count()).where(Deadline.ticket_id == ticket_id)) == 1


def test_it_is_signed_returned_and_answered_once(city):
    ticket_id = cast.assigned(city, cast.reported(city, DAY, **LEAK), DAY)
    with cast.now_is(DAY, 10):
        assert first(at_once(city.app, *works(city, handling.sign, ticket_id, by="zong"))) == 1
        asked = works(city, returning.ask_return, ticket_id, "不是我们的事", law="条例", by="zong")
        assert first(at_once(city.app, *asked)) == 1
        decided = works(city, returning.decide_return, ticket_id, False, "看过清单", by="fang")
        assert first(at_once(city.app, *decided)) == 1
    with cast.on(DAY, 11):
        handling.contact(ticket_id, "call", True, actor=city.person("zong"))
    with cast.now_is(DAY, 12):
        answered = works(city, resolving.resolve, ticket_id, "solved", "修好了", by="zong")
        assert first(at_once(city.app, *answered)) == 1


def test_merging_crosswise_has_one_parent(city):
    ids = [cast.reported(city, DAY, name, **LEAK) for name in ("ning", "pei", "qin")]
    person = city.person("tang")
    with cast.now_is(DAY, 10):
        results = at_once(
            city.app,
            lambda: merged.merge(ids[0], [ids[1], ids[2]], actor=person),
            lambda: merged.merge(ids[2], [ids[1], ids[0]], actor=person),
            lambda: merged.merge(ids[1], [ids[2]], actor=person),
        )
    assert first(results) >= 1
    found = session.scalars(sa.select(Ticket).order_by(Ticket.id)).all()
    parents = {one.id for one in found if one.state == "reported"}
    assert {one.parent_id for one in found if one.state == "merged"} <= parents | {ids[1]}
    assert len(parents) >= 1


def test_a_neighbour_follows_once_and_numbers_have_no_gap(city):
    ticket_id = cast.reported(city, DAY, **LEAK)
    with cast.now_is(DAY, 10):
        assert first(at_once(city.app, *works(city, reporting.me_too, ticket_id, by="wulan"))) == 4
        said = cast.said(city, "路上有坑")
        people = [city.person(name) for name in ("ning", "pei", "qin", "wulan")]
        reports = [lambda person=person: reporting.report(said, actor=person) for person in people]
        assert first(at_once(city.app, *reports)) == 4
    assert session.scalar(sa.select(sa.func.count()).select_from(Follower)) == 1
    numbers = session.scalars(sa.select(Ticket.number).order_by(Ticket.number)).all()
    assert numbers == [f"林海街道-202612-{number:04}" for number in range(1, 6)]
