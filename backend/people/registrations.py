"""Who was registered as a party member of which unit, and where, at a moment: registers of a past period ask."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session
from backend.journal import JournalLine
from backend.people.kinds import PartyRegistrationState
from backend.people.models import FormerRegistration, PartyRegistration

_VERIFIED = PartyRegistrationState.VERIFIED
_former, _later = FormerRegistration.__table__.alias("former"), FormerRegistration.__table__.alias("later")
_present, _line = PartyRegistration.__table__, JournalLine.__table__


def keep(row: PartyRegistration) -> None:
    """Notes a verified registration before it is changed into another one."""
    if row.state == _VERIFIED:
        told = {"person_id": row.person_id, "unit_id": row.unit_id, "community_id": row.community_id}
        session.add(FormerRegistration(**told, until=clock.now()))


def keep_all(where: sa.ColumnElement[bool]) -> None:
    """The same of many at once."""
    columns = ("person_id", "unit_id", "community_id")
    present = [getattr(PartyRegistration, name) for name in columns]
    told = sa.select(*present, sa.literal(clock.now(), Moment)).where(
        where, PartyRegistration.state == _VERIFIED
    )
    session.execute(sa.insert(FormerRegistration).from_select([*columns, "until"], told))


def registered_at(moment: datetime) -> Any:
    """A subquery of `person_id, unit_id, community_id`: the registrations that were verified at this moment."""
    nearer = sa.exists().where(
        _later.c.person_id == _former.c.person_id, _later.c.until > moment, _later.c.until < _former.c.until
    )
    then = sa.select(_former.c.person_id, _former.c.unit_id, _former.c.community_id).where(
        _former.c.until > moment, ~nearer, ~_verified(_former.c.person_id, moment, _former.c.until)
    )
    changed = sa.exists().where(_later.c.person_id == _present.c.person_id, _later.c.until > moment)
    now = sa.select(_present.c.person_id, _present.c.unit_id, _present.c.community_id).where(
        _present.c.status == _VERIFIED, ~changed, ~_verified(_present.c.person_id, moment, None)
    )
    return sa.union_all(then, now).subquery("registrations")


def _verified(person_id: Any, since: datetime, until: Any) -> sa.ColumnElement[bool]:
    """Was it verified only then? Who says the same again of a verified one changes nothing."""
    told = [
        _line.c.subject_kind == PartyRegistration.journal_kind,
        _line.c.subject_id == person_id,
        _line.c.to_state == _VERIFIED,
        sa.or_(_line.c.from_state.is_(None), _line.c.from_state != _VERIFIED),
        _line.c.at >= since,
    ]
    return sa.exists().where(*told, *([] if until is None else [_line.c.at < until]))
