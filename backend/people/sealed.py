"""What is sealed about a person, and how it is read again."""

import sqlalchemy as sa

from backend import crypto, text
from backend.people.models import Person, Residency


def keep_real_name(person: Person, name: str | None) -> None:
    """The person must have an id: it is part of what the value is bound to."""
    person.real_name_sealed = crypto.seal(name, f"persons.real_name:{person.id}") if name else None


def keep_phone(person: Person, phone: str | None) -> None:
    """As it counts, so that it is found again however it is written."""
    phone = text.phone(phone) if phone else None
    person.phone_sealed = crypto.seal(phone, f"persons.phone:{person.id}") if phone else None
    person.phone_index = crypto.blind_index("phone", phone) if phone else None


def has_phone(number: str) -> sa.ColumnElement[bool]:
    """Persons with this number, found without opening any."""
    return Person.phone_index.in_(crypto.blind_indexes("phone", text.phone(number)))


def keep_address(residency: Residency, address: str | None) -> None:
    place = f"residencies.address:{residency.person_id}"
    residency.address_sealed = crypto.seal(address, place) if address else None


def real_name(person: Person) -> str | None:
    """In clear: only for masking, and for whoever has a journaled reason."""
    return unsealed_name(person.id, person.real_name_sealed)


def unsealed_name(person_id: int, sealed: str | None) -> str | None:
    return crypto.unseal(sealed, f"persons.real_name:{person_id}") if sealed else None


def phone(person: Person) -> str | None:
    return unsealed_phone(person.id, person.phone_sealed)


def unsealed_phone(person_id: int, sealed: str | None) -> str | None:
    return crypto.unseal(sealed, f"persons.phone:{person_id}") if sealed else None


def address(residency: Residency) -> str | None:
    place = f"residencies.address:{residency.person_id}"
    return crypto.unseal(residency.address_sealed, place) if residency.address_sealed else None
