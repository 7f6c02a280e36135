"""places: the contact of an office; closed and merged places; what places were called before"""

import sqlalchemy as sa
from alembic import op

from backend.db import append_only

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

_NAMED = ("'item', 'item_unit', 'team'", "'item', 'item_unit', 'team', 'place', 'place_short'")
_CK = "CONSTRAINT ck_organisations_"


def upgrade() -> None:
    # Plain ALTER TABLE on both, as for the wishes of 0030: every other table points to this one.
    sqlite = op.get_bind().dialect.name == "sqlite"
    degrees = "FLOAT" if sqlite else "DOUBLE PRECISION"
    moment, key = ("DATETIME", "INTEGER") if sqlite else ("TIMESTAMP WITH TIME ZONE", "BIGINT")
    for column in (
        f"telephone VARCHAR(20) {_CK}telephone_said_or_absent CHECK (telephone IS NULL OR telephone <> '')",
        "opening_hours JSON",
        "address VARCHAR(120)",
        f"latitude {degrees} {_CK}latitude_on_earth CHECK (latitude IS NULL OR latitude BETWEEN -90 AND 90)",
        f"longitude {degrees} {_CK}coordinates_whole CHECK ((latitude IS NULL) = (longitude IS NULL)"
        " AND (longitude IS NULL OR longitude BETWEEN -180 AND 180))",
        f"closed_at {moment} {_CK}city_stays CHECK (closed_at IS NULL OR kind <> 'city')",
        f"merged_into_id {key} CONSTRAINT fk_organisations_merged_into_id REFERENCES organisations (id)"
        f" {_CK}merged_lies_below CHECK (merged_into_id IS NULL OR"
        " (closed_at IS NOT NULL AND merged_into_id <> id AND merged_into_id = parent_id))",
    ):
        op.execute(f"ALTER TABLE organisations ADD COLUMN {column}")
    op.create_index("ix_organisations_merged_into_id", "organisations", ["merged_into_id"])
    _name_places(*_NAMED)


def downgrade() -> None:
    _forget_names_of_places()
    _name_places(*reversed(_NAMED))
    op.drop_index("ix_organisations_merged_into_id", table_name="organisations")
    # The last one first: a rule goes with the column that it was said beside.
    for column in (
        "merged_into_id",
        "closed_at",
        "longitude",
        "latitude",
        "address",
        "opening_hours",
        "telephone",
    ):
        op.drop_column("organisations", column)


def _name_places(old: str, new: str) -> None:
    """Which kinds of things former names are of. In the words of SQLite's schema, as in 0030: made anew, the table
    would lose what makes it append-only."""
    name = "ck_former_names_kind_known"
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.drop_constraint(op.f(name), "former_names", type_="check")
        op.create_check_constraint(op.f(name), "former_names", f"kind IN ({new})")
        return
    wanted = sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'former_names'")
    said = bind.execute(wanted).scalar_one()
    before = f"CONSTRAINT {name} CHECK (kind IN ({old}))"
    if before not in said:
        raise RuntimeError(f"former_names has no {before}")
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = sa.text("UPDATE sqlite_master SET sql = :said WHERE type = 'table' AND name = 'former_names'")
    bind.execute(changed, {"said": said.replace(before, f"CONSTRAINT {name} CHECK (kind IN ({new}))")})
    bind.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=RESET")


def _forget_names_of_places() -> None:
    """The release before knows no such names: the rows go, and what forbids that comes back after it."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER former_names_no_{verb}")
    else:
        for trigger in ("append_only", "no_truncate"):
            op.execute(f"DROP TRIGGER former_names_{trigger} ON former_names")
        op.execute("DROP FUNCTION former_names_append_only()")
    op.execute("DELETE FROM former_names WHERE kind IN ('place', 'place_short')")
    for statement in append_only("former_names", dialect):
        op.execute(statement)
