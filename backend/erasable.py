"""Words in rows that are never changed: they can be erased, and that nothing else was changed can still be proved.

A row of the books has for each such text `x` a column `x_digest`, empty while the words stand as they were written.
An erasure sets both in one UPDATE, the only one that the triggers of these tables let through: the text is then what
was left of it, and the digest holds two keyed digests, of what was written and of what was left. Seals are made over
keyed digests of texts, so a sealed day agrees before and after (`ledger/sealed_rows.py`).
"""

import hmac
from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import mapped_column

from backend import config
from backend.personal import DIGEST, internal

# What is read where a whole text stood, and in the place of a word that was taken out of one.
ERASED = "（文字已随注销删除）"
GONE = "（已删除）"
_EACH = 64
_SUFFIX = "_digest"


def digest_column() -> Any:
    """The column beside a text that can be erased: `x_digest: Mapped[str | None] = digest_column()`."""
    return mapped_column(sa.String(2 * _EACH), nullable=True, info=internal(DIGEST))


def digest_of(text: str) -> str:
    """The name of the column that keeps the digest of a text."""
    return f"{text}{_SUFFIX}"


def texts(table: sa.FromClause) -> list[str]:
    """The texts of a table that stand in rows which are never changed otherwise."""
    return [column.name for column in table.columns if digest_of(column.name) in table.columns]


def key() -> bytes:
    """The key of these digests, derived from SECRET_KEY: whoever reads one cannot guess the words."""
    return hmac.digest(config.settings().secret_key.encode(), b"ledger seal: texts", "sha256")


def keyed(secret: bytes, value: Any) -> str | None:
    """The keyed digest of a text, or of what is kept as JSON; None of nothing."""
    if value is None:
        return None
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(secret, text, "sha256").hex()


def erased(row: Any, text: str, left: str) -> dict[str, str]:
    """The columns of an UPDATE by which a text of this row, by its name, becomes `left`."""
    secret = key()
    before = row[digest_of(text)] or keyed(secret, row[text]) or ""
    return {text: left, digest_of(text): f"{before[:_EACH]}{keyed(secret, left)}"}


def as_written(secret: bytes, text: str | None, digest: str | None) -> str | None:
    """The keyed digest of what was written, whatever was erased of it since.

    Where what stands there is not what the erasure left, it is the digest of that: a seal will not agree with it.
    """
    now = keyed(secret, text)
    return digest[:_EACH] if digest and now and hmac.compare_digest(digest[_EACH:], now) else now


def words_were_erased(rows: Iterable[Any], names: Iterable[str]) -> bool:
    """Whether words of these rows were erased, and each text still is what the erasure left of it."""
    secret, names = key(), list(names)
    found = [(row[name], row[digest_of(name)]) for row in rows for name in names if row[digest_of(name)]]
    return bool(found) and all(as_written(secret, text, digest) == digest[:_EACH] for text, digest in found)
