"""What holds across the house is verified, and each row past it is named."""

import re

import pytest
import sqlalchemy as sa

from backend.db import Base, db, session, transaction
from backend.operations import invariants
from backend.points import actions as points
from backend.wishes.actions import claims, writing
from tests.points import cast as adjusting
from tests.supermarket import cast as shop
from tests.wishes import cast


@pytest.fixture
def house(town):
    """A claimed, a fulfilled and a withdrawn wish, an order, an adjustment, a message; and no guard left."""
    claimed, fulfilled, withdrawn = cast.published(town, 3)[0]
    with transaction():
        for wish_id in (claimed, fulfilled):
            claims.claim(wish_id, actor=cast.by(town, "pei"))
        claims.fulfil(fulfilled, "送到了", actor=cast.by(town, "pei"))
        writing.withdraw(withdrawn, actor=cast.by(town, "ning"))
    shops = shop.opened(town), shop.opened(town)
    soap = shop.goods(town, shops[0], points=1)
    order = shop.approved(town, shops[0], {soap: 1})
    adjustment = adjusting.proposed(town)
    with transaction():
        points.approve(adjustment, actor=cast.by(town, "lan"))
    session.rollback()
    assert list(invariants.findings()) == []
    _drop_guards()
    return {
        "claimed": claimed,
        "fulfilled": fulfilled,
        "withdrawn": withdrawn,
        "order": order,
        "adjustment": adjustment,
        "othershop": shops[1],
        "baihua": town.baihua,
        **{name: town.person(name).id for name in ("ning", "tong", "lan", "pei", "wulan")},
    }


def _drop_guards():
    """What only someone with the database's password can do: no trigger, no constraint is left."""
    with transaction():
        if db.engine.dialect.name == "sqlite":
            for name in session.scalars(
                sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            ).all():
                session.execute(sa.text(f"DROP TRIGGER {name}"))
            return
        checks = session.execute(
            sa.text(
                "SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype IN ('c', 'f')"
                " AND connamespace = 'public'::regnamespace"
            )
        ).all()
        for table, name in checks:
            session.execute(sa.text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
        for table in ("journal", "transfers", "stock_movements", "adjustments", "service_records"):
            session.execute(sa.text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))


def change(house, statement):
    sqlite = db.engine.dialect.name == "sqlite"
    with transaction():
        if sqlite:
            session.execute(sa.text("PRAGMA ignore_check_constraints = ON"))
            session.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        session.execute(
            sa.text(statement), {name: one for name, one in house.items() if f":{name}" in statement}
        )
        if sqlite:
            session.execute(sa.text("PRAGMA ignore_check_constraints = OFF"))


GRID = "(SELECT id FROM organisations WHERE parent_id = :baihua AND kind = 'grid' LIMIT 1)"
ACTIVITY = "(SELECT max(id) FROM activities WHERE state = 'certified')"
RECORD = "(SELECT max(id) FROM service_records)"
AWARD = """
    INSERT INTO transfers (source_id, target_id, amount, reference, kind, at, person_id, community_id, title, balance,
        rule_id, units, earned_on)
    SELECT source_id, target_id, 500, {reference}, kind, at, :pei, community_id, title, balance, rule_id, units,
        earned_on
    FROM transfers WHERE kind = 'award' LIMIT 1
"""
FAULTS = {
    "a state without a line": (
        "UPDATE wishes SET state = 'accepted' WHERE id = :withdrawn",
        "wish {withdrawn} is accepted, its journal ends with withdrawn",
    ),
    "a line gone": (
        "DELETE FROM journal WHERE subject_kind = 'redemption' AND subject_id = :order",
        "redemption {order} is approved, its journal ends with nothing",
    ),
    "a line gone from the middle": (
        "DELETE FROM journal WHERE subject_kind = 'wish' AND subject_id = :claimed AND verb = 'accept'",
        r"journal line \d+ \(publish\) moves wish {claimed} from accepted, it was submitted before",
    ),
    "a reviewer who wished": (
        "UPDATE wishes SET reviewer_id = wisher_id WHERE id = :withdrawn",
        "wishes {withdrawn}: reviewer_id is person {ning}, who also stands in wisher_id",
    ),
    "a claimer who reviewed": (
        "UPDATE wishes SET reviewer_id = claimer_id WHERE id = :claimed",
        "wishes {claimed}: claimer_id is person {pei}, .*",
    ),
    "a claim of the wisher's own": (
        "UPDATE claims SET person_id = :ning WHERE wish_id = :claimed",
        r"claim \d+ on wish {claimed} is of person {ning}, who made or reviewed the wish",
    ),
    "an adjustment by its proposer": (
        "UPDATE adjustments SET decided_by_id = proposed_by_id WHERE id = :adjustment",
        "adjustments {adjustment}: decided_by_id is person {tong}",
    ),
    "points for a wish that nobody confirmed": (
        AWARD.format(reference="'wish:' || :fulfilled || '\\:confirmed'"),
        r"transfer \d+ \(wish:{fulfilled}:confirmed\): award of 500 points to or from person {pei}",
    ),
    "points for a wish that never was": (
        AWARD.format(reference="'wish\\:one\\:confirmed'"),
        r"transfer \d+ \(wish:one:confirmed\): award of 500 points to or from person {pei}",
    ),
    "points for service that was not certified": (
        AWARD.format(reference="'activity:1:person:' || :pei || '\\:hours'"),
        r"transfer \d+ \(activity:1:person:{pei}:hours\): award of 500 points to or from person {pei}",
    ),
    "points for a backfill that is none": (
        AWARD.format(reference="'backfill:99999\\:hours'"),
        r"transfer \d+ \(backfill:99999:hours\): award of 500 points to or from person {pei}",
    ),
    "an adjustment that nobody proposed": (
        "UPDATE transfers SET reference = 'adjustment:99999' WHERE reference = 'adjustment:' || :adjustment",
        r"transfer \d+ \(adjustment:99999\): adjust of \d+ points to or from person \d+",
    ),
    "an adjustment that moved more than was agreed": (
        "UPDATE transfers SET amount = amount + 1 WHERE reference = 'adjustment:' || :adjustment",
        "adjustment {adjustment} is approved: it should have moved .* points, and moved",
    ),
    "an adjustment that moved nothing": (
        "DELETE FROM transfers WHERE reference = 'adjustment:' || :adjustment",
        "adjustment {adjustment} is approved: it should have moved .* points, and moved 0",
    ),
    "hours certified by who proposed them": (
        f"UPDATE activities SET certified_by_id = proposed_by_id WHERE id = {ACTIVITY}",
        r"activities \d+: certified_by_id is person \d+, who also stands in proposed_by_id",
    ),
    "hours certified by who served": (
        f"UPDATE sign_ups SET person_id = (SELECT certified_by_id FROM activities WHERE id = {ACTIVITY})"
        f" WHERE id = (SELECT min(id) FROM sign_ups WHERE state = 'certified' AND activity_id = {ACTIVITY})",
        r"activity \d+ was certified by person \d+, whose own sign-up \d+ it counts",
    ),
    "a record certified for oneself": (
        f"UPDATE service_records SET certified_by_id = person_id WHERE id = {RECORD}",
        r"service_records \d+: certified_by_id is person \d+",
    ),
    "a residency verified by oneself": (
        "UPDATE residencies SET decided_by_id = person_id WHERE person_id = :wulan",
        "residencies {wulan}: decided_by_id is person {wulan}",
    ),
    "a claimed wish without a claim": (
        "UPDATE claims SET outcome = 'released', ended_at = claimed_at WHERE wish_id = :claimed",
        "wish {claimed} is claimed and claimed by {pei}: 0 claims stand on it",
    ),
    "a claim on a wish that is not claimed": (
        "UPDATE claims SET wish_id = :withdrawn WHERE wish_id = :claimed",
        "wish {withdrawn} is withdrawn and claimed by 0: 1 claims stand on it, of person {pei}",
    ),
    "a claim of somebody else": (
        "UPDATE claims SET person_id = :wulan WHERE wish_id = :fulfilled",
        "wish {fulfilled} is fulfilled and claimed by {pei}: 1 claims stand on it, of person {wulan}",
    ),
    "a confirmed wish whose claim stands": (
        "UPDATE wishes SET state = 'confirmed' WHERE id = :fulfilled",
        "wish {fulfilled} is confirmed, and not one claim of its claimer ended so",
    ),
    "a message that nobody will look at": (
        "UPDATE deliveries SET finished_at = next_at WHERE state = 'waiting'",
        r"the message of notice \d+ is waiting after 0 attempts, .* nor waiting for a date",
    ),
    "a message that is sent by nobody": (
        "UPDATE deliveries SET state = 'sending' WHERE state = 'waiting'",
        r"the message of notice \d+ is sending after 0 attempts",
    ),
    "a wish in a round of another community": (
        "UPDATE wishes SET round_id = (SELECT min(id) FROM rounds WHERE community_id = :baihua)"
        " WHERE id = :claimed",
        r"wishes {claimed}: round_id is \d+ of rounds, in another community",
    ),
    "a wish in a grid of another community": (
        f"UPDATE wishes SET grid_id = {GRID} WHERE id = :claimed",
        r"wishes {claimed}: grid \d+ does not lie in community \d+",
    ),
    "an order in a shop of another community": (
        "UPDATE redemptions SET community_id = :baihua WHERE id = :order",
        r"redemptions {order}: shop_id is \d+ of shops, in another community",
    ),
    "an order of another shop's goods": (
        "UPDATE items SET shop_id = :othershop WHERE id ="
        " (SELECT item_id FROM redemption_lines WHERE redemption_id = :order)",
        r"redemptions {order} of shop \d+: redemption_lines name item \d+ of shop {othershop}",
    ),
    "points of another community": (
        "UPDATE accounts SET community_id = :baihua WHERE kind = 'adjusted'",
        r"transfer \d+ \(.*\) of community \d+, from .* to .*, is of another one",
    ),
    "a batch of other goods": (
        "UPDATE batches SET item_id = (SELECT min(id) FROM items) WHERE id = (SELECT max(id) FROM batches)",
        r"stock event \d+ of item \d+ moves batch \d+ of another item",
    ),
    "a sign-up in another community": (
        "UPDATE sign_ups SET community_id = :baihua WHERE id = (SELECT min(id) FROM sign_ups)",
        r"sign_ups \d+: activity_id is \d+ of activities, in another community",
    ),
    "a place that a street does not reach": (
        "DELETE FROM organisation_reach WHERE descendant_id = :baihua AND depth = 1",
        r"organisation {baihua} \(白桦社区\): who reaches it is not",
    ),
}


@pytest.mark.parametrize(("statement", "says"), FAULTS.values(), ids=FAULTS)
def test_what_was_done_past_the_constraints_is_named(house, statement, says):
    change(house, statement)
    found = "\n".join(invariants.findings())
    session.rollback()
    assert re.search(says.format(**house), found), found


def test_flask_ledger_verify_names_it(town, house):
    change(house, FAULTS["a line gone"][0])
    session.remove()
    told = town.app.test_cli_runner().invoke(args=["ledger", "verify", "--quiet"])
    assert told.exit_code == 1
    assert f"redemption {house['order']} is approved, its journal ends with nothing" in told.output


def test_no_row_lies_between_two_spans(house, monkeypatch):
    monkeypatch.setattr(invariants, "STEP", 2)
    assert list(invariants.findings()) == []
    change(house, "UPDATE claims SET person_id = :wulan")
    standing = [one for one in invariants.findings() if "claims stand on it" in one]
    session.rollback()
    assert len(standing) >= 2


def test_every_table_that_moves_is_looked_at(migrated_app):
    """Whoever adds a thing with a state lists its moves in states.py; a picture's states are WeChat's and the store's, a
    message's are those of its delivery, and a sheet's whether somebody has confirmed it."""
    stateful = {name for name, table in Base.metadata.tables.items() if "state" in table.columns}
    assert stateful - {table for _, table in invariants.stateful()} == {
        "deliveries",
        "duty_imports",
        "files",
        "group_messages",
        "holds",
    }


def test_whom_the_database_keeps_apart_is_looked_at(migrated_app):
    """A CHECK that two columns are two people has its check here: a dump may have been restored without it."""
    apart = re.compile(r"(\w+_by_id) <> (\w+_id)")
    kept = {
        (table.name, frozenset(pair))
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, sa.CheckConstraint)
        for pair in apart.findall(str(constraint.sqltext))
    }
    looked_at = {
        (table, frozenset((checker, maker)))
        for table, checker, makers in invariants.pairs()
        for maker in makers.split(", ")
    }
    assert len(kept) > 10
    # backend/supermarket/verify.py looks at these.
    assert {table for table, _ in kept - looked_at} == {"redemptions", "stocktakes", "shop_transfers"}
