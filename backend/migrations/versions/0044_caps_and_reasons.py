"""communities: a cap of their own on what a wish costs; stocktakes: a difference without a reason is not let in"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_CAP = "CONSTRAINT ck_organisations_wish_cost_cap_is_a_communitys CHECK"
_UNEXPLAINED = "SELECT 1 FROM stocktake_lines WHERE stocktake_id = NEW.id AND counted <> book AND trim(coalesce(reason, '')) = ''"
_STOP = "a difference of a stocktake has a reason"


def upgrade() -> None:
    # Plain ALTER TABLE on both, as in 0035: every other table points to this one.
    op.execute(
        f"ALTER TABLE organisations ADD COLUMN wish_cost_cap INTEGER {_CAP}"
        " (wish_cost_cap IS NULL OR (kind = 'community' AND wish_cost_cap BETWEEN 1 AND 100000))"
    )
    # A trigger and no CHECK, as it compares with another table. What was approved before stays.
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER stocktakes_explained BEFORE UPDATE OF state ON stocktakes"
            f" WHEN NEW.state = 'approved' AND OLD.state <> 'approved' AND EXISTS ({_UNEXPLAINED})"
            f" BEGIN SELECT RAISE(ABORT, '{_STOP}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION stocktakes_explained() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF EXISTS ({_UNEXPLAINED}) THEN"
        f" RAISE EXCEPTION '{_STOP}' USING ERRCODE = 'integrity_constraint_violation';"
        " END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER stocktakes_explained BEFORE UPDATE OF state ON stocktakes FOR EACH ROW"
        " WHEN (NEW.state = 'approved' AND OLD.state <> 'approved') EXECUTE FUNCTION stocktakes_explained()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER stocktakes_explained")
    else:
        op.execute("DROP TRIGGER stocktakes_explained ON stocktakes")
        op.execute("DROP FUNCTION stocktakes_explained()")
    op.drop_column("organisations", "wish_cost_cap")
