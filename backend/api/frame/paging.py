"""Pages by key, never by offset: stable when rows come in between, and as fast at the end as at the start.

A cursor is opaque and signed: it says after which row to go on, and cannot be made up.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import orjson

from backend import crypto
from backend.api.frame.fields import QueryInteger, Schema, Text
from backend.errors import InvalidInput
from backend.paging import KeysetQuery

MOST = 50
USUAL = 20
ELSEWHERE = "翻页标记不属于这个列表"


class PageQuery(Schema):
    limit = QueryInteger("每页条数", least=1, most=MOST, load_default=USUAL, example=20)
    cursor = Text("上一页返回的 nextCursor", most=300, load_default=None)


def page(rows: Sequence[Any], limit: int, key: Any) -> dict[str, Any]:
    """One page from `limit + 1` rows at most; `key(row)` is a tuple of what the list is ordered by."""
    more = len(rows) > limit
    shown = list(rows[:limit])
    return {"list": shown, "next_cursor": _write(key(shown[-1])) if more else None}


def page_of(
    rows: KeysetQuery, query: dict[str, Any], serialize: Callable[[list[Any]], list[Any]]
) -> dict[str, Any]:
    """One page of what a capability's query answers, from behind the cursor that was asked for."""
    read = rows.page(after(query["cursor"], *rows.key_types), query["limit"] + 1)
    told = page(read, query["limit"], lambda one: one[0])
    return {**told, "list": serialize([row for _place, row in told["list"]])}


def _write(key: tuple[Any, ...]) -> str:
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in key]
    text = orjson.dumps(plain).hex()
    return f"{text}.{crypto.signature('cursor', text)}"


def after(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The key a cursor stands for, as `kinds` (int, datetime, str); None for the first page."""
    if cursor is None:
        return None
    text, _, signed = cursor.partition(".")
    if not signed or signed != crypto.signature("cursor", text):
        raise InvalidInput({"cursor": ["翻页标记无效，请从第一页重新开始"]})
    parts = orjson.loads(bytes.fromhex(text))
    if len(parts) != len(kinds):
        raise InvalidInput({"cursor": [ELSEWHERE]})
    return tuple(_part(part, kind) for part, kind in zip(parts, kinds, strict=True))


def _part(part: Any, kind: type) -> Any:
    """Lists are ordered by different things: what another one calls a number may be a moment here."""
    if isinstance(part, str) and kind is datetime:
        return datetime.fromisoformat(part)
    if not isinstance(part, kind):
        raise InvalidInput({"cursor": [ELSEWHERE]})
    return part
