"""What rests on consent waits for it: a verb whose purpose says so refuses before anything is stored (13, 14, 29).

Consent counts in the version that is in force: whoever agreed to an older text is shown the new one.
"""

from enum import StrEnum
from typing import Any

from backend.db import lock_row
from backend.errors import Refused
from backend.journal import Actor
from backend.people import actions as people
from backend.people import consents, registering
from backend.people.models import PartyRegistration, Person, Residency
from backend.people.neighbours import Neighbours
from backend.people.registering import Registered
from backend.personal import Purpose
from backend.rights import notice, purposes


class ConsentRequired(Refused):
    """`facts` say which document in which version, so that a client can show it, ask and try again."""

    code, message = 40304, "请先阅读并同意《{title}》，再办这件事"


class SaidConsent(StrEnum):
    """How somebody without a phone agreed, before staff: with their signature, or in words."""

    PAPER = "paper"
    SPOKEN = "spoken"


def require(purpose: Purpose, *, actor: Actor) -> None:
    """Raises ConsentRequired unless the person agrees today to the document of this purpose, as it is in force. Whoever
    withdraws it at the same time waits for the same lock."""
    lock_row(Person, actor.id)
    document = notice.current(purposes.document_of(purpose))
    given = consents.consents_in_force(actor.id).get(document.document)
    if given is None or given.version != document.version:
        raise ConsentRequired(document=document.document, version=document.version, title=document.title)


def may_declare_residency(*, actor: Actor) -> None:
    require(Purpose.RESIDENCY, actor=actor)


def may_register_party_member(*, actor: Actor) -> None:
    require(Purpose.PARTY_REGISTRATION, actor=actor)


def declare_residency(
    community_id: int, grid_id: int | None = None, address: str | None = None, *, actor: Actor
) -> Residency:
    """Raises ConsentRequired, and what `people.declare_residency` refuses."""
    may_declare_residency(actor=actor)
    return people.declare_residency(community_id, grid_id, address, actor=actor)


def register_party_member(
    unit_id: int, community_id: int, service_roles: list[str], *, actor: Actor
) -> PartyRegistration:
    """Raises ConsentRequired, and what `people.register_party_member` refuses."""
    may_register_party_member(actor=actor)
    return people.register_party_member(unit_id, community_id, service_roles, actor=actor)


def register_resident(
    *who: Any, consent: str | None = None, ahead: Neighbours, actor: Actor, **known: Any
) -> Registered:
    """A card for a resident without a phone, with the consent that they gave before the clerk, on paper or in words.
    Takes and raises what `registering.register` does."""
    made = registering.register(*who, ahead=ahead, actor=actor, **known)
    if consent is not None:
        document = notice.current(purposes.document_of(Purpose.RESIDENCY))
        people.agree(made.id, document.document, document.version, actor=actor, said=consent)
    return made
