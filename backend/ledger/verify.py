"""Recomputes the ledger from its transfers and says, in plain sentences, what does not agree.

Each check is one statement, so it sees one moment of a ledger that is in use, and the database sends back
only what is wrong. Persons are gone through in steps, so memory stays small whatever the ledger's size.
"""

from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa

from backend.checks import Check, report, sentences
from backend.db import session
from backend.ledger.holds import holds
from backend.ledger.writing import purses

STEP = 500
_END = 2**62


BALANCES = Check(
    """
    SELECT * FROM (
        SELECT id, address, balance AS stored,
            (SELECT coalesce(sum(amount), 0) FROM transfers WHERE target_id = accounts.id)
            - (SELECT coalesce(sum(amount), 0) FROM transfers WHERE source_id = accounts.id) AS summed
        FROM accounts WHERE person_id BETWEEN :first AND :last
    ) AS one WHERE stored <> summed OR stored < 0 ORDER BY id
    """,
    "account {id} ({address}) stores {stored} points, its transfers sum to {summed}",
)
PURSES = Check(
    """
    SELECT * FROM (
        SELECT person_id, available, held,
            (SELECT coalesce(sum(balance), 0) FROM accounts
             WHERE person_id = purses.person_id AND kind = 'lot') AS lots,
            (SELECT coalesce(sum(balance), 0) FROM accounts
             WHERE person_id = purses.person_id AND kind = 'held') AS bound
        FROM purses WHERE person_id BETWEEN :first AND :last
    ) AS one WHERE available <> lots OR held <> bound ORDER BY person_id
    """,
    "the purse of person {person_id} says {available} available and {held} held, "
    "the accounts say {lots} and {bound}",
)
# The name of a lot says when it ends: 2027, or 2027-06.
LOTS = Check(
    """
    SELECT * FROM (
        SELECT id, address, CAST(ends_on AS text) AS stored, lot || CASE
            WHEN length(lot) = 4 THEN '-12-31'
            WHEN substr(lot, 6) IN ('04', '06', '09', '11') THEN '-30'
            WHEN substr(lot, 6) <> '02' THEN '-31'
            WHEN CAST(substr(lot, 1, 4) AS integer) % 4 = 0 THEN '-29' ELSE '-28' END AS named
        FROM accounts WHERE person_id BETWEEN :first AND :last AND lot <> 'never'
    ) AS one WHERE stored <> named ORDER BY id
    """,
    "account {id} ({address}) ends on {stored}, its lot on {named}",
)
HOLDS = Check(
    """
    SELECT * FROM (
        SELECT id, reference, state, amount,
            (SELECT coalesce(sum(amount), 0) FROM transfers
             WHERE hold_id = holds.id AND kind = 'hold') AS taken,
            (SELECT coalesce(sum(amount), 0) FROM transfers
             WHERE hold_id = holds.id AND kind = 'settle') AS settled,
            (SELECT coalesce(sum(amount), 0) FROM transfers
             WHERE hold_id = holds.id AND kind = 'release') AS released
        FROM holds WHERE person_id BETWEEN :first AND :last
    ) AS one
    WHERE taken <> amount
        OR (settled > 0) <> (state = 'settled')
        OR settled + released <> CASE WHEN state = 'open' THEN 0 ELSE amount END
    ORDER BY id
    """,
    "hold {id} ({reference}) is {state} over {amount} points: "
    "its transfers took {taken}, settled {settled}, released {released}",
)
HELD_LOTS = Check(
    """
    SELECT holds.id, holds.reference, holds.state, min(accounts.address) AS address,
        sum(CASE WHEN transfers.kind = 'hold' THEN transfers.amount ELSE -transfers.amount END) AS rest
    FROM holds
    JOIN transfers ON transfers.hold_id = holds.id
    JOIN accounts ON accounts.id
        = CASE WHEN transfers.kind = 'hold' THEN transfers.target_id ELSE transfers.source_id END
    WHERE holds.person_id BETWEEN :first AND :last
    GROUP BY holds.id, holds.reference, holds.state, accounts.lot
    HAVING (holds.state = 'open')
        <> (sum(CASE WHEN transfers.kind = 'hold' THEN transfers.amount ELSE -transfers.amount END) > 0)
        OR sum(CASE WHEN transfers.kind = 'hold' THEN transfers.amount ELSE -transfers.amount END) < 0
    ORDER BY holds.id
    """,
    "hold {id} ({reference}) is {state}, yet holds {rest} points in {address}",
)
# A kind of transfer goes from one kind of account to one other.
SHAPES = (
    "award issuance lot",
    "opening issuance lot",
    "hold lot held",
    "settle held spent",
    "release held lot",
    "expire lot expired",
    "adjust adjusted lot",
    "adjust lot adjusted",
    "merge lot lot",
    "merge held held",
    "reverse lot issuance",
    "reverse spent lot",
)
SIDES = Check(
    f"""
    SELECT transfers.id, transfers.reference, transfers.kind, transfers.person_id,
        source.address AS source, target.address AS target
    FROM transfers
    JOIN accounts AS source ON source.id = transfers.source_id
    JOIN accounts AS target ON target.id = transfers.target_id
    LEFT JOIN holds ON holds.id = transfers.hold_id
    WHERE transfers.person_id BETWEEN :first AND :last AND (
        (source.person_id <> transfers.person_id AND transfers.kind <> 'merge')
        OR (transfers.kind = 'merge' AND NOT EXISTS (
            SELECT 1 FROM persons AS gone WHERE gone.id = source.person_id AND gone.status <> 'active'
            AND gone.merged_into_id = coalesce(
                (SELECT merged_into_id FROM persons WHERE id = transfers.person_id), transfers.person_id)))
        OR target.person_id <> transfers.person_id
        OR (holds.person_id <> transfers.person_id AND holds.person_id <> coalesce(
            (SELECT merged_into_id FROM persons WHERE id = transfers.person_id), -1))
        OR source.lot <> target.lot
        OR transfers.kind || ' ' || source.kind || ' ' || target.kind NOT IN {SHAPES}
    ) ORDER BY transfers.id
    """,  # noqa: S608 - the shapes are the constant above
    "transfer {id} ({reference}), {kind} of person {person_id}, cannot go from {source} to {target}",
)
REVERSALS = Check(
    """
    SELECT back.id, back.reference, back.amount, first.id AS first_id, first.amount AS first_amount
    FROM transfers AS back
    JOIN transfers AS first ON first.id = back.reverses_id
    JOIN accounts AS home ON home.id = back.target_id
    JOIN accounts AS left_home ON left_home.id = first.source_id
    JOIN accounts AS given ON given.id = first.target_id
    JOIN accounts AS taken ON taken.id = back.source_id
    JOIN persons AS back_person ON back_person.id = back.person_id
    JOIN persons AS first_person ON first_person.id = first.person_id
    WHERE back.person_id BETWEEN :first AND :last AND NOT (
        back.amount <= first.amount AND (back.amount = first.amount OR first.kind = 'settle')
        AND back.id > first.id
        AND coalesce(back_person.merged_into_id, back.person_id)
            = coalesce(first_person.merged_into_id, first.person_id)
        AND (
            (first.kind IN ('award', 'opening') AND back.target_id = first.source_id AND (
                back.source_id = first.target_id OR (
                    back.person_id <> first.person_id AND given.lot = taken.lot AND taken.kind = 'lot')))
            OR (first.kind = 'settle' AND back.source_id = first.target_id AND home.person_id = back.person_id
                AND home.lot = left_home.lot)
        )
    ) ORDER BY back.id
    """,
    "transfer {id} ({reference}) over {amount} points does not mirror transfer {first_id} "
    "over {first_amount}, which it reverses",
)
PARTS = Check(
    """
    SELECT * FROM (
        SELECT first.id, first.reference, first.amount,
            (SELECT sum(back.amount) FROM transfers AS back WHERE back.reverses_id = first.id) AS given_back
        FROM transfers AS first
        WHERE first.person_id BETWEEN :first AND :last
            AND first.id IN (SELECT reverses_id FROM transfers WHERE person_id BETWEEN :first AND :last)
    ) AS one WHERE given_back > amount ORDER BY id
    """,
    "transfer {id} ({reference}) over {amount} points was reversed by {given_back}",
)
STATEMENTS = Check(
    """
    SELECT * FROM (
        SELECT id, reference, stored, sum(change) OVER (PARTITION BY person_id ORDER BY id) AS summed, own
        FROM (
            SELECT transfers.id, transfers.reference, transfers.balance AS stored, transfers.person_id, 1 AS own,
                CASE WHEN target.kind = 'lot' THEN transfers.amount
                     WHEN source.kind = 'lot' THEN -transfers.amount ELSE 0 END AS change
            FROM transfers
            JOIN accounts AS source ON source.id = transfers.source_id
            JOIN accounts AS target ON target.id = transfers.target_id
            WHERE transfers.person_id BETWEEN :first AND :last
            UNION ALL
            SELECT transfers.id, transfers.reference, transfers.balance, source.person_id, 0, -transfers.amount
            FROM accounts AS source
            JOIN transfers ON transfers.source_id = source.id
            WHERE source.person_id BETWEEN :first AND :last AND source.kind = 'lot' AND transfers.kind = 'merge'
        ) AS lines
    ) AS one WHERE own = 1 AND stored <> summed ORDER BY id
    """,
    "transfer {id} ({reference}) tells a balance of {stored} points, up to it they sum to {summed}",
)
AWARDS = Check(
    """
    SELECT transfers.id, transfers.reference, transfers.amount, transfers.units,
        rule.points, rule.id AS rule_id
    FROM transfers JOIN earning_rules AS rule ON rule.id = transfers.rule_id
    WHERE transfers.person_id BETWEEN :first AND :last AND transfers.amount > transfers.units * rule.points
    ORDER BY transfers.id
    """,
    "transfer {id} ({reference}) awarded {amount} points for {units} units, "
    "rule {rule_id} gives {points} each",
)
CHECKS = (BALANCES, PURSES, LOTS, HOLDS, HELD_LOTS, SIDES, REVERSALS, PARTS, STATEMENTS, AWARDS)


def findings(progress: Callable[[str], object] = lambda _: None) -> Iterator[str]:
    """Everything in the ledger that contradicts its own transfers, one sentence each; none is good."""
    for first, last in _steps():
        for check in CHECKS:
            yield from sentences(check, first=first, last=last)
        progress(f"persons up to {last} checked" if last < _END else "all persons checked")


def _steps() -> Iterator[tuple[int, int]]:
    """Spans of person ids without gaps, so that a row of a person who has no purse is looked at as well."""
    first = 0
    while True:
        ids = sa.select(purses.c.person_id).where(purses.c.person_id >= first)
        last = session.scalar(ids.order_by(purses.c.person_id).limit(1).offset(STEP - 1))
        yield first, last if last is not None else _END
        if last is None:
            return
        first = last + 1


def check_open_holds(references: Iterable[str]) -> Iterator[str]:
    """Compares the open holds with the references of all orders that should have one."""
    expected = set(references)
    after = 0
    while True:
        step = sa.select(holds.c.id, holds.c.reference).where(
            holds.c.state == sa.literal_column("'open'"), holds.c.id > after
        )
        rows = session.execute(step.order_by(holds.c.id).limit(STEP)).all()
        for row in rows:
            if row.reference not in expected:
                yield f"hold {row.id} ({row.reference}) is open, yet no order waits for it"
            expected.discard(row.reference)
        if len(rows) < STEP:
            break
        after = rows[-1].id
    yield from (
        f"an order waits for the hold {reference}, which is not open" for reference in sorted(expected)
    )


def verify(progress: Callable[[str], object]) -> int:
    """Tells `progress` every finding and how far it got; answers how many findings there were."""
    return report(findings(progress), progress)
