"""console: accounts of the city's own sign-in, and what a group of staff is told of what waits"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

_METHODS = "'password', 'scan', 'link'"


def upgrade() -> None:
    op.create_table(
        "provider_accounts",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("bound_at", Moment(), nullable=False),
        sa.Column("used_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_provider_accounts_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_accounts")),
        sa.UniqueConstraint("issuer", "subject", name="uq_provider_accounts_subject"),
        sa.UniqueConstraint("person_id", "issuer", name="uq_provider_accounts_person"),
    )
    op.create_table(
        "group_messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Moment(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dead')", name=op.f("ck_group_messages_state_known")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_group_messages_attempts_counted")),
        sa.CheckConstraint(
            "(state = 'waiting') = (finished_at IS NULL)", name=op.f("ck_group_messages_finished_when_over")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_messages")),
        sa.UniqueConstraint("day", name=op.f("uq_group_messages_day")),
    )
    _constrain_method(f"method IN ({_METHODS}, 'provider')")


def downgrade() -> None:
    # The release before has no word for them: whoever sits there signs in again.
    op.execute("DELETE FROM console_sessions WHERE method = 'provider'")
    _constrain_method(f"method IN ({_METHODS})")
    op.drop_table("group_messages")
    op.drop_table("provider_accounts")


def _constrain_method(rule: str) -> None:
    with op.batch_alter_table("console_sessions") as table:
        table.drop_constraint(op.f("ck_console_sessions_method_known"), type_="check")
        table.create_check_constraint(op.f("ck_console_sessions_method_known"), rule)
