"""The national exchange: records on their way there, its answers, and hours that other platforms hold."""

import csv
import io

import pytest
import sqlalchemy as sa

from backend import journal
from backend.db import session, transaction
from backend.imports import actions as imports
from backend.ledger import queries as ledger
from backend.people.models import Person
from backend.people.sealed import keep_real_name, real_name
from backend.rights import cancellation
from backend.volunteering import exchange, record_queries
from backend.volunteering.actions import exchange as actions
from backend.volunteering.actions.exchange import NoSuchVolunteer, NothingToSynchronise
from backend.volunteering.exchange import FilePlatform, NotAnAnswer, record_id, record_number
from backend.volunteering.exchange_models import HoursElsewhere
from backend.volunteering.record_models import ServiceRecord
from tests.wishes.cast import By, by

HEAD = ["志愿者编号", "姓名", "平台", "平台记录编号", "服务日期", "活动名称", "组织单位", "时长（小时）"]


def delivered(town, name="tong"):
    file = io.BytesIO()
    people = actions.deliver(FilePlatform(file), actor=by(town, name))
    with transaction():
        actions.note_delivery(people, actor=by(town, name))
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert {person_of(row) for row in rows} == people
    return rows


def settled(town, table, name="tong"):
    with transaction():
        return actions.take_over_answers(FilePlatform(back=table), actor=by(town, name))


def person_of(row):
    return session.get(ServiceRecord, record_id(row["记录编号"])).person_id


def states(town):
    session.expire_all()
    wanted = sa.select(ServiceRecord.sync_state, sa.func.count()).where(
        ServiceRecord.community_id == town.songtao
    )
    return dict(session.execute(wanted.group_by(ServiceRecord.sync_state)).all())


def test_records_go_in_the_rules_fields_and_are_not_yet_synchronised(town):
    before, rows = states(town), delivered(town)
    assert list(rows[0]) == list(exchange.FIELDS)
    assert {row["同步状态"] for row in rows} == {exchange.NOT_YET}
    assert states(town) == before
    record = session.get(ServiceRecord, record_id(rows[0]["记录编号"]))
    assert record.activity_name == rows[0]["活动名称"]
    assert float(rows[0]["服务时长（小时）"]) == record.minutes / 60
    assert "*" not in rows[0]["姓名"]
    assert [one.verb for one in journal.lines("person", record.person_id)][-1] == "deliver"


def test_only_records_of_ones_own_places_go(town):
    here, there = delivered(town), delivered(town, "bai")
    assert not {row["记录编号"] for row in here} & {row["记录编号"] for row in there}
    with pytest.raises(NothingToSynchronise):
        delivered(town, "shang")


def test_records_of_somebody_without_a_name_neither_go_nor_wait(town):
    """Who has left for good is nobody the platform could take; who has not said their name yet is waited for."""
    rows = delivered(town)
    leaver, unnamed = sorted({person_of(row) for row in rows})[:2]
    with transaction():
        cancellation.cancel(leaver, confirmed=True, actor=By(leaver))
        person = session.get(Person, unnamed)
        name, person.real_name_sealed = real_name(person), None
    left = [row["记录编号"] for row in rows if person_of(row) not in (leaver, unnamed)]
    with transaction():
        assert actions.pending(actor=by(town, "tong")) == len(left)
    assert [row["记录编号"] for row in delivered(town)] == left
    with transaction():
        keep_real_name(session.get(Person, unnamed), name)
    assert {person_of(row) for row in delivered(town)} == {person_of(row) for row in rows} - {leaver}


def test_what_went_before_its_volunteer_left_is_synchronised_by_the_answer(town):
    row = delivered(town)[0]
    leaver = person_of(row)
    with transaction():
        cancellation.cancel(leaver, confirmed=True, actor=By(leaver))
    assert settled(town, [["记录编号", "结果"], [row["记录编号"], "成功"]]) == (1, [])


def test_what_the_platform_took_is_synchronised_once_and_the_rest_is_named(town):
    numbers = [row["记录编号"] for row in delivered(town)]
    answer = [
        ["记录编号", "结果", "说明"],
        [numbers[0], "成功", ""],
        [numbers[1], "失败", "身份未核验"],
        ["R999999999", "成功", ""],
        ["坏", "成功", ""],
    ]
    assert settled(town, answer) == (1, [(numbers[1], "身份未核验")])
    assert settled(town, answer)[0] == 0
    assert states(town)["synchronised"] == 1
    assert numbers[0] not in {row["记录编号"] for row in delivered(town)}
    (line,) = journal.lines("service_record", record_id(numbers[0]))[-1:]
    assert (line.verb, line.to_state) == ("synchronise", "synchronised")


def test_an_answer_on_another_places_record_changes_nothing(town):
    (number, *_rest) = [row["记录编号"] for row in delivered(town, "bai")]
    assert settled(town, [["记录编号", "结果"], [number, "成功"]])[0] == 0


def test_a_file_that_is_no_answer_is_refused(town):
    with pytest.raises(NotAnAnswer):
        settled(town, [["姓名", "电话"], ["甲", "1"]])


def test_a_number_is_read_back():
    assert record_id(record_number(42)) == 42
    assert [record_id(text) for text in ("R-1", "R１")] == [1, 1]
    assert [record_id(text) for text in ("R1x", "", "R" + "9" * 30)] == [None] * 3


def row_of(town, name="wulan", **other):
    person = town.person(name)
    told = {
        "志愿者编号": f"V{person.id:07d}",
        "姓名": real_name(person),
        "平台": "省志愿服务平台",
        "平台记录编号": "2026-000123",
        "服务日期": "2026-03-05",
        "活动名称": "清雪",
        "组织单位": "市志愿者协会",
        "时长（小时）": "2.5",
        **other,
    }
    return [told[heading] for heading in HEAD]


def brought(town, *rows, name="tong"):
    checked, actor = imports.check("hours", [HEAD, *rows]), by(town, name)
    with transaction():
        found = imports.begin("时长.csv", checked, actor=actor)
    if checked.rows:
        ahead = imports.look_ahead(found.id, actor=actor)
        for part in ahead.parts:
            with transaction():
                found = imports.take_in(ahead, part, actor=actor)
    return found


def test_hours_come_in_with_where_they_came_from_and_a_second_time_make_nothing(town):
    first = brought(town, row_of(town), row_of(town, "ning", 平台记录编号="2026-000124"))
    assert (first.made, first.known, first.faults) == (2, 0, [])
    again = brought(town, row_of(town))
    assert (again.made, again.known) == (0, 1)
    (held,) = actions.held_elsewhere(town.person("wulan").id)
    assert (held.platform, held.minutes) == ("省志愿服务平台", 150)
    imported = sa.select(HoursElsewhere.imported_by_id).where(
        HoursElsewhere.reference == held.records[0].reference
    )
    assert session.scalars(imported).one() == town.person("tong").id


def test_they_are_never_among_ones_own_hours_or_points(town):
    person = town.person("wulan").id
    before = record_queries.totals(person), ledger.balance(person)
    brought(town, row_of(town))
    assert (record_queries.totals(person), ledger.balance(person)) == before
    told = town.phone("wulan").data("GET", "/me/hours-elsewhere")
    assert told["ownMinutes"] == before[0]["minutes"]
    assert told["platforms"][0]["minutes"] == 150


def test_bad_rows_are_named_and_the_others_go_on(town):
    table = [
        HEAD,
        row_of(town, 服务日期="2999-01-01"),
        row_of(town, **{"时长（小时）": "25", "平台记录编号": "2"}),
        row_of(town, 志愿者编号="42", 平台记录编号="3"),
        row_of(town, 平台="", 平台记录编号="4"),
        row_of(town, 姓名="别人", 平台记录编号="5"),
        row_of(town, "bai", 平台记录编号="6"),
        row_of(town, "tong", 平台记录编号="7"),
        row_of(town, 平台记录编号="8"),
    ]
    found = brought(town, *table[1:])
    assert found.made == 1
    named = {(line, column) for line, column, _sentence in found.faults}
    assert named == {
        (2, "服务日期"),
        (3, "时长（小时）"),
        (4, "志愿者编号"),
        (5, "平台"),
        (6, ""),
        (7, ""),
        (8, ""),
    }
    sentences = {line: sentence for line, _column, sentence in found.faults}
    assert sentences[6] == sentences[7] == NoSuchVolunteer.message
    assert "不能为自己导入" in sentences[8]


def test_the_same_record_with_other_facts_is_refused(town):
    brought(town, row_of(town))
    found = brought(town, row_of(town, **{"时长（小时）": "8"}))
    assert "以前导入过" in found.faults[0][2]
    session.expire_all()
    assert session.scalars(sa.select(HoursElsewhere.minutes)).all() == [150]
