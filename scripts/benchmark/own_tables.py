"""What the peers of scripts/bench have of their own: shown names in clear, and the few tables of the plain one."""

from typing import Any

import sqlalchemy as sa

from backend.db import session
from backend.people import sealed
from backend.people.models import Person

# Few columns, few constraints: what a small application would have.
_PLAIN = """
    CREATE TABLE plain_sessions AS SELECT token_digest, person_id, expires_at FROM sessions;
    ALTER TABLE plain_sessions ADD PRIMARY KEY (token_digest);
    CREATE TABLE plain_wishes AS SELECT wishes.id, wishes.community_id, wishes.state, wishes.title, wishes.description,
        wishes.published_at, peer_names.name AS wisher, wishes.claimer_id
        FROM wishes LEFT JOIN peer_names ON peer_names.person_id = wishes.wisher_id;
    ALTER TABLE plain_wishes ADD PRIMARY KEY (id);
    CREATE INDEX ON plain_wishes (community_id, published_at DESC, id DESC)
        WHERE state IN ('published', 'claimed', 'fulfilled', 'confirmed');
    CREATE TABLE plain_claims (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, wish_id bigint NOT NULL UNIQUE,
        person_id bigint NOT NULL, claimed_at timestamptz NOT NULL);
    CREATE TABLE plain_journal (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL,
        person_id bigint NOT NULL, verb text NOT NULL, subject_id bigint NOT NULL);
    CREATE TABLE plain_accounts AS SELECT person_id, available AS balance FROM purses;
    ALTER TABLE plain_accounts ADD PRIMARY KEY (person_id);
    CREATE TABLE plain_transfers AS SELECT id, person_id, at, amount, title, balance FROM transfers;
    ALTER TABLE plain_transfers ADD PRIMARY KEY (id);
    CREATE SEQUENCE plain_transfer_ids START 1000000000;
    ALTER TABLE plain_transfers ALTER id SET DEFAULT nextval('plain_transfer_ids');
    CREATE INDEX ON plain_transfers (person_id, id DESC);
    CREATE TABLE plain_items AS SELECT id, shop_id, name, points, on_hand FROM items;
    ALTER TABLE plain_items ADD PRIMARY KEY (id);
    CREATE TABLE plain_orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint NOT NULL,
        shop_id bigint NOT NULL, item_id bigint NOT NULL, quantity integer NOT NULL, points integer NOT NULL,
        state text NOT NULL, created_at timestamptz NOT NULL);
    ANALYZE
"""


def make(engine: Any) -> None:
    """Made once, before the template is kept."""
    known = session.scalars(sa.select(Person).where(Person.real_name_sealed.is_not(None)))
    names = [{"person_id": person.id, "name": sealed.real_name(person)} for person in known]
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE peer_names (person_id BIGINT PRIMARY KEY, name VARCHAR(60) NOT NULL)"
        )
        connection.execute(sa.text("INSERT INTO peer_names VALUES (:person_id, :name)"), names)
        for statement in _PLAIN.split(";") if engine.dialect.name == "postgresql" else ():
            connection.exec_driver_sql(statement)
