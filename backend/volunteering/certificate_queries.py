"""Reading certificates: mine, one by its number, and whether it still holds."""

import hmac
from collections.abc import Iterable, Sequence
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import crypto, erasable
from backend.db import session, view_of
from backend.errors import NotFound
from backend.journal import Actor
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people.one_person import ids_of, remaining, remaining_id
from backend.people.permissions import Permission
from backend.volunteering import certificate_links as links
from backend.volunteering import certificate_numbers as numbers
from backend.volunteering.certificate_models import (
    Certificate,
    CertificateState,
    CertifiedRecord,
    Star,
    Validity,
)
from backend.volunteering.record_models import ServiceRecord
from backend.volunteering.views import CertificateView

_later = aliased(ServiceRecord)


def of_person(person_id: int) -> KeysetQuery:
    """A person's certificates, the revoked ones too, newest first."""
    wanted = sa.select(Certificate).where(Certificate.person_id.in_(ids_of(person_id)))
    return KeysetQuery(wanted, (Certificate.id.desc(),))


def numbered(number: str) -> Certificate:
    """The certificate with this number, however it was typed. Raises NotFound."""
    known = numbers.read(number)
    found = session.scalar(sa.select(Certificate).where(Certificate.number == known)) if known else None
    if found is None:
        raise NotFound()
    return found


def mine(number: str, *, actor: Actor) -> Certificate:
    """One's own; another person's does not exist here. Raises NotFound."""
    found = numbered(number)
    if remaining_id(found.person_id) != actor.id:
        raise NotFound()
    return found


def for_staff(number: str, *, actor: Actor) -> Certificate:
    """One that the caller may revoke; those of other communities do not exist here. Raises NotFound."""
    found = numbered(number)
    if not permissions.appointed(actor.id, Permission.CERTIFICATE_REVOKE, found.issuer_id):
        raise NotFound()
    return found


# Of the texts of a record, what is kept where words of somebody who left were taken out.
_texts = erasable.texts(ServiceRecord.__table__)
_kept_digests = [ServiceRecord.__table__.c[erasable.digest_of(text)] for text in _texts]


def contents(ids: Iterable[int]) -> dict[int, list[sa.Row]]:
    """What each certificate lists, in the order of the days served, and whether it was corrected since."""
    corrected = sa.exists().where(_later.corrects_id == ServiceRecord.id).label("corrected")
    wanted = (
        sa.select(
            CertifiedRecord.certificate_id,
            CertifiedRecord.record_id,
            CertifiedRecord.minutes,
            ServiceRecord.minutes.label("recorded_minutes"),
            # Of one person, though under another record of theirs that was joined to this one.
            (remaining(ServiceRecord.person_id) == remaining(Certificate.person_id)).label("theirs"),
            ServiceRecord.served_on,
            ServiceRecord.activity_name,
            ServiceRecord.category,
            ServiceRecord.place,
            ServiceRecord.content,
            ServiceRecord.organising_body,
            ServiceRecord.source,
            ServiceRecord.sync_state,
            *_kept_digests,
            corrected,
        )
        .join(ServiceRecord, ServiceRecord.id == CertifiedRecord.record_id)
        .join(Certificate, Certificate.id == CertifiedRecord.certificate_id)
        .where(CertifiedRecord.certificate_id.in_(sorted(ids)))
        .order_by(ServiceRecord.served_on, ServiceRecord.started_at, ServiceRecord.id)
    )
    found: dict[int, list[sa.Row]] = {}
    for row in session.execute(wanted):
        found.setdefault(row.certificate_id, []).append(row)
    return found


def statuses(certificates: Sequence[Certificate]) -> dict[int, Validity]:
    """Of each: `revoked` by staff; `altered`, not what was issued; `corrected`, a record of it was; `valid`."""
    listed = contents(one.id for one in certificates)
    return {one.id: status(one, listed.get(one.id, [])) for one in certificates}


def status(certificate: Certificate, rows: Sequence[sa.Row]) -> Validity:
    if certificate.state == CertificateState.REVOKED:
        return Validity.REVOKED
    if not _genuine(certificate, rows):
        return Validity.ALTERED
    return Validity.CORRECTED if any(row.corrected for row in rows) else Validity.VALID


def _genuine(certificate: Certificate, rows: Sequence[sa.Row]) -> bool:
    """Whether it still says what was issued. Under another SECRET_KEY only its sums can be compared."""
    if sum(row.minutes for row in rows) != certificate.minutes:
        return False
    if any(row.minutes != row.recorded_minutes or not row.theirs for row in rows):
        return False
    if certificate.digest_key != digest_key():
        return True
    if hmac.compare_digest(certificate.digest, digest(certificate, rows)):
        return True
    # Words of somebody who left were taken out of a record since: it is no longer worded as it was issued.
    return erasable.words_were_erased((row._mapping for row in rows), _texts)


def digest(certificate: Certificate, rows: Sequence[Any]) -> str:
    """Keyed digest of the certificate and of all that it lists, the holder by number and not by name."""
    days = [certificate.first_day.isoformat(), certificate.last_day.isoformat()]
    head = [certificate.number, certificate.person_id, certificate.issuer_id, certificate.issuer_name, *days]
    listed = [
        [
            row.record_id,
            row.minutes,
            row.served_on.isoformat(),
            row.activity_name,
            row.category,
            row.content,
            row.organising_body,
        ]
        for row in sorted(rows, key=lambda row: row.record_id)
    ]
    told = [1, *head, certificate.minutes, int(certificate.issued_at.timestamp()), listed]
    return crypto.signature("certificate", orjson.dumps(told).decode())


def digest_key() -> str:
    """Tells one key from another without telling the key."""
    return crypto.signature("certificate key", "name")


def view_certificate(certificate: Certificate, status: str, *, actor: Actor) -> CertificateView:
    """What the holder and staff of the issuer see; the paper with the name on it is opened by the holder alone."""
    holder = certificate.person_id
    opens = status == Validity.VALID and (actor.id == holder or actor.id == remaining_id(holder))
    return view_of(
        CertificateView,
        certificate,
        issuer=certificate.issuer_name,
        status=status,
        verify_url=links.verification(certificate.number),
        pdf_url=links.pdf(certificate.number) if opens else None,
    )


def volunteer_number(person_id: int) -> str:
    """志愿者编号: stands in for an ID number, which is never asked for (MZ/T 061)."""
    return f"V{person_id:07d}"


def stars_of(person_id: int) -> list[Star]:
    """A person's stars, fewest first."""
    return list(session.scalars(sa.select(Star).where(Star.person_id == person_id).order_by(Star.stars)))
