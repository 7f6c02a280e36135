"""account: security events, digits of a scan, approved first passwords, openings that a colleague agreed to"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = (
    "'console', 'password', 'role', 'phone', 'card', 'merge', 'kiosk', 'suspended', 'session', 'data_opened'"
)
_SUBJECTS = "'person', 'wish', 'complaint'"


def upgrade() -> None:
    _create_security_events()
    _create_first_password_requests()
    _create_opening_requests()
    with op.batch_alter_table("credentials") as table:
        table.add_column(sa.Column("barred_at", Moment(), nullable=True))
    with op.batch_alter_table("console_sessions") as table:
        table.add_column(sa.Column("first_password", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("scan_sign_ins") as table:
        table.add_column(sa.Column("choices", sa.String(8), nullable=True))
        table.add_column(sa.Column("answer", sa.String(2), nullable=True))
        table.create_check_constraint(
            op.f("ck_scan_sign_ins_answer_among_choices"), "(choices IS NULL) = (answer IS NULL)"
        )


def downgrade() -> None:
    with op.batch_alter_table("scan_sign_ins") as table:
        table.drop_constraint(op.f("ck_scan_sign_ins_answer_among_choices"), type_="check")
        table.drop_column("answer")
        table.drop_column("choices")
    with op.batch_alter_table("console_sessions") as table:
        table.drop_column("first_password")
    with op.batch_alter_table("credentials") as table:
        table.drop_column("barred_at")
    op.drop_table("opening_requests")
    op.drop_table("first_password_requests")
    op.drop_table("security_events")


def _create_security_events() -> None:
    op.create_table(
        "security_events",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("title", sa.String(60), nullable=False),
        sa.Column("device", sa.String(60), nullable=True),
        sa.Column("denied_at", Moment(), nullable=True),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_security_events_kind_known")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_security_events_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_events")),
    )
    op.create_index("ix_security_events_owner", "security_events", ["person_id", "id"])
    op.create_index(op.f("ix_security_events_at"), "security_events", ["at"])


def _create_first_password_requests() -> None:
    op.create_table(
        "first_password_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("asked_by_id", Id, nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("used_at", Moment(), nullable=True),
        *_decided("first_password_requests"),
        sa.CheckConstraint(
            "used_at IS NULL OR granted", name=op.f("ck_first_password_requests_used_once_granted")
        ),
        sa.CheckConstraint(
            "person_id <> asked_by_id AND (decided_by_id IS NULL OR decided_by_id <> person_id)",
            name=op.f("ck_first_password_requests_never_ones_own"),
        ),
        *_people("first_password_requests", "person_id", "asked_by_id", "decided_by_id"),
        sa.ForeignKeyConstraint(
            ["place_id"], ["organisations.id"], name=op.f("fk_first_password_requests_place_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_password_requests")),
        sa.UniqueConstraint("person_id", name=op.f("uq_first_password_requests_person_id")),
    )


def _create_opening_requests() -> None:
    op.create_table(
        "opening_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("asked_by_id", Id, nullable=False),
        sa.Column("subject_kind", sa.String(12), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("place_id", Id, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("open_until", Moment(), nullable=True),
        *_decided("opening_requests"),
        sa.CheckConstraint(
            f"subject_kind IN ({_SUBJECTS})", name=op.f("ck_opening_requests_subject_kind_known")
        ),
        sa.CheckConstraint(
            "open_until IS NULL OR granted", name=op.f("ck_opening_requests_open_once_granted")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR person_id IS NULL OR decided_by_id <> person_id",
            name=op.f("ck_opening_requests_never_about_oneself"),
        ),
        *_people("opening_requests", "person_id", "asked_by_id", "decided_by_id"),
        sa.ForeignKeyConstraint(
            ["place_id"], ["organisations.id"], name=op.f("fk_opening_requests_place_id_organisations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_requests")),
    )
    op.create_index("ix_opening_requests_asked", "opening_requests", ["asked_by_id", "id"])
    op.create_index(op.f("ix_opening_requests_place_id"), "opening_requests", ["place_id"])


def _decided(table: str) -> tuple[sa.CheckConstraint, ...]:
    return (
        sa.CheckConstraint(
            "(decided_by_id IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (granted IS NULL)",
            name=op.f(f"ck_{table}_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> asked_by_id", name=op.f(f"ck_{table}_four_eyes")
        ),
    )


def _people(table: str, *columns: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([one], ["persons.id"], name=op.f(f"fk_{table}_{one}_persons"))
        for one in columns
    )
