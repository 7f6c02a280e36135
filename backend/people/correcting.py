"""更正资料: what is written down of a resident is put right by staff of the place where they live.

Who tells it stands at the counter or is on the phone; the one whom it concerns hears what was changed, by which
community and why, so that nobody's record is turned into another's unseen.
"""

from typing import TypedDict

from backend import journal, text
from backend.db import lock_row, session
from backend.errors import InvalidInput, NotAllowed, NotFound
from backend.journal import Actor
from backend.numbering import keep_others_out
from backend.organisations import queries as places
from backend.outbox.actions import notify
from backend.people import accounts, actions, permissions, sealed, security_events
from backend.people.kinds import PersonState, SecurityEventKind
from backend.people.masking import Kind, Level, masked
from backend.people.models import Person, Residency
from backend.people.openings import Contact
from backend.people.permissions import Permission
from backend.people.sameness import Known

ELSEWHERE = "写的是{name}，不在本社区；搬走的居民请在新的社区登记"


class Changes(TypedDict, total=False):
    """What is to be written instead; what is absent stays, None is not known any more."""

    real_name: str
    phone: str | None
    birth_year: int | None
    address: str | None
    grid_id: int | None


# In the order and the words of what the person is told.
WORDS = {
    "real_name": "姓名",
    "phone": "手机号",
    "birth_year": "出生年份",
    "address": "住址",
    "grid_id": "网格",
}


def correct(
    person_id: int, changes: Changes, reason: str, *, actor: Actor
) -> tuple[Person, Residency, list[str]]:
    """The person as they are written down from now on, and the fields that changed; as they are already, nothing is
    written.

    What a colleague wrote meanwhile stays, but for the fields given here. Raises NotFound and NotAllowed out of place
    or for oneself, InvalidInput, NotThatGrid, AlreadyRegistered for a card holder who would be written down as another.
    """
    # Before the person is locked, as whoever registers does: of two who write one name and phone, the second sees it.
    keep_others_out("card")
    person, home = person_of_staff(person_id, actor=actor)
    journal.check_reason(reason)
    changed = _differing(person, home, changes)
    if not changed:
        return person, home, []
    _check(person, home, changed)
    _write(person, home, changed)
    fields = [name for name in WORDS if name in changed]
    place = home.community_id
    journal.write(
        "correct", "person", person.id, actor=actor, place=place, reason=reason, facts={"fields": fields}
    )
    _notify(person, home, fields, reason)
    if "phone" in fields:
        accounts.tell_shared_phone(person, place, actor=actor)
    return person, home, fields


def person_of_staff(person_id: int, *, actor: Actor) -> tuple[Person, Residency]:
    """The person under their lock, with where they live. Raises NotFound, NotAllowed."""
    person, home = lock_row(Person, person_id), session.get(Residency, person_id, populate_existing=True)
    if home is None or person.state != PersonState.ACTIVE:
        raise NotFound()
    permissions.require(actor.id, Permission.PERSON_CORRECT, home.grid_id or home.community_id)
    if person_id == actor.id:
        raise NotAllowed("自己的资料请在小程序里修改，或请同事来办")
    return person, home


def written_down(person: Person, home: Residency, opened: Contact | None) -> Changes:
    """What stands in the record as staff at work there see it: phone and address only where they were opened."""
    return {
        "real_name": masked(Kind.NAME, sealed.real_name(person), Level.AT_WORK) or "",
        "phone": opened["phone"] if opened else None,
        "birth_year": person.birth_year,
        "address": opened["address"] if opened else None,
        "grid_id": home.grid_id,
    }


def _differing(person: Person, home: Residency, changes: Changes) -> Changes:
    """Those changes that say something else than what is written down."""
    changed: Changes = {}
    if "real_name" in changes and changes["real_name"] != sealed.real_name(person):
        changed["real_name"] = changes["real_name"]
    if "phone" in changes and _number(changes["phone"]) != sealed.phone(person):
        changed["phone"] = _number(changes["phone"])
    if "birth_year" in changes and changes["birth_year"] != person.birth_year:
        changed["birth_year"] = changes["birth_year"]
    if "address" in changes and (changes["address"] or None) != sealed.address(home):
        changed["address"] = changes["address"] or None
    if "grid_id" in changes and changes["grid_id"] != home.grid_id:
        changed["grid_id"] = changes["grid_id"]
    return changed


def _number(phone: str | None) -> str | None:
    return text.phone(phone) if phone else None


def _check(person: Person, home: Residency, changed: Changes) -> None:
    actions.check_birth_year(changed.get("birth_year"))
    actions.check_grid(changed.get("grid_id"), home.community_id)
    if address := changed.get("address"):
        named = places.communities_named(address)
        if named and home.community_id not in named:
            raise InvalidInput({"address": [ELSEWHERE.format(name="、".join(named.values()))]})
    if person.card_number is not None and changed.keys() & {"real_name", "phone"}:
        name = changed.get("real_name") or sealed.real_name(person) or ""
        phone = changed["phone"] if "phone" in changed else sealed.phone(person)
        year = changed.get("birth_year", person.birth_year)
        known = Known(name, phone or "", birth_year=year)
        actions.refuse_second_card(known, home.community_id, but=person.id)


def _write(person: Person, home: Residency, changed: Changes) -> None:
    if "real_name" in changed:
        sealed.keep_real_name(person, changed["real_name"])
    if "phone" in changed:
        sealed.keep_phone(person, changed["phone"])
    if "birth_year" in changed:
        person.birth_year = changed["birth_year"]
    if "address" in changed:
        sealed.keep_address(home, changed["address"])
    if "grid_id" in changed:
        home.grid_id = changed["grid_id"]
    session.flush()


def _notify(person: Person, home: Residency, fields: list[str], reason: str) -> None:
    community = places.get(home.community_id).name
    what = "、".join(WORDS[name] for name in fields)
    body = f"{community}的工作人员更正了您登记的{what}。原因：{reason}。如有不对，请联系社区，或在“投诉与建议”里提出。"
    notify(person.id, "person_corrected", "您的登记资料已更正", body, subject=("person", person.id))
    if "phone" in fields:
        done = f"{community}的工作人员{'更换' if person.phone_sealed else '删除'}了登记的手机号"
        security_events.record(person.id, SecurityEventKind.PHONE, done)
