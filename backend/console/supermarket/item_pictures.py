"""Pictures of goods of which WeChat was not sure: somebody else than who took them looks before they are shown."""

from typing import Any

from flask import request, url_for

from backend.console.frame.decisions import with_sentences
from backend.console.frame.forms import Form, choice, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.sentences import HIDE_PICTURE
from backend.console.frame.todo import Waiting, provider
from backend.db import session
from backend.errors import InvalidInput
from backend.files import queries as pictures
from backend.organisations import queries as places
from backend.people import permissions
from backend.supermarket import queries
from backend.supermarket.actions import items
from backend.supermarket.models import Item, Shop

MOST = 200


class ItemLookForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("不予展示时写明原因", most=200, needed=False)


def _waiting_items(staff: Staff, most: int) -> list[Item]:
    """What waits for this person: not what they took themselves."""
    rows = queries.to_look(None, MOST, actor=staff)
    taken = pictures.of([("item", row.id) for row in rows])
    own = {
        subject[1]
        for subject, found in taken.items()
        if any(one.owner_id == staff.id and one.state == "needs_look" for one in found)
    }
    return [row for row in rows if row.id not in own][:most]


@provider("item:look")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = _waiting_items(staff, most)
    shops = {row.id: row for row in _shops({one.shop_id for one in found})}
    names = places.names({row.place_id for row in shops.values()})
    return [
        Waiting(
            "查看商品图片",
            one.name,
            names[shops[one.shop_id].place_id],
            one.created_at,
            url_for("console.item_look", item_id=one.id),
        )
        for one in found
    ]


def _shops(ids: set[int]) -> list[Shop]:
    return [queries.shop(shop_id) for shop_id in sorted(ids)]


@page("/item-pictures", guard="item:look")
def item_looks(staff: Staff) -> Any:
    return render("item_looks/queue.html", waiting=_waiting(staff, MOST))


@page("/item-pictures/<id:item_id>", guard="item:look")
def item_look(staff: Staff, item_id: int) -> Any:
    return _page(staff, item_id)


def _page(staff: Staff, item_id: int, **given: Any) -> Any:
    item = queries.item(item_id)
    shop = session.get_one(Shop, item.shop_id)
    permissions.require(staff.id, "item:look", shop.place_id)
    waiting = [one for one in pictures.of([("item", item_id)]).get(("item", item_id), ()) if _waits(one)]
    if not waiting:
        return redirect_with_message("console.item_looks", "这个商品没有等待查看的图片")
    facts: dict[str, Any] = {"form": with_sentences(ItemLookForm(formdata=None), HIDE_PICTURE), **given}
    return render(
        "item_looks/page.html",
        item=item,
        shop=shop,
        pictures=pictures.picture_links(waiting, "look", staff.id),
        own=any(one.owner_id == staff.id for one in waiting),
        **facts,
    )


def _waits(one: Any) -> bool:
    return one.state == "needs_look"


@page("/item-pictures/<id:item_id>/look", guard="item:look", methods=("POST",))
def look_at_item(staff: Staff, item_id: int) -> Any:
    """What passes is shown from now on; what does not is never shown."""
    form, verdict = with_sentences(ItemLookForm(), HIDE_PICTURE), request.form.get("verdict")

    def work() -> Any:
        if verdict not in ("show", "hide"):
            raise InvalidInput()
        return items.look(item_id, verdict == "show", form.reason.data or None, actor=staff)

    if run_form(form, work):
        return _next(staff, "可以展示" if verdict == "show" else "不予展示，已记录原因")
    return _page(staff, item_id, form=form)


def _next(staff: Staff, sentence: str) -> Any:
    following = _waiting_items(staff, 1)
    if not following:
        return redirect_with_message("console.today", f"{sentence}。商品图片都看完了")
    return redirect_with_message("console.item_look", sentence, item_id=following[0].id)
