"""我的卡: what a card's holder sees and does there: let in by card number and one-time code, out by a button or by time."""

import re
from typing import Any

from flask import Response, redirect, request, url_for

from backend.console.kiosk.open_pages import public_activity, public_item
from backend.console.kiosk.terminal import Visit, attempt, card_token, forget_card, go_on, keep, page, render
from backend.db import transaction
from backend.errors import InvalidInput, NotFound, Refused
from backend.identity import kiosk_sessions
from backend.identity.card_codes import DIGITS
from backend.identity.sessions import GUEST, Caller
from backend.ledger import queries as ledger
from backend.supermarket import queries as market
from backend.supermarket.actions import approvals, requests
from backend.supermarket.models import RedemptionState
from backend.text import code as signs_of
from backend.volunteering import queries as volunteering
from backend.volunteering.actions import sign_ups
from backend.volunteering.models import SignUpState
from backend.wishes import queries as wishes
from backend.wishes.actions import claims
from backend.wishes.kinds import ConfirmMethod, WishState

LATEST = 20
# More of one thing at once is asked for at the counter.
MOST_UNITS = 5
CARD_TYPED_MAX = 16
# Where one goes on after being let in: a page of the terminal, and no other.
_OWN_PAGE = re.compile(r"/kiosk/[a-z0-9/-]{0,60}")
_WAITING = (RedemptionState.REQUESTED, RedemptionState.APPROVED)


def _next(typed: str) -> str:
    return typed if _OWN_PAGE.fullmatch(typed) else url_for("kiosk.card")


@page("/enter", methods=("GET", "POST"))
def enter(visit: Visit) -> Any:
    """Card number and one-time code. How many wrong ones one terminal may try is limited in app.py."""
    following = _next(request.values.get("next", ""))
    if request.method == "GET":
        if visit.holder is not None:
            return redirect(following, 303)
        return render("enter", following=following, card_number="")
    card, code = request.form.get("card", "")[:CARD_TYPED_MAX], signs_of(request.form.get("code", ""))
    answer = _opened(visit, card, code)
    if isinstance(answer, Refused):
        # The number stays, the code does not: it is typed anew from the slip.
        return render("enter", refusal=answer, following=following, card_number=card)
    gone_on = redirect(following, 303)
    seconds = int(kiosk_sessions.LASTS.total_seconds())
    return keep(gone_on, "card", answer.token, seconds)  # type: ignore[arg-type]


def _opened(visit: Visit, card: str, code: str) -> kiosk_sessions.Opened | Refused:
    if not card.strip() or len(code) != DIGITS or not code.isdecimal():
        return InvalidInput({"code": [f"请输入卡号和 {DIGITS} 位验证码"]})
    with transaction():
        return kiosk_sessions.open_session(card, code, device=visit.device)


@page("/leave", methods=("GET", "POST"))
def leave(visit: Visit) -> Response:
    """Also for a page that leaves by itself: it can but ask for an address, and to leave harms nobody."""
    token = card_token()
    if token:
        with transaction():
            kiosk_sessions.close(token)
    done = request.args.get("done") or ("left" if request.method == "POST" else None)
    return forget_card(go_on("kiosk.home", done if token else None))


def _holder(visit: Visit) -> Caller:
    """A page with `card` has one."""
    if visit.holder is None:
        raise NotFound()
    return visit.holder


@page("/card", card=True)
def card(visit: Visit) -> Any:
    holder = _holder(visit)
    mine = wishes.written_by(holder.id, (WishState.FULFILLED,)).rows(LATEST)
    orders = market.orders_of(holder.id, _WAITING).rows(LATEST)
    coming = volunteering.sign_ups_of(holder.id, None, volunteering.UPCOMING).rows(LATEST)
    return render(
        "card",
        to_confirm=len(mine),
        orders=len(orders),
        coming=sum(row[0].state in (SignUpState.CONFIRMED, SignUpState.WAITLISTED) for row in coming),
        balance=ledger.balance(holder.id),
    )


@page("/card/wishes", card=True)
def my_wishes(visit: Visit) -> Any:
    holder = _holder(visit)
    found = wishes.written_by(holder.id).rows(LATEST)
    return render("my_wishes", rows=wishes.view_wishes(found, actor=holder))


def _wish_page(visit: Visit, wish_id: int, refusal: Refused | None = None) -> Any:
    shown = wishes.view_wish(wish_id, actor=_holder(visit))
    return render("my_wish", refusal=refusal, wish=shown)


@page("/card/wishes/<id:wish_id>", card=True)
def my_wish(visit: Visit, wish_id: int) -> Any:
    return _wish_page(visit, wish_id)


@page("/card/wishes/<id:wish_id>/confirm", card=True, methods=("POST",))
def confirm_wish(visit: Visit, wish_id: int) -> Any:
    holder, solved, stars = _holder(visit), request.form.get("solved"), request.form.get("satisfaction", "")

    def work() -> Any:
        if solved not in ("yes", "no") or stars not in ("1", "2", "3", "4", "5"):
            raise InvalidInput({"satisfaction": ["两项都请选一个"]})
        return claims.confirm(wish_id, solved == "yes", int(stars), ConfirmMethod.APP, actor=holder)

    answer = attempt(visit, work)
    if isinstance(answer, Refused):
        return _wish_page(visit, wish_id, answer)
    return go_on("kiosk.my_wish", "confirmed", wish_id=wish_id)


@page("/card/orders", card=True)
def my_orders(visit: Visit) -> Any:
    holder = _holder(visit)
    found = market.orders_of(holder.id).rows(LATEST)
    return render("my_orders", rows=market.view_redemptions(found, actor=holder))


def _order_page(visit: Visit, redemption_id: int, refusal: Refused | None = None) -> Any:
    holder = _holder(visit)
    found = market.order(redemption_id, actor=holder)
    return render("my_order", refusal=refusal, order=market.view_redemptions([found], actor=holder)[0])


@page("/card/orders/<id:redemption_id>", card=True)
def my_order(visit: Visit, redemption_id: int) -> Any:
    return _order_page(visit, redemption_id)


@page("/card/orders/<id:redemption_id>/cancel", card=True, methods=("POST",))
def cancel_order(visit: Visit, redemption_id: int) -> Any:
    answer = attempt(visit, lambda: approvals.cancel(redemption_id, actor=_holder(visit)))
    if isinstance(answer, Refused):
        return _order_page(visit, redemption_id, answer)
    return go_on("kiosk.my_order", "cancelled", redemption_id=redemption_id)


@page("/card/sign-ups", card=True)
def my_sign_ups(visit: Visit) -> Any:
    holder = _holder(visit)
    found = volunteering.sign_ups_of(holder.id).rows(LATEST)
    return render("my_sign_ups", rows=volunteering.view_my_sign_ups(found, actor=holder))


@page("/card/points", card=True)
def my_points(visit: Visit) -> Any:
    holder = _holder(visit)
    return render(
        "my_points", balance=ledger.balance(holder.id), rows=ledger.statement(holder.id, limit=LATEST)
    )


def _activity_page(visit: Visit, activity_id: int, refusal: Refused | None = None) -> Any:
    found = public_activity(activity_id)
    shown = volunteering.view_activities([found], actor=visit.holder or GUEST)[0]
    return render("activity", refusal=refusal, activity=shown)


@page("/activities/<id:activity_id>")
def activity(visit: Visit, activity_id: int) -> Any:
    return _activity_page(visit, activity_id)


@page("/activities/<id:activity_id>/sign-up", card=True, methods=("POST",))
def sign_up(visit: Visit, activity_id: int) -> Any:
    public_activity(activity_id)
    answer = attempt(visit, lambda: sign_ups.sign_up(activity_id, actor=_holder(visit)))
    if isinstance(answer, Refused):
        return _activity_page(visit, activity_id, answer)
    done = "waiting" if answer.state == SignUpState.WAITLISTED else "signed-up"
    return go_on("kiosk.activity", done, activity_id=activity_id)


@page("/activities/<id:activity_id>/cancel", card=True, methods=("POST",))
def cancel_sign_up(visit: Visit, activity_id: int) -> Any:
    public_activity(activity_id)
    answer = attempt(visit, lambda: sign_ups.cancel(activity_id, actor=_holder(visit)))
    if isinstance(answer, Refused):
        return _activity_page(visit, activity_id, answer)
    return go_on("kiosk.activity", "cancelled", activity_id=activity_id)


def _item_page(visit: Visit, item_id: int, refusal: Refused | None = None) -> Any:
    shown = public_item(item_id)
    most = min(MOST_UNITS, shown.available or 0, shown.limit_per_person or MOST_UNITS)
    points = ledger.balance(visit.holder.id)["available"] if visit.holder is not None else None
    return render("item", refusal=refusal, item=shown, most=most, points=points)


@page("/items/<id:item_id>")
def item(visit: Visit, item_id: int) -> Any:
    return _item_page(visit, item_id)


@page("/items/<id:item_id>/redeem", card=True, methods=("POST",))
def order(visit: Visit, item_id: int) -> Any:
    shown, typed = public_item(item_id), request.form.get("quantity", "")
    quantity = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0

    def work() -> Any:
        if not 1 <= quantity <= MOST_UNITS:
            raise InvalidInput({"quantity": [f"一次兑换 1 到 {MOST_UNITS} 件"]})
        return requests.request_or_note(shown.shop_id, [(item_id, quantity)], actor=_holder(visit))

    answer = attempt(visit, work)
    if isinstance(answer, Refused):
        return _item_page(visit, item_id, answer)
    return go_on("kiosk.my_order", "ordered", redemption_id=answer.id)
