"""Who stands in which relation to an adjustment, for the tests of points."""

from dataclasses import dataclass

import sqlalchemy as sa

from backend.db import session, transaction
from backend.outbox.models import Notice
from backend.points import actions
from backend.points.models import Adjustment


@dataclass(frozen=True)
class By:
    """Someone who acts."""

    id: int


def by(town, name):
    return By(town.person(name).id)


def proposed(town, points=-5, person="ning", maker="tong"):
    """An adjustment that waits for its decision; answers its id."""
    with transaction():
        reason = "活动时长录入有误"
        return actions.propose(town.person(person).id, points, reason, actor=by(town, maker)).id


def adjustment(adjustment_id):
    return session.get(Adjustment, adjustment_id, populate_existing=True)


def notices(person_id, kind):
    wanted = sa.select(Notice).where(Notice.person_id == person_id, Notice.kind == kind)
    return list(session.scalars(wanted.order_by(Notice.id)))
