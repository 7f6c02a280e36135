"""A role is had in its own kinds of place: the verb refuses others, and so does the database."""

import pytest
import sqlalchemy as sa

from backend import clock
from backend.db import session, transaction
from backend.errors import NotFound
from backend.operations import invariants
from backend.organisations import actions as places
from backend.organisations.models import KINDS, Organisation
from backend.people import actions, appointing
from backend.people.actions import RoleNotHere
from backend.people.models import ROLE_PLACES, ROLES, Appointment, RolePlace
from tests.people.test_permissions import appoint
from tests.wishes import cast


@pytest.fixture
def a_place(town):
    """The id of some place of a kind."""

    def found(kind):
        return session.scalar(sa.select(Organisation.id).where(Organisation.kind == kind).limit(1))

    return found


PAIRS = [(role, kind) for role in ROLES for kind in KINDS]


@pytest.mark.parametrize(("role", "kind"), PAIRS)
def test_each_role_is_given_in_its_own_kinds_of_place_alone(town, a_place, role, kind):
    place = a_place(kind)
    if place is None:
        with transaction():
            place = places.add(town.songtao, kind, "松涛党群服务中心").id
    if kind in ROLE_PLACES[role]:
        assert appoint(town, "wulan", role=role, place=place).id
    else:
        with pytest.raises(RoleNotHere):
            appoint(town, "wulan", role=role, place=place)


def test_no_role_is_given_in_a_place_that_is_not_there(town):
    with pytest.raises(NotFound):
        appoint(town, "wulan", place=999_999)


def test_the_database_keeps_the_same_list(town):
    kept = session.execute(sa.select(RolePlace.role, RolePlace.kind)).all()
    assert sorted(map(tuple, kept)) == sorted(
        (role, kind) for role, kinds in ROLE_PLACES.items() for kind in kinds
    )
    assert set(ROLES) <= set(ROLE_PLACES)


def _insert(town, role, place):
    with transaction():
        session.execute(
            sa.insert(Appointment).values(
                person_id=town.person("wulan").id, role=role, organisation_id=place, from_day=clock.today()
            )
        )


def test_the_database_alone_refuses_a_role_elsewhere(town, a_place):
    for role, kind in (("grid_worker", "city"), ("community_staff", "grid"), ("shop_keeper", "unit")):
        with pytest.raises(sa.exc.IntegrityError):
            _insert(town, role, a_place(kind))
    row = appoint(town, "wulan")
    for change in ({"role": "grid_worker"}, {"organisation_id": a_place("city")}):
        with pytest.raises(sa.exc.IntegrityError), transaction():
            session.execute(sa.update(Appointment).where(Appointment.id == row.id).values(change))


def test_one_of_an_earlier_release_is_named_and_can_be_ended(town, a_place):
    with transaction():
        # As before the rule.
        kept = session.execute(sa.select(RolePlace.role, RolePlace.kind)).all()
        session.add(RolePlace(role="grid_worker", kind="city"))
        session.flush()
        session.add(
            Appointment(
                person_id=town.person("wulan").id,
                role="grid_worker",
                organisation_id=a_place("city"),
                from_day=clock.today(),
            )
        )
        session.flush()
        session.execute(sa.delete(RolePlace).where(RolePlace.kind == "city", RolePlace.role == "grid_worker"))
    assert sorted(map(tuple, kept)) == sorted(
        map(tuple, session.execute(sa.select(RolePlace.role, RolePlace.kind)))
    )
    admin = cast.by(town, "admin")
    found = session.scalars(sa.select(Appointment).where(Appointment.role == "grid_worker")).all()
    (wrong,) = [one.id for one in appointing.view_appointments(found) if one.misplaced]
    assert any(f"appointment {wrong}: grid_worker" in one for one in invariants.findings())
    session.rollback()
    with transaction():
        appointing.end(wrong, actor=admin)
    assert not [one for one in invariants.findings() if "appointment" in one]


def test_the_refusal_says_where_the_role_is_had(town, a_place):
    with pytest.raises(RoleNotHere) as refused:
        appoint(town, "wulan", role="grid_worker", place=a_place("city"))
    assert refused.value.sentence == "网格员只能任在网格，请另选地方"
    assert actions.RoleNotHere.code == 42203
