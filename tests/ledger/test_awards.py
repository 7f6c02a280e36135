"""Giving points."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backend import clock
from backend.db import transaction
from backend.ledger import actions, queries, rules
from backend.ledger.verify import findings
from tests.ledger.conftest import newcomer

pytestmark = pytest.mark.usefixtures("morning")


def serve(people, reference, **more):
    facts = {"title": "清雪服务", "community_id": people.here, "actor": people.staff} | more
    with transaction():
        return actions.award(people.resident, "service_hour", reference=reference, **facts)


def light(people, reference="wish:17:confirmed", **more):
    facts = {"title": "点亮心愿 松涛-01-003", "community_id": people.here, "actor": None} | more
    with transaction():
        return actions.award(people.resident, "wish_confirmed", reference=reference, **facts)


def test_a_confirmed_wish_brings_five_points_that_end_with_the_next_year(people):
    awarded = light(people)
    assert awarded.points == 5
    assert queries.balance(people.resident) == {
        "available": 5,
        "held": 0,
        "lots": [{"points": 5, "expires_on": date(2027, 12, 31)}],
    }
    (row,) = queries.statement(people.resident)
    assert (row.points, row.balance, row.kind) == (5, 5, "award")
    assert (row.title, row.reference) == ("点亮心愿 松涛-01-003", "wish:17:confirmed")


def test_an_award_told_twice_is_one_award(people):
    first = light(people)
    with clock.frozen_at(clock.now() + timedelta(days=400)):
        assert light(people) == first
    assert queries.balance(people.resident)["available"] == 5
    assert len(queries.statement(people.resident)) == 1


@pytest.mark.parametrize("other", ["community_id", "units", "cap_group", "day"])
def test_an_award_told_again_with_other_facts_is_refused(people, other):
    light(people)
    facts = {"community_id": people.there, "units": 2, "cap_group": "activity:1", "day": date(2026, 3, 4)}
    with pytest.raises(actions.ReferenceReused):
        light(people, **{other: facts[other]})


def test_a_reference_of_another_person_or_event_is_refused(people):
    light(people)
    with pytest.raises(actions.ReferenceReused):
        serve(people, "wish:17:confirmed")
    with transaction(), pytest.raises(actions.ReferenceReused):
        actions.award(
            people.neighbour,
            "wish_confirmed",
            reference="wish:17:confirmed",
            title="",
            community_id=people.here,
            actor=None,
        )


def test_an_activity_counts_two_hours_at_most(people):
    assert serve(people, "s:1", units=1, cap_group="activity:1").points == 1
    assert serve(people, "s:2", units=3, cap_group="activity:1").points == 1
    nothing = serve(people, "s:3", units=1, cap_group="activity:1")
    assert (nothing.points, nothing.transfer_id) == (0, None)
    assert serve(people, "s:4", units=3, cap_group="activity:2").points == 2
    assert serve(people, "s:5", units=8).points == 2


def test_an_award_told_twice_stays_the_first_although_its_cap_is_full(people):
    first = serve(people, "s:1", units=3, cap_group="activity:1")
    assert first.points == 2
    assert serve(people, "s:1", units=3, cap_group="activity:1") == first


def test_what_was_reversed_does_not_fill_the_cap(people):
    serve(people, "s:1", units=2, cap_group="activity:1")
    with transaction():
        actions.reverse("s:1", reference="s:1:reversed", reason="记错了人", actor=people.staff)
    assert serve(people, "s:2", units=2, cap_group="activity:1").points == 2


def test_a_day_counts_its_cap_of_one_event_by_the_day_of_the_service(people):
    with transaction():
        rules.set_rule(
            "service_hour", None, points=1, cap_per_day=3, effective_from=clock.today(), actor=people.staff
        )
    assert serve(people, "s:1", units=2).points == 2
    assert light(people).points == 5
    assert serve(people, "s:2", units=2).points == 1
    assert serve(people, "s:3", units=2).points == 0
    with clock.frozen_at(clock.now() + timedelta(days=1)):
        assert serve(people, "s:4", units=2, day=date(2026, 3, 5)).points == 0
        assert serve(people, "s:5", units=2).points == 2


def test_the_lot_of_an_award_follows_the_chinese_calendar(people):
    with clock.frozen_at(datetime(2026, 12, 31, 15, 59, tzinfo=UTC)):
        light(people, "wish:1")
    with clock.frozen_at(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        light(people, "wish:2")
        ends = [lot["expires_on"].year for lot in queries.balance(people.resident)["lots"]]
    assert ends == [2027, 2028]


def test_nothing_is_awarded_for_no_unit(people):
    for units in (0, -1):
        with pytest.raises(actions.NotAPositiveAmount):
            light(people, units=units)


def test_an_opening_balance_is_granted_once(people):
    def grant(points):
        with transaction():
            return actions.grant(
                people.resident,
                points,
                reference="opening:1",
                title="纸质存折转入",
                community_id=people.here,
                actor=people.staff,
            )

    assert grant(30) == grant(30)
    assert queries.balance(people.resident)["available"] == 30
    with pytest.raises(actions.ReferenceReused):
        grant(31)
    with pytest.raises(actions.NotAPositiveAmount):
        grant(0)


def test_a_community_knows_what_it_issued_and_what_is_outstanding(people):
    light(people)
    light(people, "wish:18:confirmed", community_id=people.there)
    with transaction():
        actions.reverse("wish:18:confirmed", reference="r", reason="误发", actor=people.staff)
    assert (queries.issued(people.here), queries.issued(people.there)) == (5, 0)
    assert (queries.outstanding(people.here), queries.outstanding(people.there)) == (5, 0)
    assert queries.outstanding() == 5
    assert list(findings()) == []


def test_a_newcomer_has_nothing(people):
    assert queries.balance(newcomer().id) == {"available": 0, "held": 0, "lots": []}
    assert queries.statement(newcomer().id) == []
