"""Stars: on application, by the hours that stand, told to nobody else."""

from datetime import timedelta

import pytest

from backend import clock
from backend.db import transaction
from backend.ledger import queries as balances
from backend.volunteering import certificate_queries as queries
from backend.volunteering import record_queries
from backend.volunteering.actions import stars
from backend.volunteering.certificate_models import STAR_HOURS
from tests.volunteering import cast


@pytest.fixture
def volunteer(town):
    (one,) = cast.newcomers(town, 1)
    return one


@pytest.fixture
def with_hours(monkeypatch):
    """The person's standing hours, without a hundred activities."""

    def have(hours):
        monkeypatch.setattr(record_queries, "totals", lambda _person_id: {"minutes": int(hours * 60)})

    return have


def _apply(count, person):
    with transaction():
        return stars.apply(count, actor=person)


@pytest.mark.parametrize(("count", "hours"), STAR_HOURS.items())
def test_stars_are_granted_at_their_hours_and_not_a_minute_before(volunteer, with_hours, count, hours):
    with_hours(hours - 1 / 60)
    with pytest.raises(stars.StarNotReached) as refused:
        _apply(count, volunteer)
    assert refused.value.facts == {"stars": count, "hours": hours, "have": hours - 1}
    with_hours(hours)
    made = _apply(count, volunteer)
    assert (made.stars, made.minutes) == (count, hours * 60)
    assert clock.now() - made.granted_at < timedelta(hours=1)
    assert [one.stars for one in queries.stars_of(volunteer.id)] == [count]


def test_stars_are_granted_once(volunteer, with_hours):
    with_hours(320)
    _apply(2, volunteer)
    _apply(1, volunteer)
    with pytest.raises(stars.StarGranted):
        _apply(2, volunteer)
    assert [one.stars for one in queries.stars_of(volunteer.id)] == [1, 2]
    assert balances.balance(volunteer.id)["available"] == 0


def test_only_certified_hours_count(town, volunteer):
    cast.certified(town, volunteer)
    with pytest.raises(stars.StarNotReached) as refused:
        _apply(1, volunteer)
    assert refused.value.facts["have"] == 2
