"""Reading lists, items, categories, estates and what is proposed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.duties import terms
from backend.duties.kinds import ChangeState, RowKind
from backend.duties.models import (
    DutyImport,
    DutyImportRow,
    DutyItem,
    DutyList,
    Estate,
    ItemCategory,
    ItemChange,
    ItemCooperator,
    TicketCategory,
)
from backend.duties.terms import Term
from backend.errors import NotFound
from backend.journal import Actor
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery, containing
from backend.people import permissions
from backend.people import queries as people
from backend.people.permissions import Permission


@dataclass(frozen=True)
class Named:
    """An organisation by its name."""

    id: int
    name: str


@dataclass(frozen=True)
class CategoryView:
    code: str
    name: str
    parent: str | None
    active: bool
    term: Term | None


@dataclass(frozen=True)
class ItemView:
    """An item with the version of its list and who is in charge."""

    id: int
    list_id: int
    kind: str
    version: int
    code: str
    name: str
    lead_unit_id: int | None
    lead_unit_name: str | None
    lead_does: str | None
    cooperators: list[Named]
    cooperator_does: str | None
    town_does: str | None
    legal_basis: str | None
    categories: list[str]
    term: Term | None


@dataclass(frozen=True)
class ChangeView:
    """A proposal as who proposed it and who decides see it."""

    id: int
    item_id: int | None
    item_code: str | None
    proposal: str
    why: str
    state: str
    proposed_by_name: str
    proposed_at: datetime
    decided_at: datetime | None
    reason: str | None
    actions: list[str]


@dataclass(frozen=True)
class ImportView:
    """A sheet beside the newest version; `counts` by RowKind."""

    id: int
    state: str
    counts: dict[str, int]
    kind: str
    title: str
    valid_from: date
    list_id: int | None


def in_force(on: date) -> sa.ColumnElement[bool]:
    """Versions that are in force on a day."""
    return sa.and_(DutyList.valid_from <= on, sa.or_(DutyList.valid_to.is_(None), DutyList.valid_to >= on))


def lists(kind: str | None) -> KeysetQuery:
    """All versions of the lists, newest first."""
    wanted = sa.select(DutyList)
    if kind is not None:
        wanted = wanted.where(DutyList.kind == kind)
    return KeysetQuery(wanted, (DutyList.id.desc(),))


def newest(kind: str) -> DutyList | None:
    """The version that has no end yet."""
    return session.scalar(sa.select(DutyList).where(DutyList.kind == kind, DutyList.valid_to.is_(None)))


def items(list_id: int | None, category: str | None, q: str | None, on: date | None) -> KeysetQuery:
    """Items of a version, or of those in force on a day (today): of a category, with these words in code or name."""
    wanted = sa.select(DutyItem).join(DutyList, DutyList.id == DutyItem.list_id)
    if list_id is not None:
        wanted = wanted.where(DutyItem.list_id == list_id)
    if list_id is None or on is not None:
        wanted = wanted.where(in_force(on or clock.today()))
    if category is not None:
        told = sa.select(ItemCategory.item_id).where(ItemCategory.category_code == category)
        wanted = wanted.where(DutyItem.id.in_(told))
    if q is not None:
        wanted = wanted.where(containing(q, DutyItem.name, number=DutyItem.code))
    return KeysetQuery(wanted, (DutyItem.id,))


def item(item_id: int) -> DutyItem:
    """Raises NotFound."""
    found = session.get(DutyItem, item_id)
    if found is None:
        raise NotFound()
    return found


def view_items(found: Sequence[DutyItem]) -> list[ItemView]:
    """In five statements, however many."""
    if not found:
        return []
    ids = [one.id for one in found]
    of = {
        one.id: one
        for one in session.scalars(sa.select(DutyList).where(DutyList.id.in_({one.list_id for one in found})))
    }
    names = places.names({one.lead_unit_id for one in found if one.lead_unit_id})
    help_, told = cooperators_of(ids), categories_of(ids)
    return [
        ItemView(
            id=one.id,
            list_id=one.list_id,
            kind=of[one.list_id].kind,
            version=of[one.list_id].version,
            code=one.code,
            name=one.name,
            lead_unit_id=one.lead_unit_id,
            lead_unit_name=names.get(one.lead_unit_id) if one.lead_unit_id else None,
            lead_does=one.lead_does,
            cooperators=help_.get(one.id, []),
            cooperator_does=one.cooperator_does,
            town_does=one.town_does,
            legal_basis=one.legal_basis,
            categories=told.get(one.id, []),
            term=term_of_item(one),
        )
        for one in found
    ]


def term_of_item(one: DutyItem) -> Term | None:
    if one.term_value is None or one.term_unit is None:
        return None
    return Term(one.term_value, terms.TermUnit(one.term_unit))


def cooperators_of(ids: Collection[int]) -> dict[int, list[Named]]:
    """The units that help with these items, by item, in the order of their ids."""
    rows = session.execute(
        sa.select(ItemCooperator.item_id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == ItemCooperator.organisation_id)
        .where(ItemCooperator.item_id.in_(ids))
        .order_by(ItemCooperator.item_id, Organisation.id)
    )
    told: dict[int, list[Named]] = {}
    for item_id, place_id, name in rows:
        told.setdefault(item_id, []).append(Named(place_id, name))
    return told


def categories_of(ids: Collection[int]) -> dict[int, list[str]]:
    """The codes of the categories of these items, by item."""
    rows = session.execute(
        sa.select(ItemCategory.item_id, ItemCategory.category_code)
        .where(ItemCategory.item_id.in_(ids))
        .order_by(ItemCategory.item_id, ItemCategory.category_code)
    )
    told: dict[int, list[str]] = {}
    for item_id, code in rows:
        told.setdefault(item_id, []).append(code)
    return told


def categories() -> KeysetQuery:
    """All of them in the order of their codes, so that each follows the one above it."""
    return KeysetQuery(sa.select(TicketCategory), (TicketCategory.code,))


def view_categories(found: Sequence[TicketCategory]) -> list[CategoryView]:
    """With the term of each; one that has none of its own has that of the category above it."""
    said = terms.of_categories(clock.today())
    return [
        CategoryView(
            code=one.code,
            name=one.name,
            parent=one.parent_code,
            active=one.active,
            term=next((said[code] for code in terms.path(one.code) if code in said), None),
        )
        for one in found
    ]


def estates(community_id: int | None) -> KeysetQuery:
    """小区 in the order in which they were entered."""
    wanted = sa.select(Estate)
    if community_id is not None:
        wanted = wanted.where(Estate.community_id == community_id)
    return KeysetQuery(wanted, (Estate.id,))


def estate(estate_id: int) -> Estate | None:
    return session.get(Estate, estate_id)


def changes(state: str | None, *, actor: Actor) -> KeysetQuery:
    """What was proposed, newest first: all of it to who decides, to anybody else what they proposed themselves."""
    wanted = sa.select(ItemChange)
    if not permissions.appointed(actor.id, Permission.LIST_CHANGE):
        wanted = wanted.where(ItemChange.proposed_by_id == actor.id)
    if state is not None:
        wanted = wanted.where(ItemChange.state == state)
    return KeysetQuery(wanted, (ItemChange.id.desc(),))


def view_changes(found: Sequence[ItemChange], *, actor: Actor) -> list[ChangeView]:
    names = people.officer_names({one.proposed_by_id for one in found})
    ids = {one.item_id for one in found if one.item_id}
    codes = dict(session.execute(sa.select(DutyItem.id, DutyItem.code).where(DutyItem.id.in_(ids))).all())
    decides = permissions.appointed(actor.id, Permission.LIST_CHANGE)
    return [
        ChangeView(
            id=one.id,
            item_id=one.item_id,
            item_code=codes.get(one.item_id) if one.item_id else None,
            proposal=one.proposal,
            why=one.why,
            state=one.state,
            proposed_by_name=names[one.proposed_by_id],
            proposed_at=one.proposed_at,
            decided_at=one.decided_at,
            reason=one.reason,
            actions=["decide"]
            if decides and one.state == ChangeState.PROPOSED and one.proposed_by_id != actor.id
            else [],
        )
        for one in found
    ]


def duty_import(import_id: int, *, actor: Actor) -> DutyImport:
    """A sheet that was brought in, for who may change lists. Raises NotFound, NotAllowed."""
    permissions.require(actor.id, Permission.LIST_CHANGE, places.city_id())
    found = session.get(DutyImport, import_id)
    if found is None:
        raise NotFound()
    return found


def imports(*, actor: Actor) -> KeysetQuery:
    """All sheets, newest first. Raises NotAllowed."""
    permissions.require(actor.id, Permission.LIST_CHANGE, places.city_id())
    return KeysetQuery(sa.select(DutyImport), (DutyImport.id.desc(),))


def view_imports(found: Sequence[DutyImport]) -> list[ImportView]:
    """In one statement, however many."""
    rows = session.execute(
        sa.select(DutyImportRow.import_id, DutyImportRow.kind, sa.func.count())
        .where(DutyImportRow.import_id.in_([one.id for one in found]))
        .group_by(DutyImportRow.import_id, DutyImportRow.kind)
    )
    counts: dict[int, dict[str, int]] = {one.id: {kind.value: 0 for kind in RowKind} for one in found}
    for import_id, kind, many in rows:
        counts[import_id][kind] = many
    return [
        ImportView(one.id, one.state, counts[one.id], one.list_kind, one.title, one.valid_from, one.list_id)
        for one in found
    ]


def import_rows(import_id: int, kind: str | None, *, actor: Actor) -> KeysetQuery:
    """The rows of a sheet in their order, of one kind or all. Raises as `duty_import`."""
    found = duty_import(import_id, actor=actor)
    wanted: sa.Select[Any] = sa.select(DutyImportRow).where(DutyImportRow.import_id == found.id)
    if kind is not None:
        wanted = wanted.where(DutyImportRow.kind == kind)
    return KeysetQuery(wanted, (DutyImportRow.id,))
