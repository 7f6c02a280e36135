"""What the search in the head finds of orders and items."""

from flask import url_for

from backend.console.frame.page import Staff
from backend.console.frame.search import Hit, Source, listed_at, register
from backend.people.permissions import Permission
from backend.supermarket import item_list, list_queries
from backend.supermarket.labels import REDEMPTION_STATES


def _orders(asked: str, most: int, staff: Staff) -> list[Hit]:
    orders = list_queries.listed(list_queries.OrderFilters(number=asked), "newest", actor=staff).rows(most)
    return [
        Hit(one.number, REDEMPTION_STATES[one.state], url_for("console.redemption", redemption_id=one.id))
        for one in orders
    ]


def _exact(asked: str, staff: Staff) -> str | None:
    found = list_queries.numbered(asked, actor=staff)
    return url_for("console.redemption", redemption_id=found) if found else None


def _items(asked: str, most: int, staff: Staff) -> list[Hit]:
    found = item_list.listed(item_list.ItemFilters(text=asked), "name", actor=staff).rows(most)
    rows = item_list.rows(found, actor=staff)
    return [Hit(one.name, one.shop, url_for("console.item", item_id=one.id)) for one in rows]


register(
    Source(
        label="兑换单",
        word=Permission.REDEMPTION_READ,
        find=_orders,
        exact=_exact,
        whole=lambda asked: listed_at("redemptions", number=asked),
    )
)
register(
    Source(
        label="物品",
        word=Permission.STOCK_READ,
        find=_items,
        whole=lambda asked: listed_at("items_listed", text=asked),
    )
)
