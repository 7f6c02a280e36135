"""A group of the staff is told by its robot each working day how much waits: numbers, nobody's name, at most once."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from backend import clock, config, jobs
from backend.app import all_jobs
from backend.db import session
from backend.operations import doctor
from backend.outbox import group_messages
from backend.outbox.models import GroupMessage
from backend.reports import set_up, to_do
from backend.wechat.simulator import robots as hook
from tests.wishes import cast

# A Tuesday, half past nine in China.
MORNING = datetime(2026, 12, 1, 9, 30, tzinfo=clock.CHINA)


@pytest.fixture
def group(running_wechat, town, monkeypatch):
    """What the group reads."""
    running_wechat.memory.reset()
    _point_to(monkeypatch, f"{running_wechat.url}{hook.PATH}?key={hook.KEY}")
    yield lambda: [call["body"] for call in running_wechat.calls(hook.PATH)]
    running_wechat.memory.reset()


def _point_to(monkeypatch, address):
    given = replace(config.settings(), staff_robot_url=address, public_url="https://dianliang.example.cn")
    monkeypatch.setattr(config, "_current", given)


def compose():
    (job,) = [one for one in all_jobs() if one.name == "group.waits"]
    return jobs.run(job)


def row():
    session.expire_all()
    return session.scalars(sa.select(GroupMessage)).one()


def test_each_working_day_the_group_is_told_how_much_waits(town, group):
    cast.submitted(town)
    with clock.frozen_at(MORNING - timedelta(hours=1)):
        assert compose() == 0
    with clock.frozen_at(MORNING):
        assert [compose(), compose()] == [1, 0]
        assert [group_messages.deliver_due(), group_messages.deliver_due()] == [1, 0]
    (said,) = group()
    assert said["msgtype"] == "markdown"
    words = said["markdown"]["content"]
    assert words.startswith("**12月1日，有 ")
    assert "> 待审核的心愿：" in words
    assert words.endswith("[打开工作后台](https://dianliang.example.cn/console/)")
    assert (row().state, row().attempts, row().errcode) == ("sent", 1, None)
    with clock.frozen_at(MORNING + timedelta(days=1)):
        assert compose() == 1


def test_what_is_said_are_kinds_and_numbers_and_nothing_of_anybody(town, group):
    cast.submitted(town)
    with clock.frozen_at(MORNING):
        compose()
        group_messages.deliver_due()
    words = group()[0]["markdown"]["content"].split("\n")
    kinds = "|".join(words_of for words_of, _number in to_do.of_all_staff())
    for line in words[1:-1]:
        assert re.fullmatch(rf"> ({kinds})：\d+ 件", line), line


def test_a_thing_counts_once_however_many_may_decide_it(town):
    before = dict(to_do.of_all_staff()).get("待审核的心愿", 0)
    cast.submitted(town)
    assert dict(to_do.of_all_staff())["待审核的心愿"] == before + 1


def test_on_a_free_day_and_of_nothing_nothing_is_said(town, group, monkeypatch):
    with clock.frozen_at(datetime(2026, 12, 5, 10, tzinfo=clock.CHINA)):
        assert compose() == 0
    monkeypatch.setattr(to_do, "of_all_staff", list)
    with clock.frozen_at(MORNING):
        compose()
        assert group_messages.deliver_due() == 0
    assert group() == []


@pytest.mark.parametrize("fault", [{"status": 502}, {"body": '{"errcode": 45009, "errmsg": "freq"}'}])
def test_a_robot_that_is_away_or_said_too_much_is_asked_again_and_then_given_up(
    town, group, running_wechat, fault
):
    cast.submitted(town)
    with clock.frozen_at(MORNING):
        compose()
    running_wechat.misbehave(hook.PATH, times=99, **fault)
    for _attempt in range(group_messages.MOST_ATTEMPTS):
        at = row().next_at
        with clock.frozen_at(at - timedelta(seconds=1)):
            assert group_messages.deliver_due() == 0
        with clock.frozen_at(at):
            assert group_messages.deliver_due() == 1
    assert (row().state, row().attempts) == ("dead", group_messages.MOST_ATTEMPTS)
    with clock.frozen_at(row().finished_at + timedelta(hours=1)):
        assert group_messages.deliver_due() == 0


def test_a_key_that_is_none_is_not_tried_again_and_doctor_and_guide_say_so(town, group, monkeypatch):
    _point_to(monkeypatch, config.settings().staff_robot_url.replace(hook.KEY, "none"))
    cast.submitted(town)
    with clock.frozen_at(MORNING):
        compose()
        group_messages.deliver_due()
    assert (row().state, row().errcode) == ("dead", 93000)
    # The PostgreSQL of the tests writes nothing through, which doctor calls a fault of the database and looks no further.
    monkeypatch.setattr(doctor, "_postgresql", lambda: iter(()))
    assert [one.fault for one in doctor.findings() if "group" in one.sentence] == [True]
    (step,) = [one for one in set_up.steps(actor=town.person("admin")) if one.key == "group"]
    assert (step.done, step.said) == (False, "最近一条（12月01日）没有发出去")


def test_the_worker_says_it(town, group):
    cast.submitted(town)
    with clock.frozen_at(MORNING):
        told = town.app.test_cli_runner().invoke(args=["worker", "--once"])
    assert told.exit_code == 0, told.output
    assert len(group()) == 1


def test_the_longest_message_fits_into_markdown():
    """Every kind that there is, with a large number of each."""
    waits = [(one.kind * 3, 999_999) for one in to_do.kinds() if one.word]
    assert len(group_messages.compose(MORNING.date(), waits).encode()) < 4096
