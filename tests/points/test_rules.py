"""Earning rules are changed by the city, and by the street for a community below it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import rules
from backend.ledger.models import EarningRule
from backend.organisations.queries import NotACommunity
from backend.points import actions, queries
from tests.points import cast

EVENT = "service_hour"


def change(town, actor="admin", community_id=None, event=EVENT, days=0, **worth):
    told = {"points": 2, "cap_per_activity": 4, "cap_per_day": None} | worth
    day = clock.today() + timedelta(days=days)
    with transaction():
        return actions.change_rule(
            event, community_id, actor=cast.by(town, actor), effective_from=day, **told
        )


def shown(community_id=None):
    return [
        (one.event, one.community_name, one.version, one.points, one.in_force)
        for one in queries.rules(community_id)
    ]


def test_the_city_changes_its_rule_from_a_day_on(town):
    made = change(town, days=3)
    assert (made.version, made.organisation_id, made.points) == (2, None, 2)
    assert shown() == [
        ("service_hour", None, 1, 1, True),
        ("service_hour", None, 2, 2, False),
        ("wish_confirmed", None, 1, 5, True),
    ]
    with clock.frozen_at(clock.now() + timedelta(days=3)):
        assert shown()[0] == ("service_hour", None, 2, 2, True)


def test_the_street_changes_the_rule_of_a_community_below_it(town):
    made = change(town, actor="jie", community_id=town.songtao)
    assert (made.version, made.organisation_id) == (1, town.songtao)
    assert ("service_hour", "松涛社区", 1, 2, True) in shown()
    assert len(shown(town.songtao)) == 3
    assert len(shown(town.baihua)) == 2


def test_a_change_stands_in_the_journal(town):
    made = change(town)
    (line,) = journal.lines("earning_rule", made.id)
    assert (line.verb, line.actor_id) == ("set_rule", town.person("admin").id)


def test_the_same_rule_told_twice_is_one_version(town):
    first = change(town, days=3)
    assert change(town, days=3).id == first.id
    assert change(town, days=3, points=3).version == 3


def test_a_version_replaced_before_it_counted_is_not_shown(town):
    change(town, days=3)
    change(town, days=3, points=3)
    assert [row[2:] for row in shown() if row[0] == EVENT] == [(1, 1, True), (3, 3, False)]


def test_a_city_that_had_set_nothing_keeps_the_default_until_the_new_rule_begins(town):
    with transaction():
        for name in ("no_update", "no_delete") if session.get_bind().dialect.name == "sqlite" else ():
            session.execute(sa.text(f"DROP TRIGGER earning_rules_{name}"))
        if session.get_bind().dialect.name == "postgresql":
            session.execute(sa.text("DROP TRIGGER earning_rules_append_only ON earning_rules"))
        # What was awarded under them keeps them: another community's rules are nothing to this city.
        elsewhere = {"organisation_id": town.baihua}
        session.execute(sa.update(EarningRule).where(EarningRule.event == EVENT).values(**elsewhere))
    assert ("service_hour", None, 1, 1, True) in shown()
    change(town, days=3)
    assert rules.rule_in_force(EVENT, town.songtao, clock.today()).points == 1
    assert [row[2:] for row in shown() if row[:2] == (EVENT, None)] == [(1, 1, True), (2, 2, False)]


@pytest.mark.parametrize(
    ("actor", "place", "refusal"),
    [
        ("jie", None, NotAllowed),
        ("tong", None, NotAllowed),
        ("tong", "songtao", NotAllowed),
        ("yan", "songtao", NotAllowed),
        ("ning", "songtao", NotAllowed),
        ("jie", "北苑社区", NotFound),
    ],
)
def test_nobody_else_changes_a_rule(town, actor, place, refusal):
    community_id = getattr(town, place, None) or town.place(place) if place else None
    with pytest.raises(refusal):
        change(town, actor=actor, community_id=community_id)


def test_an_event_nobody_knows_has_no_rule(town):
    with pytest.raises(NotFound):
        change(town, event="daily_sign_in")


def test_a_street_has_no_rule_of_its_own(town):
    with pytest.raises(NotACommunity):
        change(town, community_id=town.place("林海街道"))


def test_a_rule_does_not_begin_in_the_past(town):
    with pytest.raises(rules.RuleInThePast):
        change(town, days=-1)
