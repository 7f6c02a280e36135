"""words of append-only rows can be erased, and a digest of them stays"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# Of each append-only table what somebody may have typed about a person.
_WORDS = {
    "journal": ("reason",),
    "transfers": ("title",),
    "stock_movements": ("document", "reason"),
    "service_records": ("activity_name", "category", "place", "content", "organising_body"),
    "adjustments": ("reason", "decision_reason"),
}
# What never changes of it.
_FIXED = {
    "journal": (
        "id, at, actor_id, verb, subject_kind, subject_id, from_state, to_state, organisation_id, facts, request"
    ),
    "transfers": (
        "id, source_id, target_id, amount, reference, kind, at, by_id, person_id, community_id, balance, rule_id,"
        " units, earned_on, cap_group, hold_id, reverses_id"
    ),
    # All but `donor_sealed`, which may be sealed anew.
    "stock_movements": (
        "id, item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id, reference,"
        " redemption_id, stocktake_id, source, donor_public, cost, reverses_id"
    ),
    # All but `sync_status`, which the national system gives.
    "service_records": (
        "id, person_id, activity_id, community_id, team_id, served_on, started_at, ended_at, minutes,"
        " in_charge_id, recorded_by_id, certified_by_id, recorded_at, source, corrects_id, backfill_id"
    ),
    "adjustments": (
        "id, community_id, person_id, points, state, proposed_by_id, proposed_at, decided_by_id, decided_at"
    ),
}
_GUARDED = ("journal", "transfers", "stock_movements", "service_records")
# PostgreSQL compares no JSON.
_AS_TEXT = {"postgresql": {"facts": "::text"}, "sqlite": {}}
_SAME = {"postgresql": "IS NOT DISTINCT FROM", "sqlite": "IS"}
_PROPOSED = ("id", "community_id", "person_id", "points", "reason", "proposed_by_id", "proposed_at")


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table, words in _WORDS.items():
        for word in words:
            op.add_column(table, sa.Column(f"{word}_digest", sa.String(128)))
    for table in _GUARDED:
        for statement in _words_may_go(table, dialect):
            op.execute(statement)
    for statement in _on_adjustments(_neither_decided_nor_erased(dialect), dialect):
        op.execute(statement)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for table in _GUARDED:
        for statement in _nothing_may_change(table, dialect):
            op.execute(statement)
    changed = " OR ".join(f"NEW.{column} <> OLD.{column}" for column in _PROPOSED)
    undecided = f"OLD.state <> 'proposed' OR NEW.state = 'proposed' OR {changed}"
    for statement in _on_adjustments(undecided, dialect):
        op.execute(statement)
    for table, words in _WORDS.items():
        for word in words:
            op.drop_column(table, f"{word}_digest")


def _unchanged(table: str, dialect: str) -> str:
    cast, same = _AS_TEXT[dialect], _SAME[dialect]
    each = ((column, cast.get(column, "")) for column in _FIXED[table].split(", "))
    return " AND ".join(f"NEW.{column}{kind} {same} OLD.{column}{kind}" for column, kind in each)


def _erased(table: str, dialect: str) -> str:
    """Nothing is different but texts, at least one, and each of them is as it was, or was erased: what tells so stands
    in it, and beside it a digest of what was written, which stays the same when more is erased of it later."""
    same = _SAME[dialect]
    some = " OR ".join(f"NOT NEW.{word}_digest {same} OLD.{word}_digest" for word in _WORDS[table])
    each = (
        f"((NEW.{word} {same} OLD.{word} AND NEW.{word}_digest {same} OLD.{word}_digest)"
        f" OR (OLD.{word} IS NOT NULL AND length(NEW.{word}_digest) = 128"
        f" AND (OLD.{word}_digest IS NULL"
        f" OR substr(NEW.{word}_digest, 1, 64) = substr(OLD.{word}_digest, 1, 64))"
        f" AND (NEW.{word} = '（文字已随注销删除）' OR NEW.{word} LIKE '%（已删除）%')))"
        for word in _WORDS[table]
    )
    return " AND ".join((_unchanged(table, dialect), *each, f"({some})"))


def _words_may_go(table: str, dialect: str) -> list[str]:
    """The same guard, under its old name: it lets an erasure through."""
    if dialect == "sqlite":
        return _sqlite_guard(table, f" WHEN ({_erased(table, dialect)}) IS NOT TRUE")
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF {_erased(table, dialect)} THEN RETURN NEW; END IF; END IF;"
        f" RAISE EXCEPTION '{table} is append-only'; END $$"
    ]


def _nothing_may_change(table: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        return _sqlite_guard(table, "")
    return [
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    ]


def _sqlite_guard(table: str, condition: str) -> list[str]:
    # Of the two others one column may change, so that the guard names all that may not.
    every = table in ("journal", "transfers")
    of = "" if every else f" OF {_FIXED[table]}, {', '.join(_WORDS[table])}"
    if condition and not every:
        of += ", " + ", ".join(f"{word}_digest" for word in _WORDS[table])
    return [
        f"DROP TRIGGER {table}_no_update",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE{of} ON {table}{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    ]


def _neither_decided_nor_erased(dialect: str) -> str:
    """An adjustment takes one decision; besides, only its reasons change, and only by being erased."""
    same = _SAME[dialect]
    kept = " AND ".join(f"NEW.{column} {same} OLD.{column}" for column in (*_PROPOSED, "reason_digest"))
    decision = f"OLD.state = 'proposed' AND NEW.state <> 'proposed' AND {kept}"
    return f"({decision}) IS NOT TRUE AND ({_erased('adjustments', dialect)}) IS NOT TRUE"


def _on_adjustments(refused: str, dialect: str) -> list[str]:
    head = "CREATE TRIGGER adjustments_decided_once BEFORE UPDATE ON adjustments"
    if dialect == "sqlite":
        return [
            "DROP TRIGGER adjustments_decided_once",
            f"{head} WHEN {refused} BEGIN SELECT RAISE(ABORT, 'adjustments are decided once'); END",
        ]
    return [
        "DROP TRIGGER adjustments_decided_once ON adjustments",
        f"{head} FOR EACH ROW WHEN ({refused}) EXECUTE FUNCTION adjustments_decided_once()",
    ]
