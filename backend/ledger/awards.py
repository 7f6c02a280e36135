"""Giving points: awards by the earning rules, and opening balances."""

from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa

from backend import clock
from backend.db import Id, session
from backend.journal import Actor
from backend.ledger.lots import community_account, get_or_create_accounts, lot_account, lot_of, lot_of_year
from backend.ledger.posting import (
    Line,
    ReferenceReused,
    TransferResult,
    lock_purse,
    positive,
    post,
    prior,
    same,
)
from backend.ledger.rules import NoEarningRule, earning_rules, ensure_default_rules, in_force
from backend.ledger.writing import transfers
from backend.people.one_person import ids_of


class Awarded(NamedTuple):
    """What an event brought: `points` 0 and no transfer where a cap was already reached."""

    points: int
    transfer_id: int | None
    rule_id: int


_first = transfers.alias("first")
_other_rule = earning_rules.alias("other_rule")
_reversal = transfers.alias("reversal")


def _awarded(*conditions: Any) -> Any:
    """Points this person was awarded, under whichever of their records, and still has a right to: what was reversed
    does not fill a cap."""
    return (
        sa.select(sa.func.coalesce(sa.func.sum(transfers.c.amount), 0))
        .where(
            transfers.c.person_id.in_(ids_of(sa.bindparam("person", type_=Id))),
            transfers.c.kind == sa.literal_column("'award'"),
            ~sa.exists().where(_reversal.c.reverses_id == transfers.c.id),
            *conditions,
        )
        .scalar_subquery()
    )


_rules_of_event = sa.select(_other_rule.c.id).where(_other_rule.c.event == sa.bindparam("event"))
_in_activity = _awarded(
    transfers.c.cap_group.is_not(None), transfers.c.cap_group == sa.bindparam("cap_group")
)
_on_day = _awarded(
    transfers.c.earned_on.is_not(None),
    transfers.c.earned_on == sa.bindparam("day"),
    transfers.c.rule_id.in_(_rules_of_event),
)
# The rule, what already counts towards its caps, and whether this award was made before: one statement.
_WORTH = in_force(
    sa.select(
        earning_rules.c.id,
        earning_rules.c.points,
        earning_rules.c.cap_per_activity,
        earning_rules.c.cap_per_day,
        sa.case((earning_rules.c.cap_per_activity.is_not(None), _in_activity), else_=0).label("in_activity"),
        sa.case((earning_rules.c.cap_per_day.is_not(None), _on_day), else_=0).label("on_day"),
        sa.select(_first.c.id)
        .where(_first.c.reference == sa.bindparam("reference"))
        .scalar_subquery()
        .label("first_id"),
    )
)


def award(
    person_id: int,
    event: str,
    *,
    reference: str,
    title: str,
    community_id: int,
    actor: Actor,
    units: int = 1,
    cap_group: str | None = None,
    day: date | None = None,
) -> Awarded:
    """Points for something done, by the earning rule in force in that community on that day.

    `units` are what the rule counts (wishes, whole hours); `cap_group` names the activity whose cap
    applies (`activity:12`); `day` is the business day it was done on, today if not said. The points go to
    the lot of today. Raises ReferenceReused, NoEarningRule.
    """
    positive(units)
    purse = lock_purse(person_id)
    facts = {"person": person_id, "event": event, "community": community_id, "cap_group": cap_group}
    rule = _worth({**facts, "day": day or clock.today(), "reference": reference})
    if rule.first_id is not None:
        known = {"person_id": person_id, "community_id": community_id, "cap_group": cap_group}
        return _awarded_before(reference, event, {**known, "units": units}, day)
    points = _capped(rule, units)
    if points == 0:
        return Awarded(0, None, rule.id)
    source, target = get_or_create_accounts(
        [community_account(community_id, "issuance"), lot_account(person_id, lot_of(clock.today()))]
    )
    line = Line(
        source,
        target,
        points,
        reference,
        "award",
        title,
        community_id,
        rule_id=rule.id,
        units=units,
        earned_on=day or clock.today(),
        cap_group=cap_group,
    )
    return Awarded(points, post(purse, [line], actor=actor)[0], rule.id)


def _worth(facts: dict[str, Any]) -> Any:
    rule = session.execute(_WORTH, facts).one_or_none()
    if rule is None:
        # A city that has set nothing yet works by the default rules.
        ensure_default_rules()
        rule = session.execute(_WORTH, facts).one_or_none()
    if rule is None:
        raise NoEarningRule(event=facts["event"])
    return rule


def _capped(rule: Any, units: int) -> int:
    points = units * rule.points
    if rule.cap_per_activity is not None:
        points = min(points, rule.cap_per_activity - rule.in_activity)
    if rule.cap_per_day is not None:
        points = min(points, rule.cap_per_day - rule.on_day)
    return max(points, 0)


def _awarded_before(reference: str, event: str, facts: dict[str, Any], day: date | None) -> Awarded:
    found: Any = prior(reference)
    # A repeat after midnight is still the same award, unless it names another day itself.
    same(found, reference, kind="award", **facts, **({"earned_on": day} if day else {}))
    asked = sa.select(earning_rules.c.event).where(earning_rules.c.id == found.rule_id)
    if session.scalar(asked) != event:
        raise ReferenceReused(reference=reference)
    return Awarded(found.amount, found.id, found.rule_id)


def grant(
    person_id: int,
    points: int,
    *,
    reference: str,
    title: str,
    community_id: int,
    actor: Actor,
    year: int | None = None,
) -> TransferResult:
    """An opening balance: points brought over from the paper book, which says the `year` at whose end they end; else
    they go to the lot of today. Raises ReferenceReused."""
    positive(points)
    purse = lock_purse(person_id)
    found = prior(reference)
    if found is not None:
        facts = {"person_id": person_id, "amount": points, "community_id": community_id}
        same(found, reference, kind="opening", **facts)
        return TransferResult(points, found.id)
    lot = lot_of(clock.today()) if year is None else lot_of_year(year)
    source, target = get_or_create_accounts(
        [community_account(community_id, "issuance"), lot_account(person_id, lot)]
    )
    line = Line(source, target, points, reference, "opening", title, community_id)
    return TransferResult(points, post(purse, [line], actor=actor)[0])
