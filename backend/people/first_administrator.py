"""The one city administrator whom nobody else could appoint: somebody who is here already, or known by name and phone."""

from backend import clock, journal, text
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotFound, StateConflict
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import actions, permissions, sealed
from backend.people.kinds import PersonState
from backend.people.models import REAL_NAME_MAX, Person
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


def register(real_name: str, phone: str) -> Person:
    """Somebody without WeChat and without a card, who comes in by a link first. Raises InvalidInput."""
    person = Person(nickname="", state=PersonState.ACTIVE, created_at=clock.now())
    name, number = _clean(real_name), text.phone(phone)
    if not text.MOBILE.fullmatch(number):
        raise InvalidInput({"phone": [text.NOT_A_MOBILE]})
    session.add(person)
    session.flush()
    sealed.keep_real_name(person, name)
    sealed.keep_phone(person, number)
    session.flush()
    journal.write("create", "person", person.id, actor=None)
    return person


def _clean(real_name: str) -> str:
    try:
        name = text.clean(real_name)
    except text.Unclean as fault:
        raise InvalidInput({"realName": [fault.sentence]}) from None
    if not 0 < len(name) <= REAL_NAME_MAX:
        raise InvalidInput({"realName": [f"要有 1 到 {REAL_NAME_MAX} 个字"]})
    return name
