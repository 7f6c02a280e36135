"""Releases: killed and done again; filled databases of earlier ones, with the demo city's rows; what was released.

`python -m tests.faults.releases` writes down every migration as it is now: it must not change any more.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from backend.db import migrate
from tests.faults.clients import PATIENCE
from tests.served import TOP

KILLED = -9
RELEASED = Path(__file__).with_name("released.json")


def upgraded(host, folder, *words):
    """What `tests.faults.upgrading` tells: how each try ended, the last of which was left alone."""
    told = {"APP_ENV": "test", "DATABASE_URL": host.url, "DATA_DIR": str(folder), "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.upgrading", *map(str, words)],
        cwd=TOP,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE * (len(words) + 1),
    )
    return json.loads(done.stdout.splitlines()[-1])


def killed_and_done_again(host, deaths, folder, straight):
    """Kills a release after so many statements each time, then lets it end; answers what is different from
    `straight`, the schema of one that went straight through."""
    host.clear()
    endings = upgraded(host, folder, *deaths)
    wrong = [] if endings == [KILLED] * len(deaths) + [0] else [f"the tries ended with {endings}"]
    again = schema(host.url)
    return wrong + [f"{one} is not in both" for one in sorted(straight ^ again)]


def schema(url):
    """Every table, index, constraint and trigger, by its own words where the database keeps them."""
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":
        wanted = "SELECT type, name, coalesce(sql, '') FROM sqlite_master"
    else:
        wanted = """
            SELECT 'column', table_name || '.' || column_name, data_type || is_nullable
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
            UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"""
    with engine.connect() as connection:
        # The constraints of a table that was made anew on SQLite come in any order.
        found = {
            (kind, name, "\n".join(sorted(line.rstrip(", ") for line in words.splitlines())))
            for kind, name, words in connection.execute(sa.text(wanted))
        }
    engine.dispose()
    return found


def revisions():
    """All of them, the first one first."""
    return [one.revision for one in reversed(list(ScriptDirectory(migrate.directory).walk_revisions()))]


def digests(folder=TOP / "backend/migrations/versions"):
    """Each revision's, without what is said to a linter."""
    return {
        file.name[:4]: hashlib.sha256(
            re.sub(r"\s+# (noqa|nosec).*", "", file.read_text(encoding="utf-8")).encode()
        ).hexdigest()
        for file in sorted(folder.glob("[0-9]*.py"))
    }


def released():
    return json.loads(RELEASED.read_text())


def rows_of(engine):
    """Every table with its rows, as the database itself tells them."""
    found, metadata = {}, sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                found[table.name] = [dict(row._mapping) for row in connection.execute(sa.select(table))]
    return found


def without_awards(rows):
    """The same with points that were brought over from paper: there is no table yet of what they are awarded for."""
    awarded = ("rule_id", "units", "earned_on", "cap_group")
    brought_over = {"kind": "opening", **dict.fromkeys(awarded)}
    transfers = [{**row, **brought_over} if row["kind"] == "award" else row for row in rows["transfers"]]
    return {**rows, "transfers": transfers}


# Before it, the roles of tickets could not be given.
TICKET_ROLES = "0047"


def without_ticket_roles(rows):
    """The same without appointments that an earlier release refused."""
    new = {"grid_leader", "town_leader", "dispatcher", "unit_liaison", "unit_head", "arbiter"}
    return {**rows, "appointments": [row for row in rows["appointments"] if row["role"] not in new]}


def fill(engine, rows):
    """Puts in what fits the revision at which `engine` stands: its tables, its columns. Answers what it put in."""
    metadata, put = sa.MetaData(), {}
    metadata.reflect(engine)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        else:
            # As pg_restore does: the rows are whole, and the order of the tables says nothing.
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in metadata.sorted_tables:
            known = {column.name for column in table.columns}
            fitting = [{name: row[name] for name in row.keys() & known} for row in rows.get(table.name, ())]
            if fitting:
                # What a migration itself put in is among the rows.
                if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
                    connection.execute(sa.delete(table))
                connection.execute(sa.insert(table), fitting)
            put[table.name] = fitting
    return put


def lost(put, now):
    """Rows of `put` that are not there now, or say something else."""
    found = []
    for table, before in put.items():
        after = [{name: row.get(name) for name in before[0]} for row in now.get(table, ())] if before else []
        for row in before:
            if row not in after:
                found.append(f"{table}: {str(row)[:200]} is not there as it was")
    return found


if __name__ == "__main__":
    RELEASED.write_text(json.dumps(digests(), indent=2) + "\n")
