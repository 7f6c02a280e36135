"""A community's points month by month add up to what stands in its figures."""

from datetime import timedelta

import pytest

from backend import clock
from backend.db import transaction
from backend.errors import NotFound
from backend.ledger import actions as ledger
from backend.points import queries
from tests.points import cast


def test_the_months_add_up_to_the_whole(town):
    told = queries.liability(town.songtao, actor=cast.by(town, "tong"))
    today = clock.today()
    # The demo city is a year old, so that its first points lie before these twelve months, or in the first of them.
    months = [
        month
        for last in (today.replace(year=today.year - 1, day=1), today)
        for month in queries.months(town.songtao, last, actor=cast.by(town, "tong"))
    ]
    assert len(months) == 24
    assert sum(one.spent for one in months) == told["spent"]
    assert sum(one.expired for one in months) == told["expired"]
    assert sum(one.given for one in months) == told["issued"] + told["adjusted"]


def test_a_month_begins_and_ends_in_china(town):
    first = clock.today().replace(day=1)
    by = cast.by(town, "tong")

    def given():
        return [one.given for one in queries.months(town.songtao, clock.today(), actor=by)][-2:]

    before, now = given()
    for number, moment in enumerate(
        (clock.day_starts(first), clock.day_starts(first) - timedelta(seconds=1))
    ):
        with clock.frozen_at(moment), transaction():
            ledger.grant(
                town.person("ning").id,
                7,
                reference=f"month:{number}",
                title="结转",
                community_id=town.songtao,
                actor=by,
            )
    assert given() == [before + 7, now + 7]


def test_another_communitys_months_are_not_there(town):
    with pytest.raises(NotFound):
        queries.months(town.songtao, clock.today(), actor=cast.by(town, "bai"))
