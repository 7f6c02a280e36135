"""A large ledger for trying it at its size: many invented persons with awards, holds, settlements, releases.

For development only. Each batch is persons who are new, with all their transfers, in one transaction: it
stands whole or not at all, so filling may be stopped at any time and goes on where it ended.
"""

from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session
from backend.ledger.lots import (
    Lot,
    accounts,
    community_account,
    get_or_create_accounts,
    lot_account,
    lot_of,
    shop_account,
)
from backend.ledger.rules import ensure_default_rules, rule_in_force
from backend.ledger.writing import purses, transfers
from backend.organisations.models import Organisation
from backend.people.kinds import PersonState
from backend.people.models import Person

TITLE = "压力测试"
# Two awards, a hold, and its end: what was taken comes back every other time.
CYCLE = 4
BATCH = 10_000
# Beyond every shop there is, so that no real shop's figures grow.
SHOPS_FROM = 1_000_000_000


class NothingToFill(Exception):
    """There is no community yet, or confirming a wish earns nothing there."""


def filled() -> int:
    """How many transfers were made here so far."""
    mine = transfers.c.title == TITLE
    return session.scalars(sa.select(sa.func.count()).select_from(transfers).where(mine)).one()


def add(wanted: int, per_person: int = 100) -> int:
    """One batch: at most `wanted` transfers (rounded up to whole cycles of 4); answers how many.

    `per_person` says how long a person's statement becomes. Raises NothingToFill.
    """
    cycles = max(1, per_person // CYCLE)
    full, rest = divmod(-(-min(wanted, BATCH) // CYCLE), cycles)
    made = sum(_persons(count, each) for count, each in ((full, cycles), (1, rest)) if count and each)
    return made * CYCLE


def _persons(count: int, cycles: int) -> int:
    """So many new persons with so many cycles each; answers how many cycles that were."""
    facts = {**_place(), "cycles": cycles, "at": clock.now(), "today": clock.today(), "title": TITLE}
    lot = lot_of(clock.today())
    rows = [{"nickname": TITLE, "state": PersonState.ACTIVE, "created_at": facts["at"]}] * count
    ids = sorted(session.scalars(sa.insert(Person).returning(Person.id), rows))
    session.execute(sa.insert(purses), [{"person_id": one, "available": 0, "held": 0} for one in ids])
    _open_lots(ids, lot)
    for statement in (_HOLDS, _TRANSFERS, _BALANCES, _PURSES):
        session.execute(statement, {**facts, "first": ids[0], "last": ids[-1]})
    return count * cycles


def _open_lots(ids: list[int], lot: Lot) -> None:
    rows = [lot_account(one, lot) for one in ids]
    held = [{**row, "address": f"{row['address']}:held", "kind": "held"} for row in rows]
    session.execute(sa.insert(accounts), rows + held)


def _place() -> dict[str, Any]:
    """A community with its accounts and its rule: the first one, so that its figures become large as well."""
    communities = sa.select(Organisation.id).where(Organisation.kind == "community")
    community = session.scalar(communities.order_by(Organisation.id).limit(1))
    if community is None:
        raise NothingToFill("no community yet")
    ensure_default_rules()
    rule = rule_in_force("wish_confirmed", community, clock.today())
    if rule is None or rule.points == 0:
        raise NothingToFill("a confirmed wish earns nothing")
    issuance, spent = get_or_create_accounts(
        [community_account(community, "issuance"), shop_account(SHOPS_FROM + community, community)]
    )
    facts = {"community": community, "issuance": issuance.id, "spent": spent.id}
    return {**facts, "rule": rule.id, "points": rule.points}


# Between the batch's first and last id may stand someone who signed up at the same moment.
_MINE = "SELECT id FROM persons WHERE id BETWEEN :first AND :last AND nickname = :title AND created_at = :at"
_AT = sa.bindparam("at", type_=Moment)
_BATCH = f"""
    WITH RECURSIVE cycle(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM cycle WHERE n + 1 < :cycles),
    batch(person_id) AS ({_MINE})
"""  # noqa: S608 - only the constants above are put in
_HOLDS = sa.text(f"""
    INSERT INTO holds (person_id, reference, amount, state, opened_at, closed_at)
    {_BATCH}
    SELECT person_id, 'fill:' || person_id || ':' || n, CAST(:points AS integer),
        CASE WHEN n % 2 = 0 THEN 'settled' ELSE 'released' END, :at, :at
    FROM batch CROSS JOIN cycle
    ORDER BY person_id, n
""").bindparams(_AT)  # noqa: S608 - only the constants above are put in
# Every settled cycle leaves the worth of one award, every released one of two.
_TRANSFERS = sa.text(f"""
    INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, person_id, community_id, title,
        balance, rule_id, units, earned_on, hold_id)
    {_BATCH},
    step(s, kind, ending) AS (
        SELECT 0, 'award', 'first' UNION ALL SELECT 1, 'award', 'second'
        UNION ALL SELECT 2, 'hold', 'hold' UNION ALL SELECT 3, 'end', 'end'
    ),
    line AS (
        SELECT batch.person_id, n, s, ending, lot.id AS lot_id, held.id AS held_id, holds.id AS hold_id,
            CASE WHEN step.kind <> 'end' THEN step.kind WHEN n % 2 = 0 THEN 'settle' ELSE 'release' END AS kind,
            2 * n - (n + 1) / 2 AS before
        FROM batch CROSS JOIN cycle CROSS JOIN step
        JOIN accounts AS lot ON lot.person_id = batch.person_id AND lot.kind = 'lot'
        JOIN accounts AS held ON held.person_id = batch.person_id AND held.kind = 'held'
        JOIN holds ON holds.reference = 'fill:' || batch.person_id || ':' || n
    )
    SELECT
        CASE kind WHEN 'award' THEN :issuance WHEN 'hold' THEN lot_id ELSE held_id END,
        CASE kind WHEN 'hold' THEN held_id WHEN 'settle' THEN :spent ELSE lot_id END,
        CAST(:points AS integer), 'fill:' || person_id || ':' || n || ':' || ending, kind, :at, person_id,
        :community, :title,
        CAST(:points AS integer) * (before + CASE WHEN s = 1 OR kind = 'release' THEN 2 ELSE 1 END),
        CASE WHEN kind = 'award' THEN :rule END, CASE WHEN kind = 'award' THEN 1 END,
        CASE WHEN kind = 'award' THEN :today END, CASE WHEN kind <> 'award' THEN hold_id END
    FROM line
    ORDER BY person_id, n, s
""").bindparams(_AT, sa.bindparam("today", type_=sa.Date))  # noqa: S608 - only the constants above are put in
_BALANCES = sa.text(f"""
    UPDATE accounts SET balance =
        (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target_id = accounts.id)
        - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source_id = accounts.id)
    WHERE person_id IN ({_MINE})
""").bindparams(_AT)  # noqa: S608 - only the constants above are put in
_PURSES = sa.text(f"""
    UPDATE purses SET available =
        (SELECT sum(balance) FROM accounts WHERE person_id = purses.person_id AND kind = 'lot')
    WHERE person_id IN ({_MINE})
""").bindparams(_AT)  # noqa: S608 - only the constants above are put in
