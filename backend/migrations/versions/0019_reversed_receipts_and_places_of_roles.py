"""stock: a receipt is taken back by a red entry; people: a role is had in its own kinds of place"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS_BEFORE = "'receipt', 'reserve', 'release', 'hand_over', 'return', 'spoilage', 'expired', 'stocktake'"
_WAYS = (
    "(kind IN ('receipt', 'return') AND on_hand_change > 0 AND reserved_change = 0)"
    " OR (kind = 'reserve' AND on_hand_change = 0 AND reserved_change > 0)"
    " OR (kind = 'release' AND on_hand_change = 0 AND reserved_change < 0)"
    " OR (kind = 'hand_over' AND on_hand_change < 0 AND reserved_change = on_hand_change)"
    " OR (kind IN ({leaving}) AND on_hand_change < 0 AND reserved_change = 0)"
    " OR (kind = 'stocktake' AND on_hand_change <> 0 AND reserved_change = 0)"
)
_BEFORE = {
    "kind_known": f"kind IN ({_KINDS_BEFORE})",
    "goes_the_way_of_its_kind": _WAYS.format(leaving="'spoilage', 'expired'"),
}
_AFTER = {
    "kind_known": f"kind IN ({_KINDS_BEFORE}, 'receipt_reversal')",
    "goes_the_way_of_its_kind": _WAYS.format(leaving="'spoilage', 'expired', 'receipt_reversal'"),
}
_NEW = {
    "reversals_name_their_receipt": "(kind = 'receipt_reversal') = (reverses_id IS NOT NULL)",
    "reversed_for_a_reason": "kind <> 'receipt_reversal' OR reason IS NOT NULL",
}
# All but `donor_sealed`, which may be sealed under a new key or erased.
_EVENT = (
    "id, item_id, batch_id, kind, on_hand_change, reserved_change, on_hand_after, at, by_id, reference,"
    " redemption_id, stocktake_id, source, donor_public, document, cost, reason"
)
_COUNTERPART = (
    "SELECT 1 FROM stock_movements AS receipt WHERE receipt.id = NEW.reverses_id AND receipt.kind = 'receipt'"
    " AND receipt.item_id = NEW.item_id AND receipt.batch_id = NEW.batch_id"
    " AND receipt.on_hand_change = -NEW.on_hand_change AND receipt.by_id <> NEW.by_id"
)
_NO_COUNTERPART = "a reversal takes back its own receipt, by another hand"


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "postgresql":
        # It names the columns that it guards, and PostgreSQL changes none that is named.
        op.execute("DROP TRIGGER stock_movements_append_only ON stock_movements")
    with op.batch_alter_table("stock_movements") as table:
        table.alter_column("kind", type_=sa.String(20), existing_type=sa.String(12), existing_nullable=False)
        table.add_column(sa.Column("reverses_id", Id, nullable=True))
        table.create_foreign_key(
            op.f("fk_stock_movements_reverses_id"), "stock_movements", ["reverses_id"], ["id"]
        )
        table.create_unique_constraint(op.f("uq_stock_movements_reverses_id"), ["reverses_id"])
        _constrain(table, _AFTER)
        for name, text in _NEW.items():
            table.create_check_constraint(op.f(f"ck_stock_movements_{name}"), text)
    _run(_append_only(dialect, f"{_EVENT}, reverses_id"))
    _run(_reversals_are_counterparts(dialect))
    _places_of_roles(dialect)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        _run(["DROP TRIGGER appointments_placed", "DROP TRIGGER appointments_moved"])
    else:
        _run(["DROP TRIGGER appointments_placed ON appointments", "DROP FUNCTION appointments_placed"])
    op.drop_table("role_places")
    if dialect == "sqlite":
        _run(["DROP TRIGGER stock_movements_reversal", "DROP TRIGGER stock_movements_no_update"])
    else:
        _run(
            [
                "DROP TRIGGER stock_movements_reversal ON stock_movements",
                "DROP FUNCTION stock_movements_reversal",
                "DROP TRIGGER stock_movements_append_only ON stock_movements",
            ]
        )
    # Units that a red entry took off the shelf stay off it: the books go on adding up.
    op.execute(
        "UPDATE stock_movements SET kind = 'spoilage', reverses_id = NULL WHERE kind = 'receipt_reversal'"
    )
    with op.batch_alter_table("stock_movements") as table:
        for name in _NEW:
            table.drop_constraint(op.f(f"ck_stock_movements_{name}"), type_="check")
        table.drop_constraint(op.f("uq_stock_movements_reverses_id"), type_="unique")
        table.drop_constraint(op.f("fk_stock_movements_reverses_id"), type_="foreignkey")
        table.drop_column("reverses_id")
        table.alter_column("kind", type_=sa.String(12), existing_type=sa.String(20), existing_nullable=False)
        _constrain(table, _BEFORE)
    _run(_append_only(dialect, _EVENT))


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.execute(statement)


def _constrain(table: object, wanted: dict[str, str]) -> None:
    for name, text in wanted.items():
        table.drop_constraint(op.f(f"ck_stock_movements_{name}"), type_="check")  # type: ignore[attr-defined]
        table.create_check_constraint(op.f(f"ck_stock_movements_{name}"), text)  # type: ignore[attr-defined]


def _append_only(dialect: str, columns: str) -> list[str]:
    """The guards of the events: SQLite lost them as it made the table anew."""
    if dialect == "sqlite":
        stop = "BEGIN SELECT RAISE(ABORT, 'stock_movements is append-only'); END"
        return [
            f"CREATE TRIGGER stock_movements_no_update BEFORE UPDATE OF {columns} ON stock_movements {stop}",
            f"CREATE TRIGGER stock_movements_no_delete BEFORE DELETE ON stock_movements {stop}",
        ]
    return [
        f"CREATE TRIGGER stock_movements_append_only BEFORE UPDATE OF {columns} OR DELETE ON stock_movements "
        "FOR EACH ROW EXECUTE FUNCTION stock_movements_append_only()"
    ]


# All roles that the design knows: those that cannot be given yet wait for their own CHECK.
_ROLE_PLACES = (
    ("grid_worker", "grid"),
    ("grid_leader", "community"),
    ("community_staff", "community"),
    ("shop_keeper", "community"),
    ("shop_keeper", "centre"),
    ("supervisor", "community"),
    ("supervisor", "centre"),
    ("street_staff", "street"),
    ("town_leader", "street"),
    ("dispatcher", "city"),
    ("dispatcher", "street"),
    ("unit_officer", "unit"),
    ("unit_liaison", "unit"),
    ("unit_head", "unit"),
    ("arbiter", "city"),
    ("city_admin", "city"),
    ("auditor", "city"),
    ("auditor", "street"),
    ("auditor", "community"),
)
_ITS_PLACE = (
    "SELECT 1 FROM role_places JOIN organisations ON organisations.kind = role_places.kind"
    " WHERE role_places.role = NEW.role AND organisations.id = NEW.organisation_id"
)
_NOT_ITS_PLACE = "no place for this role"


def _places_of_roles(dialect: str) -> None:
    """A trigger and no CHECK, as it compares with another table. What was appointed before stays, and can be ended:
    the only administrator may be among them, and `flask ledger verify` names them all."""
    table = op.create_table(
        "role_places",
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("role", "kind", name=op.f("pk_role_places")),
    )
    op.bulk_insert(table, [{"role": role, "kind": kind} for role, kind in _ROLE_PLACES])
    if dialect == "sqlite":
        stop = f"ON appointments WHEN NOT EXISTS ({_ITS_PLACE}) BEGIN SELECT RAISE(ABORT, '{_NOT_ITS_PLACE}'); END"
        _run(
            [
                f"CREATE TRIGGER appointments_placed BEFORE INSERT {stop}",
                f"CREATE TRIGGER appointments_moved BEFORE UPDATE OF role, organisation_id {stop}",
            ]
        )
        return
    _run(
        [
            "CREATE FUNCTION appointments_placed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NOT EXISTS ({_ITS_PLACE}) THEN"
            f" RAISE EXCEPTION '{_NOT_ITS_PLACE}' USING ERRCODE = 'integrity_constraint_violation';"
            " END IF; RETURN NEW; END $$",
            "CREATE TRIGGER appointments_placed BEFORE INSERT OR UPDATE OF role, organisation_id"
            " ON appointments FOR EACH ROW EXECUTE FUNCTION appointments_placed()",
        ]
    )


def _reversals_are_counterparts(dialect: str) -> list[str]:
    if dialect == "sqlite":
        return [
            "CREATE TRIGGER stock_movements_reversal BEFORE INSERT ON stock_movements"
            f" WHEN NEW.kind = 'receipt_reversal' AND NOT EXISTS ({_COUNTERPART})"
            f" BEGIN SELECT RAISE(ABORT, '{_NO_COUNTERPART}'); END"
        ]
    return [
        "CREATE FUNCTION stock_movements_reversal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NOT EXISTS ({_COUNTERPART}) THEN"
        f" RAISE EXCEPTION '{_NO_COUNTERPART}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$",
        "CREATE TRIGGER stock_movements_reversal BEFORE INSERT ON stock_movements FOR EACH ROW"
        " WHEN (NEW.kind = 'receipt_reversal') EXECUTE FUNCTION stock_movements_reversal()",
    ]
