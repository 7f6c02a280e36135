"""The catalogue of what is reported, with its terms, and the estates."""

from datetime import date

import sqlalchemy as sa

from backend import journal
from backend.db import session
from backend.duties.models import Estate, TermRule, TicketCategory
from backend.duties.terms import Term, path
from backend.errors import InvalidInput
from backend.journal import Actor
from backend.organisations import queries as places
from backend.people import permissions
from backend.people.permissions import Permission


def set_category(
    code: str, name: str, *, term: Term | None = None, active: bool = True, valid_from: date, actor: Actor
) -> TicketCategory:
    """Adds a category, or says anew what one is called and whether it is used. A term counts from `valid_from` on: what was
    dispatched before keeps its own.

    Raises NotAllowed, InvalidInput where the category above it is missing, or it would be the fourth level.
    """
    city = places.city_id()
    permissions.require(actor.id, Permission.LIST_CHANGE, city)
    above = path(code)[1:]
    if len(above) > 2 or (above and session.get(TicketCategory, above[0]) is None):
        raise InvalidInput({"code": ["上一级分类不存在，或者超过了三级"]})
    found = session.get(TicketCategory, code)
    if found is None:
        found = TicketCategory(code=code, parent_code=above[0] if above else None, depth=len(above) + 1)
        session.add(found)
    found.name, found.active = name, active
    session.flush()
    if term is not None:
        session.add(TermRule(category_code=code, value=term.value, unit=term.unit, valid_from=valid_from))
        session.flush()
    journal.write("change_category", "ticket_category", city, actor=actor, place=city, facts={"code": code})
    return found


def set_term(
    term: Term,
    *,
    valid_from: date,
    category: str | None = None,
    request_kind: str | None = None,
    urgency: str | None = None,
    actor: Actor,
) -> TermRule:
    """A rule for a category, a kind of request or an urgency, from a day on. Raises NotAllowed."""
    city = places.city_id()
    permissions.require(actor.id, Permission.LIST_CHANGE, city)
    made = TermRule(
        category_code=category,
        request_kind=request_kind,
        urgency=urgency,
        value=term.value,
        unit=term.unit,
        valid_from=valid_from,
    )
    session.add(made)
    session.flush()
    facts = {"category": category, "kind": request_kind, "urgency": urgency}
    journal.write("change_category", "ticket_category", city, actor=actor, place=city, facts=facts)
    return made


def add_estate(community_id: int, name: str, *, actor: Actor) -> Estate:
    """A 小区 of a community; the same again is the one that is there. Raises NotACommunity, NotAllowed."""
    places.community(community_id)
    permissions.require(actor.id, Permission.ORGANISATION_MANAGE, community_id)
    known = session.scalar(sa.select(Estate).where(Estate.community_id == community_id, Estate.name == name))
    if known is not None:
        return known
    made = Estate(community_id=community_id, name=name)
    session.add(made)
    session.flush()
    journal.write("add_estate", "estate", made.id, actor=actor, place=community_id)
    return made
