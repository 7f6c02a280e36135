"""Adjustments, the earning rules as they stand, and a community's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import session
from backend.errors import NotFound
from backend.journal import Actor
from backend.ledger import queries as ledger
from backend.ledger.months import Month, by_month
from backend.ledger.rules import EarningRule, place_among
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

    adjustment: Adjustment
    names: dict[int | None, str]
    community: str
    actions: list[str]


def adjustments(state: str | None, *, actor: Actor) -> KeysetQuery:
    """The adjustments in the places where the person may read them, newest first."""
    reach = permissions.reach_of(actor.id, Permission.POINTS_READ)
    wanted = sa.select(Adjustment).where(Adjustment.community_id.in_(reach))
    if state is not None:
        wanted = wanted.where(Adjustment.state == state)
    return KeysetQuery(wanted, (Adjustment.id.desc(),))


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
    places.community(community_id)
    return by_month(community_id, last)


def view_adjustments(found: Sequence[Adjustment], *, actor: Actor) -> list[AdjustmentView]:
    """In three statements, however many."""
    if not found:
        return []
    ids = {who for one in found for who in (one.person_id, one.proposed_by_id, one.decided_by_id) if who}
    communities = {one.community_id for one in found}
    names, community_names = people.masked_names(ids), places.names(communities)
    words = permissions.permissions_in_many(actor.id, communities)
    return [
        AdjustmentView(
            one,
            names,
            community_names[one.community_id],
            open_to(states.ADJUSTMENT_MOVES, one, words[one.community_id], one.facts_about(actor.id)),
        )
        for one in found
    ]


def rules(
    community_id: int | None, after: tuple[Any, ...] | None = None, limit: int | None = None
) -> list[dict[str, Any]]:
    """The earning rules in force and to come, of the city and its communities (or of one only).

    From the one behind the place `after` on, and at most `limit`. Which of the versions stand is found from
    all of them, and there are few: a page is cut from what was found.
    """
    standing = standing_rules(community_id)
    found = [one for one in standing if after is None or place_among(one) > after][:limit]
    names = places.names({one.organisation_id for one in found if one.organisation_id})
    return [_rule_view(one, names) for one in found]


def view_rule(rule: EarningRule) -> dict[str, Any]:
    """A rule as it is shown: `rule`, whether it is `in_force` today, and the name of its `community`."""
    return _rule_view(rule, places.names({rule.organisation_id} - {None}))


def _rule_view(rule: EarningRule, names: dict[int | None, str]) -> dict[str, Any]:
    in_force = rule.effective_from <= clock.today()
    return {"rule": rule, "in_force": in_force, "community": names.get(rule.organisation_id)}


def liability(community_id: int, *, actor: Actor) -> dict[str, Any]:
    """What a community has given and what its residents still hold, in points.

    `issued`, `spent`, `expired` and `adjusted` are what was moved in its name; `outstanding` is what its
    verified residents have, held included, whoever gave it, because they may spend it here. Raises NotFound
    out of reach.
    """
    permissions.require(actor.id, Permission.POINTS_LIABILITY, community_id)
    places.community(community_id)
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
