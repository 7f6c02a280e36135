"""How long something may take: the most particular rule in force, or what holds where nobody has said."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from backend.db import session
from backend.duties.kinds import TermUnit
from backend.duties.models import TermRule


@dataclass(frozen=True)
class Term:
    """So many working days, hours, or hours of the office."""

    value: int
    unit: TermUnit


# Where no rule says more: an emergency, a question; then by level, L1 to L3 (governance 2.3).
EMERGENCY = Term(2, TermUnit.HOUR)
CONSULT = Term(2, TermUnit.WD)
OF_LEVEL = {1: Term(0, TermUnit.WD), 2: Term(3, TermUnit.WD), 3: Term(5, TermUnit.WD)}


def path(code: str) -> list[str]:
    """A category with those above it, itself first: environment.rubbish, environment."""
    parts = code.split(".")
    return [".".join(parts[:size]) for size in range(len(parts), 0, -1)]


def term_of(category: str | None, request_kind: str | None, urgency: str, level: int, on: date) -> Term:
    """The term of what is dispatched on a day. An urgency's own rule goes before a category's, a deeper category's
    before a higher one's, and the newest before older ones."""
    rules = _in_force(on, path(category) if category else [])
    fitting = [
        one for one in rules if one.request_kind in (None, request_kind) and one.urgency in (None, urgency)
    ]
    said = max(fitting, key=_particular, default=None)
    if said is not None and (urgency != "emergency" or said.urgency == "emergency"):
        return Term(said.value, TermUnit(said.unit))
    if urgency == "emergency":
        return EMERGENCY
    if request_kind == "consult":
        return CONSULT
    return OF_LEVEL[level]


def _particular(rule: TermRule) -> tuple[bool, int, bool, date, int]:
    depth = len(rule.category_code.split(".")) if rule.category_code else 0
    return rule.urgency is not None, depth, rule.request_kind is not None, rule.valid_from, rule.id


def _in_force(on: date, categories: list[str]) -> list[TermRule]:
    wanted = sa.select(TermRule).where(
        TermRule.valid_from <= on,
        sa.or_(TermRule.category_code.is_(None), TermRule.category_code.in_(categories)),
    )
    return list(session.scalars(wanted))


def of_categories(on: date) -> dict[str, Term]:
    """What the rule of each category itself says on a day, by its code."""
    wanted = sa.select(TermRule).where(
        TermRule.valid_from <= on,
        TermRule.category_code.is_not(None),
        TermRule.request_kind.is_(None),
        TermRule.urgency.is_(None),
    )
    newest = session.scalars(wanted.order_by(TermRule.valid_from, TermRule.id))
    return {one.category_code: Term(one.value, TermUnit(one.unit)) for one in newest if one.category_code}
