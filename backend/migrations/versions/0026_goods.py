"""goods: parts of an order are handed over and come back; points come back in parts"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment, append_only

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_MORE_THAN_IT_MOVED = "a transfer is reversed by no more than it moved, and once but for a settlement"
_LINE = {
    "no_more_than_ordered": "handed_over BETWEEN 0 AND quantity",
    "no_more_than_handed_over": "returned BETWEEN 0 AND coalesce(handed_over, 0)",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _lines_know_what_left(dialect)
    _create_returns(dialect)
    _points_come_back_in_parts(dialect)
    with op.batch_alter_table("batches") as table:
        table.add_column(sa.Column("quarantined", sa.Boolean(), server_default=sa.false(), nullable=False))
    _create_watches()
    _create_sent_forms()
    _create_barcodes()
    _create_shop_transfers()
    _movements_between_shops(dialect)


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    _movements_of_one_shop(dialect)
    op.drop_table("shop_transfers")
    op.drop_table("item_barcodes")
    op.drop_table("sent_forms")
    op.drop_table("item_shortfalls")
    op.drop_table("item_watches")
    with op.batch_alter_table("batches") as table:
        table.drop_column("quarantined")
    _points_come_back_whole(dialect)
    op.drop_table("redemption_returns")
    if dialect == "postgresql":
        op.execute("DROP FUNCTION redemption_returns_append_only")
    with op.batch_alter_table("redemption_lines") as table:
        for name in _LINE:
            table.drop_constraint(op.f(f"ck_redemption_lines_{name}"), type_="check")
        table.drop_column("returned")
        table.drop_column("handed_over")


def _run(statements: list[str]) -> None:
    for statement in statements:
        op.execute(statement)


def _triggers(table: str, dialect: str) -> list[str]:
    """The guards of a table as they stand, whatever release made them: SQLite loses them as it makes it anew."""
    if dialect != "sqlite":
        return []
    wanted = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    return [row[0] for row in op.get_bind().execute(wanted, {"name": table}).all()]


def _lines_know_what_left(dialect: str) -> None:
    kept = _triggers("redemption_lines", dialect)
    with op.batch_alter_table("redemption_lines") as table:
        table.add_column(sa.Column("handed_over", sa.Integer(), nullable=True))
        table.add_column(sa.Column("returned", sa.Integer(), server_default="0", nullable=False))
        for name, text in _LINE.items():
            table.create_check_constraint(op.f(f"ck_redemption_lines_{name}"), text)
    _run(kept)
    op.execute(
        "UPDATE redemption_lines SET handed_over = quantity WHERE redemption_id IN"
        " (SELECT id FROM redemptions WHERE state IN ('handed_over', 'returned'))"
    )
    op.execute(
        "UPDATE redemption_lines SET returned = quantity WHERE redemption_id IN"
        " (SELECT id FROM redemptions WHERE state = 'returned')"
    )


def _create_returns(dialect: str) -> None:
    op.create_table(
        "redemption_returns",
        sa.Column("id", Id, nullable=False),
        sa.Column("redemption_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(12), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_redemption_returns_quantity_positive")),
        sa.CheckConstraint("points > 0", name=op.f("ck_redemption_returns_points_positive")),
        sa.CheckConstraint(
            "fate IN ('shelf', 'quarantine', 'written_off')", name=op.f("ck_redemption_returns_fate_known")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id", "item_id"],
            ["redemption_lines.redemption_id", "redemption_lines.item_id"],
            name=op.f("fk_redemption_returns_redemption_id_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["redemptions.id"], name=op.f("fk_redemption_returns_redemption_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_redemption_returns_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redemption_returns")),
    )
    op.create_index("ix_redemption_returns_line", "redemption_returns", ["redemption_id", "item_id"])
    op.create_index("ix_redemption_returns_at", "redemption_returns", ["at"])
    # What came back before: whole orders, and all of it to the shelf.
    op.execute(
        "INSERT INTO redemption_returns (redemption_id, item_id, quantity, points, fate, at, by_id)"
        " SELECT lines.redemption_id, lines.item_id, lines.quantity, lines.points, 'shelf',"
        " redemptions.closed_at, redemptions.returned_by_id FROM redemption_lines AS lines"
        " JOIN redemptions ON redemptions.id = lines.redemption_id WHERE redemptions.state = 'returned'"
        " ORDER BY redemptions.closed_at, lines.redemption_id, lines.item_id"
    )
    _run(append_only("redemption_returns", dialect))


# --- points -------------------------------------------------------------------------------------------

# What NEW would reverse beyond what it may: a settlement in parts, everything else once.
_TOO_MUCH = (
    "SELECT 1 FROM transfers AS first LEFT JOIN transfers AS back ON back.reverses_id = first.id"
    " WHERE first.id = NEW.reverses_id GROUP BY first.id, first.kind, first.amount"
    " HAVING NEW.amount + coalesce(sum(back.amount), 0) > first.amount"
    " OR (first.kind <> 'settle' AND count(back.id) > 0)"
)


def _points_come_back_in_parts(dialect: str) -> None:
    kept = _triggers("transfers", dialect)
    with op.batch_alter_table("transfers") as table:
        table.drop_constraint(op.f("uq_transfers_reverses_id"), type_="unique")
        table.create_index("ix_transfers_reverses", ["reverses_id"])
    _run(kept)
    if dialect == "sqlite":
        op.execute(
            "CREATE TRIGGER transfers_reversed_in_parts BEFORE INSERT ON transfers"
            f" WHEN NEW.reverses_id IS NOT NULL AND EXISTS ({_TOO_MUCH})"
            f" BEGIN SELECT RAISE(ABORT, '{_MORE_THAN_IT_MOVED}'); END"
        )
        return
    # Of two at once the second waits for the row of the first, and then sees what the other took back.
    op.execute(
        "CREATE FUNCTION transfers_reversed_in_parts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM 1 FROM transfers WHERE id = NEW.reverses_id FOR UPDATE;"
        f" IF EXISTS ({_TOO_MUCH}) THEN"
        f" RAISE EXCEPTION '{_MORE_THAN_IT_MOVED}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER transfers_reversed_in_parts BEFORE INSERT ON transfers FOR EACH ROW"
        " WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION transfers_reversed_in_parts()"
    )


def _points_come_back_whole(dialect: str) -> None:
    """Where a settlement was reversed in parts, the books stay as they are, and are not forced into the rule of old."""
    if dialect == "sqlite":
        op.execute("DROP TRIGGER transfers_reversed_in_parts")
    else:
        op.execute("DROP TRIGGER transfers_reversed_in_parts ON transfers")
        op.execute("DROP FUNCTION transfers_reversed_in_parts")
    kept = _triggers("transfers", dialect)
    parts = "SELECT 1 FROM transfers WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1"
    whole = op.get_bind().execute(sa.text(parts)).first() is None
    with op.batch_alter_table("transfers") as table:
        table.drop_index("ix_transfers_reverses")
        if whole:
            table.create_unique_constraint(op.f("uq_transfers_reverses_id"), ["reverses_id"])
    _run(kept)


def _create_watches() -> None:
    op.create_table(
        "item_watches",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_watches_item_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_item_watches_person_id")),
        sa.PrimaryKeyConstraint("item_id", "person_id", name=op.f("pk_item_watches")),
    )
    op.create_index("ix_item_watches_person", "item_watches", ["person_id"])
    op.create_table(
        "item_shortfalls",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint("times > 0 AND units > 0", name=op.f("ck_item_shortfalls_refused_something")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_shortfalls_item_id")),
        sa.PrimaryKeyConstraint("item_id", "month", name=op.f("pk_item_shortfalls")),
    )


def _create_sent_forms() -> None:
    op.create_table(
        "sent_forms",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sent_forms_person_id")),
        sa.PrimaryKeyConstraint("person_id", "digest", name=op.f("pk_sent_forms")),
    )
    op.create_index("ix_sent_forms_sent_at", "sent_forms", ["sent_at"])


# --- goods between shops -------------------------------------------------------------------------------

_KINDS = "'receipt', 'reserve', 'release', 'hand_over', 'return', 'spoilage', 'expired', 'stocktake', 'receipt_reversal'"
_WAYS = (
    "(kind IN ({coming}) AND on_hand_change > 0 AND reserved_change = 0)"
    " OR (kind = 'reserve' AND on_hand_change = 0 AND reserved_change > 0)"
    " OR (kind = 'release' AND on_hand_change = 0 AND reserved_change < 0)"
    " OR (kind = 'hand_over' AND on_hand_change < 0 AND reserved_change = on_hand_change)"
    " OR (kind IN ({leaving}) AND on_hand_change < 0 AND reserved_change = 0)"
    " OR (kind = 'stocktake' AND on_hand_change <> 0 AND reserved_change = 0)"
)
_COMING, _LEAVING = "'receipt', 'return'", "'spoilage', 'expired', 'receipt_reversal'"
_BEFORE = {
    "kind_known": f"kind IN ({_KINDS})",
    "goes_the_way_of_its_kind": _WAYS.format(coming=_COMING, leaving=_LEAVING),
}
_AFTER = {
    "kind_known": f"kind IN ({_KINDS}, 'transfer_out', 'transfer_in')",
    "goes_the_way_of_its_kind": _WAYS.format(
        coming=f"{_COMING}, 'transfer_in'", leaving=f"{_LEAVING}, 'transfer_out'"
    ),
}
_NAMED = "(kind IN ('transfer_out', 'transfer_in')) = (transfer_id IS NOT NULL)"


def _create_shop_transfers() -> None:
    def check(text: str, name: str) -> sa.CheckConstraint:
        return sa.CheckConstraint(text, name=op.f(f"ck_shop_transfers_{name}"))

    def key(column: str, target: str) -> sa.ForeignKeyConstraint:
        return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_shop_transfers_{column}"))

    op.create_table(
        "shop_transfers",
        sa.Column("id", Id, nullable=False),
        sa.Column("number", sa.String(60), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("from_shop_id", Id, nullable=False),
        sa.Column("to_shop_id", Id, nullable=False),
        sa.Column("from_community_id", Id, nullable=False),
        sa.Column("to_community_id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("to_item_id", Id, nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.Column("sent_by_id", Id, nullable=False),
        sa.Column("sent_at", Moment(), nullable=False),
        sa.Column("closed_by_id", Id, nullable=True),
        sa.Column("closed_at", Moment(), nullable=True),
        check("state IN ('sent', 'received', 'called_back')", "state_known"),
        check("quantity > 0", "quantity_positive"),
        check("from_shop_id <> to_shop_id", "between_two_shops"),
        check("received BETWEEN 1 AND quantity", "no_more_than_was_sent"),
        check("(state = 'received') = (received IS NOT NULL)", "received_when_received"),
        check("(state = 'received') = (to_item_id IS NOT NULL)", "received_as_something"),
        check("(state = 'sent') = (closed_by_id IS NULL)", "closed_by_someone"),
        check("(state = 'sent') = (closed_at IS NULL)", "closed_at_some_time"),
        check("state <> 'received' OR closed_by_id <> sent_by_id", "received_by_another"),
        check(
            "(state <> 'called_back' AND coalesce(received, quantity) = quantity)"
            " OR closing_reason IS NOT NULL",
            "missing_for_a_reason",
        ),
        key("from_shop_id", "shops.id"),
        key("to_shop_id", "shops.id"),
        key("from_community_id", "organisations.id"),
        key("to_community_id", "organisations.id"),
        key("item_id", "items.id"),
        key("to_item_id", "items.id"),
        key("sent_by_id", "persons.id"),
        key("closed_by_id", "persons.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_transfers")),
        sa.UniqueConstraint("number", name=op.f("uq_shop_transfers_number")),
    )
    op.create_index("ix_shop_transfers_from", "shop_transfers", ["from_shop_id", "id"])
    op.create_index("ix_shop_transfers_to", "shop_transfers", ["to_shop_id", "id"])


def _constrain(table: object, wanted: dict[str, str]) -> None:
    for name, text in wanted.items():
        table.drop_constraint(op.f(f"ck_stock_movements_{name}"), type_="check")  # type: ignore[attr-defined]
        table.create_check_constraint(op.f(f"ck_stock_movements_{name}"), text)  # type: ignore[attr-defined]


def _movements_between_shops(dialect: str) -> None:
    kept = _triggers("stock_movements", dialect)
    with op.batch_alter_table("stock_movements") as table:
        table.add_column(sa.Column("transfer_id", Id, nullable=True))
        table.create_foreign_key(
            op.f("fk_stock_movements_transfer_id"), "shop_transfers", ["transfer_id"], ["id"]
        )
        _constrain(table, _AFTER)
        table.create_check_constraint(op.f("ck_stock_movements_transfers_are_named"), _NAMED)
        table.create_index("ix_stock_movements_transfer", ["transfer_id"])
    _run(kept)
    stop = "stock_movements is append-only"
    if dialect == "sqlite":
        op.execute(
            "CREATE TRIGGER stock_movements_transfer_stays BEFORE UPDATE OF transfer_id ON stock_movements"
            f" BEGIN SELECT RAISE(ABORT, '{stop}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION stock_movements_transfer_stays() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{stop}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER stock_movements_transfer_stays BEFORE UPDATE OF transfer_id ON stock_movements"
        " FOR EACH ROW EXECUTE FUNCTION stock_movements_transfer_stays()"
    )


def _movements_of_one_shop(dialect: str) -> None:
    """What went to another shop, and came from one, stays in the books under kinds that the release before knows."""
    kept = [one for one in _triggers("stock_movements", dialect) if "transfer_stays" not in one]
    if dialect == "sqlite":
        for name in _names_of(kept):
            op.execute(f"DROP TRIGGER {name}")
        op.execute("DROP TRIGGER stock_movements_transfer_stays")
    else:
        op.execute("DROP TRIGGER stock_movements_transfer_stays ON stock_movements")
        op.execute("DROP FUNCTION stock_movements_transfer_stays")
        op.execute("ALTER TABLE stock_movements DISABLE TRIGGER USER")
    op.drop_index("ix_stock_movements_transfer", "stock_movements")
    with op.batch_alter_table("stock_movements") as table:
        table.drop_constraint(op.f("ck_stock_movements_transfers_are_named"), type_="check")
        table.drop_constraint(op.f("fk_stock_movements_transfer_id"), type_="foreignkey")
        table.drop_column("transfer_id")
    op.execute("UPDATE stock_movements SET kind = 'spoilage' WHERE kind = 'transfer_out'")
    op.execute("UPDATE stock_movements SET kind = 'receipt', source = 'purchase' WHERE kind = 'transfer_in'")
    with op.batch_alter_table("stock_movements") as table:
        _constrain(table, _BEFORE)
    if dialect == "postgresql":
        op.execute("ALTER TABLE stock_movements ENABLE TRIGGER USER")
    _run(kept)


def _names_of(triggers: list[str]) -> list[str]:
    return [one.split()[2] for one in triggers]


def _create_barcodes() -> None:
    op.create_table(
        "item_barcodes",
        sa.Column("id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=False),
        sa.Column("shop_id", Id, nullable=False),
        sa.Column("code", sa.String(14), nullable=False),
        sa.Column("factor", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(code) = 14", name=op.f("ck_item_barcodes_code_is_whole")),
        sa.CheckConstraint("factor BETWEEN 1 AND 100000", name=op.f("ck_item_barcodes_factor_sane")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_barcodes_item_id")),
        sa.ForeignKeyConstraint(["shop_id"], ["shops.id"], name=op.f("fk_item_barcodes_shop_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_barcodes")),
        sa.UniqueConstraint("shop_id", "code", name=op.f("uq_item_barcodes_shop_id_code")),
    )
    op.create_index("ix_item_barcodes_item", "item_barcodes", ["item_id"])
