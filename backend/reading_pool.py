"""The connections on which hot statements are read (`statements.py`): each stands alone, and PostgreSQL keeps its plan.

To plan the wall takes longer than to read it. Only fixed texts come here, whose plans are good for any values: of a
statement whose states are binds a kept plan would read whole tables (tests/api/test_plans.py).
"""

from typing import Any

import sqlalchemy as sa

from backend import db

_pools: dict[int, tuple[sa.Engine, sa.Engine, Any]] = {}


def connected(engine: sa.Engine) -> sa.Connection:
    """One of them, to be closed after use. Raises OperationalError where the server is away."""
    if engine.dialect.name == "sqlite":
        return db.reading_view(engine).connect()
    view, pool = _kept(engine)
    try:
        line = pool.connect()
    except engine.dialect.loaded_dbapi.Error as fault:
        # A pool by itself tells the driver's own exception.
        raise sa.exc.OperationalError(None, None, fault) from fault
    return sa.Connection(view, connection=line)


def pool_of(engine: sa.Engine) -> Any:
    """The connections on which these statements are read outside of transactions; on SQLite the engine's own."""
    return engine.pool if engine.dialect.name == "sqlite" else _kept(engine)[1]


def _kept(engine: sa.Engine) -> tuple[sa.Engine, Any]:
    known = _pools.get(id(engine))
    if known is None or known[0] is not engine:
        known = _pools[id(engine)] = (engine, engine.execution_options(reading=True), _pool(engine))
    return known[1:]


def _pool(engine: sa.Engine) -> Any:
    pool: Any = engine.pool
    own = sa.create_engine(
        engine.url,
        isolation_level="AUTOCOMMIT",
        pool_size=pool.size(),
        max_overflow=pool._max_overflow,
        pool_timeout=pool.timeout(),
        # Nothing is left open that would have to be rolled back.
        pool_reset_on_return=None,
        connect_args=db.CONNECT,
    )
    sa.event.listen(own, "do_connect", _connect)
    sa.event.listen(engine, "engine_disposed", forget)
    return own.pool


def _connect(dialect: Any, _record: Any, place: Any, named: dict[str, Any]) -> Any:
    """With the setting from the beginning: one that is set later would stay on a connection that PgBouncer hands on.
    It refuses settings that it does not know; behind it statements are planned as the server likes."""
    options = f"{named.get('options', '')} -c plan_cache_mode=force_generic_plan"
    try:
        return dialect.connect(*place, **{**named, "options": options})
    except dialect.loaded_dbapi.OperationalError as fault:
        if "startup parameter" not in str(fault):
            raise
        return dialect.connect(*place, **named)


def forget(engine: sa.Engine) -> None:
    """The connections that wait there are given up with those of the engine."""
    known = _pools.pop(id(engine), None)
    if known is not None:
        known[2].dispose()
