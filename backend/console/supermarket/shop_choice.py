"""Which shop a page is about: one of those in whose places the word is granted, chosen in the address."""

from backend.console.frame.page import Staff, asked_number
from backend.errors import NotFound
from backend.supermarket import queries, staff_queries
from backend.supermarket.views import ShopView


def chosen(staff: Staff, word: str) -> tuple[ShopView | None, list[ShopView]]:
    """The shop that was asked for, else the first, and all there are to choose from. Raises NotFound for
    another place's shop."""
    found = queries.view_shops(staff_queries.shops(word, actor=staff))
    asked = asked_number("shop")
    if asked is None:
        return (found[0] if found else None), found
    for one in found:
        if one.id == asked:
            return one, found
    raise NotFound()


def needed(staff: Staff, word: str) -> ShopView:
    """The same for a page that is nothing without a shop. Raises NotFound."""
    found, _all = chosen(staff, word)
    if found is None:
        raise NotFound()
    return found
