"""Earning rules: what an event is worth, since when, and at most how much."""

from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import dialect, session
from backend.errors import Refused
from backend.journal import Actor
from backend.ledger.lots import insert_once
from backend.ledger.models import EVENTS, EarningRule

earning_rules = EarningRule.__table__

# Before any service this system records: also what is certified late finds a rule.
ALWAYS = date(2000, 1, 1)
# Hailin's rule (1 hour = 1 point, at most 2 an activity), and 5 points for a wish that was confirmed.
DEFAULTS: dict[str, dict[str, Any]] = {
    "service_hour": {"points": 1, "cap_per_activity": 2},
    "wish_confirmed": {"points": 5, "cap_per_activity": None},
}


class NoEarningRule(Refused):
    code, message = 40945, "还没有适用的积分规则（{event}）"


class RuleMeanwhileSet(Refused):
    code, message = 40946, "这条积分规则刚刚被别人修改，请刷新后再看"


class RuleInThePast(Refused):
    """What was earned is not changed afterwards, so a rule cannot begin before today."""

    code, message = 42240, "积分规则不能从过去的日期开始，最早为 {earliest}"


class RuleNotSensible(Refused):
    code, message = 42241, "积分规则不合理：事项须已知，分值不能为负，上限须大于零"


def in_force(wanted: Any) -> Any:
    """Narrows a SELECT on earning_rules to the one in force; binds `event`, `community` and `day`.

    A community's own rule stands before the city's; then the latest to begin, then the latest made.
    """
    rule = earning_rules.c
    return (
        wanted.where(
            rule.event == sa.bindparam("event"),
            sa.or_(rule.organisation_id == sa.bindparam("community"), rule.organisation_id.is_(None)),
            rule.effective_from <= sa.bindparam("day"),
        )
        .order_by(rule.organisation_id.is_(None), rule.effective_from.desc(), rule.version.desc())
        .limit(1)
    )


_IN_FORCE = in_force(sa.select(EarningRule))


def rule_in_force(event: str, community_id: int, day: date) -> EarningRule | None:
    """The version that counts for what is earned in this community on this business day."""
    return session.scalar(_IN_FORCE, {"event": event, "community": community_id, "day": day})


def rules_in_force(community_id: int | None = None) -> list[EarningRule]:
    """The versions in force today and those to come, of the city and its communities (or of one only).

    By event, the city's first, what begins first first. A version that a newer one replaces before it ever
    counts is left out; where the city has set nothing for an event, its default stands in.
    """
    shown: list[EarningRule] = []
    known = [one for one in rules() if community_id is None or one.organisation_id in (None, community_id)]
    for (event, organisation_id), versions in groupby(known, lambda one: (one.event, one.organisation_id)):
        newest_of_day = {one.effective_from: one for one in reversed(list(versions))}
        past = [day for day in newest_of_day if day <= clock.today()]
        if not past and organisation_id is None and event in DEFAULTS:
            shown.append(_default(event))
        since = max(past, default=clock.today())
        shown += [newest_of_day[day] for day in sorted(newest_of_day) if day >= since]
    missing = DEFAULTS.keys() - {one.event for one in shown if one.organisation_id is None}
    return sorted([*map(_default, missing), *shown], key=place_among)


def _default(event: str) -> EarningRule:
    """What ensure_default_rules would write, not written."""
    return EarningRule(event=event, version=1, effective_from=ALWAYS, **DEFAULTS[event])


def place_among(one: EarningRule) -> tuple[str, int, str]:
    """Where it stands among those in force and to come; no two have the same place."""
    return one.event, one.organisation_id or 0, one.effective_from.isoformat()


def rules() -> list[EarningRule]:
    """Every version of every rule: by event, the city's first, the newest version first."""
    rule = EarningRule
    return list(
        session.scalars(
            sa.select(rule).order_by(
                rule.event, rule.organisation_id.is_not(None), rule.organisation_id, rule.version.desc()
            )
        )
    )


def set_rule(
    event: str,
    organisation_id: int | None,
    *,
    points: int,
    cap_per_activity: int | None = None,
    cap_per_day: int | None = None,
    effective_from: date,
    actor: Actor | None,
) -> EarningRule:
    """Makes the next version of a rule, for one community or (None) the whole city.

    `points` are per unit (a wish, an hour); 0 means that the event earns nothing. The caps are in points
    a person, None for no cap. Raises RuleInThePast, RuleNotSensible, and RuleMeanwhileSet where someone
    else made the same version at the same moment.
    """
    caps = [cap for cap in (cap_per_activity, cap_per_day) if cap is not None]
    if event not in EVENTS or points < 0 or any(cap <= 0 for cap in caps):
        raise RuleNotSensible()
    if effective_from < clock.today():
        raise RuleInThePast(earliest=clock.today().isoformat())
    made = _insert(
        event=event,
        organisation_id=organisation_id,
        version=_latest(event, organisation_id) + 1,
        points=points,
        cap_per_activity=cap_per_activity,
        cap_per_day=cap_per_day,
        effective_from=effective_from,
        made_by_id=actor.id if actor is not None else None,
    )
    if made is None:
        raise RuleMeanwhileSet()
    journal.write("set_rule", "earning_rule", made, actor=actor, place=organisation_id)
    return session.get_one(EarningRule, made)


def newest(event: str, organisation_id: int | None) -> EarningRule | None:
    """The version made last, in force or to come."""
    rule = EarningRule
    place = rule.organisation_id == organisation_id if organisation_id else rule.organisation_id.is_(None)
    wanted = sa.select(rule).where(rule.event == event, place).order_by(rule.version.desc()).limit(1)
    return session.scalar(wanted)


def _latest(event: str, organisation_id: int | None) -> int:
    found = newest(event, organisation_id)
    return found.version if found else 0


def _insert(**values: Any) -> int | None:
    """The new row's id, or None where that version already is."""
    statement = insert_once(earning_rules, None, dialect()).returning(earning_rules.c.id)
    return session.scalar(statement, values)


def ensure_default_rules(actor: Actor | None = None) -> None:
    """Gives the city its first rules, where it has none for an event; changes nothing otherwise."""
    for event, worth in DEFAULTS.items():
        if not _latest(event, None):
            values = {**worth, "cap_per_day": None, "effective_from": ALWAYS}
            _insert(
                event=event,
                organisation_id=None,
                version=1,
                made_by_id=actor.id if actor is not None else None,
                **values,
            )
