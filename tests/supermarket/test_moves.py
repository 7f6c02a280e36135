"""Every move × every person × every state, held against a table written by hand from the blueprint.

The table is not read from the code: a change of the rules has to be made in both places.
"""

import pytest
import sqlalchemy as sa

from backend import clock, journal, lifecycle
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.people import permissions
from backend.supermarket import queries, sealed, states
from backend.supermarket.models import Redemption, RedemptionState
from backend.supermarket.stock_models import Stocktake, StocktakeState
from tests.supermarket import cast

# move: (states it starts from, state it ends in, who may make it). song's order, asked for by shao; tong
# approves and bu hands over where the order has come so far; lan is tong's colleague, yu bu's.
RULES = {
    "approve": ("requested", "approved", "tong lan"),
    "reject": ("requested", "rejected", "tong lan"),
    "cancel": ("requested approved", "cancelled", "song shao tong lan"),
    "expire": ("requested approved", "expired", "time"),
    "extend": ("approved", "approved", "tong lan bu yu"),
    "hand_over": ("approved", "handed_over", "bu yu"),
    "return": ("handed_over", "returned", "tong lan yan"),
    "no_show": ("approved", "no_show", "tong lan bu yu time"),
}
STOCKTAKE_RULES = {"approve": ("proposed", "approved", "yan"), "reject": ("proposed", "rejected", "yan")}
PEOPLE = [
    "song",
    "shao",
    "tong",
    "lan",
    "bu",
    "yu",
    "yan",
    "shang",
    "jie",
    "admin",
    "wulan",
    "pei",
    "bai",
    "jin",
    "mei",
    "luo",
    "time",
]
# Staff of another community learn nothing, not even that the order exists.
FOREIGN = {"bai", "jin", "mei", "luo"}
OPEN, DECIDED = ("requested", "rejected"), ("approved", "handed_over", "returned", "no_show")


def test_the_tables_name_the_same_moves_as_the_code():
    assert {move.name for move in states.REDEMPTION_MOVES} == set(RULES)
    assert {move.name for move in states.STOCKTAKE_MOVES} == set(STOCKTAKE_RULES)


def test_nobody_is_given_a_word_of_the_shop_beyond_the_table():
    """Each word with the roles that have it, written by hand: who keeps the shop, who decides, who checks."""
    keeping, deciding, checking = "shop_keeper", "community_staff", "supervisor"
    table = {
        "redemption:read": {keeping, deciding, checking, "auditor"},
        "redemption:request_for": {keeping, deciding, "grid_worker"},
        "redemption:approve": {deciding},
        "redemption:cancel": {deciding},
        "redemption:extend": {deciding, keeping},
        "redemption:return": {deciding, checking},
        "redemption:no_show": {keeping, deciding},
        "redemption:hand_over": {keeping},
        "redemption:expire": set(),
        "item:manage": {keeping},
        "item:look": {keeping, deciding, checking},
        "item:take_down": {keeping, deciding, checking},
        "stock:transfer": {keeping},
        "stock:read": {keeping, deciding, checking, "auditor"},
        "stock:receive": {keeping},
        "stock:spoil": {keeping},
        "stock:reverse": {keeping, checking},
        "stocktake:propose": {keeping},
        "stocktake:approve": {checking},
        "shop:manage": {deciding, "city_admin"},
        "shop:exempt": {"street_staff"},
    }
    nouns = ("redemption:", "item:", "stock:", "stocktake:", "shop:")
    granted = {word for words in permissions.BY_ROLE.values() for word in words if word.startswith(nouns)}
    assert granted <= set(table)
    for word, roles in table.items():
        assert set(permissions.roles_with(word)) == roles, word


@pytest.fixture
def order_in(town):
    """Puts one order, with its people, into any state by raw statement."""
    shop = cast.opened(town)
    cast.second_keeper(town, "yu")
    hall = cast.venue(town, shop)
    with transaction():
        made = cast.requests.request(
            shop,
            [],
            slot_ids=cast.slot_ids(hall)[:1],
            on_behalf_of=(town.person("song").id, "代办"),
            actor=cast.by(town, "shao"),
        )
    order_id = made.id
    who = {name: cast.by(town, name) for name in PEOPLE if name != "time"}

    def put(state):
        handed, decided = state in ("handed_over", "returned"), state in DECIDED
        values = {
            "state": state,
            **_decided(who, decided, order_id),
            "handed_over_by_id": who["bu"].id if handed else None,
            "handed_over_at": clock.now() if handed else None,
            "collected_by": "self" if handed else None,
            "returned_by_id": who["yan"].id if state == "returned" else None,
            "closing_reason": "原因",
            "closed_at": None if state in ("requested", "approved") else clock.now(),
        }
        session.execute(sa.update(Redemption).where(Redemption.id == order_id).values(**values))
        return session.get(Redemption, order_id, populate_existing=True)

    return put, who


def _decided(who, decided, order_id):
    return {
        "approved_by_id": who["tong"].id if decided else None,
        "approved_at": clock.now() if decided else None,
        "pick_up_code_sealed": sealed.sealed_code(order_id, "12345678") if decided else None,
        "pick_up_code_index": "x" if decided else None,
        "pick_up_until": clock.today() if decided else None,
    }


def _facts(move, who, name, order_id):
    """What the database asks of an order in the target state."""
    by_id = who["tong"].id if name == "time" else who[name].id
    if move.target == "approved":
        return {**_decided(who, True, order_id), "approved_by_id": by_id}
    facts = {"closed_at": clock.now(), "closing_reason": "原因"}
    if move.target == "handed_over":
        facts |= {"handed_over_by_id": by_id, "handed_over_at": clock.now(), "collected_by": "self"}
    if move.target == "returned":
        facts |= {"returned_by_id": by_id}
    return facts


def _may(name, move, state, allowed):
    """bu is the clerk who handed over only where it was handed over; tong the approver where approved."""
    if name == "bu" and move.name == "return":
        return False
    return name in allowed.split()


@pytest.mark.parametrize("move", states.REDEMPTION_MOVES, ids=lambda move: move.name)
def test_each_move_is_made_by_the_right_people_from_the_right_states_only(order_in, broken_books, move):
    put, who = order_in
    sources, target, allowed = RULES[move.name]
    for state in RedemptionState:
        tried = _try_each(put, who, state, [(move, name) for name in PEOPLE])
        for name in PEOPLE:
            made = tried[move, name]
            from_here = target if state in sources.split() else "conflict"
            expected = from_here if _may(name, move, state, allowed) else "refused"
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def _try_each(put, who, state, pairs):
    """What comes of each move by each person, of one order in this state. Leaves no trace."""
    with transaction():
        order, lines = put(state), cast.count(journal.JournalLine)
        made = {(move, name): _try(order, who, move, name, lines) for move, name in pairs}
        session.rollback()
        return made


def _try(order, who, move, name, lines):
    """The new state, `refused`, or `conflict`. The next one finds the order as it was."""
    state, actor = order.state, None if name == "time" else who[name]
    beginning = session.begin_nested()
    try:
        lifecycle.transition(move, order, actor=actor, **_facts(move, who, name, order.id))
        assert cast.count(journal.JournalLine) == lines + 1, "a move without its journal line"
        outcome = session.scalar(sa.select(Redemption.state).where(Redemption.id == order.id))
        assert outcome == order.state
        session.expire(order)
    except NotFound:
        outcome = "refused"
    except (NotAllowed, lifecycle.FourEyes):
        outcome = "told too much" if name in FOREIGN else "refused"
    except move.refusal:
        outcome = "conflict"
    beginning.rollback()
    assert order.state == state
    return outcome


def test_the_buttons_offered_are_exactly_the_moves_that_succeed(order_in, broken_books):
    """`actions` and the moves are decided by one rule, but for the venue's time, which the verbs ask for."""
    put, who = order_in
    for state in RedemptionState:
        with transaction():
            order = put(state)
        pairs = [(move, name) for move in states.REDEMPTION_MOVES for name in who]
        tried = _try_each(put, who, state, pairs)
        for name in who:
            offered = queries.view_redemptions([order], actor=who[name])[0].actions
            works = [
                move.name
                for move in states.REDEMPTION_MOVES
                if tried[move, name] == move.target
                # Not yet, and never of a venue: see test_venues and test_open_days.
                and move.name not in ("no_show", "extend")
            ]
            assert offered == works, f"{name} on {state}: {offered}, not {works}"


@pytest.mark.parametrize("move", states.STOCKTAKE_MOVES, ids=lambda move: move.name)
def test_each_move_of_a_stocktake_is_made_by_the_supervisor_only(town, broken_books, move):
    shop = cast.opened(town)
    with transaction():
        # Counted by yan's colleague and by yan: never approved by whoever counted.
        for counter in ("bu", "yan"):
            session.add(
                Stocktake(
                    shop_id=shop if counter == "bu" else 1,
                    community_id=town.songtao,
                    number=f"PD-{counter}",
                    state="proposed",
                    proposed_by_id=town.person(counter).id,
                    proposed_at=clock.now(),
                )
            )
        session.flush()
    sources, target, allowed = STOCKTAKE_RULES[move.name]
    for counter in ("bu", "yan"):
        for state in StocktakeState:
            for name in PEOPLE:
                made = _try_stocktake(town, f"PD-{counter}", move, state, name)
                from_here = target if state in sources.split() else "conflict"
                expected = from_here if name in allowed.split() and counter != "yan" else "refused"
                assert made == expected, f"{name} {move.name} {counter}'s from {state}: {made}"


def _try_stocktake(town, number, move, state, name):
    actor = None if name == "time" else cast.by(town, name)
    decided = town.person("luo").id, clock.now()
    with transaction():
        by_id, at = (None, None) if state == "proposed" else decided
        session.execute(
            sa.update(Stocktake)
            .where(Stocktake.number == number)
            .values(state=state, decided_by_id=by_id, decided_at=at, review_reason="原因")
        )
        found = session.scalars(
            sa.select(Stocktake).where(Stocktake.number == number),
            execution_options={"populate_existing": True},
        ).one()
        facts = {"decided_by_id": actor.id if actor else None, "decided_at": clock.now()}
        try:
            lifecycle.transition(move, found, actor=actor, **facts)
            outcome = found.state
        except (NotFound, NotAllowed, lifecycle.FourEyes):
            outcome = "refused"
        except move.refusal:
            outcome = "conflict"
        session.rollback()
        return outcome
