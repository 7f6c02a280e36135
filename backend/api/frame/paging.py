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
from backend.paging import Pageable, Place

MOST = 50
USUAL = 20
ELSEWHERE = "翻页标记不属于这个列表"


class PageQuery(Schema):
    limit = QueryInteger("每页条数", least=1, most=MOST, load_default=USUAL, example=20)
    cursor = Text("上一页返回的 nextCursor", most=300, load_default=None)


def page(
    rows: Pageable, cursor: str | None, limit: int, serialize: Callable[[list[Any]], Sequence[Any]] = list
) -> dict[str, Any]:
    """One page of these rows, from behind the one that `cursor` stands for; one row more says whether there is a next."""
    read = rows.page(_after(cursor, rows.key_types), limit + 1)
    more, read = len(read) > limit, read[:limit]
    return {
        "list": serialize([row for _place, row in read]),
        "next_cursor": _write(read[-1][0]) if more else None,
    }


def _write(place: Place) -> str:
    plain = [part.isoformat() if isinstance(part, datetime) else part for part in place]
    text = orjson.dumps(plain).hex()
    return f"{text}.{crypto.signature('cursor', text)}"


def _after(cursor: str | None, kinds: tuple[type, ...]) -> Place | None:
    """The place a cursor stands for, as `kinds` (int, datetime, str); None for the first page."""
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
