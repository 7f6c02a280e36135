"""Random moves, merges, reopenings, pauses and holidays: whatever happens, no ticket is without a holder or an end, no deadline
is lost or moved silently, and no body complained about learns who complained."""

import random
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from backend import calendar_days, clock, working_days
from backend.db import session, transaction
from backend.errors import NotFound, Refused
from backend.organisations.models import Organisation
from backend.seeds.stories import at
from backend.tickets import queries, views
from backend.tickets.actions import (
    asking,
    dispatching,
    due,
    extending,
    handling,
    merged,
    reopening,
    reporting,
    resolving,
    returning,
    withdrawing,
)
from backend.tickets.actions.reporting import Report
from backend.tickets.holding_models import Assignment
from backend.tickets.kinds import HELD, OVER, TicketState
from backend.tickets.models import Deadline, Ticket

# Who acts for whom.
HANDLER = {
    "市住建局": "zong",
    "市市场监管局": "cen",
    "林海街道": "jie",
    "松涛社区": "tong",
    "白桦社区": "bai",
    "松涛-03": "shao",
}
RESIDENTS = ("ning", "pei", "qin", "wulan")
LEADS = ("市住建局", "林海街道", "松涛社区", "松涛-03", "市市场监管局", "白桦社区")
STAFF = ("zong", "cen", "jie", "tong", "shao", "bai", "rao")
OFFICES = ("tang", "fang", "kong", "zhuo", "lou")
CATEGORIES = ("building.leak", "road.pothole", "environment.rubbish", "heating.cold", None)
PHONE = "11177770001"


class Play:
    """One random life of a few tickets."""

    def __init__(self, city, seed):
        self.city, self.dice = city, random.Random(seed)
        self.day, self.ids, self.done = date(2026, 9, 21), [], 0

    def act(self, verb, *args, by, **more):
        """Tries it; what is refused changed nothing."""
        try:
            with transaction():
                verb(*args, actor=self.city.person(by), **more)
            self.done += 1
        except Refused:
            pass

    def report(self):
        subject = self.dice.choice((None, None, None, self.city.place("松涛社区")))
        said = Report(
            "漏水",
            self.city.songtao,
            category=self.dice.choice(CATEGORIES),
            contact=PHONE,
            subject_id=subject,
            request_kind=self.dice.choice((None, "hazard", "consult")),
            confidential=self.dice.random() < 0.2,
        )
        try:
            with transaction():
                if self.dice.random() < 0.3:
                    owner = self.day + timedelta(days=self.dice.randrange(2, 20))
                    number = f"热线-{self.dice.randrange(10**9)}"
                    made = reporting.take_over(said, "12345", number, owner, actor=self.city.person("tang"))
                else:
                    made = reporting.report(said, actor=self.city.person(self.dice.choice(RESIDENTS))).ticket
            self.ids = sorted({*self.ids, made.id})
        except Refused:
            pass

    def holiday(self):
        day = self.day + timedelta(days=self.dice.randrange(0, 12))
        free = working_days.Day(day, self.dice.random() < 0.5, "临时", working_days.Source.CITY)
        with transaction():
            calendar_days.change([free], actor=self.city.person("admin"))

    def step(self):
        dice = self.dice
        if len(self.ids) < 3 or dice.random() < 0.08:
            return self.report()
        if dice.random() < 0.04:
            return self.holiday()
        one = session.get_one(Ticket, dice.choice(self.ids), populate_existing=True)
        # Mostly who may; sometimes anybody.
        lead = HANDLER.get(one.lead_id and session.get_one(Organisation, one.lead_id).name, "zong")
        by = dice.choice(STAFF + OFFICES + RESIDENTS) if dice.random() < 0.2 else None
        verb, args, usual, more = dice.choice(self.moves(one, lead))
        return self.act(verb, one.id, *args, by=by or usual, **more)

    def moves(self, one, lead):
        """What fits its state, each with who usually does it."""
        dice, place = self.dice, self.city.place(self.dice.choice(LEADS))
        solved, resident = dice.choice(("yes", "no", "no", "partly")), self.name_of(one.reporter_id)
        others = dice.sample(self.ids, min(3, len(self.ids)))
        merge = (merged.merge, (others,), "tang", {})
        give_back = (returning.ask_return, ("不是我们的事",), lead, {"law": "条例"})
        again = (reopening.reopen, ("又坏了",), resident, {})
        return {
            "reported": [
                (dispatching.assign, (self.city.place(name),), "tang", {}) for name in (*LEADS, *LEADS[:2])
            ]
            + [merge],
            "assigned": [(handling.sign, (), lead, {})] * 3 + [give_back, merge],
            "handling": [
                (handling.contact, ("call", True), lead, {}),
                (handling.ask_info, ("哪里？",), lead, {}),
                (extending.extend, (1, "要等材料"), lead, {}),
                (extending.decide_extension, (True, None), "tang", {}),
                (handling.level_up, ("办不了",), lead, {}),
                (dispatching.recategorise, ("road.pothole",), "tang", {}),
                *[(resolving.resolve, ("solved", "修好了"), lead, {})] * 2,
                give_back,
                merge,
            ],
            "needs_info": [
                (handling.supply, ("这里",), resident, {}),
                (withdrawing.withdraw, (), resident, {}),
            ],
            "returned": [
                (returning.decide_return, (granted, "看过清单"), "zhuo", {"lead_id": place})
                for granted in (True, False)
            ],
            "resolved": [
                (asking.call_back, ("call", True), "lan" if lead != "tong" else "fang", {"solved": solved}),
                (asking.confirm, (solved,), resident, {}),
                again,
            ],
            "closed": [again],
            "merged": [(merged.unmerge, (), "tang", {}), (withdrawing.withdraw, (), resident, {})],
        }.get(one.state, [merge])

    def name_of(self, person_id):
        return next((name for name in RESIDENTS if self.city.person(name).id == person_id), "ning")


def check(ids):
    session.expire_all()
    found = session.scalars(sa.select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)).all()
    live = sa.select(Assignment.ticket_id).where(Assignment.ended_at.is_(None), Assignment.part == "lead")
    led = session.scalars(live).all()
    for one in found:
        assert one.state != TicketState.MERGED or one.parent_id is not None
        assert one.state not in HELD or led.count(one.id) == 1, one.number
        assert (one.state in OVER) == (one.ended_at is not None)
        _due_is_told(one)
    _parents_show_the_earliest(found)


def _due_is_told(one):
    """What it is due by is what its own columns say, and the last line says the same."""
    last = session.scalar(
        sa.select(Deadline).where(Deadline.ticket_id == one.id).order_by(Deadline.id.desc()).limit(1)
    )
    assert (last is None) == (one.own_due_at is None), one.number
    if last is None:
        return
    assert last.due_at == one.own_due_at, one.number
    if one.state in HELD and one.own_due_at > clock.now():
        assert due.own(one) == one.own_due_at, one.number
    if one.owner_due_at is not None:
        assert one.own_due_at < one.owner_due_at, one.number


def _parents_show_the_earliest(found):
    for one in found:
        below = [c.own_due_at for c in found if c.parent_id == one.id and c.state == TicketState.MERGED]
        dues = [moment for moment in (one.own_due_at, *below) if moment is not None]
        if one.state in HELD or one.state == TicketState.REPORTED:
            assert one.due_at == min(dues, default=None), one.number


def nobody_learns_who_complained(city, ids):
    found = session.scalars(sa.select(Ticket).where(Ticket.id.in_(ids))).all()
    for name in ("tong", "shao", "rao", "lan"):
        person = city.person(name)
        reached = {one.id for one in queries.listed(actor=person).rows(500)}
        for one in found:
            if one.subject_id != city.songtao:
                continue
            assert one.id not in reached
            with pytest.raises(NotFound):
                queries.one(one.id, actor=person)
    # Nobody is shown a number in clear.
    for name in ("tang", "zong", "tong"):
        person = city.person(name)
        shown = views.view_tickets(queries.listed(actor=person).rows(500), actor=person)
        assert PHONE not in repr(shown)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens(city, seed):
    play = Play(city, seed)
    for turn in range(100):
        moment = at(play.day, play.dice.randrange(8, 20), play.dice.randrange(60))
        with clock.frozen_at(moment):
            play.step()
            check(play.ids)
            if turn % 20 == 19:
                nobody_learns_who_complained(city, play.ids)
        play.day += timedelta(days=play.dice.choice((0, 0, 0, 1, 2)))
    # Most of it was let in, and the rare things happened, too.
    assert play.done > 25
