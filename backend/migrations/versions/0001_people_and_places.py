"""people and places"""

import sqlalchemy as sa
from alembic import op

from backend.db import Id, Json, Moment, append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.create_table(
        "organisations",
        sa.Column("id", Id, nullable=False),
        sa.Column("parent_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("short", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "(kind = 'city') = (parent_id IS NULL)", name=op.f("ck_organisations_city_is_the_root")
        ),
        sa.CheckConstraint(
            "kind IN ('city', 'street', 'community', 'grid', 'unit', 'centre')",
            name=op.f("ck_organisations_kind_known"),
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["organisations.id"], name=op.f("fk_organisations_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("parent_id", "kind", "name", name=op.f("uq_organisations_parent_id_kind_name")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index("ix_organisations_kind", ["kind", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "persons",
        sa.Column("id", Id, nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=True),
        sa.Column("nickname", sa.String(length=40), nullable=False),
        sa.Column("real_name_sealed", sa.Text(), nullable=True),
        sa.Column("phone_sealed", sa.Text(), nullable=True),
        sa.Column("phone_index", sa.String(length=64), nullable=True),
        sa.Column("card_number", sa.String(length=16), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("merged_into_id", Id, nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("created_by_id", Id, nullable=True),
        sa.CheckConstraint(
            "status = 'active' OR openid IS NULL", name=op.f("ck_persons_only_the_active_sign_in")
        ),
        sa.CheckConstraint(
            "status IN ('active', 'merged', 'cancelled')", name=op.f("ck_persons_status_known")
        ),
        sa.CheckConstraint(
            "birth_year IS NULL OR birth_year BETWEEN 1900 AND 2100", name=op.f("ck_persons_birth_year_sane")
        ),
        sa.ForeignKeyConstraint(["created_by_id"], ["persons.id"], name=op.f("fk_persons_created_by_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["persons.id"], name=op.f("fk_persons_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("card_number", name=op.f("uq_persons_card_number")),
        sa.UniqueConstraint("openid", name=op.f("uq_persons_openid")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index("ix_persons_phone_index", ["phone_index"], unique=False)

    op.create_table(
        "appointments",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "role IN ('grid_worker', 'community_staff', 'shop_keeper', 'supervisor', 'street_staff', 'unit_officer', 'city_admin', 'auditor')",
            name=op.f("ck_appointments_role_known"),
        ),
        sa.CheckConstraint(
            "to_day IS NULL OR to_day >= from_day", name=op.f("ck_appointments_ends_after_it_begins")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_appointments_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_appointments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    with op.batch_alter_table("appointments", schema=None) as batch_op:
        batch_op.create_index("ix_appointments_person", ["person_id", "role"], unique=False)
        batch_op.create_index("ix_appointments_place", ["organisation_id", "role"], unique=False)

    op.create_table(
        "consents",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("document", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("given_at", Moment(), nullable=False),
        sa.Column("withdrawn_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_consents_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            "uq_consents_standing",
            ["person_id", "document"],
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        )

    op.create_table(
        "journal",
        sa.Column("id", Id, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor_id", Id, nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", Id, nullable=False),
        sa.Column("from_state", sa.String(length=24), nullable=True),
        sa.Column("to_state", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("organisation_id", Id, nullable=True),
        sa.Column("facts", Json, nullable=True),
        sa.Column("request", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["persons.id"], name=op.f("fk_journal_actor_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_journal_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index("ix_journal_actor", ["actor_id", "id"], unique=False)
        batch_op.create_index("ix_journal_place", ["organisation_id", "id"], unique=False)
        batch_op.create_index("ix_journal_subject", ["subject_kind", "subject_id", "id"], unique=False)

    op.create_table(
        "organisation_reach",
        sa.Column("ancestor_id", Id, nullable=False),
        sa.Column("descendant_id", Id, nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["organisations.id"], name=op.f("fk_organisation_reach_ancestor_id")
        ),
        sa.ForeignKeyConstraint(
            ["descendant_id"], ["organisations.id"], name=op.f("fk_organisation_reach_descendant_id")
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "descendant_id", name=op.f("pk_organisation_reach")),
    )
    with op.batch_alter_table("organisation_reach", schema=None) as batch_op:
        batch_op.create_index("ix_organisation_reach_below", ["descendant_id", "ancestor_id"], unique=False)

    op.create_table(
        "party_registrations",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("unit_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("service_roles", Json, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status = 'pending' OR decided_by_id IS NOT NULL",
            name=op.f("ck_party_registrations_decided_by_someone"),
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'verified', 'rejected')", name=op.f("ck_party_registrations_status_known")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> person_id",
            name=op.f("ck_party_registrations_not_by_themselves"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_party_registrations_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["persons.id"], name=op.f("fk_party_registrations_decided_by_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_party_registrations_person_id")),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["organisations.id"], name=op.f("fk_party_registrations_unit_id")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_party_registrations")),
    )
    with op.batch_alter_table("party_registrations", schema=None) as batch_op:
        batch_op.create_index(
            "ix_party_registrations_queue", ["community_id", "status", "person_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_party_registrations_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "residencies",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("grid_id", Id, nullable=True),
        sa.Column("address_sealed", sa.Text(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("declared_at", Moment(), nullable=False),
        sa.Column("decided_by_id", Id, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status = 'declared' OR decided_by_id IS NOT NULL", name=op.f("ck_residencies_decided_by_someone")
        ),
        sa.CheckConstraint(
            "status IN ('declared', 'verified', 'rejected')", name=op.f("ck_residencies_status_known")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> person_id",
            name=op.f("ck_residencies_not_by_themselves"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["organisations.id"], name=op.f("fk_residencies_community_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["persons.id"], name=op.f("fk_residencies_decided_by_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["organisations.id"], name=op.f("fk_residencies_grid_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_residencies_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_residencies")),
    )
    with op.batch_alter_table("residencies", schema=None) as batch_op:
        batch_op.create_index("ix_residencies_queue", ["community_id", "status", "person_id"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_sessions_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_sessions_token_digest")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_person_id"), ["person_id"], unique=False)

    op.create_table(
        "teams",
        sa.Column("id", Id, nullable=False),
        sa.Column("community_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("speciality", sa.String(length=60), nullable=False),
        sa.Column("leader_id", Id, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.CheckConstraint("kind IN ('community', 'unit', 'social')", name=op.f("ck_teams_kind_known")),
        sa.ForeignKeyConstraint(["community_id"], ["organisations.id"], name=op.f("fk_teams_community_id")),
        sa.ForeignKeyConstraint(["leader_id"], ["persons.id"], name=op.f("fk_teams_leader_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("community_id", "name", name=op.f("uq_teams_community_id_name")),
    )
    with op.batch_alter_table("teams", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_teams_community_id"), ["community_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_teams_leader_id"), ["leader_id"], unique=False)

    op.create_table(
        "team_members",
        sa.Column("team_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.CheckConstraint(
            "status IN ('applied', 'accepted', 'declined', 'left')", name=op.f("ck_team_members_status_known")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_team_members_person_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.PrimaryKeyConstraint("team_id", "person_id", name=op.f("pk_team_members")),
    )
    with op.batch_alter_table("team_members", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_team_members_person_id"), ["person_id"], unique=False)

    for statement in append_only("journal", op.get_bind().dialect.name):
        op.execute(statement)
