"""Opening what is sealed has a pace: what a task brings is not counted, and beyond the pace a colleague agrees."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.complaints import actions as complaint_verbs
from backend.complaints import queries as complaints
from backend.config import settings
from backend.db import session, transaction
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import JournalLine
from backend.people import opening_requests, openings
from backend.people.opening_requests import OpeningRequest
from backend.wishes.actions import contacting
from tests.wishes import cast
from tests.wishes.cast import by

WHY = "核实身份"


def opened(town, times=1, name="tong", person="ning"):
    for _ in range(times):
        with transaction():
            shown = openings.open_person(town.person(person).id, WHY, actor=by(town, name))
    return shown


def last_line():
    return session.scalars(sa.select(JournalLine).order_by(JournalLine.id.desc()).limit(1)).one()


def asked(town, name="tong", person="ning"):
    with transaction():
        return openings.ask_person(town.person(person).id, WHY, actor=by(town, name)).id


def decided(town, request_id, granted=True, name="lan"):
    with transaction():
        opening_requests.decide(request_id, granted, actor=by(town, name))


def test_the_twenty_first_in_an_hour_needs_a_colleague_and_is_not_journaled(town):
    """AT11: 22 residents were opened in a second, for the reason “x”."""
    opened(town, settings().openings_an_hour)
    before = last_line().id
    with pytest.raises(openings.OpeningPace) as refused:
        opened(town, person="wulan")
    assert 3500 < int(refused.value.headers["Retry-After"]) <= 3600
    assert last_line().id == before
    assert opened(town, name="lan")["name"] == "宁小舟", "a colleague has a count of their own"


def test_an_hour_rolls(town):
    now = clock.now()
    with clock.frozen_at(now):
        opened(town, 19)
    with clock.frozen_at(now + timedelta(minutes=59)):
        opened(town)
        with pytest.raises(openings.OpeningPace):
            opened(town)
    with clock.frozen_at(now + timedelta(minutes=60, seconds=1)):
        opened(town, 19)
        with pytest.raises(openings.OpeningPace):
            opened(town)


def test_what_a_task_brings_is_journaled_and_not_counted(town):
    opened(town, settings().openings_an_hour)
    fulfilled = cast.fulfilled(town, "pei")
    with transaction():
        contacting.contact(fulfilled, "电话回访", actor=by(town, "tong"))
    assert last_opening().facts == {"task": "call_back"}
    with transaction():
        contacting.contact(fulfilled, None, actor=by(town, "pei"))
    assert last_opening().facts == {"task": "claim"}
    with transaction():
        filed = complaint_verbs.file("suggestion", "路灯不亮", contact="13900000001", actor=by(town, "ning"))
    with transaction():
        assert complaints.contact(filed.id, "电话核实情况", actor=by(town, "tong")) == "13900000001"
    assert last_opening().facts == {"task": "complaint"}


def test_a_day_of_calling_back_leaves_all_others_free(town):
    fulfilled = cast.fulfilled(town, "pei")
    for _ in range(settings().openings_an_hour):
        with transaction():
            contacting.contact(fulfilled, "电话回访", actor=by(town, "tong"))
    opened(town, settings().openings_an_hour)
    with pytest.raises(openings.OpeningPace):
        opened(town)


def last_opening():
    wanted = sa.select(JournalLine).where(JournalLine.verb == "open_contact")
    return session.scalars(wanted.order_by(JournalLine.id.desc()).limit(1)).one()


def test_a_wish_that_nobody_has_to_call_about_is_counted(town):
    opened(town, settings().openings_an_hour)
    wish_id = cast.submitted(town)
    with pytest.raises(openings.OpeningPace), transaction():
        contacting.contact(wish_id, "核实心愿内容", actor=by(town, "tong"))


def test_a_colleague_agrees_and_it_is_open_for_half_an_hour(town):
    opened(town, settings().openings_an_hour)
    request_id = asked(town, person="wulan")
    assert asked(town, person="wulan") == request_id, "asked twice is asked once"
    with pytest.raises(openings.OpeningPace):
        opened(town, person="wulan")
    decided(town, request_id)
    assert opened(town, 2, person="wulan")["name"] == "乌兰舟"
    assert last_opening_of_a_person().facts == {"agreed": request_id}
    with pytest.raises(openings.OpeningPace):
        opened(town, person="ning")
    with pytest.raises(openings.OpeningPace):
        opened(town, name="tong", person="pei")
    with clock.frozen_at(clock.now() + timedelta(minutes=31)), pytest.raises(openings.OpeningPace):
        opened(town, person="wulan")
    (told, *_) = town.phone("tong").data("GET", "/me/notices")["list"]
    assert told["kind"] == "opening_decided"


def last_opening_of_a_person():
    wanted = sa.select(JournalLine).where(JournalLine.verb == "open_person")
    return session.scalars(wanted.order_by(JournalLine.id.desc()).limit(1)).one()


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("tong", opening_requests.OwnOpening),
        ("bai", NotFound),
        ("shao", NotAllowed),
        ("admin", NotAllowed),
        ("ning", NotAllowed),
    ],
)
def test_who_may_not_agree(town, name, refusal):
    request_id = asked(town)
    with pytest.raises(refusal):
        decided(town, request_id, name=name)


def test_nobody_agrees_to_what_tells_of_themselves(town):
    request_id = asked(town, person="lan")
    with pytest.raises(opening_requests.OwnOpening):
        decided(town, request_id)
    assert opening_requests.to_decide(actor=by(town, "lan")).count() == 0
    assert opening_requests.to_decide(actor=by(town, "yan")).count() == 1


def test_a_request_is_decided_once_and_ends_after_a_day(town):
    request_id = asked(town)
    with clock.frozen_at(clock.now() + timedelta(days=1, minutes=1)):
        with pytest.raises(opening_requests.OpeningDecided):
            decided(town, request_id)
        request_id = asked(town)
    decided(town, request_id, granted=False)
    with pytest.raises(opening_requests.OpeningDecided):
        decided(town, request_id)


def test_the_database_alone_forbids_agreeing_to_ones_own(town):
    request_id = asked(town)
    own = {"decided_by_id": town.person("tong").id, "decided_at": clock.now(), "granted": True}
    with transaction(), pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.update(OpeningRequest).where(OpeningRequest.id == request_id).values(**own))


@pytest.mark.parametrize("reason", ["x", "好", "  ", "好\u200d", ""])
def test_a_reason_has_two_signs_that_one_can_see(town, reason):
    for work in (openings.open_person, openings.ask_person):
        with pytest.raises(InvalidInput), transaction():
            work(town.person("ning").id, reason, actor=by(town, "tong"))


def test_two_at_the_same_moment_are_two(town):
    """The last one free is opened by one of many requests, not by each of them."""
    opened(town, settings().openings_an_hour - 1)
    person_id, who, came = town.person("ning").id, by(town, "tong"), []

    def one():
        with town.app.app_context():
            try:
                with transaction():
                    openings.open_person(person_id, WHY, actor=who)
                came.append("opened")
            except openings.OpeningPace:
                came.append("refused")
            finally:
                session.remove()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(came) == ["opened", "refused", "refused", "refused"]


def test_the_person_sees_who_has_looked(town):
    opened(town)
    (seen, *_) = town.phone("ning").data("GET", "/me/security-events")["list"][1:]
    assert (seen["kind"], seen["title"]) == ("data_opened", "松涛社区的工作人员查看了您的姓名、电话和住址")
    assert seen["actions"] == []


def test_old_requests_go(town):
    asked(town)
    assert opening_requests.over() == []
    with clock.frozen_at(clock.now() + timedelta(days=31)):
        (only,) = opening_requests.over()
        with transaction():
            opening_requests.forget(only)
        assert opening_requests.over() == []
