"""One makes, another one checks: tried by whoever made it, by whom it is for, and with the check taken out."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, journal, lifecycle
from backend.db import transaction
from backend.lifecycle import FourEyes
from backend.points import actions as points
from backend.supermarket.actions import approvals, counter, stocktakes
from backend.volunteering.actions import backfills, corrections, hours
from backend.wishes.actions import claims, reviewing
from tests.attacks.acts import SERVICE, appoint, by, entered_backfill, made, told
from tests.supermarket import cast as shop_cast
from tests.volunteering import cast as team_cast
from tests.volunteering.cast import STARTS
from tests.wishes import cast


def own_wish(town):
    cast.open_round(town)
    return reviewing.accept, cast.submitted(town, wisher="tong"), "tong", "lan"


def reported_wish(town):
    cast.open_round(town)
    return reviewing.accept, cast.submitted(town, wisher="e", reporter="tong"), "tong", "lan"


def own_order(town):
    shop = shop_cast.opened(town)
    shop_cast.rich(town, "tong")
    order = shop_cast.asked(town, shop, {shop_cast.goods(town, shop): 1}, "tong")
    return approvals.approve, order, "tong", "lan"


def order_asked_for(town):
    shop = shop_cast.opened(town)
    shop_cast.rich(town, "e")
    for_her = {"on_behalf_of": (town.person("e").id, "没有手机")}
    order = shop_cast.asked(town, shop, {shop_cast.goods(town, shop): 1}, "tong", **for_her)
    return approvals.approve, order, "tong", "lan"


def approved_order(town):
    appoint(town, "tong", "shop_keeper")
    shop = shop_cast.opened(town)
    order = shop_cast.approved(town, shop, {shop_cast.goods(town, shop): 1})

    def hand_over(order_id, *, actor):
        return counter.hand_over(order_id, shop_cast.code(order_id), "self", actor=actor)

    return hand_over, order, "tong", "bu"


def handed_over_order(town):
    appoint(town, "bu", "supervisor")
    shop = shop_cast.opened(town)
    order = shop_cast.handed_over(town, shop, {shop_cast.goods(town, shop): 1})

    def give_back(order_id, *, actor):
        return approvals.give_back(order_id, "退回", actor=actor)

    return give_back, order, "bu", "yan"


def own_adjustment(town):
    """tong proposed nothing, but lan did: for tong."""
    waiting = made(points.propose, town.person("tong").id, 50, "漏发", actor=by(town, "lan"))
    return points.approve, waiting.id, "tong", "yan"


def proposed_adjustment(town):
    waiting = made(points.propose, town.person("ning").id, 50, "漏发", actor=by(town, "tong"))
    return points.approve, waiting.id, "tong", "lan"


def counted_stock(town):
    appoint(town, "bu", "supervisor")
    shop = shop_cast.opened(town)
    counted = [(shop_cast.goods(town, shop), 1, "少了")]
    return stocktakes.approve, made(stocktakes.propose, shop, counted, actor=by(town, "bu")).id, "bu", "yan"


def backfill_for_oneself(town):
    content = {**SERVICE, "started_at": clock.now() - timedelta(days=3)}
    entered = made(backfills.request, town.person("lan").id, town.songtao, content, actor=by(town, "tong"))
    appoint(town, "shao", "community_staff")
    return backfills.approve, entered.id, "lan", "shao"


def own_certified_hours(town):
    """lan certified the record, and a correction of it waits."""
    (one,) = team_cast.newcomers(town, 1)
    with clock.frozen_at(STARTS):
        activity = team_cast.proposed(town, one)
    with team_cast.after_start(hours=4):
        made(hours.certify, activity, {}, actor=by(town, "lan"))
        waiting = made(corrections.request, team_cast.records(one)[0].id, 60, "少待了", actor=one)
    return corrections.approve, waiting.id, "lan", "tong"


FOUR_EYES = [
    own_wish,
    reported_wish,
    own_order,
    order_asked_for,
    approved_order,
    handed_over_order,
    own_adjustment,
    proposed_adjustment,
    counted_stock,
    entered_backfill,
    backfill_for_oneself,
    own_certified_hours,
]
# Who certified stands in another table than the correction, so this one is the code's alone.
WITHOUT_THE_CODE = [scene for scene in FOUR_EYES if scene is not own_certified_hours]


@pytest.mark.parametrize("scene", FOUR_EYES, ids=lambda scene: scene.__name__)
def test_nobody_checks_what_is_theirs_or_what_they_made(town, scene):
    verb, subject, cheat, colleague = scene(town)
    lines = shop_cast.count(journal.JournalLine)
    with pytest.raises(FourEyes), transaction():
        verb(subject, actor=by(town, cheat))
    assert shop_cast.count(journal.JournalLine) == lines
    made(verb, subject, actor=by(town, colleague))
    assert shop_cast.count(journal.JournalLine) > lines


@pytest.mark.parametrize("scene", WITHOUT_THE_CODE, ids=lambda scene: scene.__name__)
def test_where_the_code_forgets_to_ask_the_database_refuses(town, monkeypatch, scene):
    """The seeded fault: no move asks any more who made what it decides."""
    verb, subject, cheat, _colleague = scene(town)

    def forgetful(move, subject, actor, words=None):
        asked(replace(move, never_by=frozenset()), subject, actor, words)

    asked = lifecycle.authorize
    for module in (lifecycle, approvals, counter):
        monkeypatch.setattr(module, "authorize", forgetful)
    with pytest.raises(sa.exc.DBAPIError), transaction():
        verb(subject, actor=by(town, cheat))


def test_nobody_confirms_a_wish_that_they_reviewed_or_fulfilled(town):
    """lan reviewed it; pei, who claims it, was made staff meanwhile."""
    appoint(town, "pei", "community_staff")
    wish = cast.fulfilled(town)
    for name in ("lan", "pei"):
        with pytest.raises(FourEyes), transaction():
            claims.confirm(wish, True, 5, "call", actor=by(town, name))
    made(claims.confirm, wish, True, 5, "call", actor=by(town, "tong"))
    assert [(line.actor_id, line.facts) for line in told("confirm", "wish", wish)] == [
        (town.person("tong").id, {"method": "call"})
    ]
