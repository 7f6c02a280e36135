"""Sheets to print on A4: price labels for the shelf, and a poster with the shop's code for the door."""

import base64
from typing import Any

from flask import request

from backend.console.frame.page import Staff, asked_number, page, render
from backend.console.supermarket import shop_choice
from backend.console.supermarket.stock import MOST_ITEMS
from backend.people.permissions import Permission
from backend.supermarket import queries
from backend.wechat import pages

MOST_COPIES = 24


@page("/stock/labels", guard=Permission.STOCK_READ)
def labels(staff: Staff) -> Any:
    """Labels of what is on the shelf, or of the items that were ticked, so many of each."""
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    found = [one for one in queries.items(shop.id, None, actor=staff).rows(MOST_ITEMS) if one.on_shelf]
    offered = queries.view_items(found, actor=staff)
    asked = set(request.args.getlist("item", type=int))
    copies = min(max(asked_number("copies", 1), 1), MOST_COPIES)
    wanted = [one for one in offered if not asked or one.id in asked]
    return render(
        "stock/labels.html",
        shop=shop,
        shops=all_shops,
        offered=offered,
        asked=asked or {one.id for one in offered},
        copies=copies,
        labels=[one for one in wanted for _copy in range(copies)],
        address=pages.address("shop", shop.id),
    )


@page("/stock/poster", guard=Permission.STOCK_READ)
def poster(staff: Staff) -> Any:
    """For the door: opening hours, and the code that opens the shop in the mini-program."""
    shop = shop_choice.needed(staff, Permission.STOCK_READ)
    code = pages.code("shop", shop.id)
    picture = f"data:{code.media_type};base64,{base64.b64encode(code.image).decode()}"
    return render("stock/poster.html", shop=shop, picture=picture, plain=code.plain)
