"""Leaving while others act: somebody wins, nobody gets half of it, and the books balance."""

from sqlalchemy.orm.attributes import set_committed_value

from backend.db import lock_row, session, transaction
from backend.errors import NotFound
from backend.identity import sessions
from backend.ledger import verify
from backend.people.models import Person
from backend.rights import cancellation
from backend.wechat.simulator.rules import openid_of
from backend.wishes.actions import claims
from tests.rights.looking import found_in_tables
from tests.wishes import cast


def leave(person_id):
    return lambda: cancellation.cancel(person_id, confirmed=True, actor=cast.By(person_id)) or "left"


def test_two_taps_cancel_once(town, at_once):
    ning = town.person("ning").id
    answers = at_once(*[leave(ning)] * 4)
    assert answers.count("left") == 1
    assert all(isinstance(one, NotFound) for one in answers if one != "left")
    assert list(verify.findings()) == []


def test_a_wish_claimed_in_the_moment_its_wisher_leaves_ends_all_the_same(town, at_once):
    (wish_id,), _ = cast.published(town)
    ning, pei = town.person("ning").id, cast.by(town, "pei")
    at_once(leave(ning), lambda: claims.claim(wish_id, actor=pei).state)
    for person_id in cancellation.returned():
        with transaction():
            cancellation.leave_again(person_id)
    assert cast.wish(wish_id).state == "withdrawn"
    assert cast.standing(wish_id) is None
    assert found_in_tables("宁小舟", openid_of("ning")) == []


def test_signing_in_while_leaving_gives_the_old_account_or_a_new_one_and_never_both(town, at_once):
    ning, openid = town.person("ning").id, openid_of("ning")
    left, found = at_once(leave(ning), lambda: sessions.person_of(openid).id)
    assert left == "left"
    with transaction():
        now = sessions.person_of(openid).id
    assert now != ning
    assert found in (ning, now)
    assert session.get(Person, ning, populate_existing=True).state == "cancelled"


def test_the_check_sees_a_leaving_that_was_decided_before_the_lock(town, at_once, monkeypatch):
    """Negative control: everybody saw an account that is still active."""

    def as_seen(model, row_id):
        row = lock_row(model, row_id)
        set_committed_value(row, "state", "active")
        return row

    monkeypatch.setattr(cancellation, "lock_row", as_seen)
    assert at_once(*[leave(town.person("ning").id)] * 4).count("left") > 1
