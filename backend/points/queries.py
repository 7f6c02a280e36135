"""Adjustments, the earning rules as they stand, and a community's figures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypedDict

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.ledger import queries as ledger
from backend.ledger.months import Month, by_month
from backend.ledger.rules import EarningRule, place_among
from backend.ledger.rules import rules as all_rules
from backend.ledger.rules import rules_in_force as standing_rules
from backend.lifecycle import open_to
from backend.organisations import queries as places
from backend.paging import KeysetQuery
from backend.people import permissions
from backend.people import queries as people
from backend.people.kinds import ResidencyState
from backend.people.models import Residency
from backend.people.permissions import Permission
from backend.points import states
from backend.points.models import Adjustment

# A person is told so many days before points end, and a community's figures look so far ahead.
DAYS_AHEAD = 60


@dataclass(frozen=True)
class AdjustmentView:
    """An adjustment as staff see it: names masked, with the moves open to the one who looks."""

    id: int
    community_id: int
    community_name: str
    person_id: int
    person_name: str
    points: int
    reason: str
    state: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    actions: list[str]
    # Whether the one who looks proposed it.
    own: bool


@dataclass(frozen=True)
class RuleView:
    """A version of an earning rule; `community` is None for one of the whole city."""

    event: str
    community_id: int | None
    community_name: str | None
    version: int
    points: int
    cap_per_activity: int | None
    cap_per_day: int | None
    effective_from: date
    in_force: bool
    made_by: str | None
    # Where it stands among those in force and to come.
    position: tuple[str, int, str]


def adjustments(among: Collection[str] | None, *, actor: Actor) -> KeysetQuery:
    """The adjustments in the places where the person may read them, newest first."""
    reach = permissions.reach_of(actor.id, Permission.POINTS_READ)
    wanted = sa.select(Adjustment).where(Adjustment.community_id.in_(reach))
    if among:
        wanted = wanted.where(Adjustment.state.in_(among))
    return KeysetQuery(wanted, (Adjustment.id.desc(),))


def decided_since(moment: datetime, limit: int, *, actor: Actor) -> list[AdjustmentView]:
    """The newest adjustments that somebody decided since then, in the places where the person may read them."""
    reach = permissions.reach_of(actor.id, Permission.POINTS_READ)
    wanted = sa.select(Adjustment).where(Adjustment.community_id.in_(reach), Adjustment.decided_at >= moment)
    found = session.scalars(wanted.order_by(Adjustment.decided_at.desc(), Adjustment.id.desc()).limit(limit))
    return view_adjustments(found.all(), actor=actor)


def adjustment(adjustment_id: int, *, actor: Actor) -> Adjustment:
    """One, for the staff of its community. Raises NotFound, NotAllowed."""
    found = session.get(Adjustment, adjustment_id)
    if found is None:
        raise NotFound()
    permissions.require(actor.id, Permission.POINTS_READ, found.community_id)
    return found


def months(community_id: int, last: date, *, actor: Actor) -> list[Month]:
    """What was given, spent and ended in a community's name in the twelve months up to that of `last`, month
    by month. Raises NotFound out of reach."""
    permissions.require(actor.id, Permission.POINTS_LIABILITY, community_id)
    places.community(community_id, closed_too=True)
    return by_month(community_id, last)


def view_adjustments(found: Sequence[Adjustment], *, actor: Actor) -> list[AdjustmentView]:
    """In a few statements, however many."""
    if not found:
        return []
    acted = {who for one in found for who in (one.proposed_by_id, one.decided_by_id) if who}
    communities = {one.community_id for one in found}
    whose = {one.person_id: one.community_id for one in found}
    names = people.names_near(actor.id, whose, Permission.POINTS_ADJUST, acted)
    community_names = places.names(communities)
    words = permissions.permissions_in_many(actor.id, communities)
    return [_to_view(one, names, community_names, words[one.community_id], actor) for one in found]


def _to_view(
    one: Adjustment,
    names: dict[int | None, str],
    communities: dict[int | None, str],
    words: frozenset[str],
    actor: Actor,
) -> AdjustmentView:
    return AdjustmentView(
        id=one.id,
        community_id=one.community_id,
        community_name=communities[one.community_id],
        person_id=one.person_id,
        person_name=names[one.person_id],
        points=one.points,
        reason=one.reason,
        state=one.state,
        proposed_by=names[one.proposed_by_id],
        proposed_at=one.proposed_at,
        decided_by=names.get(one.decided_by_id),
        decided_at=one.decided_at,
        decision_reason=one.decision_reason,
        actions=open_to(states.ADJUSTMENT_MOVES, one, words, one.facts_about(actor.id)),
        own=one.proposed_by_id == actor.id,
    )


def rules(
    community_id: int | None, after: tuple[Any, ...] | None = None, limit: int | None = None
) -> list[RuleView]:
    """The earning rules in force and to come, of the city and its communities (or of one only).

    From the one behind the place `after` on, and at most `limit`. Which of the versions stand is found from
    all of them, and there are few: a page is cut from what was found.
    """
    standing = standing_rules(community_id)
    return view_rules([one for one in standing if after is None or place_among(one) > after][:limit])


def rule_versions() -> list[RuleView]:
    """Every version of every rule: by event, the city's first, the newest version first."""
    return view_rules(all_rules(), colleagues=True)


def view_rules(found: Sequence[EarningRule], *, colleagues: bool = False) -> list[RuleView]:
    """Rules as they are shown, with who made them: masked, but to colleagues."""
    communities = places.names({one.organisation_id for one in found if one.organisation_id})
    named = people.officer_names if colleagues else people.masked_names
    names = named({one.made_by_id for one in found if one.made_by_id})
    return [
        RuleView(
            event=one.event,
            community_id=one.organisation_id,
            community_name=communities.get(one.organisation_id),
            version=one.version,
            points=one.points,
            cap_per_activity=one.cap_per_activity,
            cap_per_day=one.cap_per_day,
            effective_from=one.effective_from,
            in_force=one.effective_from <= clock.today(),
            made_by=names.get(one.made_by_id),
            position=place_among(one),
        )
        for one in found
    ]


class Liability(TypedDict):
    """What a community owes in points; `ending` of what is outstanding ends until the day `ending_by`."""

    issued: int
    spent: int
    expired: int
    adjusted: int
    outstanding: int
    held: int
    ending: int
    ending_by: date


def liability(community_id: int, *, actor: Actor) -> Liability:
    """What a community has given and what its residents still hold, in points.

    `issued`, `spent`, `expired` and `adjusted` are what was moved in its name; `outstanding` is what its
    verified residents have, held included, whoever gave it, because they may spend it here. Raises NotFound
    out of reach.
    """
    permissions.require(actor.id, Permission.POINTS_LIABILITY, community_id)
    places.community(community_id, closed_too=True)
    residents = sa.select(Residency.person_id).where(
        Residency.community_id == community_id, Residency.state == ResidencyState.VERIFIED
    )
    until = clock.today() + timedelta(days=DAYS_AHEAD)
    have = ledger.holdings(residents, until)
    return {
        "issued": ledger.issued(community_id),
        "spent": ledger.spent(community_id),
        "expired": ledger.expired(community_id),
        "adjusted": ledger.adjusted(community_id),
        "outstanding": have["available"] + have["held"],
        "held": have["held"],
        "ending": have["ending"],
        "ending_by": until,
    }
