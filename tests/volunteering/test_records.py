"""Records: corrections as new records, backfills by two, totals that count what stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend import clock, config
from backend.db import transaction
from backend.errors import NotAllowed, NotFound
from backend.ledger import queries as balances
from backend.lifecycle import FourEyes
from backend.outbox import queries as outbox
from backend.volunteering import limits, queues, record_queries
from backend.volunteering.actions import backfills, corrections
from backend.volunteering.actions.activities import TeamElsewhere
from backend.volunteering.states import ActivityMovedOn, AlreadyDecided
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

LATER = STARTS + timedelta(days=1)
SERVICE = {
    "activity_name": "送菜上门",
    "category": "帮扶",
    "started_at": STARTS - timedelta(days=3),
    "place": "雪松家园",
    "content": "给三户老人送菜",
    "minutes": 90,
    "reason": "当天停电，用纸质签到表",
}


def _ask(record, minutes, actor, reason="少记了"):
    with clock.frozen_at(LATER), transaction():
        return corrections.request(record.id, minutes, reason, actor=actor)


def _approve(verb, request, actor, *more):
    with clock.frozen_at(LATER), transaction():
        return verb(request.id, *more, actor=actor)


def _enter(town, person, actor="tong", **changed):
    where = {name: changed.pop(name) for name in ("team_id", "activity_id") if name in changed}
    with clock.frozen_at(LATER), transaction():
        content = {**SERVICE, **changed}
        return backfills.request(person.id, town.songtao, content, **where, actor=cast.by(town, actor))


@pytest.fixture
def served(town):
    """Someone with one certified record of 120 minutes; tong certified it."""
    (one,) = cast.newcomers(town, 1)
    cast.certified(town, one)
    return one, cast.records(one)[0]


def test_a_correction_is_a_new_record_and_the_old_one_stays(town, served):
    one, record = served
    asked = _ask(record, 100, one)
    _approve(corrections.approve, asked, cast.by(town, "lan"))
    old, new = cast.records(one)
    assert (old.minutes, new.minutes, new.corrects_id) == (120, 100, old.id)
    assert (new.recorded_by_id, new.certified_by_id) == (one.id, town.person("lan").id)
    assert (new.activity_id, new.source, new.started_at) == (old.activity_id, old.source, old.started_at)
    assert record_queries.totals(one.id)["minutes"] == 100
    assert [told.id for told in record_queries.records_in_force(one.id)] == [new.id]
    assert balances.balance(one.id)["available"] == 2
    assert outbox.inbox(one.id, None, 1)[0].kind == "correction_decided"


def test_corrected_to_nothing_it_counts_for_nothing(town, served):
    one, record = served
    _approve(corrections.approve, _ask(record, 0, one, "那天我没去"), cast.by(town, "lan"))
    assert record_queries.totals(one.id)["minutes"] == 0
    assert record_queries.records_in_force(one.id) == []


def test_a_correction_of_a_correction_goes_to_the_newest(town, served):
    one, record = served
    _approve(corrections.approve, _ask(record, 100, one), cast.by(town, "lan"))
    with pytest.raises(corrections.RecordCorrected):
        _ask(record, 110, one)
    newest = cast.records(one)[-1]
    _approve(corrections.approve, _ask(newest, 110, one), cast.by(town, "tong"))
    assert record_queries.totals(one.id)["minutes"] == 110


def test_who_certified_does_not_decide_and_who_decided_once_has_decided(town, served):
    one, record = served
    asked = _ask(record, 100, one)
    with pytest.raises(FourEyes):
        _approve(corrections.approve, asked, cast.by(town, "tong"))
    with pytest.raises(NotFound):
        _approve(corrections.approve, asked, cast.by(town, "bai"))
    with pytest.raises(NotAllowed):
        _approve(corrections.approve, asked, one)
    _approve(corrections.reject, asked, cast.by(town, "lan"), "签到表上就是两小时")
    with pytest.raises(AlreadyDecided):
        _approve(corrections.approve, asked, cast.by(town, "lan"))
    assert record_queries.totals(one.id)["minutes"] == 120


def test_a_correction_keeps_the_rules_of_the_day(town, served):
    one, record = served
    _approve(
        backfills.approve,
        _enter(town, one, started_at=STARTS + timedelta(hours=3), minutes=300),
        cast.by(town, "lan"),
    )
    asked = _ask(record, 200, one)
    with pytest.raises(limits.TooManyHoursThatDay):
        _approve(corrections.approve, asked, cast.by(town, "lan"))


def test_a_correction_asks_for_something_and_only_once(town, served):
    one, record = served
    for minutes in (120, 481):
        with pytest.raises(corrections.NothingToCorrect):
            _ask(record, minutes, one)
    with pytest.raises(NotFound):
        _ask(record, 60, cast.by(town, "ning"))
    _ask(record, 60, one)
    with pytest.raises(corrections.CorrectionWaiting):
        _ask(record, 70, one)


def test_a_backfill_takes_two_is_marked_and_earns_no_points(town):
    (one,) = cast.newcomers(town, 1)
    entered = _enter(town, one)
    assert cast.records(one) == []
    for name in ("tong",):
        with pytest.raises(FourEyes):
            _approve(backfills.approve, entered, cast.by(town, name))
    _approve(backfills.approve, entered, cast.by(town, "lan"))
    with pytest.raises(AlreadyDecided):
        _approve(backfills.approve, entered, cast.by(town, "lan"))
    (record,) = cast.records(one)
    assert (record.source, record.minutes, record.organising_body) == ("backfill", 90, "松涛社区")
    assert (record.recorded_by_id, record.certified_by_id) == (town.person("tong").id, town.person("lan").id)
    assert balances.balance(one.id)["available"] == 0
    assert record_queries.totals(one.id)["by_source"] == [{"source": "backfill", "minutes": 90}]


def test_a_city_may_let_backfills_earn(town, settings):
    (one,) = cast.newcomers(town, 1)
    config.use(replace(settings, backfill_points=1))
    _approve(backfills.approve, _enter(town, one), cast.by(town, "lan"))
    assert balances.balance(one.id)["available"] == 1


def test_a_leader_enters_for_the_team_and_nobody_for_themselves(town):
    (one,) = cast.newcomers(town, 1)
    made = _enter(town, one, "wulan", team_id=cast.riders(town))
    assert made.in_charge_id == town.person("wulan").id
    with pytest.raises(NotAllowed):
        _enter(town, one, "wulan")
    for name in ("tong", "wulan"):
        with pytest.raises(NotAllowed):
            _enter(town, cast.by(town, name), name, team_id=cast.riders(town))
    with pytest.raises(NotFound):
        _enter(town, one, "bai")
    with pytest.raises(TeamElsewhere):
        _enter(town, one, team_id=4711)
    with pytest.raises(NotFound):
        _enter(town, cast.By(4711))


@pytest.mark.parametrize(
    "started", [LATER - timedelta(minutes=30), LATER - timedelta(days=400)], ids=["not over", "too old"]
)
def test_a_backfill_is_of_the_past_and_not_of_long_ago(town, started):
    (one,) = cast.newcomers(town, 1)
    with pytest.raises(backfills.BackfillTimes):
        _enter(town, one, started_at=started)


def test_a_backfill_keeps_the_rules_of_the_day_also_at_its_approval(town):
    (one,) = cast.newcomers(town, 1)
    first = _enter(town, one, minutes=300)
    second = _enter(town, one, minutes=200, started_at=SERVICE["started_at"] + timedelta(hours=6))
    same_time = _enter(town, one, minutes=30)
    lan = cast.by(town, "lan")
    _approve(backfills.approve, first, lan)
    with pytest.raises(limits.TooManyHoursThatDay):
        _approve(backfills.approve, second, lan)
    with pytest.raises(limits.OverlappingService):
        _approve(backfills.approve, same_time, lan)
    with pytest.raises(limits.OverlappingService):
        _enter(town, one, minutes=10)
    _approve(backfills.reject, second, lan, "当天已满 8 小时")


def test_a_backfill_into_an_activity_is_for_who_was_left_out_of_it(town, served):
    one, record = served
    (other,) = cast.newcomers(town, 1)
    times = {"started_at": STARTS, "minutes": 60}
    with pytest.raises(backfills.AlreadyRecorded):
        _enter(town, one, activity_id=record.activity_id, **times)
    open_one = cast.published(town, title="义诊")
    with pytest.raises(ActivityMovedOn):
        _enter(town, other, activity_id=open_one, **times)
    _approve(
        backfills.approve, _enter(town, other, activity_id=record.activity_id, **times), cast.by(town, "lan")
    )
    assert cast.records(other)[0].activity_id == record.activity_id


def test_totals_are_by_year_category_and_source_in_their_own_order(town, served):
    one, _ = served
    _approve(
        backfills.approve, _enter(town, one, started_at=STARTS - timedelta(days=90)), cast.by(town, "lan")
    )
    totals = record_queries.totals(one.id)
    assert totals["minutes"] == 210
    assert totals["by_year"] == [{"year": 2026, "minutes": 90}, {"year": 2027, "minutes": 120}]
    assert {row["category"]: row["minutes"] for row in totals["by_category"]} == {"帮扶": 90, "便民服务": 120}


def test_what_waits_is_seen_by_the_communitys_staff_alone(town):
    (one,) = cast.newcomers(town, 1)
    made = _enter(town, one)
    assert made.id in [row.id for row in queues.backfills_to_check(actor=cast.by(town, "lan")).rows(50)]
    assert queues.backfills_to_check(actor=cast.by(town, "bai")).rows(50) == []
