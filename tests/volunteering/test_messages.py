"""What an organiser says to those who come, and what a phone's calendar and a list of what one can join say."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.db import session, transaction
from backend.errors import NotAllowed, NotFound
from backend.outbox.models import Notice
from backend.people.models import Person
from backend.volunteering import calendar_file, calendar_queries, queries
from backend.volunteering.actions import activities, messages, sign_ups
from backend.volunteering.message_models import ActivityMessage
from backend.volunteering.states import ActivityMovedOn
from tests.volunteering import cast
from tests.volunteering.cast import STARTS

GLOVES = "请自带手套"


def send(town, activity_id, name="wulan", words=GLOVES, **passed):
    with cast.after_start(**(passed or {"days": -1})), transaction():
        return messages.send(activity_id, words, actor=cast.by(town, name))


def told(person, kind):
    wanted = sa.select(Notice.body).where(Notice.person_id == person.id, Notice.kind == kind)
    return session.scalars(wanted.order_by(Notice.id)).all()


def test_a_message_reaches_who_has_a_place_and_who_waits_and_nobody_else(town):
    seated, waiting, gone = cast.newcomers(town, 3)
    activity_id = cast.published(town, capacity=1)
    for one in (seated, waiting, gone):
        cast.sign_up(activity_id, one)
    with cast.after_start(days=-2), transaction():
        sign_ups.cancel(activity_id, actor=gone)
    assert send(town, activity_id) == 2
    for one in (seated, waiting):
        (body,) = told(one, "activity_message")
        assert GLOVES in body
        assert "清雪" in body
    assert told(gone, "activity_message") == []
    line = sa.text(
        "SELECT actor_id FROM journal WHERE verb = 'message' AND subject_kind = 'activity' AND subject_id = :id"
    )
    assert session.scalar(line, {"id": activity_id}) == town.person("wulan").id
    kept = session.scalars(sa.select(ActivityMessage)).one()
    # Nobody asked WeChat of it, so that staff may look.
    assert (kept.text, kept.told, kept.doubtful) == (GLOVES, 2, True)


def test_three_messages_a_day_of_china_and_then_one_has_to_wait_until_midnight(town):
    (one,) = cast.newcomers(town, 1)
    activity_id = cast.published(town)
    cast.sign_up(activity_id, one)
    for name in ("wulan", "tong", "wulan"):
        send(town, activity_id, name)
    with pytest.raises(messages.TooManyMessages) as refused:
        send(town, activity_id)
    # It is nine in the morning.
    assert refused.value.headers["Retry-After"] == str(15 * 3600)
    assert send(town, activity_id, hours=-8, minutes=-50) == 1


@pytest.mark.parametrize(("name", "refusal"), [("ning", NotAllowed), ("bai", NotFound), ("shao", NotAllowed)])
def test_only_organisers_write(town, name, refusal):
    activity_id = cast.published(town)
    with pytest.raises(refusal):
        send(town, activity_id, name)


def test_nobody_is_told_of_a_draft_and_a_message_to_nobody_is_none(town):
    with pytest.raises(ActivityMovedOn):
        send(town, cast.planned(town))
    activity_id = cast.published(town)
    assert [send(town, activity_id) for _ in range(4)] == [0, 0, 0, 0]


def calendar(activity_id):
    octets = calendar_file.calendar_of([cast.activity(activity_id)])
    return octets, octets.decode().replace("\r\n ", "").split("\r\n")


def test_a_calendar_has_one_event_whose_sequence_rises_when_it_is_moved_or_called_off(town):
    activity_id = cast.published(town)
    _octets, before = calendar(activity_id)
    assert (before[0], before[-2:]) == ("BEGIN:VCALENDAR", ["END:VCALENDAR", ""])
    assert {"DTSTART:20270306T010000Z", "DTEND:20270306T030000Z", "SEQUENCE:0", "STATUS:CONFIRMED"} <= set(
        before
    )
    assert before.count("BEGIN:VEVENT") == 1
    wulan = cast.by(town, "wulan")
    for change, sequence in (({"capacity": 9}, 0), ({"description": "带手套"}, 0), ({"place": "西门"}, 1)):
        with cast.after_start(days=-1), transaction():
            activities.edit(activity_id, change, actor=wulan)
        assert f"SEQUENCE:{sequence}" in calendar(activity_id)[1]
    with cast.after_start(hours=-3), transaction():
        activities.cancel(activity_id, "下雨", actor=wulan)
    after = calendar(activity_id)[1]
    assert {"SEQUENCE:2", "STATUS:CANCELLED", "DTSTAMP:20270305T220000Z"} <= set(after)
    (uid,) = (line for line in before if line.startswith("UID:"))
    assert uid in after


def test_texts_of_a_calendar_are_escaped_and_its_lines_fold_between_signs(town):
    long = "雪" * 60
    title = "清雪,铲冰;\\"
    octets, lines = calendar(cast.published(town, title=title, place=long, description="一\n二"))
    assert {"SUMMARY:清雪\\,铲冰\\;\\\\", f"LOCATION:{long}", "DESCRIPTION:一\\n二"} <= set(lines)
    assert max(len(line) for line in octets.split(b"\r\n")) <= 75
    assert b"\n" not in octets.replace(b"\r\n", b"")


def test_my_calendar_has_what_i_have_a_place_in_and_that_is_to_come(town):
    one, other = cast.newcomers(town, 2)
    later = cast.published(
        town, starts_at=STARTS + timedelta(days=1), ends_at=STARTS + timedelta(days=1, hours=1)
    )
    after = {"starts_at": STARTS + timedelta(hours=2), "ends_at": STARTS + timedelta(hours=3)}
    soon, full = cast.published(town), cast.published(town, capacity=1, **after)
    cast.sign_up(full, other)
    for activity_id in (later, soon, full):
        cast.sign_up(activity_id, one)
    with cast.after_start(days=-1):
        assert [found.id for found in calendar_queries.coming(one.id)] == [soon, later]
    with cast.after_start(hours=3):
        assert [found.id for found in calendar_queries.coming(one.id)] == [later]


def test_what_one_can_join_is_open_free_fit_for_the_age_and_at_no_other_time(town):
    one, other = cast.newcomers(town, 2, born=2012)
    mine = cast.published(town)
    cast.sign_up(mine, one)
    following = {"starts_at": STARTS + timedelta(hours=2), "ends_at": STARTS + timedelta(hours=3)}
    full = cast.published(town, capacity=1, **following)
    cast.sign_up(full, other)
    closed = cast.published(town, sign_up_until=STARTS - timedelta(days=2), **following)
    fit, unfit = (cast.published(town, min_age=age, **following) for age in (15, 16))
    clashing = cast.published(town, starts_at=STARTS + timedelta(hours=1))
    cast.planned(town, **following)

    def joinable(person):
        with cast.after_start(days=-1):
            found = queries.activities(
                community_id=town.songtao,
                category=None,
                state=None,
                first_day=None,
                last_day=None,
                can_join=True,
                actor=person,
            )
            return [row.id for row in found.rows(100)]

    assert joinable(one) == [fit]
    stranger = cast.newcomers(town, 1, born=None)[0]
    assert joinable(stranger) == [mine, clashing]
    assert not {full, closed, unfit} & {*joinable(one), *joinable(stranger)}
    with transaction():
        session.get(Person, stranger.id).birth_year = 1990
    assert joinable(stranger) == [mine, clashing, fit, unfit]
