"""Corrections."""

from datetime import UTC, datetime

import pytest

from backend import clock, journal
from backend.db import transaction
from backend.errors import NotFound
from backend.ledger import actions, queries
from backend.ledger.verify import findings

pytestmark = pytest.mark.usefixtures("morning")


@pytest.fixture
def awarded(people):
    with transaction():
        return actions.award(
            people.resident,
            "wish_confirmed",
            reference="w:1",
            title="点亮",
            community_id=people.here,
            actor=None,
        )


def reverse(people, what="w:1", reference="w:1:reversed"):
    with transaction():
        return actions.reverse(what, reference=reference, reason="记错了人", actor=people.staff)


def hold(people, amount):
    with transaction():
        return actions.hold(
            people.resident, amount, reference="r:1", title="兑换", actor=None, community_id=people.here
        )


def test_a_reversal_takes_the_award_back_and_says_why(people, awarded):
    assert reverse(people).points == 5
    assert [(row.points, row.title) for row in queries.statement(people.resident)] == [
        (-5, "冲正：点亮"),
        (5, "点亮"),
    ]
    (line,) = journal.lines("transfer", awarded.transfer_id)
    assert (line.verb, line.reason, line.actor_id) == ("reverse", "记错了人", people.staff.id)
    assert list(findings()) == []


def test_a_transfer_is_reversed_once(people, awarded):
    first = reverse(people)
    assert reverse(people) == first
    with pytest.raises(actions.AlreadyReversed):
        reverse(people, reference="another")
    with pytest.raises(actions.NotReversible):
        reverse(people, what="w:1:reversed", reference="back again")


def test_a_reversal_does_not_take_a_reference_that_is_used(people, awarded):
    with pytest.raises(actions.ReferenceReused):
        reverse(people, reference="w:1")


def test_what_is_held_or_spent_cannot_be_taken_back(people, awarded):
    hold(people, 1)
    with pytest.raises(actions.NotEnoughPoints) as refusal:
        reverse(people)
    assert refusal.value.facts == {"available": 4, "needed": 5}
    with pytest.raises(actions.NotReversible):
        reverse(people, what="r:1:hold:2027")


def test_what_ended_cannot_be_taken_back(people, awarded):
    with clock.frozen_at(datetime(2028, 1, 2, tzinfo=UTC)):
        (lot,) = actions.lots_to_expire()
        with transaction():
            actions.expire(lot)
        with pytest.raises(actions.NotEnoughPoints):
            reverse(people)
        with pytest.raises(actions.NotReversible):
            reverse(people, what=f"expire:{lot}:1")


def test_an_unknown_transfer_is_not_found(people):
    with pytest.raises(NotFound):
        reverse(people, what="nowhere")
