"""duties: versioned lists with their import, categories and terms, estates; people: the roles of tickets"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json, Moment

revision = "0047"
down_revision = "0044"
branch_labels = None
depends_on = None

_ROLES_BEFORE = (
    "'grid_worker', 'community_staff', 'shop_keeper', 'supervisor', 'street_staff', 'unit_officer', 'city_admin',"
    " 'auditor'"
)
_ROLES_NEW = "'grid_leader', 'town_leader', 'dispatcher', 'unit_liaison', 'unit_head', 'arbiter'"
_LIST_KINDS = (
    "'town_basic', 'town_cooperate', 'taken_back', 'town_power', 'town_service', 'community_service', 'autonomy',"
    " 'assist', 'relief', 'no_certificate', 'grid_item'"
)
_UNITS = "'wd', 'hour', 'office_hour'"
_PLACED = (
    "SELECT 1 FROM role_places JOIN organisations ON organisations.kind = role_places.kind"
    " WHERE role_places.role = NEW.role AND organisations.id = NEW.organisation_id"
)


def upgrade() -> None:
    _roles(f"{_ROLES_BEFORE}, {_ROLES_NEW}")
    _categories()
    _lists()
    _changes()
    _imports()


def downgrade() -> None:
    for table in (
        "duty_import_rows",
        "duty_imports",
        "duty_item_changes",
        "duty_item_categories",
        "duty_item_cooperators",
        "duty_items",
        "duty_lists",
        "estates",
        "term_rules",
        "ticket_categories",
    ):
        op.drop_table(table)
    op.execute(f"DELETE FROM appointments WHERE role IN ({_ROLES_NEW})")  # nosec B608 - constants
    _roles(_ROLES_BEFORE)


def _roles(roles: str) -> None:
    with op.batch_alter_table("appointments") as table:
        table.drop_constraint(op.f("ck_appointments_role_known"), type_="check")
        table.create_check_constraint(op.f("ck_appointments_role_known"), f"role IN ({roles})")
    if op.get_bind().dialect.name == "sqlite":
        # SQLite lost them as it made the table anew.
        stop = f"ON appointments WHEN NOT EXISTS ({_PLACED})"
        raised = "BEGIN SELECT RAISE(ABORT, 'no place for this role'); END"
        op.execute(f"CREATE TRIGGER appointments_placed BEFORE INSERT {stop} {raised}")
        op.execute(
            f"CREATE TRIGGER appointments_moved BEFORE UPDATE OF role, organisation_id {stop} {raised}"
        )


def _categories() -> None:
    op.create_table(
        "ticket_categories",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("parent_code", sa.String(length=60), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(depth = 1) = (parent_code IS NULL)", name=op.f("ck_ticket_categories_roots_have_no_parent")
        ),
        sa.CheckConstraint("depth BETWEEN 1 AND 3", name=op.f("ck_ticket_categories_three_levels")),
        sa.CheckConstraint(
            "parent_code IS NULL OR parent_code <> code", name=op.f("ck_ticket_categories_not_below_itself")
        ),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["ticket_categories.code"], name=op.f("fk_ticket_categories_parent_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_ticket_categories")),
    )
    op.create_index(
        op.f("ix_ticket_categories_parent_code"), "ticket_categories", ["parent_code"], unique=False
    )
    op.create_table(
        "term_rules",
        sa.Column("id", Id, nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=True),
        sa.Column("request_kind", sa.String(length=12), nullable=True),
        sa.Column("urgency", sa.String(length=12), nullable=True),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.CheckConstraint(f"unit IN ({_UNITS})", name=op.f("ck_term_rules_unit_known")),
        sa.CheckConstraint(
            "category_code IS NOT NULL OR request_kind IS NOT NULL OR urgency IS NOT NULL",
            name=op.f("ck_term_rules_says_of_what"),
        ),
        sa.CheckConstraint("value BETWEEN 0 AND 400", name=op.f("ck_term_rules_value_sensible")),
        sa.ForeignKeyConstraint(
            ["category_code"], ["ticket_categories.code"], name=op.f("fk_term_rules_category_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_rules")),
    )
    op.create_index("ix_term_rules_category", "term_rules", ["category_code", "valid_from"], unique=False)
    op.create_table(
        "estates",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["community_id"], ["organisations.id"], name=op.f("fk_estates_community_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estates")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_estates_community_id_name")),
    )


def _lists() -> None:
    op.create_table(
        "duty_lists",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("document_no", sa.String(length=60), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_LIST_KINDS})", name=op.f("ck_duty_lists_kind_known")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_duty_lists_ends_after_it_begins")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_duty_lists_versions_count_up")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_lists")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_duty_lists_kind_version")),
    )
    op.create_index(
        "uq_duty_lists_current",
        "duty_lists",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "duty_items",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("lead_unit_id", Id, nullable=True),
        sa.Column("lead_does", sa.String(length=500), nullable=True),
        sa.Column("cooperator_does", sa.String(length=500), nullable=True),
        sa.Column("town_does", sa.String(length=500), nullable=True),
        sa.Column("legal_basis", sa.String(length=500), nullable=True),
        sa.Column("term_value", sa.Integer(), nullable=True),
        sa.Column("term_unit", sa.String(length=12), nullable=True),
        sa.CheckConstraint(
            f"term_unit IS NULL OR term_unit IN ({_UNITS})", name=op.f("ck_duty_items_term_unit_known")
        ),
        sa.CheckConstraint(
            "(term_value IS NULL) = (term_unit IS NULL)", name=op.f("ck_duty_items_term_is_whole")
        ),
        sa.CheckConstraint(
            "term_value IS NULL OR term_value BETWEEN 0 AND 400", name=op.f("ck_duty_items_term_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["lead_unit_id"], ["organisations.id"], name=op.f("fk_duty_items_lead_unit_id")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["duty_lists.id"], name=op.f("fk_duty_items_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_items")),
        sa.UniqueConstraint("list_id", "code", name=op.f("uq_duty_items_list_id_code")),
    )
    op.create_index("ix_duty_items_lead_unit_id", "duty_items", ["lead_unit_id"], unique=False)
    op.create_table(
        "duty_item_cooperators",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["duty_items.id"], name=op.f("fk_duty_item_cooperators_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_duty_item_cooperators_organisation_id")
        ),
        sa.PrimaryKeyConstraint("item_id", "organisation_id", name=op.f("pk_duty_item_cooperators")),
    )
    op.create_index(
        op.f("ix_duty_item_cooperators_organisation_id"),
        "duty_item_cooperators",
        ["organisation_id"],
        unique=False,
    )
    op.create_table(
        "duty_item_categories",
        sa.Column("item_id", Id, nullable=False),
        sa.Column("category_code", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["category_code"], ["ticket_categories.code"], name=op.f("fk_duty_item_categories_category_code")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["duty_items.id"], name=op.f("fk_duty_item_categories_item_id")),
        sa.PrimaryKeyConstraint("item_id", "category_code", name=op.f("pk_duty_item_categories")),
    )
    op.create_index(
        "ix_duty_item_categories_code", "duty_item_categories", ["category_code", "item_id"], unique=False
    )


def _changes() -> None:
    op.create_table(
        "duty_item_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("item_id", Id, nullable=True),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("proposal", sa.String(length=500), nullable=False),
        sa.Column("why", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_by_id", Id, nullable=False),
        sa.Column("proposed_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (reason IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_duty_item_changes_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'granted', 'rejected')", name=op.f("ck_duty_item_changes_state_known")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> proposed_by_id",
            name=op.f("ck_duty_item_changes_four_eyes"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_duty_item_changes_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["duty_items.id"], name=op.f("fk_duty_item_changes_item_id")),
        sa.ForeignKeyConstraint(
            ["place_id"], ["organisations.id"], name=op.f("fk_duty_item_changes_place_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["persons.id"], name=op.f("fk_duty_item_changes_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_item_changes")),
    )
    op.create_index(
        "ix_duty_item_changes_proposed_by_id", "duty_item_changes", ["proposed_by_id", "id"], unique=False
    )
    op.create_index("ix_duty_item_changes_queue", "duty_item_changes", ["state", "id"], unique=False)


def _imports() -> None:
    op.create_table(
        "duty_imports",
        sa.Column("id", Id, nullable=False),
        sa.Column("list_kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("by_id", Id, nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("list_id", Id, nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)",
            name=op.f("ck_duty_imports_confirmed_at_some_time"),
        ),
        sa.CheckConstraint(
            "list_id IS NULL OR state = 'confirmed'", name=op.f("ck_duty_imports_made_by_confirming")
        ),
        sa.CheckConstraint(f"list_kind IN ({_LIST_KINDS})", name=op.f("ck_duty_imports_list_kind_known")),
        sa.CheckConstraint("state IN ('preview', 'confirmed')", name=op.f("ck_duty_imports_state_known")),
        sa.ForeignKeyConstraint(["by_id"], ["persons.id"], name=op.f("fk_duty_imports_by_id")),
        sa.ForeignKeyConstraint(["list_id"], ["duty_lists.id"], name=op.f("fk_duty_imports_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_imports")),
    )
    op.create_index(op.f("ix_duty_imports_by_id"), "duty_imports", ["by_id"], unique=False)
    op.create_table(
        "duty_import_rows",
        sa.Column("id", Id, nullable=False),
        sa.Column("import_id", Id, nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("said", Json, nullable=True),
        sa.Column("changes", Json, nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.CheckConstraint(
            "kind IN ('new', 'same', 'changed', 'reopened', 'unreadable')",
            name=op.f("ck_duty_import_rows_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["duty_imports.id"], name=op.f("fk_duty_import_rows_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_import_rows")),
    )
    op.create_index(
        "ix_duty_import_rows_import", "duty_import_rows", ["import_id", "kind", "id"], unique=False
    )
