"""Activities and who comes to them, for tests that speak to the verbs."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.people.models import Membership, Person, Team
from backend.volunteering import codes
from backend.volunteering.actions import activities, attendance, ending, hours, sign_ups
from backend.volunteering.models import Activity, SignUp
from backend.volunteering.record_models import ServiceRecord
from tests.wishes.cast import By, by

# Nine o'clock on a Saturday in China, later than all of the demo city's past.
STARTS = datetime(2027, 3, 6, 1, 0, tzinfo=UTC)
CONTENT = {
    "title": "清雪",
    "kind": "volunteer_service",
    "category": "便民服务",
    "place": "雪松家园东门",
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=2),
    "capacity": 3,
}

__all__ = ["CONTENT", "STARTS", "By", "by"]


@contextmanager
def after_start(**passed):
    """So long after (or, negative, before) the start of the usual activity."""
    with clock.frozen_at(STARTS + timedelta(**passed)):
        yield


def riders(town):
    return session.scalars(sa.select(Team.id).where(Team.name == "骑手先锋队")).one()


def newcomers(town, count, born=1990):
    """People nobody knew before; answers those who act."""
    with transaction():
        made = [Person(nickname=f"新人{n}", created_at=clock.now(), birth_year=born) for n in range(count)]
        session.add_all(made)
        session.flush()
    return [By(one.id) for one in made]


def planned(town, name="wulan", team=True, **content):
    """A draft of the riders (or, without a team, of the community); answers its id."""
    with transaction():
        team_id = riders(town) if team else None
        return activities.plan(town.songtao, team_id, {**CONTENT, **content}, actor=by(town, name)).id


def published(town, name="wulan", team=True, **content):
    activity_id = planned(town, name, team, **content)
    with clock.frozen_at(STARTS - timedelta(days=3)), transaction():
        activities.publish(activity_id, actor=by(town, name))
    return activity_id


def sign_up(activity_id, person, **how):
    with clock.frozen_at(STARTS - timedelta(days=2)), transaction():
        return sign_ups.sign_up(activity_id, actor=person, **how)


def code(activity_id):
    return codes.current(activity_id, clock.now()).code


def check_in(activity_id, person, **how):
    with transaction():
        return attendance.check_in(activity_id, code(activity_id), actor=person, **how)


def check_out(activity_id, person, **how):
    with transaction():
        return attendance.check_out(activity_id, code(activity_id), actor=person, **how)


def attended(town, *people, minutes=120, **content):
    """An activity of the riders in which these people were from the start for so long."""
    activity_id = published(town, **content)
    for person in people:
        sign_up(activity_id, person)
    with after_start():
        for person in people:
            check_in(activity_id, person)
    with after_start(minutes=minutes):
        for person in people:
            check_out(activity_id, person)
    return activity_id


def ended(town, *people, **content):
    activity_id = attended(town, *people, **content)
    with after_start(hours=2), transaction():
        ending.end(activity_id, actor=by(town, "wulan"))
    return activity_id


def proposed(town, *people, given=None, **content):
    activity_id = ended(town, *people, **content)
    with after_start(hours=3), transaction():
        hours.propose(activity_id, given or {}, actor=by(town, "wulan"))
    return activity_id


def certified(town, *people, **content):
    activity_id = proposed(town, *people, **content)
    with after_start(hours=4), transaction():
        hours.certify(activity_id, {}, actor=by(town, "tong"))
    return activity_id


def activity(activity_id):
    return session.get(Activity, activity_id, populate_existing=True)


def sign_ups_of(activity_id):
    """(person, state) in the order of the sign-ups."""
    rows = sa.select(SignUp.person_id, SignUp.state).where(SignUp.activity_id == activity_id)
    return [tuple(row) for row in session.execute(rows.order_by(SignUp.id))]


def state_of(activity_id, person):
    rows = sa.select(SignUp.state).where(SignUp.activity_id == activity_id, SignUp.person_id == person.id)
    return session.scalars(rows.order_by(SignUp.id.desc())).first()


def records(person=None):
    rows = sa.select(ServiceRecord).order_by(ServiceRecord.id).where(ServiceRecord.recorded_at >= STARTS)
    if person is not None:
        rows = rows.where(ServiceRecord.person_id == person.id)
    return session.scalars(rows, execution_options={"populate_existing": True}).all()


def join(team_id, person):
    with transaction():
        session.add(Membership(team_id=team_id, person_id=person.id, state="accepted", since=clock.now()))
        session.flush()
