"""item pictures: goods show nobody, so their pictures need nobody's consent"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_AFTER = {
    "purpose_known": "purpose IN ('wish', 'fulfilment', 'item')",
    "shown_somewhere": (
        "subject_id IS NULL OR (place_id IS NOT NULL AND (consent_of_id IS NOT NULL OR purpose = 'item'))"
    ),
}
_BEFORE = {
    "purpose_known": "purpose IN ('wish', 'fulfilment')",
    "shown_somewhere": "subject_id IS NULL OR (place_id IS NOT NULL AND consent_of_id IS NOT NULL)",
}


def upgrade() -> None:
    _constrain(_AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM files WHERE purpose = 'item'")
    _constrain(_BEFORE)


def _constrain(wanted: dict[str, str]) -> None:
    with op.batch_alter_table("files") as table:
        for name, text in wanted.items():
            table.drop_constraint(op.f(f"ck_files_{name}"), type_="check")
            table.create_check_constraint(op.f(f"ck_files_{name}"), text)
