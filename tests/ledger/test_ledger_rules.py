"""The ledger to the point and to the day: what decides at the edges. Each of these a mutation had survived
(docs/mutation.md)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import savepoint, session, transaction
from backend.errors import NotFound
from backend.ledger import actions, posting, queries, rules
from backend.ledger.lots import accounts, community_account, get_or_create_accounts, lot_account, lot_of
from backend.people.models import Person
from tests.ledger.conftest import newcomer

pytestmark = pytest.mark.usefixtures("morning")

# The lot of 2026 ends with 2027: its last day in China, one minute before it is over and when it is.
LAST_MINUTE = datetime(2027, 12, 31, 15, 59, tzinfo=UTC)
ENDED = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


def facts(people, **more):
    return {"title": "清雪服务", "community_id": people.here, "actor": people.staff} | more


def serve(people, reference, person=None, event="service_hour", **more):
    with transaction():
        person_id = person or people.resident
        return actions.award(person_id, event, reference=reference, **facts(people, **more))


def grant(people, points, reference, **more):
    with transaction():
        return actions.grant(people.resident, points, reference=reference, **facts(people, **more))


def adjust(people, points, reference="a:1"):
    with transaction():
        return actions.adjust(people.resident, points, reference=reference, **facts(people))


def hold(people, points, reference="r:1"):
    with transaction():
        return actions.hold(people.resident, points, reference=reference, **facts(people))


def release(people, reference="r:1"):
    with transaction():
        return actions.release(reference, actor=people.staff)


def reverse(people, what, reference="back:1"):
    with transaction():
        return actions.reverse(what, reference=reference, reason="记错了", actor=people.staff)


def expire_all():
    due = actions.lots_to_expire()
    with transaction():
        return [actions.expire(lot) for lot in due]


def balance(people):
    told = queries.balance(people.resident)
    return told["available"], told["held"]


def kinds(people):
    return [(row.kind, row.points) for row in reversed(queries.statement(people.resident))]


# --- caps ----------------------------------------------------------------------------------------------


def test_only_ones_own_awards_fill_a_cap_and_neither_points_brought_over_nor_adjusted(people):
    grant(people, 50, "o:1")
    adjust(people, 50)
    serve(people, "s:1", person=people.neighbour, units=2, cap_group="activity:2")
    serve(people, "s:2", person=newcomer().id, units=2, cap_group="activity:2")
    assert serve(people, "s:3", units=2, cap_group="activity:2").points == 2


def test_what_counts_for_one_activity_counts_for_no_other(people):
    for activity in ("activity:1", "activity:3"):
        serve(people, f"s:{activity}", units=2, cap_group=activity)
    serve(people, "s:none", units=2)
    assert serve(people, "s:2", units=1, cap_group="activity:2").points == 1
    assert serve(people, "s:3", units=9, cap_group="activity:2").points == 1


def test_a_days_cap_counts_that_day_and_neither_the_one_before_nor_the_one_after(people):
    first = clock.today()
    with transaction():
        rules.set_rule(
            "service_hour", None, points=1, cap_per_day=3, effective_from=first, actor=people.staff
        )
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        for days in (0, 2):
            serve(people, f"s:{days}", units=3, day=first + timedelta(days=days))
        assert serve(people, "s:1", units=2).points == 2
        assert serve(people, "s:again", units=2).points == 1


@pytest.mark.parametrize("cap", ["cap_per_activity", "cap_per_day"])
@pytest.mark.parametrize("event", ["service_hour", "wish_confirmed"])
def test_a_cap_leaves_what_is_not_yet_earned_of_it_by_this_event(people, cap, event):
    with transaction():
        rules.set_rule(event, None, points=1, **{cap: 5}, effective_from=clock.today(), actor=people.staff)
    other = "wish_confirmed" if event == "service_hour" else "service_hour"
    serve(people, "s:other", event=other)
    group = {"event": event, "cap_group": "activity:1"}
    given = [serve(people, f"s:{n}", units=n, **group).points for n in (1, 2, 9, 8)]
    assert given == [1, 2, 2, 0]


def test_the_reversal_of_the_last_award_leaves_the_first_in_the_cap(people):
    for reference in ("s:1", "s:2"):
        serve(people, reference, cap_group="activity:1")
    reverse(people, "s:2")
    assert serve(people, "s:3", units=2, cap_group="activity:1").points == 1


def test_a_reversal_empties_the_cap_of_what_it_took_back_and_of_nothing_else(people):
    serve(people, "s:1", units=2, cap_group="activity:1")
    reverse(people, "s:1")
    assert serve(people, "s:2", units=1, cap_group="activity:1").points == 1
    assert serve(people, "s:3", units=2, cap_group="activity:1").points == 1
    assert serve(people, "s:4", units=2, cap_group="activity:1").points == 0


@pytest.mark.parametrize("events", [("service_hour", "wish_confirmed"), ("wish_confirmed", "service_hour")])
def test_a_reference_names_one_event_for_ever(people, events):
    first, other = events
    serve(people, "s:1", event=first)
    with pytest.raises(actions.ReferenceReused):
        serve(people, "s:1", event=other)


def test_of_two_caps_the_one_that_leaves_less_decides(people):
    for per_activity, per_day, expected in ((2, 5, 2), (5, 3, 3)):
        with transaction():
            rules.set_rule(
                "service_hour",
                people.here,
                points=2,
                cap_per_activity=per_activity,
                cap_per_day=per_day,
                effective_from=clock.today(),
                actor=people.staff,
            )
        person = newcomer().id
        given = serve(people, f"s:{person}", person=person, units=4, cap_group="activity:1")
        assert given.points == expected


def test_without_a_cap_units_are_multiplied(people):
    assert serve(people, "w:1", event="wish_confirmed", units=3).points == 15


# --- last days -----------------------------------------------------------------------------------------


def test_a_lot_can_be_used_to_the_end_of_its_last_day_and_ends_with_it(people):
    grant(people, 7, "o:1")
    with clock.frozen_at(LAST_MINUTE):
        assert expire_all() == []
        adjust(people, -2)
    with clock.frozen_at(ENDED):
        with pytest.raises(actions.NotEnoughPoints):
            adjust(people, -1, "a:2")
        assert [one.points for one in expire_all()] == [5]
        assert expire_all() == []
    assert kinds(people) == [("opening", 7), ("adjust", -2), ("expire", -5)]


def test_an_end_is_asked_again_under_the_lock(people):
    grant(people, 7, "o:1")
    with clock.frozen_at(ENDED):
        (lot,) = actions.lots_to_expire()
    with clock.frozen_at(LAST_MINUTE), transaction():
        assert actions.expire(lot) is None
    with clock.frozen_at(ENDED), transaction():
        assert actions.expire(lot).points == 7
        assert actions.expire(lot) is None
    with pytest.raises(NotFound), transaction():
        actions.expire(987654)


def test_a_single_point_ends_too_in_the_name_of_who_gave_it(people):
    """Each lot by what went into it, whatever others were given later and by whom."""
    for person, place in ((people.neighbour, people.there), (people.resident, people.here)):
        with transaction():
            told = facts(people, community_id=place)
            actions.grant(person, 1, reference=f"o:{person}", **told)
    grant(people, 4, "o:late", community_id=people.there)
    adjust(people, -4)
    with transaction():
        actions.grant(people.neighbour, 1, reference="o:last", **facts(people, community_id=people.here))
    with clock.frozen_at(ENDED):
        expire_all()
    assert (queries.expired(people.here), queries.expired(people.there)) == (2, 1)


def test_the_points_of_one_end_and_not_those_of_the_next(people):
    for person in (people.resident, people.neighbour):
        with transaction():
            actions.grant(person, 5, reference=f"o:{person}", **facts(people))
    with clock.frozen_at(ENDED), transaction():
        actions.expire(actions.lots_to_expire()[0])
    told = [queries.balance(one)["available"] for one in (people.resident, people.neighbour)]
    assert told == [0, 5]


def test_what_is_held_does_not_end_until_it_is_released(people):
    grant(people, 7, "o:1")
    hold(people, 7)
    with clock.frozen_at(ENDED):
        assert actions.lots_to_expire() == []
        with transaction():
            ids = session.scalars(sa.select(accounts.c.id).where(accounts.c.person_id == people.resident))
            assert {actions.expire(one) for one in ids} == {None}
        release(people)
        assert balance(people) == (0, 0)
    assert kinds(people)[-2:] == [("release", 7), ("expire", -7)]


def test_what_is_released_on_the_last_day_of_its_lot_stays(people):
    grant(people, 7, "o:1")
    hold(people, 7)
    with clock.frozen_at(LAST_MINUTE):
        release(people)
        assert balance(people) == (7, 0)


def test_only_what_is_in_the_lot_ends_and_in_the_name_of_who_put_in_last(people):
    grant(people, 2, "o:1")
    grant(people, 3, "o:2", community_id=people.there)
    adjust(people, -1)
    with clock.frozen_at(ENDED):
        expire_all()
    (row, *_) = queries.statement(people.resident)
    assert (row.kind, row.points, row.title) == ("expire", -4, "积分到期（2027-12-31 止）")
    assert (queries.expired(people.here), queries.expired(people.there)) == (0, 4)


@pytest.mark.parametrize("turn", [list, reversed])
def test_each_end_of_a_lot_has_a_reference_of_its_own(people, turn):
    for person in (people.resident, people.neighbour):
        with transaction():
            actions.grant(person, 5, reference=f"o:{person}", **facts(people))
            actions.adjust(person, -1, reference=f"a:{person}", **facts(people))
            actions.hold(person, 1, reference=f"r:{person}", **facts(people))
            actions.release(f"r:{person}", actor=people.staff)
    with clock.frozen_at(ENDED):
        lots = actions.lots_to_expire()
        with transaction():
            for lot in turn(lots):
                actions.expire(lot)
    ends = [queries.statement(one)[0].reference for one in (people.resident, people.neighbour)]
    assert ends == [f"expire:{lot}:1" for lot in lots]


# --- corrections ---------------------------------------------------------------------------------------


def test_exactly_what_is_left_can_be_taken_back_and_one_point_more_cannot(people):
    grant(people, 5, "o:1")
    grant(people, 3, "o:2")
    adjust(people, -4)
    with pytest.raises(actions.NotEnoughPoints) as refused:
        reverse(people, "o:1")
    assert refused.value.facts == {"available": 4, "needed": 5}
    adjust(people, 1, "a:2")
    assert reverse(people, "o:1").points == 5
    assert balance(people) == (0, 0)


def test_a_reversal_told_again_is_the_first_one_and_another_of_the_same_is_refused(people):
    grant(people, 5, "o:1")
    grant(people, 5, "o:2")
    first = reverse(people, "o:1")
    assert reverse(people, "o:1") == first
    with pytest.raises(actions.AlreadyReversed):
        reverse(people, "o:1", "back:2")
    with pytest.raises(actions.ReferenceReused):
        reverse(people, "o:2")
    assert balance(people) == (5, 0)


@pytest.mark.parametrize("order", [("o:1", "o:2", "o:3"), ("o:3", "o:2", "o:1")])
def test_one_reversal_stands_in_the_way_of_no_other(people, order):
    for reference in ("o:1", "o:2", "o:3"):
        grant(people, 5, reference)
    for reference in order:
        assert reverse(people, reference, f"back:{reference}").points == 5
    assert balance(people) == (0, 0)


def test_only_the_goods_of_this_order_are_given_back(people):
    grant(people, 9, "o:1")
    for n, points in enumerate((1, 2, 4), 1):
        hold(people, points, f"r:{n}")
        with transaction():
            actions.settle(f"r:{n}", shop_id=1, actor=people.staff)
    with transaction():
        told = actions.give_back("r:2", reference="r:2:returned", reason="受潮", actor=people.staff)
    assert (told.back, told.ended) == (2, 0)
    assert balance(people) == (4, 0)


def test_the_answer_of_a_reversal_is_its_own_transfer_even_where_its_points_end_at_once(people):
    grant(people, 7, "o:1")
    hold(people, 7)
    with transaction():
        actions.settle("r:1", shop_id=1, actor=people.staff)
    with clock.frozen_at(ENDED):
        back = reverse(people, "r:1:settle:2027")
    ended, returned, *_ = queries.statement(people.resident)
    assert (ended.kind, returned.kind, returned.id) == ("expire", "reverse", back.transfer_id)


@pytest.mark.parametrize(("moment", "left"), [(LAST_MINUTE, 7), (ENDED, 0)])
def test_what_was_spent_comes_back_to_its_lot_and_stays_if_that_has_not_ended(people, moment, left):
    grant(people, 7, "o:1")
    hold(people, 7)
    with transaction():
        actions.settle("r:1", shop_id=1, actor=people.staff)
    with clock.frozen_at(moment):
        with transaction():
            back = actions.give_back("r:1", reference="r:1:returned", reason="受潮", actor=people.staff)
        assert (back.back, back.ended, balance(people)) == (7, 7 - left, (left, 0))


# --- adjustments ---------------------------------------------------------------------------------------


def test_all_that_can_be_used_can_be_taken_and_not_a_point_more(people):
    grant(people, 4, "o:1")
    hold(people, 1)
    with pytest.raises(actions.NotEnoughPoints) as refused:
        adjust(people, -4)
    assert refused.value.facts == {"available": 3, "needed": 4}
    adjust(people, -3)
    assert balance(people) == (0, 1)


@pytest.mark.parametrize("points", [1, -1])
def test_one_point_can_be_given_or_taken_and_none_cannot(people, points):
    grant(people, 4, "o:1")
    assert adjust(people, points).points == points
    assert balance(people) == (4 + points, 0)
    with pytest.raises(actions.NotAPositiveAmount):
        adjust(people, 0, "a:2")


def test_what_is_taken_from_two_lots_is_one_adjustment_however_often_it_is_told(people):
    grant(people, 2, "o:1")
    with clock.frozen_at(datetime(2027, 3, 5, tzinfo=UTC)):
        grant(people, 5, "o:2")
        first = adjust(people, -4)
        assert adjust(people, -4) == first
        for other in (4, -2, -3, -5):
            with pytest.raises(actions.ReferenceReused):
                adjust(people, other)
        assert balance(people) == (3, 0)
    assert queries.balance(people.resident)["lots"] == [{"points": 3, "expires_on": date(2028, 12, 31)}]


# --- holds and purses ----------------------------------------------------------------------------------


def settle(people, reference, shop_id=1):
    with transaction():
        return actions.settle(reference, shop_id=shop_id, actor=people.staff)


def test_a_hold_closed_again_answers_its_own_transfers_and_no_other_holds(people):
    grant(people, 9, "o:1")
    for n in range(1, 5):
        hold(people, n if n < 4 else 1, f"r:{n}")
    settled = [settle(people, f"r:{n}") for n in (1, 2)]
    released = [release(people, f"r:{n}") for n in (3, 4)]
    assert [settle(people, f"r:{n}") for n in (1, 2)] == settled
    assert [release(people, f"r:{n}") for n in (3, 4)] == released
    assert [one.points for one in [*settled, *released]] == [1, 2, 3, 1]


@pytest.mark.parametrize("shops", [(1, 2), (2, 1)])
def test_what_one_shop_settled_is_not_settled_by_another(people, shops):
    grant(people, 9, "o:1")
    for n, shop_id in enumerate(shops):
        hold(people, 1, f"r:{n}")
        settle(people, f"r:{n}", shop_id)
    for n, shop_id in enumerate(reversed(shops)):
        with pytest.raises(actions.ReferenceReused):
            settle(people, f"r:{n}", shop_id)


def test_a_purse_locked_beside_a_row_is_the_one_of_its_person(people):
    grant(people, 9, "o:1")
    hold(people, 2)
    with transaction():
        for person in (people.neighbour, people.staff.id):
            actions.grant(person, 3, reference=f"o:{person}", **facts(people))
    with transaction():
        wanted = sa.select(Person.id).where(Person.id.in_([people.resident, people.neighbour]))
        found = session.execute(posting.with_purse(wanted, Person.id, Person)).all()
    assert sorted(map(tuple, found)) == [
        (people.resident, people.resident, 7, 2),
        (people.neighbour, people.neighbour, 3, 0),
    ]


@pytest.mark.parametrize("close", [settle, release])
def test_a_hold_told_again_after_it_closed_answers_what_it_took_then(people, close):
    grant(people, 9, "o:1")
    first = hold(people, 4)
    close(people, "r:1")
    again = hold(people, 4)
    assert (again.hold_id, again.transfer_ids, again.points) == (first.hold_id, first.transfer_ids, 4)
    assert again.state == {settle: "settled", release: "released"}[close]


def test_a_reference_that_another_took_at_the_same_moment_moves_nothing(people):
    """Asked before, it was free: the one who writes it second is refused by the table itself."""
    grant(people, 9, "o:1")
    with transaction():
        source, target = get_or_create_accounts(
            [community_account(people.here, "issuance"), lot_account(people.resident, lot_of(clock.today()))]
        )
        line = posting.Line(source, target, 5, "o:1", "opening", "转入", people.here)
        with pytest.raises(actions.ReferenceReused, match="o:1"), savepoint():
            posting.post(posting.lock_purse(people.resident), [line], actor=people.staff)
    assert balance(people) == (9, 0)
