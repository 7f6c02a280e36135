"""Setting points aside, spending them, giving them back."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotFound
from backend.jobs import run
from backend.ledger import actions, queries
from backend.ledger.deadlines import JOBS
from backend.ledger.verify import findings

pytestmark = pytest.mark.usefixtures("morning")

NEXT_SPRING = datetime(2027, 3, 5, 1, 0, tzinfo=UTC)
AFTER_THE_FIRST_LOT = datetime(2028, 1, 1, 1, 0, tzinfo=UTC)


def grant(people, points, reference):
    with transaction():
        actions.grant(
            people.resident,
            points,
            reference=reference,
            title="转入",
            community_id=people.here,
            actor=people.staff,
        )


def hold(people, amount, reference="redemption:1", **more):
    facts = {"title": "兑换 大米", "actor": people.staff, "community_id": people.here} | more
    with transaction():
        return actions.hold(people.resident, amount, reference=reference, **facts)


def settle(people, reference="redemption:1", shop_id=1, points=None):
    with transaction():
        return actions.settle(reference, shop_id=shop_id, actor=people.staff, points=points)


def release(people, reference="redemption:1"):
    with transaction():
        return actions.release(reference, actor=people.staff)


def give_back(people, reference="redemption:1:returned", points=None):
    with transaction():
        return actions.give_back(
            "redemption:1", reference=reference, reason="大米受潮", actor=people.staff, points=points
        )


def came_back(people, reference, points=None):
    """How much came back, and how much of it ended at once."""
    told = give_back(people, reference, points)
    return told.back, told.ended


def points(people):
    found = queries.balance(people.resident)
    return found["available"], found["held"], [lot["points"] for lot in found["lots"]]


def kinds(people):
    return [(row.kind, row.points, row.balance) for row in reversed(queries.statement(people.resident))]


@pytest.fixture
def two_lots(people):
    """10 points that end with 2027, 20 that end with 2028; the clock stands in 2027."""
    grant(people, 10, "opening:1")
    with clock.frozen_at(NEXT_SPRING):
        grant(people, 20, "opening:2")
        yield people
        assert list(findings()) == []


def test_a_hold_takes_what_ends_first(two_lots):
    held = hold(two_lots, 15)
    assert (held.points, held.state, len(held.transfer_ids)) == (15, "open", 2)
    assert points(two_lots) == (15, 15, [15])
    assert kinds(two_lots)[2:] == [("hold", -10, 20), ("hold", -5, 15)]


def test_what_is_held_is_spent_in_the_shop_that_hands_over(two_lots):
    hold(two_lots, 15)
    settled = settle(two_lots)
    assert (settled.points, settled.state, len(settled.transfer_ids)) == (15, "settled", 2)
    assert points(two_lots) == (15, 0, [15])
    assert [kind for kind, _, _ in kinds(two_lots)] == ["opening", "opening", "hold", "hold"]
    assert queries.outstanding(two_lots.here) == 15


def test_a_release_gives_back_to_the_same_lots(two_lots):
    hold(two_lots, 15)
    release(two_lots)
    assert points(two_lots) == (30, 0, [10, 20])
    assert kinds(two_lots)[4:] == [("release", 10, 25), ("release", 5, 30)]


def test_what_is_released_to_a_lot_that_ended_expires_at_once(two_lots):
    hold(two_lots, 15)
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        released = release(two_lots)
        assert len(released.transfer_ids) == 2
        assert points(two_lots) == (20, 0, [20])
        assert kinds(two_lots)[4:] == [("release", 10, 25), ("release", 5, 30), ("expire", -10, 20)]
        assert release(two_lots) == released


def test_each_verb_told_twice_is_one(two_lots):
    for verb in (settle, lambda people: give_back(people)):
        first_hold = hold(two_lots, 15)
        assert hold(two_lots, 15).transfer_ids == first_hold.transfer_ids
        assert verb(two_lots) == verb(two_lots)
    assert hold(two_lots, 15).state == "settled"
    assert points(two_lots) == (30, 0, [10, 20])


def test_a_hold_told_again_after_the_points_are_gone_is_still_the_first(two_lots):
    first = hold(two_lots, 30)
    assert hold(two_lots, 30) == first


def test_a_hold_with_other_facts_is_refused(two_lots):
    hold(two_lots, 15)
    for other in ({"amount": 14}, {"amount": 15, "community_id": two_lots.there}, {"amount": 1000}):
        with pytest.raises(actions.ReferenceReused):
            hold(two_lots, **other)


def test_a_hold_ends_once(two_lots):
    hold(two_lots, 5, "redemption:1")
    hold(two_lots, 5, "redemption:2")
    settle(two_lots, "redemption:1")
    with pytest.raises(actions.HoldClosed, match="已扣减"):
        release(two_lots, "redemption:1")
    release(two_lots, "redemption:2")
    with pytest.raises(actions.HoldClosed, match="已解冻"):
        settle(two_lots, "redemption:2")


def test_another_shop_cannot_settle_what_is_settled(two_lots):
    hold(two_lots, 5)
    settle(two_lots, shop_id=1)
    with pytest.raises(actions.ReferenceReused):
        settle(two_lots, shop_id=2)


def test_more_than_there_is_cannot_be_held(two_lots):
    with pytest.raises(actions.NotEnoughPoints) as refusal:
        hold(two_lots, 31)
    assert refusal.value.facts == {"available": 30, "needed": 31}
    assert refusal.value.sentence == "积分不足：可用 30 分，需要 31 分"
    assert points(two_lots) == (30, 0, [10, 20])


def test_ended_points_cannot_be_held_although_they_are_not_yet_taken_out(two_lots):
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        assert points(two_lots) == (20, 0, [20])
        with pytest.raises(actions.NotEnoughPoints) as refusal:
            hold(two_lots, 21)
        assert refusal.value.facts["available"] == 20
        hold(two_lots, 20)


def test_an_unknown_hold_is_not_found(two_lots):
    for verb in (settle, release):
        with pytest.raises(NotFound):
            verb(two_lots, "redemption:404")
    with pytest.raises(NotFound):
        give_back(two_lots)


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "3"])
def test_an_amount_is_a_whole_number_above_zero(two_lots, amount):
    with pytest.raises(actions.NotAPositiveAmount):
        hold(two_lots, amount)


def test_returned_goods_give_the_points_back_to_their_lots(two_lots):
    hold(two_lots, 15)
    settle(two_lots)
    assert give_back(two_lots).points == 15
    assert points(two_lots) == (30, 0, [10, 20])
    with pytest.raises(actions.AlreadyReversed):
        give_back(two_lots, "redemption:1:returned_again")


def test_a_part_of_a_hold_is_spent_from_the_oldest_lot_and_the_rest_goes_back(two_lots):
    hold(two_lots, 15)
    told = settle(two_lots, points=12)
    assert (told.points, told.back, told.ended) == (12, 3, 0)
    assert points(two_lots) == (18, 0, [18])
    assert settle(two_lots, points=12).transfer_ids == told.transfer_ids
    with pytest.raises(actions.ReferenceReused):
        settle(two_lots, points=11)
    with pytest.raises(actions.HoldClosed):
        release(two_lots)


def test_no_more_than_is_held_is_spent(two_lots):
    hold(two_lots, 15)
    with pytest.raises(actions.NotEnoughPoints):
        settle(two_lots, points=16)


def test_the_rest_of_an_ended_lot_expires_as_it_goes_back(two_lots):
    hold(two_lots, 15)
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        told = settle(two_lots, points=4)
        assert (told.back, told.ended) == (11, 6)
        assert points(two_lots) == (20, 0, [20])


def test_points_come_back_in_parts_what_was_spent_last_first_and_never_more_than_was_spent(two_lots):
    hold(two_lots, 15)
    settle(two_lots)
    assert came_back(two_lots, "first", points=7) == (7, 0)
    assert points(two_lots) == (22, 0, [2, 20])
    assert came_back(two_lots, "first", points=7) == (7, 0)
    with pytest.raises(actions.ReferenceReused):
        give_back(two_lots, "first", points=6)
    with pytest.raises(actions.MoreThanSettled):
        give_back(two_lots, "second", points=9)
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        assert came_back(two_lots, "second") == (8, 8)
    with pytest.raises(actions.AlreadyReversed):
        give_back(two_lots, "third")


def test_the_database_alone_refuses_to_give_back_more_than_was_spent(two_lots):
    hold(two_lots, 15)
    settle(two_lots)
    give_back(two_lots, "first", points=12)
    session.rollback()
    more = (
        "INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, person_id, community_id, title,"
        " balance, reverses_id) SELECT source_id, target_id, :points, 'more', kind, at, person_id, community_id,"
        " title, balance, reverses_id FROM transfers WHERE reference LIKE 'first:%' AND amount = 7"
    )
    with pytest.raises(sa.exc.DatabaseError), transaction():
        session.execute(sa.text(more), {"points": 4})


def test_returned_goods_of_an_ended_lot_bring_nothing_usable(two_lots):
    hold(two_lots, 15)
    settle(two_lots)
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        give_back(two_lots)
        assert points(two_lots) == (20, 0, [20])


def test_a_lot_can_be_used_on_its_last_day_and_ends_after_it(two_lots):
    with clock.frozen_at(datetime(2027, 12, 31, 15, 59, tzinfo=UTC)):
        assert run(JOBS[0]) == 0
        assert points(two_lots)[0] == 30
    with clock.frozen_at(datetime(2027, 12, 31, 16, 0, tzinfo=UTC)):
        assert run(JOBS[0]) == 1
        assert run(JOBS[0]) == 0
        assert points(two_lots) == (20, 0, [20])
        assert kinds(two_lots)[2:] == [("expire", -10, 20)]
        assert queries.outstanding(two_lots.here) == 20


def test_what_is_held_does_not_end_until_it_is_released(two_lots):
    hold(two_lots, 6)
    with clock.frozen_at(AFTER_THE_FIRST_LOT):
        assert run(JOBS[0]) == 1
        assert points(two_lots) == (20, 6, [20])
        release(two_lots)
        assert points(two_lots) == (20, 0, [20])
        assert run(JOBS[0]) == 0


def test_only_a_lot_that_ended_expires(two_lots):
    with transaction():
        for account_id in range(1, 7):
            try:
                assert actions.expire(account_id) is None
            except NotFound:
                continue
    assert points(two_lots) == (30, 0, [10, 20])


def test_points_about_to_end_are_found_for_a_notice(two_lots):
    day = datetime(2027, 12, 31).date()  # noqa: DTZ001 - a day
    found = [tuple(row) for row in queries.ending(day, day)]
    assert found == [(two_lots.resident, 10, day)]
