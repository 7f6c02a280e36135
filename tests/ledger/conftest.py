"""A small town for the ledger: it knows persons and places only by their ids."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from backend import clock
from backend.db import session, transaction
from backend.organisations import actions as places
from backend.people.models import Person

MORNING = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


def newcomer(nickname="王女士"):
    """A person nobody knew before."""
    with transaction():
        person = Person(nickname=nickname, created_at=clock.now())
        session.add(person)
        session.flush()
    return person


@pytest.fixture
def people(app):
    """Two communities, a resident, a neighbour and a member of staff."""
    with transaction():
        city = places.found_city("青松市", "青松")
        here, there = (places.add(city.id, "community", f"{name}社区", name) for name in ("松涛", "白桦"))
    resident, neighbour, staff = (newcomer(name) for name in ("王女士", "李大爷", "小赵"))
    return SimpleNamespace(
        here=here.id, there=there.id, resident=resident.id, neighbour=neighbour.id, staff=staff
    )


@pytest.fixture
def morning():
    """The clock stands at 9 o'clock on 2026-03-05 in China."""
    with clock.frozen_at(MORNING):
        yield MORNING
