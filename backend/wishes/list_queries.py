"""The list of wishes that staff look through: by everything that a row shows, in the order they choose. Never by a
person's counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import AnySelect, session
from backend.journal import Actor
from backend.organisations.models import Organisation
from backend.paging import Keys, KeysetQuery, containing
from backend.people import permissions, sought
from backend.people import queries as people
from backend.people.masking import Level
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.wishes import queries
from backend.wishes.kinds import OPEN, Party, WishState
from backend.wishes.models import Claim, Round, Wish
from backend.wishes.staff_queries import reached
from backend.wishes.views import WishView

SORTS = {"newest": "新的在前", "oldest": "旧的在前", "number": "按编号", "title": "按标题"}
_KEYS: dict[str, Keys] = {
    "newest": (Wish.id.desc(),),
    "oldest": (Wish.id,),
    "number": (sa.func.coalesce(Wish.number, ""), Wish.id),
    "title": (Wish.title, Wish.id),
}
# So many rounds stand to choose from, the newest.
ROUNDS = 60


@dataclass(frozen=True, kw_only=True)
class WishFilters:
    """What was asked for; None where it does not matter. `first` and `last` are the days on which it was handed in."""

    text: str | None = None
    state: str | None = None
    community: int | None = None
    round: int | None = None
    grid: int | None = None
    category: str | None = None
    group: str | None = None
    wisher: str | None = None
    claimer: str | None = None
    overdue: bool | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class WishRow:
    """One line: whose it is, who promised it until when, and for how long it has been waiting."""

    id: int
    number: str | None
    title: str
    state: str
    community: str
    wisher: str
    claimer: str | None
    # Whether that is a person's name, and none of a team or unit.
    in_person: bool
    promised_on: date | None
    late: bool
    days: int | None
    submitted_at: datetime | None


def listed(asked: WishFilters, sort: str, *, actor: Actor) -> KeysetQuery:
    """Wishes this person may read, as they are asked for."""
    wanted = sa.select(Wish).where(Wish.state != WishState.DRAFT, reached(actor, Permission.WISH_READ))
    return KeysetQuery(_asked(wanted, asked, actor), _KEYS[sort])


def _asked(wanted: AnySelect, asked: WishFilters, actor: Actor) -> AnySelect:
    exact = (
        (Wish.state, asked.state),
        (Wish.community_id, asked.community),
        (Wish.round_id, asked.round),
        (Wish.grid_id, asked.grid),
        (Wish.category, asked.category),
        (Wish.beneficiary_group, asked.group),
    )
    for column, value in exact:
        if value is not None:
            wanted = wanted.where(column == value)
    if asked.text:
        wanted = wanted.where(containing(asked.text, Wish.title, number=Wish.number))
    if asked.first:
        wanted = wanted.where(Wish.submitted_at >= clock.day_starts(asked.first))
    if asked.last:
        wanted = wanted.where(Wish.submitted_at < clock.day_ends(asked.last))
    if asked.overdue:
        wanted = wanted.where(_overdue())
    if asked.wisher:
        wanted = wanted.where(Wish.wisher_id.in_(_wishers(asked.wisher, actor)))
    if asked.claimer:
        wanted = wanted.where(_claimed_by(asked.claimer, actor))
    return wanted


def _overdue() -> sa.ColumnElement[bool]:
    """The claimer's promise is past, or the day for which it was wished, and it is not done."""
    promise = sa.exists().where(
        Claim.wish_id == Wish.id,
        Claim.outcome.is_(None),
        Claim.fulfilled_at.is_(None),
        Claim.promised_on < clock.today(),
    )
    open_still = Wish.state.in_([one for one in OPEN if one != WishState.FULFILLED])
    return sa.or_(promise, sa.and_(Wish.wanted_by < clock.today(), open_still))


def _wishers(text: str, actor: Actor) -> list[int]:
    """By name only where this person may look for residents: whoever sees names masked learns none by trying them."""
    mine = sa.select(Wish.wisher_id).where(
        Wish.state != WishState.DRAFT, reached(actor, Permission.PERSON_READ)
    )
    return sought.among(mine, text)


def _claimed_by(text: str, actor: Actor) -> sa.ColumnElement[bool]:
    """By the person's name or card, as wishers, or by words in the name of the team or the unit."""
    persons = (
        sa.select(Claim.person_id)
        .join(Wish, Wish.id == Claim.wish_id)
        .where(Claim.is_current, Claim.party == Party.PERSONAL, reached(actor, Permission.PERSON_READ))
    )
    personal = sa.and_(Claim.party == Party.PERSONAL, Claim.person_id.in_(sought.among(persons, text)))
    found = (
        sa.select(Claim.wish_id)
        .outerjoin(Team, Team.id == Claim.team_id)
        .outerjoin(Organisation, Organisation.id == Claim.unit_id)
        .where(Claim.is_current, sa.or_(personal, containing(text, Team.name, Organisation.name)))
    )
    return Wish.id.in_(found)


def rows(wishes: Sequence[Wish], *, actor: Actor) -> list[WishRow]:
    """With the wisher's name as this person may see it there: in full to who works in that very community."""
    views = queries.view_wishes(wishes, actor=actor)
    names = people.masked_names({one.wisher_id for one in wishes}, Level.COLLEAGUE)
    return [
        _row(view, view.wisher_name or names[wish.wisher_id])
        for wish, view in zip(wishes, views, strict=True)
    ]


def _row(view: WishView, wisher: str) -> WishRow:
    claim, today = view.claim, clock.today()
    waits = view.state in OPEN and view.submitted_at is not None
    return WishRow(
        id=view.id,
        number=view.number,
        title=view.title,
        state=view.state,
        community=view.community_name,
        wisher=wisher,
        claimer=claim.by_name if claim else None,
        in_person=claim is not None and claim.party == Party.PERSONAL,
        promised_on=claim.promised_on if claim else None,
        late=view.state == WishState.CLAIMED and claim is not None and claim.promised_on < today,
        days=(today - clock.business_day(view.submitted_at)).days if waits and view.submitted_at else None,
        submitted_at=view.submitted_at,
    )


def rounds_to_choose(*, actor: Actor) -> dict[int, str]:
    """The newest rounds of one's places, each with its community."""
    reach = permissions.reach_of(actor.id, Permission.WISH_READ)
    wanted = (
        sa.select(Round.id, Organisation.name, Round.title)
        .join(Organisation, Organisation.id == Round.community_id)
        .where(Round.community_id.in_(reach))
        .order_by(Round.id.desc())
        .limit(ROUNDS)
    )
    found: Any = session.execute(wanted)
    return {round_id: f"{community} {title}" for round_id, community, title in found}
