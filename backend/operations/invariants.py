"""What must hold across all rooms of the house, whatever was killed, full, late or asked for twice.

Each room recomputes its own books; here stands what no single room can see: every change of state has its
journal line, nobody made and checked the same record, one claim stands on a claimed wish, every WeChat message
is at its end or waits for a date, points have something they are given for, and nothing points into another community.
The database forbids most of it already; this finds what was done past its constraints.

Each check is one statement over a span of ids, so memory stays small whatever the size, and the database sends
back only what is wrong.
"""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from backend import capabilities
from backend.checks import Check, sentences
from backend.db import Base, session
from backend.ledger.fill import TITLE as INVENTED
from backend.people.checks import ROLE_ELSEWHERE
from backend.volunteering.models import MOST_MINUTES

STEP = 50_000


# --- every change of state has its journal line --------------------------------------------------------


def stateful() -> list[tuple[str, str]]:
    """What the journal calls a thing, and its table: all that moves by a table of moves.

    What a person registers is left out: it has no number of its own, and its lines do not all name a state.
    """
    tables = {kind: model.__table__ for model in _models() if (kind := getattr(model, "journal_kind", ""))}
    kinds = [table.kind for states in capabilities.modules("states") for table in states.TABLES]
    return [(kind, tables[kind].name) for kind in kinds if {"id", "state"} <= set(tables[kind].c.keys())]


def _models() -> list[Any]:
    """Every model of the house."""
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return sorted(found, key=lambda model: model.__tablename__)


def _journaled(kind: str, table: str) -> Check:
    return Check(
        f"""
        SELECT * FROM (
            SELECT id, state AS stands, coalesce((
                SELECT to_state FROM journal
                WHERE subject_kind = '{kind}' AND subject_id = {table}.id AND to_state IS NOT NULL
                ORDER BY journal.id DESC LIMIT 1
            ), 'nothing') AS told
            FROM {table} WHERE id BETWEEN :first AND :last
        ) AS one WHERE told <> stands ORDER BY id
        """,  # noqa: S608 - only names of the house's own kinds and tables are put in
        f"{kind} {{id}} is {{stands}}, its journal ends with {{told}}",
        over=table,
    )


def _unbroken(kind: str, table: str) -> Check:
    return Check(
        f"""
        SELECT * FROM (
            SELECT id, subject_id, verb, coalesce(from_state, 'nothing') AS since, coalesce(
                lag(to_state) OVER (PARTITION BY subject_id ORDER BY id), 'nothing') AS before
            FROM journal
            WHERE subject_kind = '{kind}' AND subject_id BETWEEN :first AND :last AND to_state IS NOT NULL
        ) AS one WHERE since <> before ORDER BY id
        """,  # noqa: S608 - only constants of this file are put in
        f"journal line {{id}} ({{verb}}) moves {kind} {{subject_id}} from {{since}}, it was {{before}} before",
        over=table,
    )


# --- nobody makes and checks the same record -----------------------------------------------------------


def pairs() -> list[tuple[str, str, str]]:
    """Who checked it, and who may not have been the same person: because they made it, or because it is theirs.

    A model says it in `__four_eyes__`. (Redemptions, stocktakes and deliveries between shops: backend/supermarket/verify.py.)
    """
    return [
        (model.__tablename__, checker, makers)
        for model in _models()
        for checker, makers in getattr(model, "__four_eyes__", ())
    ]


def _different_people(table: str, checker: str, makers: str) -> Check:
    key = _key(Base.metadata.tables[table])
    return Check(
        f"""
        SELECT {key} AS id, {checker} AS person FROM {table}
        WHERE {key} BETWEEN :first AND :last AND {checker} IN ({makers}) ORDER BY {key}
        """,  # noqa: S608 - only names of the house's own tables and columns are put in
        f"{table} {{id}}: {checker} is person {{person}}, who also stands in {makers}",
        over=table,
        key=key,
    )


CLAIMED_BY_THEIR_OWN = Check(
    """
    SELECT claims.id, claims.wish_id, claims.person_id FROM claims JOIN wishes ON wishes.id = claims.wish_id
    WHERE claims.id BETWEEN :first AND :last
        AND claims.person_id IN (wishes.wisher_id, wishes.reporter_id, wishes.guardian_id, wishes.reviewer_id)
    ORDER BY claims.id
    """,
    "claim {id} on wish {wish_id} is of person {person_id}, who made or reviewed the wish",
    over="claims",
)
CERTIFIED_THEIR_OWN = Check(
    """
    SELECT activities.id, sign_ups.id AS sign_up, certified_by_id AS person FROM activities
    JOIN sign_ups ON sign_ups.activity_id = activities.id
        AND sign_ups.state = 'certified' AND sign_ups.person_id = activities.certified_by_id
    WHERE activities.id BETWEEN :first AND :last ORDER BY activities.id
    """,
    "activity {id} was certified by person {person}, whose own sign-up {sign_up} it counts",
    over="activities",
)
CORRECTED_THEIR_OWN = Check(
    """
    SELECT wanted.id, wanted.record_id, wanted.decided_by_id AS person FROM record_corrections AS wanted
    JOIN service_records ON service_records.id = wanted.record_id
    WHERE wanted.id BETWEEN :first AND :last AND wanted.decided_by_id = service_records.certified_by_id
    ORDER BY wanted.id
    """,
    "correction {id} of service record {record_id} was decided by person {person}, who certified the record",
    over="record_corrections",
)

# --- one claim stands on a claimed wish, and none on any other ------------------------------------------

STANDING = Check(
    """
    SELECT * FROM (
        SELECT id, state, coalesce(claimer_id, 0) AS claimer,
            (SELECT count(*) FROM claims WHERE wish_id = wishes.id AND outcome IS NULL) AS standing,
            (SELECT coalesce(min(person_id), 0) FROM claims
             WHERE wish_id = wishes.id AND outcome IS NULL) AS promised
        FROM wishes WHERE id BETWEEN :first AND :last
    ) AS one
    WHERE standing <> CASE WHEN state IN ('claimed', 'fulfilled') THEN 1 ELSE 0 END
        OR (standing = 1 AND promised <> claimer)
    ORDER BY id
    """,
    "wish {id} is {state} and claimed by {claimer}: {standing} claims stand on it, of person {promised}",
    over="wishes",
)
SETTLED = Check(
    """
    SELECT id, state FROM wishes
    WHERE id BETWEEN :first AND :last AND state IN ('confirmed', 'closed_unconfirmed')
        AND 1 <> (SELECT count(*) FROM claims WHERE wish_id = wishes.id AND outcome = wishes.state
                  AND claims.person_id = wishes.claimer_id)
    ORDER BY id
    """,
    "wish {id} is {state}, and not one claim of its claimer ended so",
    over="wishes",
)

# --- every WeChat message is at its end, or waits for a date --------------------------------------------

UNDATED = Check(
    """
    SELECT notice_id, state, next_at, attempts FROM deliveries
    WHERE notice_id BETWEEN :first AND :last AND (
        (state IN ('waiting', 'sending') AND (next_at IS NULL OR finished_at IS NOT NULL))
        OR (state = 'sending' AND (lease IS NULL OR leased_until IS NULL OR attempts = 0))
        OR (state NOT IN ('waiting', 'sending') AND (finished_at IS NULL OR lease IS NOT NULL))
    ) ORDER BY notice_id
    """,
    "the message of notice {notice_id} is {state} after {attempts} attempts, next looked at {next_at}: "
    "neither at its end nor waiting for a date",
    over="deliveries",
    key="notice_id",
)

# --- points have something they are given for ------------------------------------------------------------


def _number(words: str) -> str:
    """What an id in a reference says, none where it is no number: nothing else is compared with ids."""
    number = f"ltrim({words}, '0123456789') = '' AND length({words}) BETWEEN 1 AND 18"
    return f"(CASE WHEN {number} THEN CAST({words} AS bigint) END)"


def _caused(table: str, column: str, before: str, after: str, holds: str) -> str:
    """Whether there is a row of `table` whose `column` is the number in the reference, and for which this holds."""
    number = _number(f"replace(replace(reference, {before}, ''), {after}, '')")
    named = f"reference LIKE {before} || '%' AND {column} = {number}"
    return f"EXISTS (SELECT 1 FROM {table} WHERE {named} AND {holds})"  # noqa: S608 - constants of this file


# A colon before a word that ends a reference is written with a stroke: it would else be taken for a parameter. Service that
# went on after midnight, or in several sessions, is an award for each day on which an hour was full, numbered from the
# second on.
_DAYS = ("", *(rf"\:{number}" for number in range(2, MOST_MINUTES // 60 + 1)))
_THEIRS = "person_id = one.person_id"
_APPROVED = f"state = 'approved' AND {_THEIRS}"
_HOURS = (
    ("service_records", "activity_id", "'activity:'", r"':person:' || one.person_id || '\:hours{}'", _THEIRS),
    ("backfills", "id", "'backfill:'", r"'\:hours{}'", _APPROVED),
)
_EARNED = " OR ".join(
    _caused(*one)
    for one in (
        ("wishes", "id", "'wish:'", r"'\:confirmed'", "solved IS NOT NULL AND claimer_id = one.person_id"),
        *((*row[:3], row[3].format(day), row[4]) for row in _HOURS for day in _DAYS),
    )
)
# What takes from several lots adds the lot to the reference.
_AGREED = _caused("adjustments", "id", "'adjustment:'", "':' || coalesce(source.lot, '-')", _APPROVED)
GIVEN_FOR_NOTHING = Check(
    f"""
    SELECT one.id, one.kind, reference, one.person_id, one.amount FROM transfers AS one
    JOIN accounts AS source ON source.id = one.source_id
    WHERE one.id BETWEEN :first AND :last AND (
        (one.kind = 'award' AND NOT ({_EARNED})
            AND NOT EXISTS (SELECT 1 FROM persons WHERE id = one.person_id AND nickname = '{INVENTED}'))
        OR (one.kind = 'adjust' AND NOT {_AGREED})
    ) ORDER BY one.id
    """,  # noqa: S608 - only constants of this file are put in
    "transfer {id} ({reference}): {kind} of {amount} points to or from person {person_id}, and there is nothing that "
    "they did or that was approved",
    over="transfers",
)
ADJUSTED_OTHERWISE = Check(
    """
    SELECT * FROM (
        SELECT id, state, CASE state WHEN 'approved' THEN points ELSE 0 END AS agreed, (
            SELECT coalesce(sum(CASE WHEN source.kind = 'lot' THEN -amount ELSE amount END), 0)
            FROM transfers JOIN accounts AS source ON source.id = transfers.source_id
            WHERE transfers.person_id = adjustments.person_id AND transfers.kind = 'adjust' AND (
                reference = 'adjustment:' || adjustments.id
                OR reference = 'adjustment:' || adjustments.id || ':' || source.lot)
        ) AS moved FROM adjustments WHERE id BETWEEN :first AND :last
    ) AS one WHERE moved <> agreed ORDER BY id
    """,
    "adjustment {id} is {state}: it should have moved {agreed} points, and moved {moved}",
    over="adjustments",
)

# --- nothing points into another community --------------------------------------------------------------


def _same(table: str, named: str, column: str, *, key: str = "id") -> Check:
    """What `named` (a table) says by `column` is of the row's own community, or of the one that this was merged into."""
    return Check(
        f"""
        SELECT one.{key} AS id, one.{column} AS pointed FROM {table} AS one JOIN {named} AS other
            ON other.id = one.{column}
        WHERE one.{key} BETWEEN :first AND :last AND NOT EXISTS (SELECT 1 FROM organisation_reach AS up WHERE
            up.descendant_id = one.community_id AND up.ancestor_id = other.community_id) ORDER BY one.{key}
        """,  # noqa: S608 - only constants of this file are put in
        f"{table} {{id}}: {column} is {{pointed}} of {named}, in another community",
        over=table,
        key=key,
    )


def in_a_grid() -> list[tuple[str, str]]:
    """Every table whose rows name a community and a grid, and its key."""
    named = {"community_id", "grid_id"}
    return [
        (table.name, _key(table)) for table in Base.metadata.sorted_tables if named <= set(table.c.keys())
    ]


def _key(table: sa.Table) -> str:
    (key,) = table.primary_key.columns
    return key.name


def _below(table: str, *, key: str = "id") -> Check:
    """The grid lies in the community, in what this was merged into, or was moved out of it since."""
    return Check(
        f"""
        SELECT {key} AS id, grid_id, community_id FROM {table}
        WHERE {key} BETWEEN :first AND :last AND grid_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM organisation_reach AS up JOIN organisation_reach AS home ON home.ancestor_id = up.ancestor_id
            JOIN organisations ON organisations.id = up.ancestor_id AND organisations.kind = 'community'
            WHERE up.descendant_id = {table}.grid_id AND home.descendant_id = {table}.community_id) AND NOT EXISTS (
            SELECT 1 FROM journal WHERE subject_kind = 'organisation' AND subject_id = grid_id AND verb = 'move')
        ORDER BY {key}
        """,  # noqa: S608 - only constants of this file are put in
        f"{table} {{id}}: grid {{grid_id}} does not lie in community {{community_id}}",
        over=table,
        key=key,
    )


def _of_one_shop(table: str, parent: str, column: str) -> Check:
    """The item belongs to the shop of the order or stocktake that names it."""
    return Check(
        f"""
        SELECT parent.id, parent.shop_id, items.id AS item, items.shop_id AS elsewhere FROM {parent} AS parent
        JOIN {table} AS line ON line.{column} = parent.id JOIN items ON items.id = line.item_id
        WHERE parent.id BETWEEN :first AND :last AND items.shop_id <> parent.shop_id ORDER BY parent.id
        """,  # noqa: S608 - only constants of this file are put in
        f"{parent} {{id}} of shop {{shop_id}}: {table} name item {{item}} of shop {{elsewhere}}",
        over=parent,
    )


POINTS_ELSEWHERE = Check(
    """
    SELECT one.id, one.reference, one.community_id, source.address AS source, target.address AS target
    FROM transfers AS one
    JOIN accounts AS source ON source.id = one.source_id
    JOIN accounts AS target ON target.id = one.target_id
    WHERE one.id BETWEEN :first AND :last
        AND (source.community_id <> one.community_id OR target.community_id <> one.community_id)
    ORDER BY one.id
    """,
    "transfer {id} ({reference}) of community {community_id}, from {source} to {target}, is of another one",
    over="transfers",
)
BATCH_ELSEWHERE = Check(
    """
    SELECT event.id, event.item_id, event.batch_id FROM stock_movements AS event
    JOIN batches ON batches.id = event.batch_id
    WHERE event.id BETWEEN :first AND :last AND batches.item_id <> event.item_id ORDER BY event.id
    """,
    "stock event {id} of item {item_id} moves batch {batch_id} of another item",
    over="stock_movements",
)
REACH = Check(
    """
    SELECT one.id, one.name FROM organisations AS one WHERE one.id BETWEEN :first AND :last AND (
        SELECT count(*) FROM organisation_reach WHERE descendant_id = one.id
    ) <> 1 + (SELECT count(*) FROM organisation_reach WHERE descendant_id = one.parent_id)
    ORDER BY one.id
    """,
    "organisation {id} ({name}): who reaches it is not who reaches what it lies in",
    over="organisations",
)

ACROSS = (
    CLAIMED_BY_THEIR_OWN,
    CERTIFIED_THEIR_OWN,
    CORRECTED_THEIR_OWN,
    STANDING,
    SETTLED,
    UNDATED,
    GIVEN_FOR_NOTHING,
    ADJUSTED_OTHERWISE,
    _same("wishes", "rounds", "round_id"),
    _same("redemptions", "shops", "shop_id"),
    _same("stocktakes", "shops", "shop_id"),
    _same("activities", "teams", "team_id"),
    _same("sign_ups", "activities", "activity_id"),
    _same("service_records", "activities", "activity_id"),
    _same("record_corrections", "service_records", "record_id"),
    _same("backfills", "teams", "team_id"),
    _of_one_shop("redemption_lines", "redemptions", "redemption_id"),
    _of_one_shop("venue_slots", "redemptions", "redemption_id"),
    _of_one_shop("stock_movements", "redemptions", "redemption_id"),
    _of_one_shop("stocktake_lines", "stocktakes", "stocktake_id"),
    POINTS_ELSEWHERE,
    BATCH_ELSEWHERE,
    ROLE_ELSEWHERE,
    REACH,
)


def checks() -> list[Check]:
    """All of them: those that follow from what models and moves say of themselves, then those written here."""
    moved = stateful()
    return [
        *(_journaled(*one) for one in moved),
        *(_unbroken(*one) for one in moved),
        *(_different_people(*one) for one in pairs()),
        *(_below(table, key=key) for table, key in in_a_grid()),
        *ACROSS,
    ]


def findings(progress: Callable[[str], object] = lambda _: None) -> Iterator[str]:
    """Everything that contradicts what holds across the house, one sentence each; none is good."""
    for check in checks():
        for first, last in _spans(check.over, check.key):
            yield from sentences(check, first=first, last=last)
    progress("what holds across the house checked")


def _spans(table: str, key: str) -> Iterator[tuple[int, int]]:
    """Spans of ids without gaps, from the first row to the last."""
    ends = sa.text(f"SELECT min({key}), max({key}) FROM {table}")  # noqa: S608 - constants of this file
    first, last = session.execute(ends).one()
    while first is not None and first <= last:
        yield first, min(first + STEP - 1, last)
        first += STEP
