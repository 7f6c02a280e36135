"""Reading wishes: the wall, mine, the staff queue, one wish with its timeline. Lists cost a fixed number of
statements, however many rows they have."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from backend import config, private_data
from backend.db import AnySelect, session, sql_list
from backend.errors import NotFound
from backend.files import queries as files
from backend.journal import Actor
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery
from backend.people import guests, permissions, proxies, teams
from backend.people import queries as people
from backend.people.masking import level_of
from backend.people.models import Person, Team
from backend.people.permissions import Permission
from backend.wishes import states, wisher_names
from backend.wishes.kinds import (
    CAME_TO_NOTHING,
    ON_THE_WALL,
    SHOWN_OR_SOON,
    ClaimOutcome,
    Disclosure,
    Group,
    Party,
    RoundState,
    WishState,
)
from backend.wishes.models import OWN_PEOPLE, Claim, Round, Wish, facts_of, reporting_in
from backend.wishes.views import FOR_ALL, INSIDE, ClaimView, RoundRef, RoundView, WishView, for_guests

# A literal, so that the planner can prove the partial index.
ON_THE_WALL_NOW = sa.text(f"wishes.state IN {sql_list(ON_THE_WALL)}")


def written_by(person_id: int, among: Collection[str] | None = None) -> KeysetQuery:
    """Wishes of the person and of their children, and those they reported and may still report, newest first."""
    office = Wish.community_id.in_(permissions.communities_where_select(person_id, Permission.WISH_REPORT))
    own = sa.or_(Wish.wisher_id == person_id, Wish.guardian_id == person_id)
    relative = sa.and_(Wish.by_family, Wish.wisher_id.in_(proxies.acted_for(person_id)))
    still = sa.or_(sa.and_(~Wish.by_family, office), relative)
    wanted = sa.select(Wish).where(sa.or_(own, sa.and_(Wish.reporter_id == person_id, still)))
    if among:
        wanted = wanted.where(Wish.state.in_(among))
    return KeysetQuery(wanted, (Wish.id.desc(),))


def claimed_by(person_id: int, among: Collection[str] | None = None) -> KeysetQuery:
    """The person's claims with their wishes, newest first; of those whose wish is in these states, if any are named.
    What became of a wish that was given back and that another claimed is nothing of this person's claim."""
    wanted = sa.select(Claim, Wish).join(Wish, Wish.id == Claim.wish_id).where(Claim.person_id == person_id)
    if among:
        anothers = sa.and_(Wish.claimer_id.is_not(None), sa.not_(Claim.is_current))
        wanted = wanted.where(Wish.state.in_(among), sa.not_(anothers))
    return KeysetQuery(wanted, (Claim.id.desc(),))


def one(wish_id: int, *, actor: Actor) -> Wish:
    """A wish that the person may see; else NotFound."""
    wish = session.get(Wish, wish_id)
    if wish is None:
        raise NotFound()
    # Most are public: then nobody's appointments matter.
    facts = facts_of(wish, actor.id, False, reporting_in([wish], actor.id))
    if not wish.visible_to(actor.id, frozenset(), facts) and not wish.visible_to(
        actor.id, permissions.permissions_in(actor.id, wish.place_id), facts
    ):
        raise NotFound()
    return wish


def view_wish(wish_id: int, *, actor: Actor) -> WishView:
    """The same as this person sees it, in one statement."""
    return seen_and_view(wish_id, actor=actor)[1]


def seen_and_view(wish_id: int, *, actor: Actor) -> tuple[Wish, WishView]:
    """A wish that the person may see, and how, in the same statement; else NotFound."""
    row = session.execute(_ONE, {**permissions.bind_viewer(actor.id), "wish": wish_id}).first()
    if row is None:
        raise NotFound()
    shown = _to_view(row, reporting_in([row.Wish], actor.id), wisher_names.of_rows([row]), actor)
    if not shown.visible or (guests.is_guest(actor) and shown.state not in ON_THE_WALL):
        raise NotFound()
    return row.Wish, shown


def rounds(community_id: int | None, among: Collection[str] | None, *, actor: Actor) -> KeysetQuery:
    """Rounds, newest first; for guests those that are published."""
    wanted = sa.select(Round)
    if guests.is_guest(actor):
        wanted = wanted.where(Round.state == RoundState.PUBLISHED)
    if community_id is not None:
        wanted = wanted.where(Round.community_id == community_id)
    if among:
        wanted = wanted.where(Round.state.in_(among))
    return KeysetQuery(wanted, (Round.id.desc(),))


def open_claims(person_id: int) -> int:
    """How many wishes the person has claimed and not yet fulfilled."""
    return session.scalars(OPEN_CLAIMS, {"viewer": person_id}).one()


_mine = Claim.__table__.alias("mine")
OPEN_CLAIMS = (
    sa.select(sa.func.count())
    .select_from(_mine)
    .where(_mine.c.person_id == permissions.VIEWER, _mine.c.outcome.is_(None), _mine.c.fulfilled_at.is_(None))
)


def view_rounds(found: Sequence[Round], *, actor: Actor) -> list[RoundView]:
    """Rounds with the moves open to the person."""
    words = permissions.permissions_in_many(actor.id, {one.community_id for one in found})
    nothing: frozenset[str] = frozenset()
    return [
        RoundView(
            id=one.id,
            community_id=one.community_id,
            number=one.number,
            title=one.title,
            state=one.state,
            collect_until=one.collect_until,
            publish_until=one.publish_until,
            opened_at=one.opened_at,
            published_at=one.published_at,
            closed_at=one.closed_at,
            actions=open_to(states.ROUND_MOVES, one, words[one.community_id], nothing),
        )
        for one in found
    ]


def view_wishes(wishes: Sequence[Wish], *, actor: Actor) -> list[WishView]:
    """Wishes as this person sees them, in one statement."""
    if not wishes:
        return []
    read = read_views(VIEW_SELECT.where(Wish.id.in_([wish.id for wish in wishes])), actor)
    found = {one.id: one for one in read}
    return [found[wish.id] for wish in wishes]


_claimer, _unit, _later = aliased(Person), aliased(Organisation), aliased(Wish)


def named(column: Any, row: Any, wanted: Any, *conditions: Any) -> sa.ScalarSelect[Any]:
    """One column of one row beside each wish: cheaper to plan than one more table in the join."""
    found = sa.select(column).where(row == wanted, *conditions).correlate_except(column.class_)
    return found.scalar_subquery()


# A wish with its current claim, and what names the people and places around
# it. Built once: to build it again costs more than to run it.
VIEW_SELECT = (
    sa.select(
        Wish,
        Claim,
        Round,
        named(Organisation.name, Organisation.id, Wish.community_id).label("community"),
        named(Organisation.name, Organisation.id, Wish.grid_id).label("grid"),
        # How wishers who agreed to a title are shown: family name and salutation, 王女士.
        named(
            Person.real_name_sealed,
            Person.id,
            Wish.wisher_id,
            Wish.disclosure == sa.literal_column(f"'{Disclosure.TITLE}'"),
        ).label("wisher"),
        named(
            _claimer.real_name_sealed,
            _claimer.id,
            Claim.person_id,
            Claim.party == sa.literal_column(f"'{Party.PERSONAL}'"),
        ).label("claimer"),
        named(_unit.name, _unit.id, Claim.unit_id).label("unit"),
        named(Team.name, Team.id, Claim.team_id).label("team"),
        named(Team.taken_down_at, Team.id, Claim.team_id).label("team_gone"),
        files.pictures_subquery("wish", Wish.id).label("wish_files"),
        files.pictures_subquery("claim", Claim.id).label("claim_files"),
        permissions.roles_subquery(sa.func.coalesce(Wish.grid_id, Wish.community_id)).label("roles"),
        people.REGISTERED_IN.label("registered_in"),
        OPEN_CLAIMS.scalar_subquery().label("open_claims"),
        named(_later.state, _later.id, Wish.reopened_as_id).label("reopened_state"),
    )
    .select_from(Wish)
    .outerjoin(Claim, sa.and_(Claim.wish_id == Wish.id, Claim.is_current))
    .outerjoin(Round, Round.id == Wish.round_id)
)


_ONE = VIEW_SELECT.where(Wish.id == sa.bindparam("wish"))


def read_views(wanted: sa.Select[Any], actor: Actor, **given: Any) -> list[WishView]:
    """The wishes of a statement, which is given this, as this person sees them."""
    rows = session.execute(wanted, {**permissions.bind_viewer(actor.id), **given}).all()
    reporting, names = reporting_in((row.Wish for row in rows), actor.id), wisher_names.of_rows(rows)
    return [_to_view(row, reporting, names, actor) for row in rows]


def _title(family: str | None, salutation: str | None) -> str:
    """How the wisher is called in public; a name without a readable family name gives a neutral title."""
    if family is None:
        return "匿名居民"
    return f"{family}{salutation or '居民'}" if family else "居民"


def _to_view(row: Any, reporting: set[int], names: dict[int, str], actor: Actor) -> WishView:
    wish, words = row.Wish, permissions.parse_roles(row.roles)
    facts = facts_of(wish, actor.id, row.registered_in == wish.community_id, reporting)
    open_moves = open_to(states.WISH_BUTTONS, wish, words, facts)
    if "claim" in open_moves and row.open_claims >= config.settings().claim_limit:
        open_moves.remove("claim")
    own = bool(facts & OWN_PEOPLE)
    inside = own or Permission.WISH_READ in words
    reviewing = Permission.WISH_REVIEW in words
    open_moves += _more_to_do(row, own, reviewing, facts)
    view = _view(wish, own, words)
    family = people.family_name(wish.wisher_id, row.wisher)
    copied: dict[str, Any] = {name: getattr(wish, name) for name in FOR_ALL}
    copied |= {name: getattr(wish, name) if inside else None for name in INSIDE}
    shown = WishView(
        **copied,
        community_name=row.community,
        grid_name=row.grid if inside else None,
        wisher=_title(family, wish.salutation),
        wisher_name=names.get(wish.id),
        claim=_claim_view(row, own, words, facts, actor) if row.Claim else None,
        round=RoundRef(row.Round.id, row.Round.number, row.Round.title) if row.Round else None,
        on_behalf=wish.reporter_id is not None,
        by_family=wish.by_family and (inside or "family" in facts),
        has_address=wish.address_sealed is not None,
        carried_over=bool(wish.carried),
        files=files.picture_links(files.parse_pictures(row.wish_files), view, actor.id),
        needs_look=wish.needs_look if reviewing else None,
        private_data=private_data.found_in(wish.title, wish.description) if reviewing else None,
        warnings=_warnings(row, own, facts),
        inside=inside,
        reporting="reporting" in facts,
        words=words,
        actions=open_moves,
        visible=wish.visible_to(actor.id, words, facts),
    )
    return for_guests(shown) if guests.is_guest(actor) else shown


def _more_to_do(row: Any, own: bool, reviewing: bool, facts: frozenset[str]) -> list[str]:
    """What is no move of the wish: blacking out a part of it, and taking up again what was not solved."""
    wish = row.Wish
    # Offered where others read it, or will; what waits for its review is rather sent back.
    redactable = reviewing and wish.state in SHOWN_OR_SOON and not facts & {"wisher", "guardian"}
    unsolved = own and wish.state == WishState.CONFIRMED and wish.solved is False
    reopenable = unsolved and (row.reopened_state is None or row.reopened_state in CAME_TO_NOTHING)
    return [*(["redact"] if redactable else []), *(["reopen"] if reopenable else [])]


def _warnings(row: Any, own: bool, facts: frozenset[str]) -> list[str]:
    """For who wrote it: what of a person stands in the wish, or in the claimer's note."""
    own = own or "family" in facts
    texts = [row.Wish.title, row.Wish.description] if own else []
    noted = row.Claim is not None and "claimer" in facts
    return private_data.found_in(*texts, row.Claim.note if noted else None) if own or noted else []


def _claim_view(row: Any, own: bool, words: frozenset[str], facts: frozenset[str], actor: Actor) -> ClaimView:
    claim, view = row.Claim, _view(row.Wish, own, words)
    hidden = row.team_gone and "claimer" not in facts and Permission.WISH_READ not in words
    team = teams.TAKEN_DOWN if hidden else row.team
    level = level_of(words, *wisher_names.WORK_WITH_WISHERS)
    by_name = team or row.unit or people.masked_name(claim.person_id, row.claimer, level)
    note = _note(claim, own, "claimer" in facts or Permission.WISH_READ in words)
    pictures = files.picture_links(files.parse_pictures(row.claim_files), view, actor.id)
    waits = claim.needs_look and Permission.WISH_REVIEW in words
    return _summarize(claim, by_name, note, pictures, waits)


def _view(wish: Wish, own: bool, granted: frozenset[str]) -> str | None:
    """How this viewer sees the pictures of a wish and of its fulfilment, beside their own.

    Of a child's wish strangers see none (个人信息保护法 31, 未成年人保护法 4).
    """
    if Permission.WISH_REVIEW in granted:
        return "look"
    if own or Permission.WISH_REPORT in granted:
        return "inside"
    return None if wish.for_child or wish.beneficiary_group == Group.CHILD else "shown"


def _note(claim: Claim, own: bool, inside: bool) -> str | None:
    """What the claimer wrote: for the claimer and for staff at once, for the wisher once it is harmless."""
    return claim.note if inside or (own and not claim.needs_look) else None


def claims_in_full(claims: Sequence[Claim], *, actor: Actor) -> dict[int, ClaimView]:
    """A claimer's own claims, with note and pictures, by id; of a wish that was taken down there are none."""
    seen = [("claim", claim.id) for claim in claims if claim.outcome != ClaimOutcome.TAKEN_DOWN]
    names, pictures = _claimants(claims), files.of(seen)
    return {
        claim.id: _summarize(
            claim,
            names[claim.id],
            claim.note,
            files.picture_links(pictures.get(("claim", claim.id), ()), None, actor.id),
        )
        for claim in claims
    }


def _claimants(claims: Iterable[Claim]) -> dict[int, str | None]:
    """Who claimed, as others see it: the masked name, or the team's or the unit's."""
    claims = list(claims)
    personal = people.masked_names({claim.person_id for claim in claims if claim.party == Party.PERSONAL})
    units = places.names({claim.unit_id for claim in claims if claim.unit_id})
    team_ids = {claim.team_id for claim in claims if claim.team_id}
    named_teams = (
        dict(session.execute(sa.select(Team.id, Team.name).where(Team.id.in_(team_ids))).all())
        if team_ids
        else {}
    )
    return {
        claim.id: named_teams.get(claim.team_id or 0)
        or units.get(claim.unit_id or 0)
        or personal.get(claim.person_id)
        for claim in claims
    }


def _summarize(
    claim: Claim,
    by_name: str | None,
    note: str | None,
    pictures: list[files.PictureLink],
    waits: bool = False,
) -> ClaimView:
    return ClaimView(
        party=claim.party,
        by_name=by_name,
        promised_on=claim.promised_on,
        claimed_at=claim.claimed_at,
        fulfilled_at=claim.fulfilled_at,
        outcome=claim.outcome,
        note=note,
        files=pictures,
        note_waits=waits,
    )


def figures(community_id: int | None = None) -> dict[str, int]:
    """Wishes by state, for the public wall: totals of places, never of people."""
    wanted = sa.select(Wish.state, sa.func.count()).group_by(Wish.state)
    if community_id is not None:
        wanted = wanted.where(Wish.community_id == community_id)
    return dict(session.execute(wanted).all())


def count_on_the_wall(community_id: int | None) -> int:
    """How many wishes a public screen may show."""
    return session.scalars(_here(sa.select(sa.func.count()).select_from(Wish), community_id)).one()


def public_wall(community_id: int | None, skip: int, limit: int) -> list[sa.Row[Any]]:
    """Wishes for a public screen, what still waits first, then the newest: number, title, state and community, nothing
    of a person. A screen turns over few pages and begins again, so that it counts what it has shown."""
    wanted = (
        sa.select(Wish.number, Wish.title, Wish.state, Organisation.name.label("community"))
        .join(Organisation, Organisation.id == Wish.community_id)
        .order_by(
            sa.case((Wish.state == WishState.PUBLISHED, 0), else_=1), Wish.published_at.desc(), Wish.id.desc()
        )
        .offset(skip)
        .limit(limit)
    )
    return list(session.execute(_here(wanted, community_id)))


def _here(wanted: AnySelect, community_id: int | None) -> AnySelect:
    wanted = wanted.where(ON_THE_WALL_NOW)
    return wanted if community_id is None else wanted.where(Wish.community_id == community_id)


def running_rounds(community_ids: list[int] | None = None) -> list[Round]:
    """The rounds that have not ended, of these communities or of all: at most one of each that collects, and one that is
    published."""
    wanted = sa.select(Round).where(Round.state != RoundState.CLOSED)
    if community_ids is not None:
        wanted = wanted.where(Round.community_id.in_(community_ids))
    return list(session.scalars(wanted.order_by(Round.id)))
