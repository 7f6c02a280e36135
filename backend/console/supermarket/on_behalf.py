"""代办兑换: staff ask for a resident who has no phone; the code is printed once the order is approved."""

from datetime import date, timedelta
from typing import Any

from flask import request, url_for
from wtforms.validators import ValidationError

from backend import clock
from backend.console.frame import sentences
from backend.console.frame.forms import Form, choice, day, line, lines, refuse_beyond, tick, ticks, whole
from backend.console.frame.labels import at, day_of, ends
from backend.console.frame.labels import day as day_words
from backend.console.frame.page import (
    Staff,
    asked_number,
    page,
    redirect_with_message,
    render,
    run_answered,
    run_form,
)
from backend.errors import NotFound
from backend.ledger import queries as points
from backend.people.permissions import Permission
from backend.people.residents import PersonView, resident, view_resident
from backend.supermarket import limits, queries, timetable
from backend.supermarket.actions import collecting, rebooking, requests, series
from backend.supermarket.labels import ITEM_KINDS
from backend.supermarket.models import Item, ItemKind, Redemption, Shop
from backend.supermarket.states import CANCEL
from backend.supermarket.views import RedemptionView

# So many of a shop's things are offered on the page.
MOST_ITEMS = 200


class OnBehalfForm(Form):
    ready = choice("代办原因", needed=False)
    reason = line("或自己写原因", most=limits.REASON_MAX)

    def fill(self) -> None:
        self.ready.choices = {"": "请选择", **{one: one for one in sentences.REDEEM_FOR}}
        if self.ready.data and not (self.reason.data or "").strip():
            self.reason.process_data(self.ready.data)
            self.reason.raw_data = [self.ready.data]


class SlotsForm(OnBehalfForm):
    slots = ticks("选时段", (), coerce=int)
    weeks = whole(
        "每周同一时段，共订几次", least=1, most=limits.SERIES_MAX, needed=False, description="不填只订这一次"
    )
    leave_out = tick("订不到的日子不订，其余照订")

    def validate_slots(self, field: Any) -> None:
        if len(field.data or []) > limits.SLOTS_MAX:
            raise ValidationError(f"一次最多订 {limits.SLOTS_MAX} 个时段")


class UnitsForm(OnBehalfForm):
    """With a field for the units of each item: see `_units_form`."""

    def validate(self, extra_validators: Any = None) -> bool:
        good = super().validate(extra_validators)
        wanted = [field for field in self if field.name.startswith("units_") and field.data]
        return refuse_beyond(wanted, limits.LINES_MAX, f"一张单最多兑 {limits.LINES_MAX} 种") and good


class DayForm(Form):
    class Meta(Form.Meta):
        csrf = False

    day = day("哪天", needed=False)


def _units_form(kind: str, items: list[Item]) -> type[UnitsForm]:
    """A form with a field for the units of each item."""
    fields: dict[str, Any] = {
        f"units_{one.id}": whole(one.name, least=0, most=limits.UNITS_MAX, needed=False) for one in items
    }
    if kind == ItemKind.GOODS:
        fields["collect_on"] = choice("哪天来领", needed=False)
    if kind == ItemKind.ACTIVITY_SUPPORT:
        fields["purpose"] = lines("用途", most=limits.PURPOSE_MAX, rows=3)
    return type("UnitsOf", (UnitsForm,), fields)


def _shop(community_id: int) -> Shop:
    """The resident's own shop: the one asked for among their community's, else the first."""
    found = queries.shops(community_id).rows(50)
    asked = asked_number("shop")
    wanted = [one for one in found if asked in (None, one.id)]
    if not wanted:
        raise NotFound()
    return wanted[0]


@page(
    "/people/<id:person_id>/redemptions/new", guard=Permission.REDEMPTION_REQUEST_FOR, methods=("GET", "POST")
)
def redeem_for(staff: Staff, person_id: int) -> Any:
    """One order is of one kind: goods, support, or (on a page of its own) a venue."""
    person, home = resident(staff, person_id, Permission.REDEMPTION_REQUEST_FOR)
    who = view_resident(staff, person, home, Permission.REDEMPTION_REQUEST_FOR)
    kind = request.args.get("kind", ItemKind.GOODS)
    if kind not in (ItemKind.GOODS, ItemKind.ACTIVITY_SUPPORT):
        raise NotFound()
    if not queries.shops(home.community_id).rows(1):
        return render("redemptions/no_shop.html", person=who)
    shop = _shop(home.community_id)
    items = [one for one in queries.items(shop.id, kind, actor=staff).rows(MOST_ITEMS) if one.on_shelf]
    form = _units_form(kind, items)()
    form.fill()
    if "collect_on" in form:
        days = collecting.days_of(shop)
        form.collect_on.choices = {
            "": "不定，期限内都行",
            **{one.isoformat(): day_words(one) for one in days},
        }

    def work() -> Any:
        chosen = form.data.get("collect_on")
        wanted = [(one.id, form[f"units_{one.id}"].data or 0) for one in items]
        return requests.request_or_note(
            shop.id,
            [(key, units) for key, units in wanted if units],
            purpose=form.data.get("purpose"),
            on_behalf_of=(person_id, form.reason.data),
            collect_on=date.fromisoformat(chosen) if chosen else None,
            actor=staff,
        )

    if request.method == "POST" and run_answered(form, work):
        return _asked(form.outcome)
    return _form(person, who, shop, kind, form, items=queries.view_items(items, actor=staff))


def _asked(order: Any) -> Any:
    sentence = f"已提交 {order.number}，冻结 {order.points} 积分，等同事审批"
    return redirect_with_message("console.redemption", sentence, redemption_id=order.id)


def _form(person: Any, who: PersonView, shop: Shop, kind: str, form: Any, **more: Any) -> Any:
    return render(
        "redemptions/new.html",
        person=who,
        shop=shop.name,
        shop_id=shop.id,
        shops={one.id: one.name for one in queries.shops(shop.community_id).rows(50) if one.id != shop.id},
        kind=kind,
        kinds=ITEM_KINDS,
        form=form,
        balance=points.balance(person.id),
        venues={one.id: one.name for one in queries.items(shop.id, ItemKind.VENUE, actor=person).rows(50)},
        **more,
    )


@page(
    "/people/<id:person_id>/venues/<id:item_id>/new",
    guard=Permission.REDEMPTION_REQUEST_FOR,
    methods=("GET", "POST"),
)
def book_for(staff: Staff, person_id: int, item_id: int) -> Any:
    """A venue's free slots of a day."""
    person, home = resident(staff, person_id, Permission.REDEMPTION_REQUEST_FOR)
    who = view_resident(staff, person, home, Permission.REDEMPTION_REQUEST_FOR)
    item = queries.item(item_id)
    shop = queries.shop(item.shop_id)
    if shop.community_id != home.community_id or item.kind != ItemKind.VENUE or not item.on_shelf:
        raise NotFound()
    day_form = DayForm(request.args)
    wanted = day_form.day.data if day_form.validate() else None
    chosen = wanted or clock.today() + timedelta(days=1)
    day_form.day.data = chosen
    former = _former(staff, person_id, item_id)
    form = SlotsForm()
    form.fill()
    own = [one.id for one in former.slots] if former else []
    free = [one for one in timetable.slots_of(item, shop, chosen) if one.free or one.id in own]
    form.slots.choices = {one.id: f"{at(one.starts_at)}–{ends(one.ends_at)}" for one in free}
    if request.method == "POST" and run_form(form, lambda: _book(form, shop, person_id, former, staff)):
        if former is not None:
            return _moved(former, form.outcome[0])
        return _asked(form.outcome[0]) if len(form.outcome) == 1 else _series_asked(form.outcome)
    return _form(
        person,
        who,
        shop,
        ItemKind.VENUE,
        form,
        item=queries.view_items([item], actor=staff)[0],
        day_form=day_form,
        former=former,
        free=free,
        last=timetable.last_day(),
        here=url_for(
            "console.book_for",
            person_id=person_id,
            item_id=item_id,
            day=chosen.isoformat(),
            instead=former.id if former else None,
        ),
    )


def _former(staff: Staff, person_id: int, item_id: int) -> RedemptionView | None:
    """The booking of this venue that the new one shall replace, if the address names one that this clerk may give up."""
    asked = asked_number("instead")
    if asked is None:
        return None
    (shown,) = queries.view_redemptions([queries.order(asked, actor=staff)], actor=staff)
    if shown.person_id != person_id or shown.venue_id != item_id or CANCEL.name not in shown.actions:
        raise NotFound()
    return shown


def _book(
    form: SlotsForm, shop: Shop, person_id: int, former: RedemptionView | None, staff: Staff
) -> list[Redemption]:
    """One booking, or one each week; then what cannot be had is left out, if that was ticked."""
    slots, on_behalf_of = form.slots.data or [], (person_id, form.reason.data)
    if former is not None:
        return [rebooking.rebook(former.id, slots, form.reason.data, actor=staff)]
    weeks = form.weeks.data or 1
    if weeks == 1:
        return [requests.request(shop.id, [], slot_ids=slots, on_behalf_of=on_behalf_of, actor=staff)]
    left_out = series.failing_days(shop.id, slots, weeks) if form.leave_out.data else ()
    return series.request_series(
        shop.id, slots, weeks, leave_out=left_out, on_behalf_of=on_behalf_of, actor=staff
    )


def _moved(former: RedemptionView, order: Redemption) -> Any:
    sentence = f"时段已改：{order.number} 等同事审批，原来的 {former.number} 已取消"
    return redirect_with_message("console.redemption", sentence, redemption_id=order.id)


def _series_asked(orders: list[Redemption]) -> Any:
    points = sum(one.points for one in orders)
    days = "、".join(f"{day_of(one.starts_at):%m月%d日}" for one in orders if one.starts_at)
    sentence = f"已预订 {len(orders)} 次（{days}），每次一张单，共冻结 {points} 积分，等同事审批"
    return redirect_with_message("console.redemption", sentence, redemption_id=orders[0].id)
