"""Reading wishes: the wall, mine, the staff queue, one wish with its timeline. Lists cost a fixed number of
statements, however many rows they have."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

import sqlalchemy as sa

from backend import config, private_data
from backend.db import AnySelect, session, sql_list
from backend.errors import NotFound
from backend.files import queries as files
from backend.journal import Actor
from backend.lifecycle import open_in, open_to
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.paging import KeysetQuery
from backend.people import guests, permissions, proxies, teams
from backend.people import queries as people
from backend.people.masking import level_of
from backend.people.models import Team
from backend.people.permissions import Permission
from backend.wishes import states, wish_rows, wisher_names
from backend.wishes.kinds import (
    CAME_TO_NOTHING,
    ON_THE_WALL,
    SHOWN_OR_SOON,
    ClaimOutcome,
    Group,
    Party,
    RoundState,
    WishState,
)
from backend.wishes.models import OWN_PEOPLE, Claim, Round, Wish, facts_of, reporting_in
from backend.wishes.views import FOR_ALL, INSIDE, ClaimView, RoundView, WishView, for_guests
from backend.wishes.wish_rows import ONE, OPEN_CLAIMS, THESE, LockedWish, ReadWish, WishRow

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


def seen_and_view(wish_id: int, *, actor: Actor) -> tuple[WishRow, WishView]:
    """A wish that the person may see, and how, in the same statement; else NotFound."""
    row = ONE.first({**permissions.bind_viewer(actor.id), "wish": wish_id})
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
    rows = THESE.all({**permissions.bind_viewer(actor.id), "these": [{"id": wish.id} for wish in wishes]})
    found = {one.id: one for one in to_views(rows, actor)}
    return [found[wish.id] for wish in wishes]


def claimed_view(row: LockedWish, claim: Mapping[str, Any], *, actor: Actor) -> WishView:
    """The wish as its new claimer sees it. Whose team or unit it is in the name of, is read."""
    if claim["party"] != Party.PERSONAL:
        return view_wish(row.Wish.id, actor=actor)
    (shown,) = to_views([wish_rows.as_claimed(row, claim)], actor)
    return shown


def to_views(rows: Sequence[ReadWish], actor: Actor) -> list[WishView]:
    """These wishes as this person sees them, for whom they were read."""
    reporting, names = reporting_in((row.Wish for row in rows), actor.id), wisher_names.of_rows(rows)
    return [_to_view(row, reporting, names, actor) for row in rows]


def _title(family: str | None, salutation: str | None) -> str:
    """How the wisher is called in public; a name without a readable family name gives a neutral title."""
    if family is None:
        return "匿名居民"
    return f"{family}{salutation or '居民'}" if family else "居民"


_for_all, _inside = attrgetter(*FOR_ALL), attrgetter(*INSIDE)
_OUTSIDE = dict.fromkeys(INSIDE)


@lru_cache(maxsize=4096)
def _buttons(state: str, words: frozenset[str], facts: frozenset[str]) -> tuple[str, ...]:
    """Of the rows of a wall nearly all are the same to who looks."""
    return tuple(open_in(states.WISH_BUTTONS, state, words, facts))


def _to_view(row: ReadWish, reporting: set[int], names: dict[int, str], actor: Actor) -> WishView:
    wish, words = row.Wish, permissions.parse_roles(row.roles)
    facts = facts_of(wish, actor.id, row.registered_in == wish.community_id, reporting)
    open_moves = list(_buttons(wish.state, words, facts))
    if "claim" in open_moves and row.open_claims >= config.settings().claim_limit:
        open_moves.remove("claim")
    own = bool(facts & OWN_PEOPLE)
    inside = own or Permission.WISH_READ in words
    reviewing = Permission.WISH_REVIEW in words
    open_moves += _more_to_do(row, own, reviewing, facts)
    view = _view(wish, own, words)
    family = people.family_name(wish.wisher_id, row.wisher)
    copied: dict[str, Any] = dict(zip(FOR_ALL, _for_all(wish), strict=True))
    copied |= zip(INSIDE, _inside(wish), strict=True) if inside else _OUTSIDE
    shown = WishView(
        **copied,
        community_name=row.community,
        grid_name=row.grid if inside else None,
        wisher=_title(family, wish.salutation),
        wisher_name=names.get(wish.id),
        claim=_claim_view(row, own, words, facts, actor) if row.Claim else None,
        round=row.Round,
        on_behalf=wish.reporter_id is not None,
        by_family=wish.by_family and (inside or "family" in facts),
        has_address=row.has_address,
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
