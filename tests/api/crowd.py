"""Many people at once, made by plain inserts: verified party members and residents, each signed in."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from backend import clock, crypto
from backend.db import session, transaction
from backend.identity.models import Session
from backend.people.models import PartyRegistration, Person, Residency


@dataclass(frozen=True)
class Member:
    """Someone who can call: their id and their token."""

    id: int
    token: str


def people(count):
    """So many people who are signed in; runs inside a transaction."""
    now, made = clock.now(), []
    for _ in range(count):
        person_id = session.scalar(
            sa.insert(Person).values(nickname="", state="active", created_at=now).returning(Person.id)
        )
        made.append(Member(person_id, secrets.token_urlsafe(32)))
    session.execute(
        sa.insert(Session),
        [
            {
                "person_id": one.id,
                "token_digest": crypto.digest(one.token),
                "created_at": now,
                "expires_at": now + timedelta(days=30),
            }
            for one in made
        ],
    )
    return made


def party_members(count, unit_id, community_id, decided_by_id):
    """Verified in-service party members who reported to the community."""
    with transaction():
        made = people(count)
        session.execute(
            sa.insert(PartyRegistration),
            [
                {
                    "person_id": one.id,
                    "unit_id": unit_id,
                    "community_id": community_id,
                    "service_roles": [],
                    "state": "verified",
                    "declared_at": clock.now(),
                    "decided_by_id": decided_by_id,
                }
                for one in made
            ],
        )
    return made


def residents(count, community_id):
    """People who declared that they live in the community."""
    with transaction():
        made = people(count)
        session.execute(
            sa.insert(Residency),
            [
                {
                    "person_id": one.id,
                    "community_id": community_id,
                    "state": "declared",
                    "declared_at": clock.now(),
                }
                for one in made
            ],
        )
    return made
