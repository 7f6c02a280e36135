"""The store of access tokens that wechatpy is given: one row for all processes, and a copy in each."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.crypto import CannotOpen, seal, unseal
from backend.db import insert, session, transaction
from backend.wechat.models import WeChatToken

# WeChat: a token lives two hours at most.
LONGEST_SECONDS = 7200


class DatabaseTokens:
    """A wechatpy session store (`get`, `set`, `delete`) over the table `wechat_tokens`.

    It needs an application context. WeChat is asked outside transactions, so a new token is written in a
    short one of its own; inside an open transaction it is written along with that, and shares its end.
    """

    def __init__(self) -> None:
        # A request that finds a living token here needs no query.
        self._copies: dict[str, tuple[str, datetime]] = {}

    def get(self, key: str, default: Any = None) -> Any:
        """The token, or `default` when there is none, it has expired, or its seal cannot be opened."""
        token, expires_at = self._copies.get(key, (None, clock.now()))
        if token is not None and expires_at > clock.now():
            return token
        row = session.execute(
            sa.select(WeChatToken.sealed, WeChatToken.expires_at).where(WeChatToken.key == key)
        ).first()
        if row is None or row.expires_at <= clock.now():
            return default
        try:
            token = unseal(row.sealed, _place(key))
        except CannotOpen:
            # The sealing keys were changed: a new token is fetched, and replaces this one.
            return default
        self._copies[key] = (token, row.expires_at)
        return token

    def set(self, key: str, value: str, ttl: int | None = None) -> None:
        """Keeps `value` for `ttl` seconds, in place of what was there."""
        expires_at = clock.now() + timedelta(seconds=LONGEST_SECONDS if ttl is None else ttl)
        sealed = seal(value, _place(key))
        # First, so that a database too busy to keep the token does not make the next call fetch another.
        self._copies[key] = (value, expires_at)
        with _writing():
            session.execute(_put(key, sealed, expires_at))

    def delete(self, key: str) -> None:
        """Forgets the token, here and in the database."""
        self._copies.pop(key, None)
        with _writing():
            session.execute(sa.delete(WeChatToken).where(WeChatToken.key == key))


def _place(key: str) -> str:
    return f"wechat_tokens.sealed:{key}"


def _writing() -> Any:
    return nullcontext() if session.info.get("writing") else transaction()


def _put(key: str, sealed: str, expires_at: datetime) -> Any:
    # Two processes may write the first token at once; the later one is as good as the earlier.
    statement = insert(WeChatToken).values(key=key, sealed=sealed, expires_at=expires_at)
    fresh = {"sealed": statement.excluded.sealed, "expires_at": statement.excluded.expires_at}
    return statement.on_conflict_do_update(index_elements=["key"], set_=fresh)
