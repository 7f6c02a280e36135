"""The one city administrator whom nobody else could appoint: somebody who is here already, or known by name and phone."""

from backend import clock
from backend.db import lock_row
from backend.errors import NotFound, StateConflict
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import actions, permissions
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.people.permissions import Permission


class NoCityYet(StateConflict):
    message = "还没有城市，请先运行 flask found-city"


class AdministratorThere(StateConflict):
    message = "已经有市级管理员了，其他人由市级管理员在工作后台任命"


def appoint(person_id: int) -> Organisation:
    """Makes them the city's administrator from today on: the city. Raises NoCityYet, AdministratorThere, NotFound."""
    cities = places.children(None, "city").rows(1)
    if not cities:
        raise NoCityYet()
    city = lock_row(Organisation, cities[0].id)
    if permissions.anyone_with(Permission.APPOINTMENT_GRANT):
        raise AdministratorThere()
    person = lock_row(Person, person_id)
    if person.state != PersonState.ACTIVE:
        raise NotFound()
    actions.appoint(person.id, "city_admin", city.id, clock.today(), None, actor=None)
    return city
