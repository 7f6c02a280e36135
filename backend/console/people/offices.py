"""办公室: telephone, hours, address and coordinates of a place's office, kept by those who work there."""

from typing import Any

from flask import request

from backend.console.frame.forms import line, number, phone
from backend.console.frame.hours_form import WEEKDAYS, HoursForm, hours_data
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.organisations import queries
from backend.organisations.models import ADDRESS_MAX
from backend.organisations.queries import OfficeView
from backend.people import offices
from backend.people.permissions import Permission

PAGE = 50


class OfficeForm(HoursForm):
    telephone = phone("办公电话", landline=True, needed=False, description="手机号，或带区号的座机号")
    address = line("地址", most=ADDRESS_MAX, needed=False)
    latitude = number("纬度", least=-90, most=90, needed=False, description="例如 47.0123，和经度一起填")
    longitude = number("经度", least=-180, most=180, needed=False, description="例如 128.0345")

    def values(self) -> dict[str, Any]:
        """What the verb takes."""
        return {
            "telephone": self.telephone.data or None,
            "address": self.address.data or None,
            "latitude": self.latitude.data,
            "longitude": self.longitude.data,
            "opening_hours": self.hours(),
        }


def _form_data(office: OfficeView) -> dict[str, Any]:
    return {
        "telephone": office.telephone,
        "address": office.address,
        "latitude": office.latitude,
        "longitude": office.longitude,
        **hours_data(office.opening_hours),
    }


@page("/offices", guard=Permission.ORGANISATION_CONTACT)
def all_offices(staff: Staff) -> Any:
    """The offices that this person keeps."""
    rows, following = asked_page(offices.in_reach(actor=staff), PAGE)
    return render(
        "offices/list.html",
        rows=[queries.view_office(one) for one in rows],
        following=following and next_page_url(following),
    )


@page("/offices/<id:place_id>", guard=Permission.ORGANISATION_CONTACT, methods=("GET", "POST"))
def office(staff: Staff, place_id: int) -> Any:
    found = queries.view_office(offices.office_of(place_id, actor=staff))
    form = OfficeForm(**({} if request.method == "POST" else _form_data(found)))
    if request.method == "POST" and run_form(
        form, lambda: offices.change_contact(place_id, actor=staff, **form.values())
    ):
        return redirect_with_message("console.all_offices", f"{found.name}的联系方式已保存")
    return render("offices/office.html", form=form, office=found, weekdays=WEEKDAYS)
