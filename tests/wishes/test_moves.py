"""Every move × every person × every state, held against a table written by hand from the blueprint.

The table is not read from the code: a change of the rules has to be made in both places.
"""

import pytest
import sqlalchemy as sa

from backend import clock, journal, lifecycle
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.wishes import states
from backend.wishes.kinds import WishState
from backend.wishes.models import Claim, Round, Wish
from tests.wishes import cast

# move: (states it starts from, state it ends in, who may make it)
WISH_RULES = {
    "submit": ("draft sent_back", "submitted", "ning shao"),
    "withdraw": (
        "draft submitted sent_back accepted published carried_over escalated",
        "withdrawn",
        "ning shao",
    ),
    "accept": ("submitted", "accepted", "tong lan"),
    "send_back": ("submitted accepted published carried_over", "sent_back", "tong lan"),
    "decline": ("submitted accepted published carried_over", "declined", "tong lan"),
    "refer": ("submitted accepted published carried_over", "referred", "tong lan"),
    "merge": ("submitted accepted published carried_over", "merged", "tong lan"),
    "take_down": (
        "published claimed fulfilled confirmed closed_unconfirmed carried_over escalated",
        "taken_down",
        "tong lan",
    ),
    "publish": ("accepted carried_over", "published", "tong lan time"),
    "claim": ("published", "claimed", "pei qin"),
    "release": ("claimed", "published", "pei"),
    "expire": ("claimed", "published", "time"),
    "fulfil": ("claimed", "fulfilled", "pei"),
    "confirm": ("fulfilled", "confirmed", "ning tong shao"),
    "dispute": ("fulfilled", "claimed", "ning tong shao"),
    "close_unconfirmed": ("fulfilled", "closed_unconfirmed", "time"),
    "carry_over": ("published", "carried_over", "tong lan time"),
    "escalate": ("published", "escalated", "tong lan time"),
    "republish": ("escalated", "published", "jie"),
    "explain": ("escalated", "declined", "jie"),
}
# ning wished, shao reported for her, lan reviewed, pei claimed; tong is lan's colleague, qin another member.
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
# Staff whose permission ends at another community learn nothing, not even that the wish exists.
FOREIGN = {"bai", "jin"}
ROUND_RULES = {
    "review": ("collecting", "reviewing", "tong lan time"),
    "publish": ("reviewing", "published", "tong lan time"),
    "close": ("published", "closed", "tong lan time"),
}


def test_the_tables_name_the_same_moves_as_the_code():
    assert {move.name for move in states.WISH_MOVES} == set(WISH_RULES)
    assert {move.name for move in states.ROUND_MOVES} == set(ROUND_RULES)


@pytest.fixture
def wish_in(town):
    """Puts one wish, with its people, into any state by raw statement."""
    with transaction():
        who = {name: cast.by(town, name) for name in PEOPLE if name != "time"}
        wish_id, who["other"] = (
            cast.writing.write(
                town.songtao, cast.CONTENT, on_behalf_of=(who["ning"].id, "代办"), actor=who["shao"]
            ).id
            for _ in range(2)
        )

    def put(state):
        reviewed = state not in UNREVIEWED
        session.execute(sa.delete(Claim).where(Claim.wish_id == wish_id))
        session.execute(
            sa.update(Wish)
            .where(Wish.id == wish_id)
            .values(
                state=state,
                number="松涛-09-001",
                reviewer_id=who["lan"].id if reviewed else None,
                published_at=clock.now(),
                confirmed_by_id=who["ning"].id if state == "confirmed" else None,
                solved=True if state == "confirmed" else None,
                referred_to="grid" if state == "referred" else None,
                merged_into_id=who["other"] if state == "merged" else None,
                claimer_id=who["pei"].id if state in CLAIMED else None,
            )
        )
        if state in CLAIMED:
            session.add(
                Claim(
                    wish_id=wish_id,
                    person_id=who["pei"].id,
                    party="personal",
                    claimed_at=clock.now(),
                    promised_on=clock.today(),
                )
            )
            session.flush()
        return session.get(Wish, wish_id, populate_existing=True)

    return put, who


def _facts(move, who):
    """What the database asks of a wish in the target state."""
    reviewed = {"reviewer_id": who["lan"].id, "number": "松涛-09-001", "published_at": clock.now()}
    return {
        "confirmed": {"confirmed_by_id": who["ning"].id, "solved": True},
        "referred": {"referred_to": "grid"},
        "merged": {"merged_into_id": who["other"]},
        "accepted": reviewed,
        "published": {**reviewed, "claimer_id": None},
        "claimed": {"claimer_id": who["pei"].id},
    }.get(move.target, {})


LINES = sa.select(sa.func.count()).select_from(journal.JournalLine)
CLAIMED = ("claimed", "fulfilled", "confirmed", "closed_unconfirmed")
UNREVIEWED = ("draft", "submitted", "sent_back", "declined", "referred", "withdrawn", "merged")


def _may(name, move, state, allowed):
    """lan is the reviewer, and pei the claimer, only where the wish has come so far."""
    if name == "lan" and move.name in ("confirm", "dispute"):
        return state in UNREVIEWED
    if name == "pei" and move.name in ("release", "fulfil"):
        return state in CLAIMED
    return name in allowed.split()


@pytest.mark.parametrize("move", states.WISH_MOVES, ids=lambda move: move.name)
def test_each_move_is_made_by_the_right_people_from_the_right_states_only(wish_in, move):
    put, who = wish_in
    sources, target, allowed = WISH_RULES[move.name]
    for state in WishState:
        tried = _try_each(put, who, move, state)
        for name in PEOPLE:
            made = tried[name]
            from_here = target if state in sources.split() else "conflict"
            expected = from_here if _may(name, move, state, allowed) else "refused"
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def _try_each(put, who, move, state):
    """What comes of it for each person, of one wish in this state. Leaves no trace."""
    with transaction():
        wish, lines = put(state), session.scalar(LINES)
        made = {name: _try(wish, who, move, name, lines) for name in PEOPLE}
        session.rollback()
        return made


def _try(wish, who, move, name, lines):
    """The new state, `refused`, or `conflict`. The next one finds the wish as it was."""
    state = wish.state
    beginning = session.begin_nested()
    try:
        lifecycle.transition(move, wish, actor=None if name == "time" else who[name], **_facts(move, who))
        assert session.scalar(LINES) == lines + 1, "a move without its journal line"
        outcome = session.scalar(sa.select(Wish.state).where(Wish.id == wish.id))
        assert outcome == wish.state
        session.expire(wish)
    except NotFound:
        outcome = "refused"
    except (NotAllowed, lifecycle.FourEyes):
        foreign = name in FOREIGN and move.permission in ("wish:review", "wish:carry", "round:manage")
        outcome = "told too much" if foreign else "refused"
    except move.refusal:
        outcome = "conflict"
    beginning.rollback()
    assert wish.state == state
    return outcome


@pytest.mark.parametrize("move", states.ROUND_MOVES, ids=lambda move: move.name)
def test_each_move_of_a_round_is_made_by_the_right_people_from_the_right_states_only(town, move):
    round_id = cast.open_round(town)
    sources, target, allowed = ROUND_RULES[move.name]
    for state in ("collecting", "reviewing", "published", "closed"):
        for name in PEOPLE:
            actor = None if name == "time" else cast.by(town, name)
            with transaction():
                session.execute(sa.update(Round).where(Round.id == round_id).values(state=state))
                found = session.get(Round, round_id, populate_existing=True)
                try:
                    lifecycle.transition(move, found, actor=actor)
                    made = found.state
                except (NotAllowed, NotFound):
                    made = "refused"
                except move.refusal:
                    made = "conflict"
                session.rollback()
            expected = (
                "refused" if name not in allowed.split() else target if state in sources else "conflict"
            )
            assert made == expected, f"{name} {move.name} from {state}: {made}, not {expected}"


def test_the_buttons_offered_are_exactly_the_moves_that_succeed(town):
    """`actions` and the moves are decided by one rule: what is offered works, what is not is refused."""
    from backend.wishes import queries

    (wish_id, other), _ = cast.published(town, count=2)
    for name in PEOPLE:
        if name == "time":
            continue
        actor = cast.by(town, name)
        (shown,) = queries.view_wishes([cast.wish(wish_id)], actor=actor)
        for move in states.WISH_BUTTONS:
            with transaction():
                found = session.get(Wish, wish_id, populate_existing=True)
                try:
                    lifecycle.transition(
                        move,
                        found,
                        actor=actor,
                        **_facts(
                            move, {"ning": actor, "pei": actor, "lan": cast.by(town, "lan"), "other": other}
                        ),
                    )
                    works = True
                except (NotAllowed, NotFound, lifecycle.FourEyes, move.refusal):
                    works = False
                session.rollback()
            assert works == (move.name in shown.actions), f"{name} {move.name}"
