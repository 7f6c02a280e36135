"""What a person agreed to, as it stands now (个人信息保护法 14, 15)."""

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.people.models import Consent, PartyRegistration, Residency


def stands(person_id: int, document: str) -> bool:
    """Does the person agree today? Whoever works on consent asks at that moment, never a copy of it."""
    return document in consents_in_force(person_id)


def consents_in_force(person_id: int) -> dict[str, Consent]:
    """The consents that stand, by document."""
    rows = session.scalars(
        sa.select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None))
    )
    return {row.document: row for row in rows}


def forget_sensitive(person_id: int) -> None:
    """Consent to sensitive data is withdrawn: the home address and the party registration go at once.

    Party membership is a specific identity (特定身份, 个人信息保护法 28). Claims already made may be finished.
    """
    home = session.get(Residency, person_id, with_for_update=True, populate_existing=True)
    if home is not None:
        home.address_sealed = None
    registration = session.get(PartyRegistration, person_id)
    if registration is not None:
        session.delete(registration)
    session.flush()
    journal.write("forget_sensitive", "person", person_id, actor=None)
