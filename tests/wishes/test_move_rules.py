"""The one way to change a state, to the letter. Each of these a mutation had survived (docs/mutation.md)."""

import pytest
import sqlalchemy as sa

from backend import lifecycle
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.wishes import states
from backend.wishes.models import Wish
from tests.attacks.acts import told
from tests.wishes import cast


def stored(ids):
    return [session.scalar(sa.select(Wish.state).where(Wish.id == one)) for one in ids]


def put(wish_id, state):
    """As another process does, of which what is loaded here knows nothing."""
    statement = sa.update(Wish).where(Wish.id == wish_id).values(state=state)
    session.execute(statement, execution_options={"synchronize_session": False})


def move_one(move, wish_id, actor=None, meanwhile=None):
    """Moves a wish which another process puts into the state `meanwhile` after it was loaded."""
    with transaction():
        loaded = cast.wish(wish_id)
        if meanwhile:
            put(wish_id, meanwhile)
        lifecycle.transition(move, loaded, actor=actor)


def move_all(town, move, ids, actor=None, meanwhile=None):
    with transaction():
        loaded = [session.get(Wish, one) for one in ids]
        for wish_id, state in (meanwhile or {}).items():
            put(wish_id, state)
        lifecycle.transition_all(move, loaded, place_id=town.songtao, actor=actor)


def lines(verb, wish_id):
    return [(one.from_state, one.to_state) for one in told(verb, "wish", wish_id)]


@pytest.fixture
def ids(town):
    """Three published wishes."""
    return cast.published(town, 3)[0]


@pytest.mark.parametrize("meanwhile", ["accepted", "withdrawn"])
def test_who_moves_what_another_moved_meanwhile_is_refused_and_nothing_is_told(ids, meanwhile):
    with pytest.raises(states.WishMovedOn):
        move_one(states.CARRY_OVER, ids[0], meanwhile=meanwhile)
    assert stored(ids) == ["published"] * 3
    assert lines("carry_over", ids[0]) == []


@pytest.mark.parametrize("which", range(3))
def test_many_are_moved_all_or_none_where_one_was_moved_meanwhile(town, ids, which):
    with pytest.raises(states.WishMovedOn):
        move_all(town, states.CARRY_OVER, ids, meanwhile={ids[which]: "withdrawn"})
    assert stored(ids) == ["published"] * 3


def test_many_are_moved_all_or_none_where_one_is_in_no_state_for_it(town, ids):
    with transaction():
        put(ids[1], "accepted")
    with pytest.raises(states.WishMovedOn):
        move_all(town, states.CARRY_OVER, ids)
    assert stored(ids) == ["published", "accepted", "published"]


def test_many_in_several_states_are_moved_together_and_each_line_tells_its_own(town, ids):
    with transaction():
        put(ids[1], "accepted")
        put(ids[2], "carried_over")
    move_all(town, states.PUBLISH, ids[1:], actor=cast.by(town, "tong"))
    assert stored(ids) == ["published"] * 3
    assert lines("publish", ids[1])[-1] == ("accepted", "published")
    assert lines("publish", ids[2])[-1] == ("carried_over", "published")


def test_time_makes_only_the_moves_that_are_given_to_time(town, ids):
    """One as many, whatever the state would allow."""
    move_all(town, states.CARRY_OVER, ids[:1])
    move_one(states.CARRY_OVER, ids[1])
    for move in (states.WITHDRAW, states.CLAIM):
        with pytest.raises(NotAllowed):
            move_all(town, move, ids[2:])
        with pytest.raises(NotAllowed):
            move_one(move, ids[2])
    assert stored(ids) == ["carried_over", "carried_over", "published"]


@pytest.mark.parametrize("name", ["bai", "ning", "pei", "shang"])
def test_many_are_moved_by_nobody_who_lacks_the_word_in_that_place(town, ids, name):
    with pytest.raises(NotAllowed):
        move_all(town, states.CARRY_OVER, ids, actor=cast.by(town, name))
    assert stored(ids) == ["published"] * 3


def test_only_the_wish_that_is_meant_is_moved_and_only_once(ids):
    move_one(states.CARRY_OVER, ids[1])
    with pytest.raises(states.WishMovedOn):
        move_one(states.CARRY_OVER, ids[1])
    assert stored(ids) == ["published", "carried_over", "published"]
    assert lines("carry_over", ids[1]) == [("published", "carried_over")]


def test_what_a_verb_asks_first_refuses_by_permission_before_it_tells_the_state(town, ids):
    move_one(states.CARRY_OVER, ids[0])
    carried, standing = cast.wish(ids[0]), session.get(Wish, ids[1])
    with pytest.raises(states.WishMovedOn):
        lifecycle.check_allowed(states.ESCALATE, carried, None)
    with pytest.raises(NotAllowed):
        lifecycle.check_allowed(states.WITHDRAW, carried, None)
    lifecycle.check_allowed(states.ESCALATE, standing, None)
    # Who sees it on the wall but may not review it is told so; staff of another place learn nothing.
    with pytest.raises(NotAllowed):
        lifecycle.authorize(states.ACCEPT, standing, cast.by(town, "qin"))
    with pytest.raises(NotFound):
        lifecycle.authorize(states.ACCEPT, standing, cast.by(town, "bai"))
