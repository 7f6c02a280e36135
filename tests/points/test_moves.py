"""Every decision × every person × every state, held against a table written by hand.

The table is not read from the code: a change of the rules has to be made in both places.
"""

import pytest
import sqlalchemy as sa

from backend import clock, journal, lifecycle
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.points import queries, states
from backend.points.models import Adjustment, AdjustmentState
from tests.points import cast

# move: (states it starts from, state it ends in, who may make it)
RULES = {
    "approve": ("proposed", "approved", "lan yan jie"),
    "reject": ("proposed", "rejected", "lan yan jie"),
}
# tong proposed it for ning; lan is tong's colleague, yan the supervisor, jie at the street above them.
PEOPLE = [
    "ning",
    "shao",
    "tong",
    "lan",
    "pei",
    "qin",
    "wulan",
    "jie",
    "admin",
    "shang",
    "yan",
    "bu",
    "bai",
    "he",
    "jin",
    "time",
]
# Who sees the adjustment and may not decide on it is told so; to everyone else it does not exist.
TOLD = {"tong": lifecycle.FourEyes, "shang": NotAllowed, "time": NotAllowed}


def test_the_table_names_the_same_moves_as_the_code():
    assert {move.name for move in states.ADJUSTMENT_MOVES} == set(RULES)


def put(state, town, **facts):
    """An adjustment in this state, by raw statement."""
    decided = state != "proposed"
    row = {
        "community_id": town.songtao,
        "person_id": town.person("ning").id,
        "points": -5,
        "reason": "录入有误",
        "state": state,
        "proposed_by_id": town.person("tong").id,
        "proposed_at": clock.now(),
        "decided_by_id": town.person("lan").id if decided else None,
        "decided_at": clock.now() if decided else None,
        "decision_reason": "没有依据" if state == "rejected" else None,
    } | facts
    made = session.scalar(sa.insert(Adjustment).values(row).returning(Adjustment.id))
    return session.get(Adjustment, made)


def facts_of(move, actor_id):
    """What the database asks of an adjustment in the target state."""
    reason = "没有依据" if move.target == "rejected" else None
    return {"decided_by_id": actor_id, "decided_at": clock.now(), "decision_reason": reason}


@pytest.mark.parametrize("move", states.ADJUSTMENT_MOVES, ids=lambda move: move.name)
def test_each_decision_is_made_by_the_right_people_from_the_right_state_only(town, move):
    sources, target, allowed = RULES[move.name]
    for state in AdjustmentState:
        for name in PEOPLE:
            made = _try(town, move, state, name)
            from_here = target if state in sources.split() else "conflict"
            expected = from_here if name in allowed.split() else TOLD.get(name, NotFound).__name__
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def _try(town, move, state, name):
    """What came of it: the new state, the name of the refusal, or `conflict`. Leaves no trace."""
    actor = None if name == "time" else cast.by(town, name)
    lines = sa.select(sa.func.count()).select_from(journal.JournalLine)
    with transaction():
        found = put(state, town)
        before = session.scalar(lines)
        try:
            lifecycle.transition(move, found, actor=actor, **facts_of(move, actor and actor.id))
            assert session.scalar(lines) == before + 1, "a move without its journal line"
            outcome = session.scalar(sa.select(Adjustment.state).where(Adjustment.id == found.id))
        except (NotFound, NotAllowed, lifecycle.FourEyes) as refusal:
            outcome = type(refusal).__name__
        except move.refusal:
            outcome = "conflict"
        session.rollback()
        return outcome


def test_the_person_decides_nothing_about_themselves_even_as_staff(town):
    for move in states.ADJUSTMENT_MOVES:
        with transaction():
            lan = cast.by(town, "lan")
            found = put("proposed", town, person_id=lan.id)
            with pytest.raises(lifecycle.FourEyes):
                lifecycle.transition(move, found, actor=lan, **facts_of(move, lan.id))
            session.rollback()


@pytest.mark.parametrize("state", AdjustmentState)
def test_the_buttons_offered_are_exactly_the_moves_that_succeed(town, state):
    for name in PEOPLE[:-1]:
        with transaction():
            actor = cast.by(town, name)
            (shown,) = queries.view_adjustments([put(state, town)], actor=actor)
            session.rollback()
        works = [
            move.name for move in states.ADJUSTMENT_MOVES if _try(town, move, state, name) == move.target
        ]
        assert works == shown.actions, name


ATTACKS = {
    "decides on one's own proposal": {"decided_by_id": "proposed_by_id"},
    "decides for oneself": {"decided_by_id": "person_id"},
    "approves without a name": {"decided_by_id": "NULL"},
    "approves without a moment": {"decided_at": "NULL"},
    "rejects without a reason": {"state": "'rejected'"},
    "approves with a reason to reject": {"decision_reason": "'x'"},
    "changes the points": {"points": "points + 1"},
    "changes the person": {"person_id": "(SELECT max(id) FROM persons)"},
    "changes the reason": {"reason": "'x'"},
    "changes the maker": {"proposed_by_id": "(SELECT max(id) FROM persons)"},
    "decides nothing": {"state": "'proposed'", "decided_by_id": "NULL", "decided_at": "NULL"},
    "knows another state": {"state": "'done'"},
}


@pytest.mark.parametrize("changed", ATTACKS.values(), ids=ATTACKS)
def test_the_database_refuses_a_decision_that(town, changed):
    cast.proposed(town)
    lan = town.person("lan").id
    columns = {"state": "'approved'", "decided_by_id": str(lan), "decided_at": "proposed_at"} | changed
    told = ", ".join(f"{name} = {value}" for name, value in columns.items())
    with pytest.raises(sa.exc.DBAPIError), transaction():
        session.execute(sa.text(f"UPDATE adjustments SET {told}"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE adjustments SET state = 'proposed', decided_by_id = NULL, decided_at = NULL",
        "UPDATE adjustments SET decided_at = proposed_at",
        "DELETE FROM adjustments",
    ],
)
def test_the_database_lets_nobody_change_a_decision(town, statement):
    with transaction():
        put("approved", town)
    with pytest.raises(sa.exc.DBAPIError, match="decided once"), transaction():
        session.execute(sa.text(statement))


@pytest.mark.parametrize(
    "facts", [{"points": 0}, {"points": 10_001}, {"points": -10_001}, {"person_id": "tong"}, {"state": "x"}]
)
def test_the_database_refuses_a_proposal_of(town, facts):
    facts = {name: town.person(v).id if v == "tong" else v for name, v in facts.items()}
    with pytest.raises(sa.exc.IntegrityError), transaction():
        put(facts.pop("state", "proposed"), town, **facts)
