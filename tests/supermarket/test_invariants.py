"""Whatever happens, in whatever order: nothing is below zero, and points, stock and orders agree."""

import contextlib
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend import clock
from backend.db import session, transaction
from backend.errors import Refused
from backend.ledger import actions as ledger
from backend.ledger import verify as ledger_verify
from backend.ledger.models import Purse
from backend.points import actions as adjustments
from backend.supermarket import verify
from backend.supermarket.actions import approvals, counter, deadlines, receipts, requests, stocktakes
from backend.supermarket.actions.returned_goods import Back
from backend.supermarket.models import Item, Redemption
from backend.supermarket.return_models import Fate
from tests.supermarket import cast

pytestmark = pytest.mark.slow

MORNING = datetime(2027, 3, 5, 1, 0, tzinfo=UTC)
pick = st.integers(0, 2**16)
who = st.integers(0, 2)
units = st.integers(1, 4)


class Supermarket(RuleBasedStateMachine):
    """Beside the shop stands a model as simple as can be: each item's units and each order's state."""

    town = None
    found = ()

    def __init__(self):
        super().__init__()
        self.now = MORNING
        town = self.town
        with clock.frozen_at(self.now):
            self.shop = cast.opened(town)
            self.goods = [cast.goods(town, self.shop, stock=4, points=3, days=days) for days in (None, 20)]
            self.goods.append(cast.goods(town, self.shop, stock=3, points=2, limit_per_person=2))
            self.hall = cast.venue(town, self.shop, points=4)
            with transaction():
                self.people = [cast.newcomer(town, 30) for _ in range(3)]
        self.staff = {name: cast.by(town, name) for name in ("tong", "bu", "yan")}
        self.on_hand = dict.fromkeys(self.goods, 4) | {self.goods[2]: 3}
        self.lines, self.handed, self.counted = {}, [], None

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

    def one(self, n, *states):
        """The id of some order in one of these states, else of any."""
        ids = [key for key in self.lines if cast.order(key).state in states] or list(self.lines)
        return ids[n % len(ids)]

    @initialize()
    def begun(self):
        """An order is out: what may follow on a hand-over is met in every play, and not by chance alone."""
        self.request(0, 0, 1, 1)
        self.hand_over(0, False)

    @rule(person=who, n=pick, first=units, second=units)
    def request(self, person, n, first, second):
        lines = {self.goods[n % 3]: first} | ({self.goods[n // 3 % 3]: second} if n % 2 else {})
        made = self.tried(requests.request, self.shop, list(lines.items()), actor=self.people[person])
        if made is not None:
            self.lines[made.id] = lines

    @rule(person=who, n=pick)
    def book(self, person, n):
        with clock.frozen_at(self.now):
            free = cast.slot_ids(self.hall, 1 + n % 2)
        if free:
            slots = free[n % len(free) :][:2]
            made = self.tried(requests.request, self.shop, [], slot_ids=slots, actor=self.people[person])
            if made is not None:
                self.lines[made.id] = {}

    @precondition(lambda self: self.lines)
    @rule(n=pick, accepted=st.booleans())
    def decide(self, n, accepted):
        order_id = self.one(n, "requested")
        if accepted or n % 4:
            self.tried(approvals.approve, order_id, actor=self.staff["tong"])
        else:
            self.tried(approvals.reject, order_id, "暂缓", actor=self.staff["tong"])

    @precondition(lambda self: self.lines)
    @rule(n=pick)
    def cancel(self, n):
        order_id = self.one(n, "requested", "approved")
        self.tried(approvals.cancel, order_id, "不要了", actor=self.staff["tong"])

    @precondition(lambda self: self.lines)
    @rule(n=pick, less=st.booleans())
    def hand_over(self, n, less):
        order_id = self.one(n, "requested", "approved")
        self.tried(approvals.approve, order_id, actor=self.staff["tong"])
        if cast.order(order_id).pick_up_code_sealed is None:
            return
        lines = [(item_id, 1) for item_id in self.lines[order_id]] or None if less else None
        given = (order_id, cast.code(order_id), "self", None, lines)
        done = self.tried(counter.hand_over, *given, actor=self.staff["bu"])
        if done is not None:
            if lines:
                self.lines[order_id] = dict(lines)
            self.move(order_id, -1)
            self.handed.append(order_id)

    @precondition(lambda self: self.handed)
    @rule(n=pick, fate=st.sampled_from([None, *Fate]))
    def give_back(self, n, fate):
        """All that is out, or one unit of one thing."""
        order_id = self.handed[n % len(self.handed)]
        item_id = next(iter(self.lines[order_id]), 0)
        back = None if fate is None or not self.lines[order_id] else [Back(item_id, 1, fate)]
        if self.tried(approvals.give_back, order_id, "破损", back, actor=self.staff["yan"]) is None:
            return
        if back is None:
            self.move(order_id, 1)
            return
        self.lines[order_id][item_id] -= 1
        self.on_hand[item_id] += fate != Fate.WRITTEN_OFF

    @precondition(lambda self: self.lines)
    @rule(n=pick)
    def no_show(self, n):
        self.tried(approvals.no_show, self.one(n, "approved"), actor=self.staff["bu"])

    def move(self, order_id, sign):
        for item_id, quantity in self.lines[order_id].items():
            self.on_hand[item_id] += sign * quantity

    @rule(n=pick, quantity=units, days=st.sampled_from([None, 1, 10, 60]))
    def receive(self, n, quantity, days):
        item_id = self.goods[n % 3]
        with clock.frozen_at(self.now):
            cast.received(self.town, item_id, quantity, days)
        self.on_hand[item_id] += quantity

    @rule(n=pick, quantity=st.integers(1, 2))
    def spoil(self, n, quantity):
        item_id = self.goods[n % 3]
        if self.tried(receipts.spoil, item_id, quantity, "受潮", actor=self.staff["bu"]) is not None:
            self.on_hand[item_id] -= quantity

    @rule(n=pick, counted=st.integers(0, 6))
    def count(self, n, counted):
        item_id = self.goods[n % 3]
        book = cast.stock(item_id)[0]
        made = self.tried(stocktakes.propose, self.shop, [(item_id, counted, None)], actor=self.staff["bu"])
        if made is not None:
            self.counted = made.id, item_id, counted - book

    @precondition(lambda self: self.counted)
    @rule(accepted=st.booleans())
    def decide_count(self, accepted):
        found, item_id, difference = self.counted
        if not accepted:
            self.tried(stocktakes.reject, found, "重盘", actor=self.staff["yan"])
            self.counted = None
        elif self.tried(stocktakes.approve, found, actor=self.staff["yan"]) is not None:
            self.on_hand[item_id] += difference
            self.counted = None

    @rule(person=who, amount=st.integers(1, 20), n=pick)
    def earn(self, person, amount, n):
        reference = f"machine:{id(self)}:{n}:{self.now:%Y%m%d}:{amount}:{person}"
        self.tried(
            ledger.grant,
            self.people[person].id,
            amount,
            reference=reference,
            title="",
            actor=None,
            community_id=self.town.songtao,
        )

    @rule(person=who, points=st.integers(-20, 20), accepted=st.booleans())
    def adjust(self, person, points, accepted):
        made = self.tried(
            adjustments.propose, self.people[person].id, points, "核对有误", actor=self.staff["tong"]
        )
        if made is not None and accepted:
            self.tried(adjustments.approve, made.id, actor=self.staff["yan"])
        elif made is not None:
            self.tried(adjustments.reject, made.id, "不需要", actor=self.staff["yan"])

    @rule(days=st.sampled_from([0, 0, 0, 1, 1, 3, 25, 400]))
    def time_passes(self, days):
        """Every job runs, twice: the second time finds nothing more to do."""
        self.now += timedelta(days=days, hours=2)
        for job in (*deadlines.JOBS, *deadlines.JOBS):
            with clock.frozen_at(self.now):
                due = job.due()
            for item in due:
                if job.work is receipts.leave_the_shelf:
                    self.leave_the_shelf(item)
                else:
                    self.tried(job.work, item)
        for lot in ledger.lots_to_expire():
            self.tried(ledger.expire, lot)

    def leave_the_shelf(self, batch_id):
        before = {item_id: cast.stock(item_id)[0] for item_id in self.goods}
        self.tried(receipts.leave_the_shelf, batch_id)
        for item_id, units_before in before.items():
            self.on_hand[item_id] -= units_before - cast.stock(item_id)[0]

    @invariant()
    def all_books_balance(self):
        session.rollback()
        type(self).found = [*verify.findings(), *ledger_verify.findings()]
        assert self.found == []

    @invariant()
    def stock_is_what_the_model_says(self):
        waiting = [order.id for order in self.open_orders()]
        rows = session.execute(sa.select(Item.id, Item.on_hand, Item.reserved).where(Item.id.in_(self.goods)))
        for item_id, on_hand, reserved in rows:
            assert on_hand == self.on_hand[item_id]
            assert 0 <= reserved <= on_hand
            assert reserved == sum(self.lines[order_id].get(item_id, 0) for order_id in waiting)

    @invariant()
    def held_points_are_those_of_open_orders(self):
        held = {person.id: 0 for person in self.people}
        for order in self.open_orders():
            held[order.person_id] += order.points
        rows = session.execute(sa.select(Purse.person_id, Purse.held).where(Purse.person_id.in_(held)))
        assert dict(rows.all()) == held

    def open_orders(self):
        wanted = sa.select(Redemption.id, Redemption.person_id, Redemption.points).where(
            Redemption.shop_id == self.shop, Redemption.state.in_(("requested", "approved"))
        )
        return session.execute(wanted).all()


def _play(town, examples, same_each_time=False):
    Supermarket.town = town
    run_state_machine_as_test(
        Supermarket,
        settings=settings(
            max_examples=examples,
            derandomize=same_each_time,
            stateful_step_count=40,
            deadline=None,
            database=None,
            # A failure is told as it was met: to make it small would take minutes.
            phases=[Phase.generate],
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_nothing_that_can_happen_breaks_the_shop(town):
    _play(town, 15)


@pytest.mark.parametrize(
    ("room", "name"),
    [
        (approvals.stock, "release"),
        (approvals.returned_goods, "_take_goods_back"),
        (counter.ledger, "settle"),
    ],
    ids=["an order given up keeps its goods", "what comes back is not shelved", "points are not spent"],
)
def test_the_machine_finds_a_fault_that_is_sown(town, broken_books, monkeypatch, room, name):
    monkeypatch.setattr(room, name, lambda *_, **__: ledger.HoldResult(0, 0, "settled", []))
    # Played again the example meets books that are broken already, which Hypothesis calls flaky.
    with contextlib.suppress(Exception):
        # It ends with the first find, which is the same in every run: a search by chance took a second or half an hour.
        _play(town, 400, same_each_time=True)
    assert Supermarket.found
