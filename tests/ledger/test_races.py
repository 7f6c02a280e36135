"""Many at once: the database decides, whoever comes first."""

from backend.db import transaction
from backend.errors import Refused
from backend.ledger import actions, holds, queries
from backend.ledger.verify import findings

# The pool of a process has 8 connections; more threads would wait for it, not for each other.
CROWD = 16


def grant(people, points):
    with transaction():
        actions.grant(
            people.resident, points, reference="o", title="", community_id=people.here, actor=people.staff
        )


def holding(people, reference, amount=5):
    return lambda: actions.hold(
        people.resident,
        amount,
        reference=reference,
        title="兑换",
        community_id=people.here,
        actor=people.staff,
    )


def awarding(people, reference, person=None):
    return lambda: actions.award(
        person or people.resident,
        "wish_confirmed",
        reference=reference,
        title="点亮",
        community_id=people.here,
        actor=None,
    )


def refusals(results):
    return [type(result) for result in results if isinstance(result, Refused)]


def test_of_sixteen_holds_four_find_points(people, at_once):
    grant(people, 20)
    results = at_once(*[holding(people, f"r:{n}") for n in range(CROWD)])
    assert refusals(results) == [actions.NotEnoughPoints] * (CROWD - 4)
    assert queries.balance(people.resident)["held"] == 20
    assert list(findings()) == []


def test_the_same_hold_told_by_many_is_one(people, at_once):
    grant(people, 20)
    results = at_once(*[holding(people, "r:1") for _ in range(CROWD)])
    assert len({result.hold_id for result in results}) == 1
    assert queries.balance(people.resident)["held"] == 5


def test_the_same_award_told_by_many_is_one_transfer(people, at_once):
    # The first of them also opens the purse, the accounts and the city's first rules.
    results = at_once(*[awarding(people, "w:1") for _ in range(CROWD)])
    assert len(set(results)) == 1
    assert len(queries.statement(people.resident)) == 1
    assert list(findings()) == []


def test_one_reference_for_two_persons_is_awarded_to_one(people, at_once):
    both = [people.resident, people.neighbour]
    for n in range(5):
        results = at_once(*[awarding(people, f"w:{n}", person) for person in both])
        assert refusals(results) == [actions.ReferenceReused]
    assert sum(queries.balance(person)["available"] for person in both) == 25
    assert list(findings()) == []


def test_settling_and_releasing_at_once_has_one_winner(people, at_once):
    grant(people, 50)
    for n in range(5):
        with transaction():
            holding(people, f"r:{n}")()
        settling = [lambda n=n: actions.settle(f"r:{n}", shop_id=1, actor=None)] * 3
        releasing = [lambda n=n: actions.release(f"r:{n}", actor=None)] * 3
        results = at_once(*settling + releasing)
        states = {result.state for result in results if not isinstance(result, Refused)}
        assert len(states) == 1
        assert refusals(results) == [actions.HoldClosed] * 3
    assert queries.balance(people.resident)["held"] == 0
    assert list(findings()) == []


def test_a_transfer_is_reversed_by_one_of_many(people, at_once):
    with transaction():
        awarding(people, "w:1")()
    results = at_once(
        *[
            lambda n=n: actions.reverse("w:1", reference=f"back:{n}", reason="误发", actor=None)
            for n in range(8)
        ]
    )
    assert refusals(results) == [actions.AlreadyReversed] * 7
    assert list(findings()) == []


def test_a_cap_is_kept_when_many_certify_at_once(people, at_once):
    def serving(n):
        return lambda: actions.award(
            people.resident,
            "service_hour",
            reference=f"s:{n}",
            title="清雪",
            community_id=people.here,
            actor=None,
            cap_group="activity:1",
        )

    results = at_once(*[serving(n) for n in range(8)])
    assert sum(result.points for result in results) == 2


def test_the_check_sees_movements_that_count_on_from_what_they_saw_before_the_lock(
    people, at_once, monkeypatch
):
    """Negative control."""
    grant(people, 200)
    lock = holds.lock_purse
    monkeypatch.setattr(
        holds, "lock_purse", lambda person_id: lock(person_id)._replace(available=200, held=0)
    )
    at_once(*[holding(people, f"r:{n}") for n in range(4)])
    assert list(findings()) != []
