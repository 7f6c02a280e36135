"""What the city sees of each place beside the tree: facts, in the order of the tree, which compare nobody."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend import clock, config
from backend.db import session
from backend.organisations import queries as places
from backend.organisations.models import Organisation, Reach
from backend.people.models import Appointment
from backend.wishes.models import Round


@dataclass(frozen=True)
class PlaceLine:
    """A place in the tree. `staff` are people in office there or below it; `parts` what lies directly below."""

    id: int
    kind: str
    name: str
    telephone: str | None
    closed: bool
    parts: int
    staff: int
    round_number: int | None
    round_published_at: datetime | None


@dataclass(frozen=True)
class Branch:
    """A street or the city itself, with what lies directly below it, grids aside."""

    line: PlaceLine
    below: list[PlaceLine]


def tree() -> list[Branch]:
    """City and streets, each with its communities, units and centres in the order in which they were entered; in five
    statements, however many there are. Grids are counted, and stand on their community's page."""
    wanted = sa.select(Organisation).where(Organisation.kind != "grid", Organisation.closed_at.is_(None))
    rows = session.scalars(wanted.order_by(Organisation.id)).all()
    lines = view_lines(rows)
    below: dict[int | None, list[PlaceLine]] = defaultdict(list)
    for row, line in zip(rows, lines, strict=True):
        if row.kind not in ("city", "street"):
            below[row.parent_id].append(line)
    return [Branch(line, below[line.id]) for line in lines if line.kind in ("city", "street")]


def parts_of(place_id: int) -> list[PlaceLine]:
    """What lies directly below a place, also what was closed."""
    wanted = sa.select(Organisation).where(Organisation.parent_id == place_id)
    order = (Organisation.closed_at.is_not(None), Organisation.id)
    return view_lines(session.scalars(wanted.order_by(*order)).all())


def view_lines(rows: Sequence[Organisation]) -> list[PlaceLine]:
    """In three statements."""
    ids = [row.id for row in rows]
    parts, staff, rounds = _parts(ids), _staff(ids), _rounds(ids)
    told = []
    for row in rows:
        number, published_at = rounds.get(row.id, (None, None))
        told.append(
            PlaceLine(
                row.id,
                row.kind,
                row.name,
                row.telephone,
                row.closed_at is not None,
                parts.get(row.id, 0),
                staff.get(row.id, 0),
                number,
                published_at,
            )
        )
    return told


def _parts(ids: list[int]) -> dict[int | None, int]:
    wanted = (
        sa.select(Organisation.parent_id, sa.func.count())
        .where(Organisation.parent_id.in_(ids), Organisation.closed_at.is_(None))
        .group_by(Organisation.parent_id)
    )
    return dict(session.execute(wanted).all())


def _staff(ids: list[int]) -> dict[int, int]:
    """People, not appointments: whoever has two roles in a place is one."""
    today = clock.today()
    wanted = (
        sa.select(Reach.ancestor_id, sa.func.count(sa.distinct(Appointment.person_id)))
        .join(Appointment, Appointment.organisation_id == Reach.descendant_id)
        .where(Reach.ancestor_id.in_(ids), Appointment.from_day <= today)
        .where(sa.or_(Appointment.to_day.is_(None), Appointment.to_day >= today))
        .group_by(Reach.ancestor_id)
    )
    return dict(session.execute(wanted).all())


def _rounds(ids: list[int]) -> dict[int, tuple[int, datetime]]:
    """Of each community the last round that was published: rounds are numbered as they come."""
    wanted = (
        sa.select(Round.community_id, sa.func.max(Round.number), sa.func.max(Round.published_at))
        .where(Round.community_id.in_(ids), Round.published_at.is_not(None))
        .group_by(Round.community_id)
    )
    return {place_id: (number, at) for place_id, number, at in session.execute(wanted) if at is not None}


def path_of(place_id: int) -> list[tuple[int, str]]:
    """The places around it from the city down, each with its name; the place itself is the last."""
    wanted = (
        sa.select(Organisation.id, Organisation.name)
        .join(Reach, Reach.ancestor_id == Organisation.id)
        .where(Reach.descendant_id == place_id)
        .order_by(Reach.depth.desc())
    )
    return [(row.id, row.name) for row in session.execute(wanted)]


def search(q: str, after: int | None, limit: int) -> list[tuple[PlaceLine, str]]:
    """Places with these words in their name, also closed ones and grids, each with the path to it."""
    wanted = sa.select(Organisation)
    for word in q.split():
        wanted = wanted.where(Organisation.name.icontains(word, autoescape=True))
    rows = session.scalars(
        wanted.where(Organisation.id > (after or 0)).order_by(Organisation.id).limit(limit)
    ).all()
    around = places.paths_to([row.id for row in rows])
    return [(line, around[line.id]) for line in view_lines(rows)]


@dataclass(frozen=True)
class PlaceView:
    """A place as who keeps the tree sees it."""

    id: int
    kind: str
    name: str
    short: str
    path: list[tuple[int, str]]
    telephone: str | None
    address: str | None
    # Yuan: its own, and what holds where it has none; of a community.
    wish_cost_cap: int | None
    city_cost_cap: int
    closed: bool
    merged_into: tuple[int, str] | None
    parts: list[PlaceLine]


def place(place_id: int) -> PlaceView:
    """Raises NotFound."""
    row = places.get(place_id)
    into = row.merged_into_id
    return PlaceView(
        row.id,
        row.kind,
        row.name,
        row.short,
        path_of(row.id),
        row.telephone,
        row.address,
        row.wish_cost_cap,
        config.settings().wish_cost_cap,
        row.closed_at is not None,
        None if into is None else (into, places.names([into])[into]),
        parts_of(row.id),
    )
