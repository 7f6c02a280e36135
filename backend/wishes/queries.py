"""Reading wishes: the wall, mine, the staff queue, one wish with its timeline. Lists cost a fixed number of
statements, however many rows they have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend import config, journal
from backend.db import session
from backend.errors import NotFound
from backend.files import queries as files
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.people import permissions
from backend.people import queries as people
from backend.people.models import Person, Team
from backend.wishes import states
from backend.wishes.models import Claim, Round, Wish, facts_of

# A literal, so that the planner can prove the partial index.
_ON_THE_WALL = sa.text("wishes.state IN ('published', 'claimed', 'confirmed')")


@dataclass(frozen=True)
class Shown:
    """A wish as one viewer may see it: masked, with the moves open to that viewer."""

    wish: Wish
    wisher: str
    claim: dict[str, Any] | None
    round: Round | None
    community: str
    actions: list[str]
    own: bool
    # Whether it is for this viewer to review it.
    reviews: bool
    files: list[dict[str, Any]]


def wall(
    *,
    community_id: int | None,
    category: str | None,
    service_role: str | None,
    state: str | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[Wish]:
    """What is published, claimed or confirmed, newest publication first."""
    wanted = sa.select(Wish).where(_ON_THE_WALL)
    for column, value in (
        (Wish.community_id, community_id),
        (Wish.category, category),
        (Wish.service_role, service_role),
        (Wish.state, state),
    ):
        if value is not None:
            wanted = wanted.where(column == value)
    if after is not None:
        wanted = wanted.where(sa.tuple_(Wish.published_at, Wish.id) < sa.tuple_(*map(sa.literal, after)))
    return list(session.scalars(wanted.order_by(Wish.published_at.desc(), Wish.id.desc()).limit(limit)))


def written_by(person_id: int, after: int | None, limit: int) -> list[Wish]:
    """Wishes of the person and of their children, and those they reported for others, newest first."""
    mine = (Wish.wisher_id == person_id, Wish.reporter_id == person_id, Wish.guardian_id == person_id)
    wanted = sa.select(Wish).where(sa.or_(*mine))
    if after is not None:
        wanted = wanted.where(Wish.id < after)
    return list(session.scalars(wanted.order_by(Wish.id.desc()).limit(limit)))


def claimed_by(person_id: int, after: int | None, limit: int) -> list[tuple[Claim, Wish]]:
    """The person's claims with their wishes, newest first."""
    wanted = sa.select(Claim, Wish).join(Wish, Wish.id == Claim.wish_id).where(Claim.person_id == person_id)
    if after is not None:
        wanted = wanted.where(Claim.id < after)
    return list(session.execute(wanted.order_by(Claim.id.desc()).limit(limit)))


def to_review(community_id: int | None, after: int | None, limit: int, *, by: Any) -> list[Wish]:
    """Submitted wishes in the clerk's places, oldest first. Another community is NotFound."""
    if community_id is not None:
        permissions.require(by.id, "wish:review", community_id)
    wanted = sa.select(Wish).where(
        sa.text("wishes.state = 'submitted'"),
        Wish.community_id.in_(permissions.reach_of(by.id, "wish:review")),
    )
    if community_id is not None:
        wanted = wanted.where(Wish.community_id == community_id)
    if after is not None:
        wanted = wanted.where(Wish.id > after)
    return list(session.scalars(wanted.order_by(Wish.id).limit(limit)))


def to_look(after: int | None, limit: int, *, by: Any) -> list[Wish]:
    """Wishes in the clerk's places of which a picture or the claimer's note waits for a look, oldest first."""
    claims = sa.select(Claim.wish_id).where(
        sa.or_(Claim.needs_look, Claim.id.in_(files.waiting_for_a_look("claim"))),
        sa.or_(Claim.outcome.is_(None), Claim.outcome.in_(("confirmed", "closed_unconfirmed"))),
    )
    wanted = sa.select(Wish).where(
        Wish.community_id.in_(permissions.reach_of(by.id, "wish:review")),
        Wish.state != "draft",
        sa.or_(Wish.id.in_(files.waiting_for_a_look("wish")), Wish.id.in_(claims)),
    )
    if after is not None:
        wanted = wanted.where(Wish.id > after)
    return list(session.scalars(wanted.order_by(Wish.id).limit(limit)))


def one(wish_id: int, *, by: Any) -> Wish:
    """A wish that the person may see; else NotFound."""
    wish = session.get(Wish, wish_id)
    if wish is None:
        raise NotFound()
    words = permissions.granted_words(by.id, wish.place_id)
    if not wish.visible_to(by.id, words, wish.facts_about(by.id)):
        raise NotFound()
    return wish


def rounds(community_id: int | None, state: str | None, after: int | None, limit: int) -> list[Round]:
    """Rounds, newest first."""
    wanted = sa.select(Round)
    for column, value in ((Round.community_id, community_id), (Round.state, state)):
        if value is not None:
            wanted = wanted.where(column == value)
    if after is not None:
        wanted = wanted.where(Round.id < after)
    return list(session.scalars(wanted.order_by(Round.id.desc()).limit(limit)))


def open_claims(person_id: int) -> int:
    """How many wishes the person has claimed and not yet fulfilled."""
    return session.scalar(
        sa.select(sa.func.count())
        .select_from(Claim)
        .where(Claim.person_id == person_id, Claim.outcome.is_(None), Claim.fulfilled_at.is_(None))
    )


def round_actions(found: Sequence[Round], *, by: Any) -> dict[int, list[str]]:
    """The moves open to the person on each round."""
    words = permissions.words_in(by.id, {one.community_id for one in found})
    nothing: frozenset[str] = frozenset()
    return {
        one.id: open_to(states.ROUND_MOVES, one, words.get(one.community_id, nothing), nothing)
        for one in found
    }


def shown(wishes: Sequence[Wish], *, by: Any) -> list[Shown]:
    """Wishes as this person sees them; seven statements for a page."""
    if not wishes:
        return []
    claims = _claims_of([wish.id for wish in wishes])
    words = permissions.words_in(by.id, {wish.place_id for wish in wishes})
    names = places.names({wish.community_id for wish in wishes})
    rounds_by_id = _rounds({wish.round_id for wish in wishes if wish.round_id})
    titles = _titles([wish for wish in wishes if wish.disclosure == "title"])
    registration, busy = _standing_of(by.id)
    faces = claim_faces(claims.values())
    pictures = files.of(
        [("wish", wish.id) for wish in wishes] + [("claim", claim.id) for claim in claims.values()]
    )
    told = []
    for wish in wishes:
        claim = claims.get(wish.id)
        member_here = registration == wish.community_id
        facts = facts_of(wish, by.id, member_here)
        open_moves = open_to(states.WISH_BUTTONS, wish, words.get(wish.place_id, frozenset()), facts)
        if busy and "claim" in open_moves:
            open_moves.remove("claim")
        granted = words.get(wish.place_id, frozenset())
        own = bool(facts & {"wisher", "reporter", "guardian"})
        view = _view(wish, own, granted)
        face = None
        if claim:
            note = _note(claim, own, bool(facts & {"claimer"}) or "wish:read" in granted)
            of_claim = files.faces(pictures.get(("claim", claim.id), ()), view, by.id)
            face = {**faces[claim.id], "note": note, "files": of_claim}
        told.append(
            Shown(
                wish,
                titles.get(wish.id, "匿名居民"),
                face,
                rounds_by_id.get(wish.round_id),
                names[wish.community_id],
                open_moves,
                own or "wish:read" in granted,
                "wish:review" in granted,
                files.faces(pictures.get(("wish", wish.id), ()), view, by.id),
            )
        )
    return told


def _view(wish: Wish, own: bool, granted: frozenset[str]) -> str | None:
    """How this viewer sees the pictures of a wish and of its fulfilment, beside their own.

    Of a child's wish strangers see none (个人信息保护法 31, 未成年人保护法 4).
    """
    if "wish:review" in granted:
        return "look"
    if own or "wish:report" in granted:
        return "inside"
    return None if wish.for_child or wish.beneficiary_group == "child" else "shown"


def _note(claim: Claim, own: bool, inside: bool) -> str | None:
    """What the claimer wrote: for the claimer and for staff at once, for the wisher once it is harmless."""
    return claim.note if inside or (own and not claim.needs_look) else None


def claims_in_full(claims: Sequence[Claim], *, by: Any) -> dict[int, dict[str, Any]]:
    """A claimer's own claims, with note and pictures, by id."""
    faces, pictures = claim_faces(claims), files.of([("claim", claim.id) for claim in claims])
    return {
        claim.id: {
            **faces[claim.id],
            "note": claim.note,
            "files": files.faces(pictures.get(("claim", claim.id), ()), None, by.id),
        }
        for claim in claims
    }


def _claims_of(wish_ids: list[int]) -> dict[int, Claim]:
    """The claim that stands on each wish, or stood to its end."""
    kept = sa.or_(Claim.outcome.is_(None), Claim.outcome.in_(("confirmed", "closed_unconfirmed")))
    rows = session.scalars(sa.select(Claim).where(Claim.wish_id.in_(wish_ids), kept).order_by(Claim.id))
    return {claim.wish_id: claim for claim in rows}


def _rounds(ids: set[int]) -> dict[int, Round]:
    if not ids:
        return {}
    return {found.id: found for found in session.scalars(sa.select(Round).where(Round.id.in_(ids)))}


def _titles(wishes: list[Wish]) -> dict[int, str]:
    """How wishers who agreed to a title are shown: family name and salutation, 王女士."""
    if not wishes:
        return {}
    rows = session.execute(
        sa.select(Person.id, Person.real_name_sealed).where(
            Person.id.in_({wish.wisher_id for wish in wishes})
        )
    )
    family = {row[0]: people.family_name(row[0], row[1]) for row in rows}
    return {
        wish.id: f"{family[wish.wisher_id]}{wish.salutation or '居民'}"
        for wish in wishes
        if family.get(wish.wisher_id)
    }


def _standing_of(person_id: int) -> tuple[int | None, bool]:
    """The community where the person is a verified party member, and whether the claim limit is reached."""
    registration = people.verified_registration(person_id)
    if registration is None:
        return None, False
    return registration.community_id, open_claims(person_id) >= config.settings().claim_limit


def claim_faces(claims: Iterable[Claim]) -> dict[int, dict[str, Any]]:
    """Who claimed, as others see it: the masked name, or the team's or the unit's."""
    claims = list(claims)
    personal = people.masked_names({claim.person_id for claim in claims if claim.party == "personal"})
    units = places.names({claim.unit_id for claim in claims if claim.unit_id})
    team_ids = {claim.team_id for claim in claims if claim.team_id}
    teams = (
        dict(session.execute(sa.select(Team.id, Team.name).where(Team.id.in_(team_ids))).all())
        if team_ids
        else {}
    )
    return {
        claim.id: {
            "party": claim.party,
            "by_name": teams.get(claim.team_id) or units.get(claim.unit_id) or personal.get(claim.person_id),
            "promised_on": claim.promised_on,
            "claimed_at": claim.claimed_at,
            "fulfilled_at": claim.fulfilled_at,
            "outcome": claim.outcome,
        }
        for claim in claims
    }


def timeline(wish: Wish, *, by: Any) -> list[dict[str, Any]]:
    """What happened to the wish. Reasons are for its own people and its community's staff."""
    words = permissions.granted_words(by.id, wish.place_id)
    facts = wish.facts_about(by.id)
    inside = bool(facts & {"wisher", "reporter", "guardian", "claimer"}) or "wish:read" in words
    found = [line for line in journal.lines("wish", wish.id) if line.from_state or line.to_state]
    names = people.masked_names({line.actor_id for line in found if line.actor_id})
    labels = {move.name: move.label for move in states.WISH_MOVES}
    return [
        {
            "at": line.at,
            "move": line.verb,
            "label": labels.get(line.verb, "填写"),
            "from_state": line.from_state,
            "to_state": line.to_state,
            "by_name": names.get(line.actor_id, "系统") if inside else None,
            "reason": _reason(line, inside, "wish:read" in words),
        }
        for line in found
    ]


def _reason(line: journal.JournalLine, inside: bool, staff: bool) -> str | None:
    """Words that nobody has looked at yet are for staff alone."""
    kept_back = bool(line.facts and line.facts.get("kept_back"))
    return line.reason if inside and (staff or not kept_back) else None


def figures(community_id: int | None = None) -> dict[str, int]:
    """Wishes by state, for the public wall: totals of places, never of people."""
    wanted = sa.select(Wish.state, sa.func.count()).group_by(Wish.state)
    if community_id is not None:
        wanted = wanted.where(Wish.community_id == community_id)
    return dict(session.execute(wanted).all())


def shown_publicly(limit: int) -> list[sa.Row[Any]]:
    """The newest of the wall for a public screen: number, title, state and community, nothing of a person."""
    wanted = (
        sa.select(Wish.number, Wish.title, Wish.state, Organisation.name.label("community"))
        .join(Organisation, Organisation.id == Wish.community_id)
        .where(_ON_THE_WALL)
        .order_by(Wish.published_at.desc(), Wish.id.desc())
        .limit(limit)
    )
    return list(session.execute(wanted))
