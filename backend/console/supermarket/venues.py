"""场地日历: a venue's week at a glance: what is free, what is booked and by whom, when it is closed."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from flask import request

from backend import clock
from backend.console.frame.forms import Form, day
from backend.console.frame.page import Staff, asked_number, page, render
from backend.console.supermarket import shop_choice
from backend.people.permissions import Permission
from backend.supermarket import queries, staff_queries
from backend.supermarket.models import ItemKind
from backend.supermarket.staff_queries import Booked
from backend.supermarket.timetable import Offered, last_day
from backend.supermarket.views import ItemView, ShopView


class DayForm(Form):
    class Meta(Form.Meta):
        csrf = False

    day = day("哪一周", needed=False)


@dataclass
class Column:
    """One day of the week: closed, or its times in order, each free, booked or over."""

    day: date
    closed: bool
    too_far: bool
    times: list[tuple[datetime, datetime, Booked | None, bool]] = field(default_factory=list)


@page("/stock/venues", guard=Permission.STOCK_READ)
def venues(staff: Staff) -> Any:
    shop, all_shops = shop_choice.chosen(staff, Permission.STOCK_READ)
    if shop is None:
        return render("stock/none.html")
    found = queries.view_items(queries.items(shop.id, ItemKind.VENUE, actor=staff).rows(100), actor=staff)
    asked = asked_number("item")
    venue = next((one for one in found if asked in (None, one.id)), found[0] if found else None)
    form = DayForm(request.args)
    chosen = form.day.data if form.validate() and form.day.data else clock.today()
    monday = chosen - timedelta(days=chosen.weekday())
    return render(
        "stock/venues.html",
        shop=shop,
        shops=all_shops,
        venues=found,
        venue=venue,
        form=form,
        monday=monday,
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        week=_week(venue, shop, monday, staff) if venue else [],
        today=clock.today(),
    )


def _week(venue: ItemView, shop: ShopView, monday: date, staff: Staff) -> list[Column]:
    booked = staff_queries.bookings(venue.id, monday, monday + timedelta(days=6), actor=staff)
    last = last_day()
    week = []
    for one, offered in staff_queries.week(venue.id, monday).items():
        column = Column(one, one.isoformat() in shop.closed_days, one > last)
        mine = [found for found in booked if clock.business_day(found.starts_at) == one]
        taken = {found.starts_at for found in mine}
        column.times = [(found.starts_at, found.ends_at, found, False) for found in mine]
        column.times += [
            (slot.starts_at, slot.ends_at, None, slot.free)
            for slot in offered
            if slot.starts_at not in taken and not _under(slot, mine)
        ]
        column.times.sort(key=lambda row: row[0])
        week.append(column)
    return week


def _under(slot: Offered, booked: list[Booked]) -> bool:
    """Is this time taken by a booking of a former timetable?"""
    return any(one.starts_at < slot.ends_at and slot.starts_at < one.ends_at for one in booked)
