"""Tickets brought into a state through the actions, at moments that a test names."""

from contextlib import contextmanager
from datetime import date, timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people.models import Appointment
from backend.seeds.stories import at
from backend.tickets.actions import (
    asking,
    dispatching,
    handling,
    merged,
    reopening,
    reporting,
    resolving,
    returning,
)
from backend.tickets.actions.reporting import Report
from backend.tickets.models import Deadline, Ticket

LONG_AGO = date(2020, 1, 1)


def settle(town):
    """Whoever holds an office has held it since long ago, so that a test may stand on any day of 2026."""
    with transaction():
        session.execute(
            sa.update(Appointment).values(from_day=LONG_AGO), execution_options={"synchronize_session": False}
        )
    return town


@contextmanager
def on(day, hour=9, minute=0):
    """At this time of a day in China, in one transaction."""
    with clock.frozen_at(at(day, hour, minute)), transaction():
        yield


def now_is(day, hour=9, minute=0):
    return clock.frozen_at(at(day, hour, minute))


def said(town, text="楼顶漏水", community="松涛社区", **more):
    return Report(text=text, community_id=town.place(community), **more)


def reported(town, day, by="ning", hour=9, **more):
    """The id of what somebody reported."""
    with on(day, hour):
        return reporting.report(said(town, **more), actor=town.person(by)).ticket.id


def assigned(town, ticket_id, day, lead="市住建局", by="tang", hour=9, **more):
    with on(day, hour):
        dispatching.assign(ticket_id, town.place(lead), actor=town.person(by), **more)
    return ticket_id


def handled(town, ticket_id, day, by="zong", hour=10):
    """Signed, and the reporter was called."""
    with on(day, hour):
        handling.sign(ticket_id, actor=town.person(by))
        handling.contact(ticket_id, "call", True, actor=town.person(by))
    return ticket_id


def resolved(town, ticket_id, day, by="zong", hour=15, result="solved", answer="已经修好", **more):
    with on(day, hour):
        resolving.resolve(ticket_id, result, answer, actor=town.person(by), **more)
    return ticket_id


def through(town, day, by="ning", **more):
    """Reported, dispatched, handled and answered within one day."""
    ticket_id = assigned(town, reported(town, day, by, **more), day)
    return resolved(town, handled(town, ticket_id, day), day)


def called_back(town, ticket_id, day, by="tong", solved="yes", satisfied="yes"):
    with on(day):
        asking.call_back(ticket_id, "call", True, solved=solved, satisfied=satisfied, actor=town.person(by))


def reopened(town, ticket_id, day, by="ning", reason="又漏了"):
    with on(day):
        reopening.reopen(ticket_id, reason, actor=town.person(by))


def returned(town, ticket_id, day, by="zong", hour=10, **more):
    with on(day, hour):
        returning.ask_return(
            ticket_id, "不是本单位的事", law="《城市道路管理条例》", actor=town.person(by), **more
        )


def merged_into(town, first, *others, day, by="tang"):
    with on(day):
        return merged.merge(first, list(others), actor=town.person(by)).id


def from_hotline(town, number, day, due_on, by="tang", **more):
    with on(day):
        return reporting.take_over(
            said(town, contact="11100000001", **more), "演示市12345", number, due_on, actor=town.person(by)
        ).id


def ticket(ticket_id):
    """The row as it is kept now."""
    session.expire_all()
    return session.get_one(Ticket, ticket_id)


def due_on(ticket_id):
    """The day that its holder sees."""
    return clock.business_day(ticket(ticket_id).due_at)


def own_due_on(ticket_id):
    return clock.business_day(ticket(ticket_id).own_due_at)


def events(ticket_id):
    """What happened to its deadline, each with the day from then on."""
    rows = session.scalars(sa.select(Deadline).where(Deadline.ticket_id == ticket_id).order_by(Deadline.id))
    return [(one.event, clock.business_day(one.due_at) if one.due_at else None) for one in rows]


def day_after(day, days):
    return day + timedelta(days=days)
