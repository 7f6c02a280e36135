"""Points given or taken by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend import clock
from backend.db import transaction
from backend.ledger import actions, queries
from backend.ledger.verify import findings

pytestmark = pytest.mark.usefixtures("morning")


def adjust(people, points, reference="adjustment:9", **more):
    facts = {"title": "积分调整：录入有误", "community_id": people.here, "actor": people.staff} | more
    with transaction():
        return actions.adjust(facts.pop("person", people.resident), points, reference=reference, **facts)


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


def two_lots(people):
    """Ten points that end with 2027 and ten that end with 2028."""
    grant(people, 10, "o:1")
    later = clock.frozen_at(datetime(2027, 3, 5, 1, tzinfo=UTC))
    with later:
        grant(people, 10, "o:2")
    return datetime(2027, 3, 6, 1, tzinfo=UTC)


def test_points_given_go_into_the_lot_of_today(people):
    moved = adjust(people, 8)
    assert moved.points == 8
    assert queries.balance(people.resident)["lots"] == [{"points": 8, "expires_on": date(2027, 12, 31)}]
    (row,) = queries.statement(people.resident)
    assert (row.points, row.kind, row.reference) == (8, "adjust", "adjustment:9")
    assert queries.adjusted(people.here) == 8
    assert queries.issued(people.here) == 0
    assert list(findings()) == []


def test_points_are_taken_from_the_lot_that_ends_first(people):
    with clock.frozen_at(two_lots(people)):
        assert adjust(people, -13).points == -13
        assert queries.balance(people.resident)["lots"] == [{"points": 7, "expires_on": date(2028, 12, 31)}]
    rows = queries.statement(people.resident)[:2]
    assert [(row.points, row.reference) for row in rows] == [(-3, "adjustment:9:2028"), (-10, "adjustment:9")]
    assert queries.adjusted(people.here) == -13
    assert list(findings()) == []


def test_nobody_is_taken_below_zero(people):
    grant(people, 10, "o:1")
    with transaction():
        actions.hold(
            people.resident, 4, reference="r:1", title="", community_id=people.here, actor=people.staff
        )
    with pytest.raises(actions.NotEnoughPoints) as refused:
        adjust(people, -7)
    assert refused.value.facts == {"available": 6, "needed": 7}
    assert queries.balance(people.resident)["available"] == 6


def test_points_whose_last_day_is_past_are_not_taken(people):
    grant(people, 10, "o:1")
    with clock.frozen_at(datetime(2028, 1, 1, 1, tzinfo=UTC)), pytest.raises(actions.NotEnoughPoints):
        adjust(people, -1)


@pytest.mark.parametrize("points", [8, -13])
def test_the_same_adjustment_told_again_is_one(people, points):
    with clock.frozen_at(two_lots(people)):
        first = adjust(people, points)
        with clock.frozen_at(clock.now() + timedelta(days=500)):
            assert adjust(people, points) == first
        assert queries.balance(people.resident)["available"] == 20 + points


@pytest.mark.parametrize("first", [8, -13])
@pytest.mark.parametrize(
    "other", [{"points": 3}, {"points": -8}, {"community_id": "there"}, {"person": "neighbour"}]
)
def test_the_same_reference_with_other_facts_is_refused(people, first, other):
    facts = {
        name: getattr(people, value) if isinstance(value, str) else value for name, value in other.items()
    }
    with clock.frozen_at(two_lots(people)):
        adjust(people, first)
        with pytest.raises(actions.ReferenceReused):
            adjust(people, facts.pop("points", first), **facts)


@pytest.mark.parametrize("points", [0, 1.5, True])
def test_an_adjustment_moves_whole_points_and_some(people, points):
    with pytest.raises(actions.NotAPositiveAmount):
        adjust(people, points)
