"""What is kept no longer than it is needed (个人信息保护法 19): periods are settings, and the worker keeps them.

Sessions and stored answers are forgotten by their own rooms. The journal and the ledger are not here: they
are append-only, kept for three years at the least, and hold people by number alone.
"""

from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from backend import clock, config
from backend.complaints import actions as complaints
from backend.complaints import queries as complaint_queries
from backend.db import lock_row, session
from backend.jobs import Job
from backend.outbox.models import Delivery, Notice
from backend.people import guardians
from backend.people.models import Consent, PartyRegistration, Person, Residency
from backend.people.proxy_models import Proxy
from backend.personal import declaration
from backend.rights import cancellation
from backend.wishes.kinds import WishState
from backend.wishes.leaving import GONE
from backend.wishes.models import Wish
from backend.wishes.redaction_models import Redaction

BATCH = 500


# Nothing here is so old.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def _before(setting: str) -> datetime:
    """The moment before which what this setting speaks of is over; None of the setting: never."""
    days: int | None = getattr(config.settings(), setting)
    return LONG_AGO if days is None else clock.now() - timedelta(days=days)


def _ids(column: Any, *conditions: Any) -> list[int]:
    return list(session.scalars(sa.select(column).where(*conditions).order_by(column).limit(BATCH)))


def old_notices() -> list[int]:
    return _ids(Notice.id, Notice.created_at < _before("keep_notices_days"))


def forget_notice(notice_id: int) -> None:
    session.execute(sa.delete(Delivery).where(Delivery.notice_id == notice_id))
    session.execute(sa.delete(Notice).where(Notice.id == notice_id))


def _contact() -> list[Any]:
    """What of a wish is kept no longer than KEEP_CONTACT_DAYS, as its columns say."""
    attributes = sa.inspect(Wish).column_attrs
    return [one for one in attributes if declaration(one.columns[0]).kept_days == "keep_contact_days"]


def _has_contact() -> Any:
    return sa.or_(*(one.class_attribute.is_not(None) for one in _contact()))


def _clear_contact(wish: Wish) -> None:
    for one in _contact():
        setattr(wish, one.key, None)


def wishes_with_old_contact() -> list[int]:
    """Closed wishes whose address or phone nobody needs any more."""
    return _ids(Wish.id, Wish.closed_at < _before("keep_contact_days"), _has_contact())


def forget_contact(wish_id: int) -> None:
    wish = lock_row(Wish, wish_id)
    if wish.closed_at is not None and wish.closed_at < _before("keep_contact_days"):
        _clear_contact(wish)
        session.flush()


def old_redactions() -> list[int]:
    """What was blacked out of wishes that were closed as long ago: nobody asks for it any more."""
    over = sa.select(Wish.id).where(Wish.closed_at < _before("keep_contact_days"))
    return _ids(Redaction.id, Redaction.wish_id.in_(over))


def forget_redaction(redaction_id: int) -> None:
    session.execute(sa.delete(Redaction).where(Redaction.id == redaction_id))


def forgotten_drafts() -> list[int]:
    old = Wish.created_at < _before("keep_draft_days")
    return _ids(Wish.id, Wish.state == WishState.DRAFT, old, Wish.title != GONE)


def forget_draft(wish_id: int) -> None:
    """The words and the contact go; the empty draft is nobody's burden."""
    wish = lock_row(Wish, wish_id)
    if wish.state == WishState.DRAFT and wish.created_at < _before("keep_draft_days"):
        wish.title, wish.description = GONE, ""
        _clear_contact(wish)
        session.flush()


def _rejected(model: Any) -> list[int]:
    return _ids(model.person_id, model.state == "rejected", model.declared_at < _before("keep_rejected_days"))


def rejected_residencies() -> list[int]:
    return _rejected(Residency)


def rejected_registrations() -> list[int]:
    return _rejected(PartyRegistration)


def _forget_rejected(model: Any, person_id: int) -> None:
    row = lock_row(model, person_id)
    if row.state == "rejected" and row.declared_at < _before("keep_rejected_days"):
        session.delete(row)
        session.flush()


def forget_residency(person_id: int) -> None:
    _forget_rejected(Residency, person_id)


def forget_registration(person_id: int) -> None:
    _forget_rejected(PartyRegistration, person_id)


def unagreed_proxies() -> list[int]:
    """Proxies to which nobody agreed, of whatever number."""
    return _ids(Proxy.id, Proxy.agreed_at.is_(None), Proxy.ended_at < _before("keep_rejected_days"))


def forget_proxy(proxy_id: int) -> None:
    never = (Proxy.agreed_at.is_(None), Proxy.ended_at < _before("keep_rejected_days"))
    session.execute(sa.delete(Proxy).where(Proxy.id == proxy_id, *never))


NOBODY_SPEAKS = "没有监护人，到期清除"


def forsaken_children() -> list[int]:
    """Children for whom nobody speaks any more; not while something of theirs is still open, or they own points."""
    found = guardians.forsaken(_before("keep_rejected_days"))
    return list(islice((one for one in found if not cancellation.open_things(one)), BATCH))


def forget_child(person_id: int) -> None:
    """Like an account that is cancelled: a number is left, for what others did for the child."""
    lock_row(Person, person_id)
    if person_id in guardians.forsaken(_before("keep_rejected_days")):
        cancellation.cancel(person_id, confirmed=False, actor=None, reason=NOBODY_SPEAKS)


def withdrawn_consents() -> list[int]:
    return _ids(Consent.id, Consent.withdrawn_at < _before("keep_consent_days"))


def forget_consent(consent_id: int) -> None:
    session.execute(sa.delete(Consent).where(Consent.id == consent_id, Consent.withdrawn_at.is_not(None)))


def old_complaints() -> list[int]:
    return complaint_queries.ended_before(_before("keep_complaint_days"), BATCH)


def forget_complaint(complaint_id: int) -> None:
    complaints.erase_texts(complaint_id, ended_before=_before("keep_complaint_days"))


HOUR = 3600
JOBS = [
    # A round or an activity tells thousands on one day, and a batch goes at a time.
    Job("retention.notices", 300, old_notices, forget_notice),
    Job("retention.contacts", HOUR, wishes_with_old_contact, forget_contact),
    Job("retention.redactions", HOUR, old_redactions, forget_redaction),
    Job("retention.drafts", HOUR, forgotten_drafts, forget_draft),
    Job("retention.residencies", HOUR, rejected_residencies, forget_residency),
    Job("retention.registrations", HOUR, rejected_registrations, forget_registration),
    Job("retention.children", HOUR, forsaken_children, forget_child),
    Job("retention.proxies", HOUR, unagreed_proxies, forget_proxy),
    Job("retention.consents", HOUR, withdrawn_consents, forget_consent),
    Job("retention.complaints", HOUR, old_complaints, forget_complaint),
]
