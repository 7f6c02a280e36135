"""The works that read: GET /me, the wall, the statement."""

from typing import Any

import sqlalchemy as sa
from answers import (
    Answer,
    ClaimOut,
    ConsentOut,
    MemberOut,
    MeOut,
    Page,
    ResidencyOut,
    RoleOut,
    RoundOut,
    TransferOut,
    WishOut,
)
from callers import Caller, Token, caller, in_office, request_id
from fastapi import APIRouter, Query
from sqlalchemy.ext.asyncio import AsyncConnection
from tables import reading, t, today, told

router = APIRouter(prefix="/api/v1")
SHOWN = ("published", "claimed", "fulfilled", "confirmed")
SIZE = 20


def masked(name: str | None) -> str | None:
    return None if name is None else name[0] + "**"


@router.get("/me", response_model=Answer[MeOut])
async def me(authorization: Token) -> Any:
    async with reading() as connection:
        who = await caller(connection, authorization)
        persons, homes, members, places = (
            t[name] for name in ("persons", "residencies", "party_registrations", "organisations")
        )
        home, unit, member_of = places.alias(), places.alias(), places.alias()
        names = t["peer_names"]
        wanted = (
            sa.select(
                persons.c.id,
                persons.c.nickname,
                names.c.name.label("real_name"),
                persons.c.phone_sealed,
                persons.c.card_number,
                persons.c.suspended_until,
                homes.c.community_id.label("home_id"),
                homes.c.grid_id,
                homes.c.status.label("home_status"),
                homes.c.reason.label("home_reason"),
                home.c.name.label("home"),
                members.c.unit_id,
                members.c.community_id.label("member_in"),
                members.c.service_roles,
                members.c.status.label("member_status"),
                members.c.reason.label("member_reason"),
                unit.c.name.label("unit"),
                member_of.c.name.label("member_community"),
            )
            .select_from(persons)
            .outerjoin(names, names.c.person_id == persons.c.id)
            .outerjoin(homes, homes.c.person_id == persons.c.id)
            .outerjoin(home, home.c.id == homes.c.community_id)
            .outerjoin(members, members.c.person_id == persons.c.id)
            .outerjoin(unit, unit.c.id == members.c.unit_id)
            .outerjoin(member_of, member_of.c.id == members.c.community_id)
            .where(persons.c.id == who.id)
        )
        row = (await connection.execute(wanted)).one()
        roles = await roles_of(connection, who)
        consents = t["consents"]
        given = await connection.execute(
            sa.select(consents.c.document, consents.c.version, consents.c.given_at).where(
                consents.c.person_id == who.id, consents.c.withdrawn_at.is_(None)
            )
        )
        unread = await unread_of(connection, who)
    residency = member = None
    if row.home_id is not None:
        residency = ResidencyOut(
            community_id=row.home_id,
            community_name=row.home,
            grid_id=row.grid_id,
            status=row.home_status,
            reason=row.home_reason,
        )
    if row.unit_id is not None:
        member = MemberOut(
            unit_id=row.unit_id,
            unit_name=row.unit,
            community_id=row.member_in,
            community_name=row.member_community,
            service_roles=row.service_roles,
            status=row.member_status,
            reason=row.member_reason,
        )
    data = MeOut(
        id=row.id,
        nickname=row.nickname,
        real_name=masked(row.real_name),
        phone=row.phone_sealed,
        card_number=row.card_number,
        residency=residency,
        party_registration=member,
        roles=roles,
        consents=[
            ConsentOut(document=one.document, version=one.version, given_at=told(one.given_at))
            for one in given
        ],
        unread_notices=unread,
        suspension=told(row.suspended_until),
    )
    return Answer(data=data, request_id=request_id())


async def roles_of(connection: AsyncConnection, who: Caller) -> list[RoleOut]:
    appointments, places = t["appointments"], t["organisations"]
    found = await connection.execute(
        sa.select(appointments.c.role, places.c.id, places.c.name)
        .join_from(appointments, places, places.c.id == appointments.c.organisation_id)
        .where(appointments.c.person_id == who.id, in_office())
        .order_by(appointments.c.id)
    )
    return [RoleOut(role=role, organisation_id=place, organisation_name=name) for role, place, name in found]


async def unread_of(connection: AsyncConnection, who: Caller) -> int:
    notices = t["notices"]
    some = (
        sa.select(sa.literal(1))
        .where(notices.c.person_id == who.id, notices.c.read_at.is_(None))
        .limit(99)
        .subquery()
    )
    return (await connection.execute(sa.select(sa.func.count()).select_from(some))).scalar_one()


# --- wishes ------------------------------------------------------------------------------------------------------


def wishes_shown(who: Caller) -> sa.Select[Any]:
    wishes, claims, rounds, places = (t[name] for name in ("wishes", "claims", "rounds", "organisations"))
    names, teams, files, members = (
        t[name] for name in ("peer_names", "teams", "files", "party_registrations")
    )
    place, grid, unit = places.alias("place"), places.alias("grid"), places.alias("unit")
    wisher, claimer, mine = names.alias("wisher"), names.alias("claimer"), claims.alias("mine")
    appointments, reach = t["appointments"], t["organisation_reach"]
    roles = (
        sa.select(sa.func.count())
        .join_from(reach, appointments, appointments.c.organisation_id == reach.c.ancestor_id)
        .where(
            appointments.c.person_id == who.id,
            in_office(),
            reach.c.descendant_id == sa.func.coalesce(wishes.c.grid_id, wishes.c.community_id),
        )
        .scalar_subquery()
    )
    registered = (
        sa.select(members.c.community_id)
        .where(members.c.person_id == who.id, members.c.status == "verified")
        .scalar_subquery()
    )
    open_claims = (
        sa.select(sa.func.count())
        .where(mine.c.person_id == who.id, mine.c.outcome.is_(None), mine.c.fulfilled_at.is_(None))
        .scalar_subquery()
    )

    def pictures(kind: str, subject: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
        seen = ("checking", "passed", "needs_look", "refused")
        return (
            sa.select(sa.func.count())
            .where(files.c.subject_kind == kind, files.c.subject_id == subject, files.c.state.in_(seen))
            .scalar_subquery()
        )

    return (
        sa.select(
            *wishes.c,
            place.c.name.label("community"),
            grid.c.name.label("grid"),
            wisher.c.name.label("wisher"),
            claims.c.party,
            claims.c.person_id.label("claimed_by"),
            claims.c.promised_on,
            claims.c.claimed_at,
            claims.c.fulfilled_at.label("claim_fulfilled_at"),
            claims.c.outcome,
            claims.c.note,
            claimer.c.name.label("claimer"),
            unit.c.name.label("unit"),
            teams.c.name.label("team"),
            rounds.c.number.label("round_number"),
            rounds.c.title.label("round_title"),
            pictures("wish", wishes.c.id).label("wish_files"),
            pictures("claim", claims.c.id).label("claim_files"),
            roles.label("roles"),
            registered.label("registered_in"),
            open_claims.label("open_claims"),
        )
        .select_from(wishes)
        .join(place, place.c.id == wishes.c.community_id)
        .outerjoin(grid, grid.c.id == wishes.c.grid_id)
        .outerjoin(wisher, wisher.c.person_id == wishes.c.wisher_id)
        .outerjoin(
            claims,
            (claims.c.wish_id == wishes.c.id)
            & (
                claims.c.outcome.is_(None)
                | claims.c.outcome.in_(("confirmed", "closed_unconfirmed", "taken_down"))
            ),
        )
        .outerjoin(claimer, claimer.c.person_id == claims.c.person_id)
        .outerjoin(unit, unit.c.id == claims.c.unit_id)
        .outerjoin(teams, teams.c.id == claims.c.team_id)
        .outerjoin(rounds, rounds.c.id == wishes.c.round_id)
    )


def _actions(row: Any, who: Caller) -> list[str]:
    if row.state == "published" and row.registered_in == row.community_id and row.wisher_id != who.id:
        return ["claim"]
    if row.state == "claimed" and row.claimed_by == who.id:
        return ["release", "fulfil"]
    return ["submit", "withdraw"] if row.state == "draft" and row.wisher_id == who.id else []


def _claim(row: Any) -> ClaimOut | None:
    if row.party is None:
        return None
    by = {"personal": masked(row.claimer), "unit": row.unit, "team": row.team}[row.party]
    return ClaimOut(
        as_=row.party,
        by_name=by,
        promised_on=row.promised_on,
        claimed_at=told(row.claimed_at),
        fulfilled_at=told(row.claim_fulfilled_at),
        outcome=row.outcome,
        note=row.note,
    )


def _wisher(row: Any) -> str:
    if row.disclosure != "title":
        return "一位居民"
    return f"{(row.wisher or '某')[0]}{row.salutation}"


def wish_out(row: Any, who: Caller) -> WishOut:
    number = row.round_number
    return WishOut(
        **{name: getattr(row, name) for name in _PLAIN},
        community_name=row.community,
        wisher=_wisher(row),
        wisher_name=None,
        claim=_claim(row),
        round=None if number is None else RoundOut(id=row.round_id, number=number, title=row.round_title),
        on_behalf=row.reporter_id is not None,
        grid_name=row.grid,
        files=[],
        needs_look=row.needs_look if row.roles else None,
        has_address=row.address_sealed is not None,
        carried_over=row.carried > 0,
        **{name: told(getattr(row, name)) for name in _MOMENTS},
        actions=_actions(row, who),
    )


_PLAIN = (
    *("id", "number", "state", "community_id", "title", "description", "category", "beneficiary_group"),
    *("service_role", "estimated_cost", "wanted_by", "disclosure", "by_family", "on_behalf_reason"),
    *("review_reason", "referred_to", "solved", "satisfaction", "confirm_method", "comment"),
    *("merged_into_id", "reopens_id", "reopened_as_id"),
)
_MOMENTS = ("redacted_at", "created_at", "submitted_at", "published_at", "fulfilled_at", "closed_at")


def newest(who: Caller, place_id: int, size: int) -> sa.Select[Any]:
    wishes = t["wishes"]
    # States stand in the statement, or the partial index would be of no use to a plan for any of them.
    shown = wishes.c.state.in_([sa.literal_column(f"'{state}'") for state in SHOWN])
    return (
        wishes_shown(who)
        .where(shown, wishes.c.community_id == place_id)
        .order_by(wishes.c.published_at.desc(), wishes.c.id.desc())
        .limit(size)
    )


@router.get("/wishes", response_model=Answer[Page[WishOut]])
async def wall(authorization: Token, community_id: int = Query(alias="communityId")) -> Any:
    async with reading() as connection:
        who = await caller(connection, authorization)
        found = (await connection.execute(newest(who, community_id, SIZE + 1))).all()
    page = [wish_out(row, who) for row in found[:SIZE]]
    cursor = f"{found[SIZE - 1].published_at}|{found[SIZE - 1].id}" if len(found) > SIZE else None
    return Answer(data=Page(list=page, next_cursor=cursor), request_id=request_id())


@router.get("/me/points/statement", response_model=Answer[Page[TransferOut]])
async def statement(authorization: Token) -> Any:
    async with reading() as connection:
        who = await caller(connection, authorization)
        transfers, accounts = t["transfers"], t["accounts"]
        ended = (
            sa.select(accounts.c.id)
            .where(
                accounts.c.person_id == who.id,
                accounts.c.kind == "lot",
                accounts.c.ends_on < today(),
                accounts.c.balance > 0,
            )
            .exists()
        )
        target = accounts.alias("target")
        wanted = (
            sa.select(
                transfers.c.id,
                transfers.c.at,
                sa.case((target.c.kind == "lot", transfers.c.amount), else_=-transfers.c.amount).label(
                    "points"
                ),
                transfers.c.balance,
                transfers.c.kind,
                transfers.c.title,
                transfers.c.reference,
                ended.label("ended"),
            )
            .join_from(transfers, target, target.c.id == transfers.c.target_id)
            .where(transfers.c.person_id == who.id, transfers.c.kind != "settle")
            .order_by(transfers.c.id.desc())
            .limit(SIZE + 1)
        )
        found = (await connection.execute(wanted)).all()
    page = [
        TransferOut(
            id=row.id,
            at=told(row.at),
            points=row.points,
            balance=row.balance,
            kind=row.kind,
            title=row.title,
            reference=row.reference,
        )
        for row in found[:SIZE]
    ]
    cursor = str(found[SIZE - 1].id) if len(found) > SIZE else None
    return Answer(data=Page(list=page, next_cursor=cursor), request_id=request_id())
