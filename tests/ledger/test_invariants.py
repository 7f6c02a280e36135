"""Whatever happens, in whatever order: nobody is below zero, and everything adds up."""

from contextlib import contextmanager
from datetime import timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend import clock
from backend.db import session, transaction
from backend.errors import Refused
from backend.ledger import actions, queries
from backend.ledger.lots import accounts
from backend.ledger.models import EVENTS, Purse
from backend.ledger.verify import findings
from tests.ledger.conftest import MORNING, newcomer

pytestmark = pytest.mark.slow

serial = count()
who = st.integers(0, 1)
pick = st.integers(0, 2**16)


class Ledger(RuleBasedStateMachine):
    """Beside the ledger stands a model as simple as can be: what each person has, and what is open."""

    places = ()

    def __init__(self):
        super().__init__()
        self.now = MORNING
        self.persons = [newcomer().id for _ in range(2)]
        self.total = dict.fromkeys(self.persons, 0)
        self.references, self.holds = [], []

    @contextmanager
    def step(self):
        with clock.frozen_at(self.now), transaction():
            yield

    def tried(self, verb, *given, **facts):
        """The verb's answer, or None where it refuses: then it must not have changed anything."""
        try:
            with self.step():
                return verb(*given, **facts)
        except Refused:
            return None

    def name(self):
        return f"m:{next(serial)}"

    @rule(person=who, event=st.sampled_from(EVENTS), units=st.integers(1, 4), n=pick)
    def award(self, person, event, units, n):
        person, reference = self.persons[person], self.name()
        facts = {"title": "奖励", "community_id": self.places[n % 2], "actor": None, "units": units}
        facts["cap_group"] = f"{person}:{n % 3}"
        awarded = self.tried(actions.award, person, event, reference=reference, **facts)
        self.total[person] += awarded.points
        if awarded.points:
            self.references.append(reference)
            assert self.tried(actions.award, person, event, reference=reference, **facts) == awarded

    @rule(person=who, amount=st.integers(1, 30), n=pick)
    def hold(self, person, amount, n):
        person, reference = self.persons[person], self.name()
        facts = {"reference": reference, "title": "兑换", "community_id": self.places[n % 2], "actor": None}
        with clock.frozen_at(self.now):
            available = queries.balance(person)["available"]
        held = self.tried(actions.hold, person, amount, **facts)
        assert (held is not None) == (amount <= available)
        if held:
            self.holds.append((reference, person, amount))
            assert self.tried(actions.hold, person, amount, **facts) == held

    @rule(person=who, points=st.integers(-20, 10).filter(bool), n=pick)
    def adjust(self, person, points, n):
        person, reference = self.persons[person], self.name()
        facts = {"reference": reference, "title": "调整", "community_id": self.places[n % 2], "actor": None}
        with clock.frozen_at(self.now):
            available = queries.balance(person)["available"]
        moved = self.tried(actions.adjust, person, points, **facts)
        assert (moved is not None) == (points + available >= 0)
        if moved:
            self.total[person] += points
            assert self.tried(actions.adjust, person, points, **facts) == moved

    @precondition(lambda self: self.holds)
    @rule(n=pick, again=st.booleans())
    def settle(self, n, again):
        reference, person, amount = self.holds.pop(n % len(self.holds))
        assert self.tried(actions.settle, reference, shop_id=n % 2, actor=None)
        self.total[person] -= amount
        self.references.extend(self.parts(reference, "settle"))
        if again:
            assert self.tried(actions.settle, reference, shop_id=n % 2, actor=None)
        assert self.tried(actions.release, reference, actor=None) is None

    @precondition(lambda self: self.holds)
    @rule(n=pick)
    def release(self, n):
        reference, person, amount = self.holds.pop(n % len(self.holds))
        before = self.has(person)
        assert self.tried(actions.release, reference, actor=None).points == amount
        # What belongs to a lot that ended is gone at once.
        self.total[person] -= before - self.has(person)
        assert self.tried(actions.settle, reference, shop_id=1, actor=None) is None

    @precondition(lambda self: self.references)
    @rule(n=pick)
    def reverse(self, n):
        reference = self.references[n % len(self.references)]
        before = {person: self.has(person) for person in self.persons}
        self.tried(actions.reverse, reference, reference=self.name(), reason="更正", actor=None)
        for person in self.persons:
            self.total[person] += self.has(person) - before[person]

    @rule()
    def expire(self):
        with clock.frozen_at(self.now):
            due = actions.lots_to_expire()
        for lot in due:
            owner = session.scalar(sa.select(accounts.c.person_id).where(accounts.c.id == lot))
            if owner not in self.total:
                continue  # left over from an example before this one
            moved = self.tried(actions.expire, lot)
            self.total[owner] -= moved.points
            assert self.tried(actions.expire, lot) is None

    @rule(days=st.sampled_from([1, 40, 200, 400]))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    def has(self, person):
        row = session.execute(sa.select(Purse.available, Purse.held).where(Purse.person_id == person))
        return sum(row.one_or_none() or (0, 0))

    def parts(self, reference, kind):
        sought = sa.text("SELECT reference FROM transfers WHERE reference LIKE :start ORDER BY id")
        return list(session.scalars(sought, {"start": f"{reference}:{kind}:%"}))

    @invariant()
    def nobody_is_below_zero(self):
        lowest = sa.select(sa.func.min(accounts.c.balance)).where(accounts.c.person_id.in_(self.persons))
        assert (session.scalar(lowest) or 0) >= 0

    @invariant()
    def everybody_has_what_the_model_says(self):
        assert {person: self.has(person) for person in self.persons} == self.total

    @invariant()
    def what_is_held_is_what_is_open(self):
        for person in self.persons:
            opened = sum(amount for _, owner, amount in self.holds if owner == person)
            assert queries.balance(person)["held"] == opened

    @invariant()
    def the_statement_ends_with_the_purse(self):
        for person in self.persons:
            purse = session.scalar(sa.select(Purse.available).where(Purse.person_id == person))
            rows = queries.statement(person, None, 1000)
            assert (rows[0].balance if rows else 0) == (purse or 0) == sum(row.points for row in rows)

    @invariant()
    def the_ledger_verifies(self):
        assert list(findings()) == []


def test_nothing_that_can_happen_breaks_the_ledger(people):
    Ledger.places = (people.here, people.there)
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=40,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    total = sum(session.scalars(sa.select(Purse.available + Purse.held)))
    assert queries.outstanding() == total
    assert sum(queries.outstanding(place) for place in Ledger.places) == total
