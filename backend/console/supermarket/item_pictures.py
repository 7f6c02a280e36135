"""Pictures of goods of which WeChat was not sure: somebody else than who took them looks before they are shown."""

from typing import Any

from flask import Response, request

from backend.console.frame.decisions import Address, Decision, Queue, register
from backend.console.frame.forms import Form, choice, line
from backend.console.frame.page import Staff, redirect_with_message
from backend.console.frame.sentences import HIDE_PICTURE
from backend.db import session
from backend.errors import InvalidInput
from backend.files import queries as pictures
from backend.people import permissions
from backend.people.permissions import Permission
from backend.supermarket import limits, queries, queues
from backend.supermarket.actions import items
from backend.supermarket.models import Item, Shop


class ItemLookForm(Form):
    ready = choice("常用说法", needed=False)
    reason = line("不予展示时写明原因", most=limits.REASON_MAX, needed=False)


def _facts(staff: Staff, item_id: int) -> dict[str, Any] | Response:
    item = queries.item(item_id)
    shop = session.get_one(Shop, item.shop_id)
    permissions.require(staff.id, Permission.ITEM_LOOK, shop.place_id)
    found = pictures.of([("item", item_id)]).get(("item", item_id), ())
    waiting = [one for one in found if one.state == "needs_look"]
    if not waiting:
        return redirect_with_message("console.item_looks", "这个商品没有等待查看的图片")
    return {
        "item": queries.view_items([item], actor=staff)[0],
        "shop": shop.name,
        "pictures": pictures.picture_links(waiting, "look", staff.id),
        "own": any(one.owner_id == staff.id for one in waiting),
    }


def _look(item_id: int, form: Any, staff: Staff) -> Item:
    """What passes is shown from now on; what does not is never shown."""
    verdict = request.form.get("verdict")
    if verdict not in ("show", "hide"):
        raise InvalidInput()
    return items.look(item_id, verdict == "show", form.reason.data or None, actor=staff)


def _sentence(_form: Any) -> str:
    return "可以展示" if request.form.get("verdict") == "show" else "不予展示，已记录原因"


# A row is an item with the community of its shop.
register(
    Queue(
        kind="查看商品图片",
        word=Permission.ITEM_LOOK,
        find=queues.to_look_at,
        titles=lambda rows: [item.name for item, _community_id in rows],
        since=lambda row: row[0].created_at,
        place=lambda row: row[1],
        identity=lambda row: row[0].id,
        listed=Address("/item-pictures", "item_looks"),
        list_template="item_looks/queue.html",
        one=Address("/item-pictures/<id:item_id>", "item_look"),
        template="item_looks/page.html",
        facts=_facts,
        finished="商品图片都看完了",
        # One form for both verdicts: its buttons say which.
        decisions=(
            Decision(
                name="look",
                label="查看图片",
                key=1,
                address=Address("/item-pictures/<id:item_id>/look", "look_at_item"),
                form=ItemLookForm,
                ready=HIDE_PICTURE,
                verb=_look,
                done=_sentence,
            ),
        ),
    )
)
