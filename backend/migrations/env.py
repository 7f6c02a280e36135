"""Runs the migrations inside the app that `flask db` (or a test) has set up.

Two machines may start a release at the same moment: on PostgreSQL the second waits for the first.
"""

import sqlalchemy as sa
from alembic import context

from backend.db import Base, db

RELEASE_LOCK = 7_310_001


def run() -> None:
    engine = db.engine
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": RELEASE_LOCK})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()  # the one commit beside db.py: a release is not a request


run()
