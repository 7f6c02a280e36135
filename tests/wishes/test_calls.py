"""A call-back that reached nobody: written down, waiting for its next day, and no more seen of the wisher than a call needs."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import JournalLine
from backend.lifecycle import FourEyes
from backend.people.models import Person
from backend.wishes import call_queries, queues, states
from backend.wishes.actions import calls, claims
from backend.wishes.models import Wish
from tests.wishes import cast


def ring_in_vain(town, wish_id, days=1, name="tong"):
    with transaction():
        calls.no_answer(wish_id, clock.today() + timedelta(days=days), actor=cast.by(town, name))


def waiting(town):
    return [one.id for one in queues.to_call_back(actor=cast.by(town, "tong")).rows(50)]


def lines(wish_id, verb):
    wanted = sa.select(JournalLine).where(
        JournalLine.subject_kind == "wish", JournalLine.subject_id == wish_id, JournalLine.verb == verb
    )
    return session.scalars(wanted).all()


def test_a_call_in_vain_is_counted_and_says_when_it_is_tried_again(town):
    wish_id = cast.fulfilled(town)
    ring_in_vain(town, wish_id)
    ring_in_vain(town, wish_id, days=2)
    tried = call_queries.view_attempts(wish_id)
    again = clock.today() + timedelta(days=2)
    assert [one.again_on for one in tried] == [again - timedelta(days=1), again]
    assert call_queries.notes([cast.wish(wish_id)]) == [f"2 次没打通，{again.month}月{again.day}日再打"]
    assert [one.facts for one in lines(wish_id, "no_answer")][-1] == {"again_on": again.isoformat()}


def test_the_queue_follows_the_day_on_which_somebody_tries_again(town):
    before = waiting(town)
    first = cast.fulfilled(town)
    second = session.get(Wish, first)
    with transaction():
        twin = {c.key: getattr(second, c.key) for c in sa.inspect(Wish).column_attrs if c.key != "id"}
        other = Wish(**twin | {"number": "抄-1", "fulfilled_at": clock.now() + timedelta(minutes=1)})
        session.add(other)
        session.flush()
        later = other.id
    assert [one for one in waiting(town) if one not in before] == [first, later]
    ring_in_vain(town, first)
    assert [one for one in waiting(town) if one not in before] == [later, first]


def test_a_wish_fulfilled_anew_has_been_called_about_by_nobody(town):
    wish_id = cast.fulfilled(town)
    ring_in_vain(town, wish_id)
    with clock.frozen_at(clock.now() + timedelta(hours=1)):
        with transaction():
            claims.dispute(wish_id, "还没有送到", actor=cast.by(town, "tong"))
            claims.fulfil(wish_id, "这次送到了", actor=cast.by(town, "pei"))
        assert call_queries.notes([cast.wish(wish_id)]) == [""]
        assert cast.wish(wish_id).call_again_at is None


@pytest.mark.parametrize("days", [-1, 400])
def test_it_is_tried_again_from_today_on_and_before_silence_ends_it(town, days):
    wish_id = cast.fulfilled(town)
    with pytest.raises(InvalidInput):
        ring_in_vain(town, wish_id, days=days)


def test_who_may_not_register_the_answer_registers_no_call_either(town):
    wish_id = cast.fulfilled(town)
    for name, refusal in (("lan", FourEyes), ("pei", NotAllowed), ("bai", NotFound)):
        with pytest.raises(refusal):
            ring_in_vain(town, wish_id, name=name)
    with transaction():
        claims.confirm(wish_id, True, 5, "call", actor=cast.by(town, "tong"))
    with pytest.raises(states.WishMovedOn):
        ring_in_vain(town, wish_id)


def test_whether_there_is_a_phone_is_known_without_opening_it(town):
    wish_id = cast.fulfilled(town)
    assert call_queries.with_phone([cast.wish(wish_id)]) == {wish_id}
    with transaction():
        session.execute(sa.update(Wish).where(Wish.id == wish_id).values(phone_sealed=None))
        session.execute(
            sa.update(Person).where(Person.id == town.person("ning").id).values(phone_sealed=None)
        )
    assert call_queries.with_phone([cast.wish(wish_id)]) == set()
    assert call_queries.notes([cast.wish(wish_id)]) == ["没有登记电话"]
    assert lines(wish_id, "open_contact") == []
