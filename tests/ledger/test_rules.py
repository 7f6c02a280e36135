"""What an event is worth."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, transaction
from backend.ledger import actions, rules

pytestmark = pytest.mark.usefixtures("morning")


def make(people, organisation_id=None, event="wish_confirmed", **more):
    facts = {"points": 8, "effective_from": clock.today(), "actor": people.staff} | more
    with transaction():
        return rules.set_rule(event, organisation_id, **facts)


def worth(community_id, day=None):
    return rules.rule_in_force("wish_confirmed", community_id, day or clock.today()).points


def test_the_city_begins_with_one_point_an_hour_and_five_a_wish(people):
    for _ in range(2):
        with transaction():
            rules.ensure_default_rules()
    found = {rule.event: (rule.version, rule.points, rule.cap_per_activity) for rule in rules.rules()}
    assert found == {"service_hour": (1, 1, 2), "wish_confirmed": (1, 5, None)}
    assert len(rules.rules()) == 2


def test_a_new_rule_is_a_new_version_and_the_old_one_stays(people):
    with transaction():
        rules.ensure_default_rules()
    made = make(people, effective_from=date(2026, 4, 1))
    assert made.version == 2
    assert worth(people.here, date(2026, 3, 31)) == 5
    assert worth(people.here, date(2026, 4, 1)) == 8
    assert [line.verb for line in journal.lines("earning_rule", made.id)] == ["set_rule"]


def test_a_community_may_set_its_own(people):
    make(people)
    own = make(people, people.here, points=10, effective_from=date(2026, 4, 1))
    assert own.version == 1
    assert (worth(people.here), worth(people.there)) == (8, 8)
    later = date(2026, 5, 1)
    assert (worth(people.here, later), worth(people.there, later)) == (10, 8)


def test_of_two_rules_of_one_day_the_later_made_counts(people):
    make(people, points=8)
    make(people, points=9)
    assert worth(people.here) == 9


def test_an_award_carries_the_version_it_was_made_by(people):
    made = make(people, people.here, points=7)
    with transaction():
        awarded = actions.award(
            people.resident, "wish_confirmed", reference="w", title="", community_id=people.here, actor=None
        )
    assert (awarded.points, awarded.rule_id) == (7, made.id)


def test_a_rule_of_no_points_awards_nothing(people):
    make(people, points=0)
    with transaction():
        awarded = actions.award(
            people.resident, "wish_confirmed", reference="w", title="", community_id=people.here, actor=None
        )
    assert (awarded.points, awarded.transfer_id) == (0, None)


def test_an_event_without_a_rule_is_refused(people):
    with transaction(), pytest.raises(actions.NoEarningRule):
        actions.award(
            people.resident, "sharing", reference="w", title="", community_id=people.here, actor=None
        )


def test_a_rule_cannot_begin_in_the_past(people):
    with pytest.raises(rules.RuleInThePast):
        make(people, effective_from=clock.today() - timedelta(days=1))


@pytest.mark.parametrize(
    "nonsense", [{"points": -1}, {"cap_per_activity": 0}, {"cap_per_day": -3}, {"event": "sharing"}]
)
def test_a_rule_that_makes_no_sense_is_refused(people, nonsense):
    with pytest.raises(rules.RuleNotSensible):
        make(people, **nonsense)


@pytest.mark.parametrize("attack", ["UPDATE earning_rules SET points = 100", "DELETE FROM earning_rules"])
def test_the_database_refuses_to_change_a_rule(people, attack):
    make(people)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), transaction():
        session.execute(sa.text(attack))
