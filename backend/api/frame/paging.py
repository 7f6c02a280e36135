"""Pages by key, never by offset: stable when rows come in between, and as fast at the end as at the start.

A cursor is opaque and signed: it says after which row of which list to go on, and cannot be made up. Given to another
list, or to the same one with other filters, it would leave rows out without a word, so it is refused.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import request

from backend import crypto
from backend.api.frame.fields import QueryInteger, Schema, Text
from backend.errors import InvalidInput
from backend.paging import Pageable, Place

MOST = 50
USUAL = 20
ELSEWHERE = "翻页标记不属于这个列表，请从第一页重新开始"


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
    return f"{text}.{_signed(text)}"


def _signed(text: str) -> str:
    """The signature of a place in the list that is asked for: its address and what it is filtered by."""
    filters = sorted(pair for pair in request.args.items(multi=True) if pair[0] not in ("cursor", "limit"))
    return crypto.signature("cursor", f"{request.path}?{urlencode(filters)}#{text}")


def _after(cursor: str | None, kinds: tuple[type, ...]) -> Place | None:
    """The place a cursor stands for, as `kinds` (int, datetime, str); None for the first page."""
    if cursor is None:
        return None
    text, _, signed = cursor.partition(".")
    if not signed or signed != _signed(text):
        raise InvalidInput({"cursor": [ELSEWHERE]})
    parts = orjson.loads(bytes.fromhex(text))
    return tuple(
        datetime.fromisoformat(part) if kind is datetime else part
        for part, kind in zip(parts, kinds, strict=True)
    )
