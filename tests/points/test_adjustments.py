"""Points given or taken by two: proposed, decided, told."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotFound, Refused
from backend.ledger import actions as ledger
from backend.ledger import queries as points
from backend.ledger.verify import findings
from backend.lifecycle import FourEyes
from backend.people.models import Person, Residency
from backend.points import actions, queries
from tests.points import cast


def decide(town, verb, *given, actor="lan"):
    with transaction():
        return verb(*given, actor=cast.by(town, actor))


def available(town, name="ning"):
    return points.balance(town.person(name).id)["available"]


def test_an_approval_moves_the_points_and_tells_the_person(town):
    found = decide(town, actions.approve, cast.proposed(town))
    assert found.state == "approved"
    assert available(town) == 35
    row = points.statement(town.person("ning").id)[0]
    assert (row.points, row.kind, row.reference) == (-5, "adjust", f"adjustment:{found.id}")
    assert row.title == "积分调整：活动时长录入有误"
    (notice,) = cast.notices(town.person("ning").id, "points_adjusted")
    assert notice.title == "积分调整：扣减 5 分"
    assert "原因：活动时长录入有误。" in notice.body
    assert list(findings()) == []


def test_a_rejection_moves_nothing_and_tells_the_maker(town):
    found = decide(town, actions.reject, cast.proposed(town, 8), "没有依据。")
    assert (found.state, found.decision_reason) == ("rejected", "没有依据。")
    assert available(town) == 40
    assert cast.notices(town.person("ning").id, "points_adjusted") == []
    (notice,) = cast.notices(town.person("tong").id, "adjustment_rejected")
    assert notice.body == "您提出的积分调整（+8 分）未获批准：没有依据。"


def test_more_than_there_is_cannot_be_taken_and_the_proposal_waits(town):
    waiting = cast.proposed(town, -41)
    with pytest.raises(ledger.NotEnoughPoints):
        decide(town, actions.approve, waiting)
    assert cast.adjustment(waiting).state == "proposed"
    assert available(town) == 40


def test_nobody_proposes_for_themselves(town):
    with pytest.raises(FourEyes):
        cast.proposed(town, person="tong")


@pytest.mark.parametrize("amount", [0, 10_001, -10_001])
def test_points_that_make_no_sense_are_refused(town, amount):
    with pytest.raises(actions.NoSensibleAdjustment):
        cast.proposed(town, amount)


@pytest.mark.parametrize("maker", ["bai", "bu", "yan", "jie", "admin", "shang", "ning", "shao"])
def test_a_person_out_of_the_makers_reach_does_not_exist(town, maker):
    with pytest.raises(NotFound):
        cast.proposed(town, person="wulan", maker=maker)


@pytest.mark.parametrize("facts", [{"state": "declared"}, {"state": "rejected"}])
def test_a_person_whose_residency_is_not_verified_has_no_points_adjusted(town, facts):
    with transaction():
        person = town.person("wulan").id
        session.execute(sa.update(Residency).where(Residency.person_id == person).values(**facts))
    with pytest.raises(NotFound):
        cast.proposed(town, person="wulan")


def test_a_cancelled_account_has_no_points_adjusted(town):
    with transaction():
        person = town.person("e").id
        session.execute(sa.update(Person).where(Person.id == person).values(state="cancelled"))
    with pytest.raises(NotFound):
        cast.proposed(town, person="e")


def test_staff_see_the_adjustments_of_their_places_newest_first(town):
    first, second = cast.proposed(town), cast.proposed(town, 3, person="wulan")
    seen = {
        name: [one.id for one in queries.adjustments(None, actor=cast.by(town, name)).rows(10)]
        for name in ("tong", "yan", "jie", "shang", "bai", "admin", "ning", "bu")
    }
    both = [second, first]
    nothing = {"bai": [], "admin": [], "ning": [], "bu": []}
    assert seen == {"tong": both, "yan": both, "jie": both, "shang": both, **nothing}


def test_a_page_takes_the_same_statements_however_long(town, statements):
    tong = cast.by(town, "tong")
    ids = [cast.proposed(town, n) for n in range(1, 9)]
    with statements() as few:
        queries.view_adjustments([cast.adjustment(ids[0])], actor=tong)
    found = [cast.adjustment(one) for one in ids]
    with statements() as many:
        queries.view_adjustments(found, actor=tong)
    assert len(many) == len(few) - 1 == 4


# --- many at once ------------------------------------------------------------------------------------


def test_of_many_approvers_one_moves_the_points(town, at_once):
    approvers = [cast.by(town, name) for name in ("lan", "yan", "jie") * 2]
    for n in range(1, 6):
        waiting = cast.proposed(town, -1)
        results = at_once(*[partial(actions.approve, waiting, actor=who) for who in approvers])
        assert sum(not isinstance(one, Refused) for one in results) == 1
        assert {type(one).__name__ for one in results if isinstance(one, Refused)} == {"AdjustmentDecided"}
        assert available(town) == 40 - n
    assert list(findings()) == []


def test_of_approval_and_rejection_at_once_one_stands(town, at_once):
    lan, yan = cast.by(town, "lan"), cast.by(town, "yan")
    taken = 0
    for _ in range(10):
        waiting = cast.proposed(town, -1)
        results = at_once(
            *[
                partial(actions.approve, waiting, actor=lan),
                partial(actions.reject, waiting, "没有依据", actor=yan),
            ]
        )
        assert sum(isinstance(one, Refused) for one in results) == 1
        taken += cast.adjustment(waiting).state == "approved"
    assert available(town) == 40 - taken
    assert list(findings()) == []


def test_two_adjustments_at_once_never_take_more_than_there_is(town, at_once):
    lan = cast.by(town, "lan")
    waiting = [cast.proposed(town, -15) for _ in range(4)]
    results = at_once(*[partial(actions.approve, one, actor=lan) for one in waiting])
    assert sorted(type(one).__name__ for one in results) == ["Adjustment"] * 2 + ["NotEnoughPoints"] * 2
    assert available(town) == 10
    assert list(findings()) == []


def test_an_adjustment_outlives_its_day(town):
    waiting = cast.proposed(town, -5)
    with clock.frozen_at(clock.now() + timedelta(days=30)):
        assert decide(town, actions.approve, waiting).state == "approved"
