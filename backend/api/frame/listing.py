"""A list over HTTP in one declaration: its path, what it may be asked for, and what a row of it says.

    @listing(bp, "/rounds", "各期", RoundOut, _serialize_many, query=RoundQuery)
    def list_rounds(caller: Caller, community_id: int | None, state: str | None) -> Pageable:
        return queries.rounds(community_id, state)

The capability says which rows there are and in what order; the page, its cursor and its schema are the same everywhere.
"""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import List, Nested, Schema, Text
from backend.api.frame.paging import PageQuery, page
from backend.api.frame.route import SIGNED_IN, get
from backend.identity.sessions import Caller
from backend.paging import Pageable

# Rows as the list's schema wants them, as this caller may see them.
Serialize = Callable[[list[Any], Caller], Sequence[Any]]


@cache
def paged(schema: type[Schema]) -> type[Schema]:
    """The schema of a page of these."""
    name = schema.__name__.removesuffix("Out") + "Page"
    members = {
        "list": List("这一页的内容", Nested(schema), most=1000),
        "next_cursor": Text("下一页的标记；没有下一页时为 null", most=300, allow_none=True),
    }
    return type(name, (Schema,), members)


def as_they_are(rows: list[Any], _caller: Caller) -> Sequence[Any]:
    """Rows that have what the schema asks for."""
    return rows


def listing(
    blueprint: APIBlueprint,
    rule: str,
    summary: str,
    out: type[Schema],
    serialize: Serialize = as_they_are,
    *,
    guard: str = SIGNED_IN,
    query: type[PageQuery] = PageQuery,
    description: str | None = None,
    at_kiosk: bool = False,
) -> Callable[[Callable[..., Pageable]], Callable[..., Any]]:
    """A list of `out`, page by page. The view gets `caller`, the parts of the path and the filters of `query`, and
    answers what can be paged; one page of it goes through `serialize`."""

    def decorate(view: Callable[..., Pageable]) -> Callable[..., Any]:
        @wraps(view)
        def listed(query: dict[str, Any], caller: Any = None, **ids: int) -> dict[str, Any]:
            cursor, limit = query.pop("cursor"), query.pop("limit")
            rows = view(caller=caller, **ids, **query)
            return page(rows, cursor, limit, lambda some: serialize(some, caller))

        declare = get(
            blueprint,
            rule,
            summary,
            guard,
            query=query,
            out=paged(out),
            description=description,
            at_kiosk=at_kiosk,
        )
        return declare(listed)

    return decorate
