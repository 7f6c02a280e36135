"""What those who cheat have in common: how they act, and what the journal tells of it."""

from datetime import timedelta

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session, transaction
from backend.people import actions as people
from backend.volunteering.actions import backfills
from tests.wishes import cast

by = cast.by
SERVICE = {
    "activity_name": "送菜上门",
    "category": "帮扶",
    "place": "雪松家园",
    "content": "给三户老人送菜",
    "minutes": 90,
    "reason": "当天停电",
}


def told(verb, kind=None, subject=None):
    """The journal's lines of a verb, oldest first."""
    line = journal.JournalLine
    wanted = sa.select(line).where(line.verb == verb).order_by(line.id)
    wanted = wanted.where(line.subject_kind == kind) if kind else wanted
    return session.scalars(wanted.where(line.subject_id == subject) if subject else wanted).all()


def made(verb, *given, **how):
    with transaction():
        return verb(*given, **how)


def appoint(town, name, role):
    made(
        people.appoint, town.person(name).id, role, town.songtao, clock.today(), None, actor=by(town, "admin")
    )


def entered_backfill(town):
    content = {**SERVICE, "started_at": clock.now() - timedelta(days=3)}
    entered = made(backfills.request, town.person("ning").id, town.songtao, content, actor=by(town, "tong"))
    return backfills.approve, entered.id, "tong", "lan"
