"""Stars: asked for by the volunteer, granted by the hours that are certified, told to nobody else."""

import sqlalchemy as sa

from backend import clock, journal
from backend.db import session
from backend.errors import Refused
from backend.journal import Actor
from backend.volunteering import limits, record_queries
from backend.volunteering.certificate_models import STAR_HOURS, Star


class StarNotReached(Refused):
    code, message = 40949, "{stars} 星需要累计 {hours} 小时服务，您现在有 {have} 小时"


class StarGranted(Refused):
    code, message = 40955, "您已经是 {stars} 星志愿者"


def apply(stars: int, *, actor: Actor) -> Star:
    """Grants the stars for which the caller's certified hours suffice today; none below are needed first.

    It stays with its date, whatever becomes of points. Raises StarNotReached, StarGranted.
    """
    limits.lock_persons([actor.id])
    granted = sa.select(Star.id).where(Star.person_id == actor.id, Star.stars == stars)
    if session.scalar(granted) is not None:
        raise StarGranted(stars=stars)
    minutes, hours = record_queries.totals(actor.id)["minutes"], STAR_HOURS[stars]
    if minutes < 60 * hours:
        raise StarNotReached(stars=stars, hours=hours, have=minutes // 60)
    made = Star(person_id=actor.id, stars=stars, minutes=minutes, granted_at=clock.now())
    session.add(made)
    session.flush()
    journal.write("grant", "star", made.id, actor=actor)
    return made
