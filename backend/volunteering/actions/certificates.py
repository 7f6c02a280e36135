"""Certificates: issued to the volunteer who asks, from the records that stand; revoked by staff."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import clock, journal, periods
from backend.db import lock_row, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.lifecycle import transition
from backend.organisations import queries as places
from backend.people import sealed as people
from backend.people.models import Person
from backend.volunteering import certificate_numbers as numbers
from backend.volunteering import certificate_queries as queries
from backend.volunteering import limits, notices, record_queries, sealed, states
from backend.volunteering.certificate_models import Certificate, CertificateState, CertifiedRecord
from backend.volunteering.record_models import ServiceRecord

# Five years; more than that is asked for in parts.
MOST_DAYS = 5 * 366


class NoServiceThen(Refused):
    code, message = 40947, "这段时间没有已认定的服务记录，不能开具证明"


class NameNeeded(Refused):
    code, message = 42224, "开具证明要写真实姓名，请先在“我的资料”里填写"


class IssuerToChoose(Refused):
    """A certificate is issued by who keeps the records, so one that spans two communities is two."""

    code, message = 42225, "这段时间您在几个社区都有服务记录，证明由各社区分别开具，请选一个社区"


def issue(first_day: date, last_day: date, community_id: int | None = None, *, actor: Actor) -> Certificate:
    """Freezes the caller's standing records of these days (both included) into a certificate.

    Asked for again while nothing has changed, it is the same certificate. Without `community_id` all records
    have to be of one community. Raises PeriodReversed, PeriodInFuture, PeriodTooLong, NameNeeded,
    NoServiceThen, IssuerToChoose.
    """
    periods.check(first_day, last_day, MOST_DAYS)
    # Two requests at once are one certificate; a correction decided meanwhile comes before or after.
    limits.lock_persons([actor.id])
    name = people.real_name(session.get_one(Person, actor.id))
    if not name:
        raise NameNeeded()
    records = _of_one_issuer(_records_in_force(actor.id, first_day, last_day), community_id)
    issued = _issued_before(records, first_day, last_day, name, actor.id)
    return issued or _new_certificate(records, first_day, last_day, name, actor)


def _records_in_force(person_id: int, first_day: date, last_day: date) -> list[ServiceRecord]:
    within = ServiceRecord.served_on.between(first_day, last_day)
    return record_queries.records_in_force(person_id, within)


def _of_one_issuer(records: list[ServiceRecord], community_id: int | None) -> list[ServiceRecord]:
    kept = [one for one in records if community_id in (None, one.community_id)]
    if not kept:
        raise NoServiceThen()
    issuers = {one.community_id for one in kept}
    if len(issuers) > 1:
        names = places.names(issuers)
        raise IssuerToChoose(communities=[{"id": one, "name": names[one]} for one in sorted(issuers)])
    return kept


def _issued_before(
    records: Sequence[ServiceRecord], first_day: date, last_day: date, name: str, person_id: int
) -> Certificate | None:
    """A certificate that holds and says the very same."""
    candidates = session.scalars(
        sa.select(Certificate)
        .where(
            Certificate.person_id == person_id,
            Certificate.issuer_id == records[0].community_id,
            Certificate.first_day == first_day,
            Certificate.last_day == last_day,
            Certificate.state == CertificateState.ISSUED,
        )
        .order_by(Certificate.id.desc())
    ).all()
    listed, wanted = queries.contents(one.id for one in candidates), {one.id for one in records}
    for one in candidates:
        rows = listed.get(one.id, [])
        if {row.record_id for row in rows} == wanted and sealed.name(one) == name:
            return one if queries.status(one, rows) == "valid" else None
    return None


def _new_certificate(
    records: Sequence[ServiceRecord], first_day: date, last_day: date, name: str, actor: Actor
) -> Certificate:
    issuer_id = records[0].community_id
    made = Certificate(
        number=numbers.new(),
        person_id=actor.id,
        state=CertificateState.ISSUED,
        issuer_id=issuer_id,
        issuer_name=places.get(issuer_id).name,
        first_day=first_day,
        last_day=last_day,
        minutes=sum(one.minutes for one in records),
        issued_at=clock.now(),
        digest="",
        digest_key=queries.digest_key(),
    )
    made.digest = queries.digest(made, [_Listed(one) for one in records])
    session.add(made)
    session.flush()
    sealed.keep_name(made, name)
    session.add_all(
        CertifiedRecord(certificate_id=made.id, record_id=one.id, minutes=one.minutes) for one in records
    )
    session.flush()
    journal.write(
        "issue", "certificate", made.id, actor=actor, states=(None, CertificateState.ISSUED), place=issuer_id
    )
    return made


class _Listed:
    """A record by the names that a certificate's list has for it."""

    def __init__(self, record: ServiceRecord) -> None:
        self._record, self.record_id = record, record.id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._record, name)


def revoke(number: str, reason: str, *, actor: Actor) -> Certificate:
    """Takes back a certificate; its number goes on to say so. The records it listed stay as they are.

    Never one's own. Raises NotFound, FourEyes, CertificateMovedOn.
    """
    known = numbers.read(number)
    wanted = sa.select(Certificate.id).where(Certificate.number == known)
    certificate_id = session.scalar(wanted) if known else None
    if certificate_id is None:
        raise NotFound()
    certificate = lock_row(Certificate, certificate_id)
    transition(
        states.REVOKE,
        certificate,
        actor=actor,
        reason=reason,
        revoked_by_id=actor.id,
        revoked_at=clock.now(),
        revoke_reason=reason,
    )
    notices.certificate_revoked(certificate)
    return certificate
