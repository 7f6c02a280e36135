"""Consents: given to a version that can be read. Withdrawing one takes effect at once: what rested on it alone is
deleted with it (15, 47 IV)."""

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict

import sqlalchemy as sa

from backend.db import session
from backend.errors import InvalidInput, Refused
from backend.journal import Actor
from backend.people import actions, consents, guardians
from backend.people.models import Consent
from backend.rights import notice
from backend.wishes.models import Wish

# A child's data is sensitive whatever it says (28).
FOR_CHILDREN = "sensitive_data"


class ChildsConsentNeeded(Refused):
    """Nothing is done with a child's data before a guardian has agreed (31)."""

    code, message = 42298, "请监护人先看《敏感信息单独同意》，同意后再登记"


def give(document: str, version: str, *, actor: Actor) -> Consent:
    """Agrees to a version of a document that was published. Raises InvalidInput for one that never was."""
    if version not in notice.versions(document):
        raise InvalidInput({"version": ["没有这个版本，请用文件的现行版本"]})
    return actions.give_consent(document, version, actor=actor)


def withdraw(document: str, *, actor: Actor) -> None:
    """Raises ConsentMissing. What was given to a unit before stays given; nothing more goes there.

    Feedback to units and pictures ask `consents.stands` each time, so for them there is nothing to do here.
    """
    actions.withdraw_consent(document, actor=actor)
    for effect in _EFFECTS.get(document, ()):
        effect(actor.id)


def _forget_wish_addresses(person_id: int) -> None:
    session.execute(
        sa.update(Wish).where(Wish.wisher_id == person_id).values(address_sealed=None),
        execution_options={"synchronize_session": False},
    )


_EFFECTS: dict[str, tuple[Callable[[int], None], ...]] = {
    "sensitive_data": (consents.forget_sensitive, _forget_wish_addresses)
}


def asked_at_the_counter(child_id: int) -> bool:
    """Has no guardian, one that staff have verified, agreed for this child yet?"""
    return not (guardians.guardians_of(child_id) and consents.stands(child_id, FOR_CHILDREN))


def link_guardian(
    guardian_id: int, child_id: int, relation: str, agreed: bool, *, actor: Actor
) -> guardians.Guardianship:
    """At the counter: the link, and that the guardian has read the document and agreed in the child's name,
    where it is asked. Raises ChildsConsentNeeded, and what `guardians.link` refuses.
    """
    asked = asked_at_the_counter(child_id)
    made = guardians.link(guardian_id, child_id, relation, actor=actor)
    if asked and not agreed:
        raise ChildsConsentNeeded()
    if asked:
        give_for_child(child_id, guardian_id=guardian_id, actor=actor)
    return made


def give_for_child(child_id: int, *, guardian_id: int, actor: Actor) -> None:
    """A guardian agrees for their child, in its name (31): to the sensitive data that a child's always is.

    `actor` is the guardian, or staff before whom the guardian agreed; either has just made the child, or locked it.
    """
    version = notice.current(FOR_CHILDREN).version
    actions.agree(child_id, FOR_CHILDREN, version, actor=actor, guardian=guardian_id)


class DocumentConsent(TypedDict):
    """A document in its `current_version`, and what the person agreed to of it (None: nothing yet)."""

    document: str
    title: str
    required: bool
    current_version: str
    version: str | None
    given_at: datetime | None
    up_to_date: bool


def documents_with_consent(person_id: int) -> list[DocumentConsent]:
    """Each document with its version in force and the one the person agreed to, if any."""
    given = consents.consents_in_force(person_id)
    told: list[DocumentConsent] = []
    for document in notice.everything():
        consent = given.get(document.document)
        told.append(
            {
                "document": document.document,
                "title": document.title,
                "required": document.required,
                "current_version": document.version,
                "version": consent.version if consent else None,
                "given_at": consent.given_at if consent else None,
                "up_to_date": consent is not None and consent.version == document.version,
            }
        )
    return told
