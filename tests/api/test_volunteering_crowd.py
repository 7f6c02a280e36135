"""A hall of two hundred checks in at the same moment, over HTTP, against gunicorn with four workers."""

import time
import uuid
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.journal import JournalLine
from backend.volunteering import codes
from backend.volunteering.actions import activities, sign_ups
from backend.volunteering.models import SignUp
from tests.api import crowd
from tests.conftest import _fresh
from tests.served import Served
from tests.town import Town
from tests.wishes import cast

pytestmark = pytest.mark.slow

HALL = 200
MINUTE = 60


@pytest.fixture(scope="module")
def city(host, migrated_app, settings):
    """The demo city; one for the whole file, because it is served."""
    for app in _fresh(host, migrated_app, settings, "town"):
        yield Town(app)


@pytest.fixture(scope="module")
def served(city, settings, tmp_path_factory):
    environment = {
        "APP_ENV": "test",
        "DATABASE_URL": settings.database,
        "WECHAT_BASE_URL": settings.wechat_base_url,
        "DATA_DIR": str(tmp_path_factory.mktemp("served")),
    }
    with Served(environment) as running:
        yield running


def _soon(city, capacity, title):
    """A published activity of the community that starts in a few minutes."""
    starts, tong = clock.now() + timedelta(minutes=5), cast.by(city, "tong")
    content = {
        "title": title,
        "kind": "volunteer_service",
        "category": "清雪",
        "place": "东门",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=2),
        "capacity": capacity,
    }
    with transaction():
        made = activities.plan(city.songtao, None, content, actor=tong)
        activities.publish(made.id, actor=tong)
    return made.id


def _check_ins(activity_id, people):
    code = codes.current(activity_id, clock.now()).code
    path = f"/activities/{activity_id}/check-in"
    return [
        (one.token, "POST", path, {"code": code}, {"Idempotency_Key": uuid.uuid4().hex}) for one in people
    ]


def _recorded(activity_id):
    session.expire_all()
    mine = sa.select(SignUp.id).where(SignUp.activity_id == activity_id)
    lines = sa.select(sa.func.count()).where(
        JournalLine.subject_kind == "sign_up",
        JournalLine.verb == "check_in",
        JournalLine.subject_id.in_(mine),
    )
    states = Counter(session.scalars(sa.select(SignUp.state).where(SignUp.activity_id == activity_id)))
    return states, session.scalar(lines)


def test_two_hundred_check_in_within_a_minute_and_each_is_recorded_once(city, served):
    with transaction():
        people = crowd.people(HALL)
    activity_id = _soon(city, HALL, "千人清雪")
    with transaction():
        for one in people:
            sign_ups.sign_up(activity_id, actor=one)
    began = time.monotonic()
    answers = served.at_once(_check_ins(activity_id, people))
    took = time.monotonic() - began
    assert Counter(answer.status_code for answer in answers) == {200: HALL}, answers[0].text
    assert took < MINUTE
    assert _recorded(activity_id) == ({"checked_in": HALL}, HALL)
    again = served.at_once(_check_ins(activity_id, people))
    assert Counter(answer.json()["error"] for answer in again) == {"ALREADY_CHECKED_IN": HALL}
    assert _recorded(activity_id) == ({"checked_in": HALL}, HALL)


def test_thirty_phones_want_one_place(city, served):
    with transaction():
        people = crowd.people(30)
    activity_id = _soon(city, 1, "一个名额")
    answers = served.at_once(
        [(one.token, "POST", f"/activities/{activity_id}/sign-up", {}) for one in people]
    )
    told = [answer.json()["data"] for answer in answers]
    assert Counter(one["state"] for one in told) == {"confirmed": 1, "waitlisted": 29}
    line = sorted(told, key=lambda one: one["id"])
    assert [one["waitlistPosition"] for one in line] == [None, *range(1, 30)]
    first = next(one for one in people if one.id == line[0]["personId"])
    assert (
        served.call(first.token, "POST", f"/activities/{activity_id}/cancel-sign-up", {}).status_code == 200
    )
    states, _ = _recorded(activity_id)
    assert states == {"cancelled": 1, "confirmed": 1, "waitlisted": 28}
