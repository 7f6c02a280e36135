"""What the search in the head finds of wishes."""

from flask import url_for

from backend.console.frame.page import Staff
from backend.console.frame.search import Hit, Source, listed_at, register
from backend.people.permissions import Permission
from backend.wishes import list_queries, staff_queries
from backend.wishes.labels import WISH_STATES


def _wishes(asked: str, most: int, staff: Staff) -> list[Hit]:
    filters = list_queries.WishFilters(text=asked)
    wishes = list_queries.listed(filters, "newest", actor=staff).rows(most)
    return [
        Hit(
            one.title,
            f"{one.number or ''} {WISH_STATES[one.state]}".strip(),
            url_for("console.wish", wish_id=one.id),
        )
        for one in wishes
    ]


def _exact(asked: str, staff: Staff) -> str | None:
    # Digits alone are many things: a card, a phone, an amount.
    found = None if asked.isdecimal() else staff_queries.numbered(asked, actor=staff)
    return url_for("console.wish", wish_id=found) if found else None


register(
    Source(
        label="心愿",
        word=Permission.WISH_READ,
        find=_wishes,
        exact=_exact,
        whole=lambda asked: listed_at("wishes", text=asked),
    )
)
