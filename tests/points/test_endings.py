"""Sixty days before points end their owner is told, once; and a community's figures look as far ahead."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from backend import clock, jobs
from backend.db import session, transaction
from backend.errors import NotFound
from backend.ledger import actions as ledger
from backend.ledger.lots import accounts
from backend.organisations.queries import NotACommunity
from backend.points import actions, deadlines, queries
from tests.points import cast

(TELL,) = (job for job in deadlines.JOBS if job.name == "tell_points_ending")


@pytest.fixture
def year(town):
    """The year whose last day is the last of ning's 40 points and wulan's 120."""
    return queries.ledger.balance(town.person("ning").id)["lots"][0]["expires_on"].year


@pytest.fixture
def holders(year):
    """How many lots with points end with that year."""
    last_day = date(year, 12, 31)
    lots = sa.select(sa.func.count()).select_from(accounts).where(accounts.c.kind == "lot")
    return session.scalar(lots.where(accounts.c.ends_on == last_day, accounts.c.balance > 0))


def told(town, name="ning"):
    return cast.notices(town.person(name).id, "points_ending")


def run_at(year, month, day, hour=1):
    with clock.frozen_at(datetime(year, month, day, hour, tzinfo=UTC)):
        return jobs.run(TELL)


def test_sixty_days_ahead_and_not_before_everyone_with_points_is_told(town, year, holders):
    assert run_at(year, 10, 31) == 0
    assert run_at(year, 11, 1) == holders >= 2
    (notice,) = told(town)
    assert notice.title == "积分即将到期"
    assert notice.body == f"您有 40 积分将在 {year}-12-31 之后到期，请在当天结束前使用。"
    assert len(told(town, "wulan")) == 1


def test_nobody_is_told_twice(town, year):
    run_at(year, 11, 1)
    assert run_at(year, 11, 1) == run_at(year, 12, 30) == 0
    assert len(told(town)) == 1


def test_nobody_is_told_at_night(town, year):
    assert run_at(year, 11, 1, hour=20) == 0
    assert run_at(year, 11, 1, hour=23) == 0


def test_who_has_spent_them_is_not_told(town, year, holders):
    with transaction():
        ning = town.person("ning").id
        ledger.hold(ning, 40, reference="r:1", title="兑换", community_id=town.songtao, actor=None)
    assert run_at(year, 11, 1) == holders - 1
    assert told(town) == []


def test_two_workers_at_once_tell_once(town, year, holders):
    barrier = Barrier(4)

    def work(_):
        with town.app.app_context():
            try:
                due = deadlines.lots_ending_soon()
                barrier.wait(timeout=10)
                for one in due:
                    with transaction():
                        deadlines.announce_ending(one)
                return len(due)
            finally:
                session.remove()

    with clock.frozen_at(datetime(year, 11, 1, 1, tzinfo=UTC)), ThreadPoolExecutor(4) as threads:
        assert list(threads.map(work, range(4))) == [holders] * 4
    assert len(told(town)) == len(told(town, "wulan")) == 1


# --- a community's figures ---------------------------------------------------------------------------


def figures(town, name="tong", place=None):
    return queries.liability(place or town.songtao, actor=cast.by(town, name))


def ended_before(town, day):
    """Points of the community's residents in lots whose last day is earlier."""
    asked = sa.text(
        "SELECT coalesce(sum(a.balance), 0) FROM accounts a JOIN residencies r ON r.person_id = a.person_id"
        " WHERE r.community_id = :community AND a.kind = 'lot' AND a.ends_on < :day"
    ).bindparams(sa.bindparam("day", type_=sa.Date))
    return session.scalar(asked, {"community": town.songtao, "day": day})


def test_a_communitys_figures_are_its_books(town, year):
    before = figures(town)
    ning = town.person("ning").id
    facts = {"title": "兑换", "community_id": town.songtao, "actor": None}
    with transaction():
        ledger.hold(ning, 7, reference="r:1", **facts)
        ledger.hold(ning, 3, reference="r:2", **facts)
        ledger.settle("r:1", shop_id=1, actor=None)
        waiting = actions.propose(ning, -2, "录入有误", actor=cast.by(town, "tong"))
        actions.approve(waiting.id, actor=cast.by(town, "lan"))
    after = figures(town)
    changes = {name: after[name] - before[name] for name in after if name != "ending_by"}
    assert changes == {
        "issued": 0,
        "spent": 7,
        "expired": 0,
        "adjusted": -2,
        "outstanding": -9,
        "held": 3,
        "ending": 0,
    }
    assert after["ending_by"] == clock.today() + timedelta(days=60)
    with clock.frozen_at(datetime(year, 12, 31, 1, tzinfo=UTC)):
        later = figures(town)
        assert later["ending"] > 0
        assert later["outstanding"] == after["outstanding"] - ended_before(town, date(year, 12, 31))


def test_outstanding_is_what_residents_have_whoever_gave_it(town):
    before = {place: figures(town, "shang", place) for place in (town.songtao, town.baihua)}
    with transaction():
        facts = {"title": "转入", "community_id": town.songtao, "actor": None}
        ledger.grant(town.person("he").id, 6, reference="o:he", **facts)
    after = {place: figures(town, "shang", place) for place in (town.songtao, town.baihua)}
    change = {place: after[place]["outstanding"] - before[place]["outstanding"] for place in after}
    assert change == {town.songtao: 0, town.baihua: 6}
    assert after[town.songtao]["issued"] - before[town.songtao]["issued"] == 6


@pytest.mark.parametrize("name", ["tong", "yan", "jie", "admin", "shang"])
def test_staff_auditor_and_city_see_the_figures(town, name):
    assert figures(town, name)["issued"] > 0


def test_another_communitys_figures_do_not_exist(town):
    with pytest.raises(NotFound):
        figures(town, "bai")


def test_a_street_has_no_figures(town):
    with pytest.raises(NotACommunity):
        figures(town, "jie", town.place("林海街道"))
