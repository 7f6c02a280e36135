"""Who is in charge of what was reported somewhere, by the lists in force on that day, and why.

Dispatch follows powers laid down by law, the place and a catalogue: a matter of a unit is not passed down to a town,
and one of the town not to a community outside its list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from backend.db import session
from backend.duties import queries
from backend.duties.kinds import BY_THE_GRID, ROUTING, ListKind, Outcome
from backend.duties.models import DutyItem, DutyList, ItemCategory, TicketCategory
from backend.duties.terms import path
from backend.errors import InvalidInput
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach


@dataclass(frozen=True)
class ItemNamed:
    """An item as it stands on what was dispatched by it: with the version of its list."""

    id: int
    kind: str
    version: int
    code: str
    name: str


@dataclass(frozen=True)
class Suggestion:
    """One way to dispatch it. `because` says so to whoever decides."""

    lead_id: int
    lead_name: str
    cooperators: list[queries.Named]
    level: int
    list_item: ItemNamed | None
    because: str


@dataclass(frozen=True)
class Routing:
    outcome: Outcome
    suggestions: list[Suggestion]
    # Whether the town of the place may be chosen as the lead.
    town_allowed: bool


@dataclass(frozen=True)
class _Around:
    """A place and what it lies in, by kind."""

    place: Organisation
    by_kind: dict[str, Organisation]

    @property
    def town(self) -> Organisation | None:
        return self.by_kind.get("street")

    @property
    def nearest(self) -> Organisation | None:
        """Where a grid worker is at work: the grid, or the community while the grid is not known."""
        return self.by_kind.get("grid") or self.by_kind.get("community")


def route(category: str, organisation_id: int, on: date) -> Routing:
    """Who may be in charge of something of this category in this place, by the lists in force on that day.

    Raises NotFound for a place, InvalidInput for a category that nobody knows.
    """
    if session.get(TicketCategory, category) is None:
        raise InvalidInput({"category": ["没有这个事项分类"]})
    around = _around(organisation_id)
    found = _fitting(category, on)
    cooperators = queries.cooperators_of([item.id for item, _list in found])
    leads = places.names({item.lead_unit_id for item, _list in found if item.lead_unit_id})
    made = [_suggest(item, its, around, cooperators.get(item.id, []), leads) for item, its in found]
    suggestions = _each_lead_once([one for one in made if one is not None])
    if not suggestions:
        return Routing(Outcome.NONE, _nobody(around), town_allowed=True)
    taken_back = all(its.kind == ListKind.TAKEN_BACK for _item, its in found)
    outcome = Outcome.ONE if len(suggestions) == 1 else Outcome.SEVERAL
    return Routing(outcome, suggestions, town_allowed=not taken_back)


def _around(organisation_id: int) -> _Around:
    place = places.get(organisation_id)
    above = session.scalars(
        sa.select(Organisation)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id == place.id)
        .order_by(Reach.depth.desc())
    )
    return _Around(place, {one.kind: one for one in above})


def _fitting(category: str, on: date) -> Sequence[tuple[DutyItem, DutyList]]:
    """Items of this very category, or of the nearest one above it that any item names."""
    wanted = (
        sa.select(DutyItem, DutyList, ItemCategory.category_code)
        .join(DutyList, DutyList.id == DutyItem.list_id)
        .join(ItemCategory, ItemCategory.item_id == DutyItem.id)
        .where(
            ItemCategory.category_code.in_(path(category)), DutyList.kind.in_(ROUTING), queries.in_force(on)
        )
        .order_by(DutyItem.id)
    )
    rows = session.execute(wanted).all()
    deepest = max((len(code.split(".")) for _item, _list, code in rows), default=0)
    return [(item, its) for item, its, code in rows if len(code.split(".")) == deepest]


def _suggest(
    item: DutyItem,
    its: DutyList,
    around: _Around,
    cooperators: list[queries.Named],
    leads: dict[int | None, str],
) -> Suggestion | None:
    """None where the place lies in nothing that could be in charge: a town's duty in no town."""
    named = ItemNamed(item.id, its.kind, its.version, item.code, item.name)
    said = f"《{its.title}》第 {its.version} 版第 {item.code} 项“{item.name}”"
    kind = ListKind(its.kind)
    if kind in BY_THE_GRID:
        here = around.nearest
        if here is None:
            return None
        why = f"{said}，由{here.name}办理"
        return Suggestion(here.id, here.name, cooperators, 1, named, why)
    if item.lead_unit_id is not None:
        helps = [queries.Named(around.town.id, around.town.name)] if around.town and _town_helps(kind) else []
        why = f"{said}，由{leads[item.lead_unit_id]}牵头" + (f"，{helps[0].name}配合" if helps else "")
        if kind == ListKind.TAKEN_BACK:
            why += "，不能交给街道（乡镇）"
        both = [*helps, *(one for one in cooperators if one not in helps)]
        return Suggestion(item.lead_unit_id, leads[item.lead_unit_id], both, 3, named, why)
    if around.town is None:
        return None
    why = f"{said}，由{around.town.name}负责"
    return Suggestion(around.town.id, around.town.name, cooperators, 2, named, why)


def _town_helps(kind: ListKind) -> bool:
    return kind == ListKind.TOWN_COOPERATE


def _each_lead_once(made: list[Suggestion]) -> list[Suggestion]:
    first: dict[int, Suggestion] = {}
    for one in made:
        first.setdefault(one.lead_id, one)
    return list(first.values())


def _nobody(around: _Around) -> list[Suggestion]:
    """No list says: the town that heard of it first stays in charge until the list office has named somebody."""
    town = around.town
    if town is None:
        return []
    why = f"清单里没有这类事项：先由{town.name}承接，请清单管理部门一个工作日内明确牵头单位"
    return [Suggestion(town.id, town.name, [], 2, None, why)]
