"""A resident registered at the counter: known again if they are here already, and what speaks of somebody like them told."""

from dataclasses import dataclass

import sqlalchemy as sa

from backend.db import session
from backend.journal import Actor
from backend.numbering import keep_others_out
from backend.people import actions, sealed
from backend.people.kinds import PersonState
from backend.people.models import Person
from backend.people.neighbours import Neighbours
from backend.people.sameness import Known

SHARED = "这个手机号还登记在另外 {count} 位居民名下，请核对是不是一家人共用"
ALIKE = "本社区已有 {count} 位居民可能是同一个人（{why}）：{cards}，请核对"


@dataclass(frozen=True)
class Registered:
    """Whom the clerk registered, and what they should look at all the same."""

    id: int
    card_number: str
    warnings: list[str]


def look_ahead(real_name: str, community_id: int) -> Neighbours:
    """Who of this name lives there. Slow: outside any transaction."""
    return Neighbours(community_id, [real_name])


def register(
    real_name: str,
    community_id: int,
    *,
    phone: str | None = None,
    grid_id: int | None = None,
    address: str | None = None,
    birth_year: int | None = None,
    ahead: Neighbours,
    actor: Actor,
) -> Registered:
    """A card for a resident, whom the clerk has in front of them: who is like them is told. Raises AlreadyRegistered where
    name and phone say that they have a card here; as create_card_holder else."""
    told = Known(real_name, phone or "", address or "", birth_year)
    actions.permit_card_holder(community_id, grid_id, actor=actor)
    keep_others_out("card")
    ahead.look_again()
    same, likely, why = ahead.alike(told)
    alike = same + likely
    made = actions.create_card_holder(
        real_name,
        community_id,
        phone=phone,
        grid_id=grid_id,
        address=address,
        birth_year=birth_year,
        actor=actor,
    )
    warnings = shared_phone(made)
    if alike:
        told_cards = "、".join(cards_of(alike)) or "没有纸质卡"
        warnings.append(ALIKE.format(count=len(alike), why=why, cards=told_cards))
    return Registered(made.id, str(made.card_number), warnings)


def cards_of(ids: list[int]) -> list[str]:
    """The numbers of those who have a card, in order."""
    if not ids:
        return []
    wanted = sa.select(Person.card_number).where(Person.id.in_(ids), Person.card_number.is_not(None))
    return list(session.scalars(wanted.order_by(Person.id)))


def shared_phone(person: Person) -> list[str]:
    """A household may share a number; or a digit is wrong."""
    number = sealed.phone(person)
    if number is None:
        return []
    others = sa.select(sa.func.count()).where(
        sealed.has_phone(number), Person.state == PersonState.ACTIVE, Person.id != person.id
    )
    count = session.scalars(others).one()
    return [SHARED.format(count=count)] if count else []
