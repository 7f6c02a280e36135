"""代办: staff write a wish for a resident who has no phone, and complete it when it was sent back."""

from typing import Any

from flask import request

from backend import clock, private_data, screening
from backend.console.frame import sentences
from backend.console.frame.forms import Form, choice, day, line, lines, one_of, phone, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import NotFound
from backend.organisations import queries as places
from backend.organisations.models import CAP_MAX
from backend.people.labels import SERVICE_ROLES
from backend.people.permissions import Permission
from backend.people.residents import PersonView, resident, view_resident
from backend.wishes import queries
from backend.wishes.actions import writing
from backend.wishes.kinds import SALUTATIONS, Disclosure, Group, WishState
from backend.wishes.labels import CATEGORIES, DISCLOSURES, GROUPS

OLD_FROM = 60


class WishForm(Form):
    title = line("心愿", most=30, description="一句话，例如“想要一盏亮一点的台灯”")
    description = lines("具体说说", most=500, description="要什么、多少、为什么；不写姓名、电话和门牌号")
    category = one_of("类别", CATEGORIES)
    beneficiary_group = one_of("谁受益", GROUPS)
    service_role = choice("希望哪一类帮助", SERVICE_ROLES, needed=False)
    estimated_cost = whole("预估金额（元）", least=0, most=CAP_MAX)
    wanted_by = day("希望在哪天前完成", needed=False)
    disclosure = one_of("怎么公开", DISCLOSURES, default=Disclosure.ANONYMOUS)
    salutation = choice("称谓", [(one, one) for one in SALUTATIONS], needed=False)
    address = line(
        "送到哪里", most=120, needed=False, description="不填就用登记的住址；加密保存，认领后只给认领人看"
    )
    contact_phone = phone(
        "联系电话", landline=True, needed=False, description="可以填家人的，也可以是带区号的座机"
    )


class OnBehalfForm(WishForm):
    ready = choice("代办原因", needed=False)
    reason = line("或自己写原因", most=200)

    def fill(self) -> "OnBehalfForm":
        self.ready.choices = {"": "请选择", **{one: one for one in sentences.ON_BEHALF}}
        if self.ready.data and not (self.reason.data or "").strip():
            self.reason.process_data(self.ready.data)
            self.reason.raw_data = [self.ready.data]
        return self


_SEALED = ("address", "contact_phone")
# Sealed, so the form that completes a wish does not show it again.
_AS_BEFORE = {
    "address": "不填就用之前填的，之前没填的用登记的住址；加密保存，认领后只给认领人看",
    "contact_phone": "可以填家人的；不填就用之前填的",
}


def _content(form: Any) -> dict[str, Any]:
    """What the verb takes; of what is sealed, an empty field keeps what was there."""
    kept = ("csrf_token", "ready", "reason")
    return {
        name: value
        for name, value in form.data.items()
        if name not in kept and (value or name not in _SEALED)
    }


def _screened(form: Any, staff: Staff) -> screening.Screened:
    """WeChat looks at what everyone will read; without an answer it goes on, marked for the reviewer."""
    return screening.screened(form.title.data, form.description.data, scene=screening.POST, actor=staff)


def _with_warnings(told: str, form: Any) -> str:
    """As a phone warns whoever writes for themselves: the clerk may still ask to have it sent back."""
    found = private_data.found_in(form.title.data, form.description.data)
    return "。请注意：".join([told, *private_data.warned(found)])


def _written(
    form: Any, person: PersonView, community_id: int, *, again: bool = False, asked: str | None = None
) -> Any:
    """The form; `asked` is what the community sent it back with."""
    cap = places.wish_cost_cap(community_id)
    return render("wishes/write.html", form=form, person=person, again=again, asked=asked, cap=cap)


def _group_of(birth_year: int | None) -> str | None:
    """Of an old person the group is known, and is one field less to fill in (老年人权益保障法 2: 60 and older)."""
    old = birth_year is not None and clock.today().year - birth_year > OLD_FROM
    return Group.ELDER if old else None


@page("/people/<id:person_id>/wishes/new", guard=Permission.WISH_REPORT, methods=("GET", "POST"))
def report(staff: Staff, person_id: int) -> Any:
    """Writes and submits in one step; then the slip to sign is printed."""
    person, home = resident(staff, person_id, Permission.WISH_REPORT)
    form = OnBehalfForm(beneficiary_group=_group_of(person.birth_year)).fill()

    def work(found: screening.Screened) -> Any:
        on_behalf_of = (person_id, form.reason.data)
        made = writing.write(home.community_id, _content(form), on_behalf_of=on_behalf_of, actor=staff)
        return writing.submit(made.id, found, actor=staff)

    if request.method == "POST" and run_form(form, work, precheck=lambda: _screened(form, staff)):
        told = _with_warnings("心愿已提交，请打印签字单", form)
        return redirect_with_message("console.slip", told, wish_id=form.outcome.id)
    return _written(form, view_resident(staff, person, home, Permission.WISH_REPORT), home.community_id)


@page("/wishes/<id:wish_id>/edit", guard=Permission.WISH_REPORT, methods=("GET", "POST"))
def edit_wish(staff: Staff, wish_id: int) -> Any:
    """Completes a wish that was sent back, and submits it again under the same number."""
    found = queries.one(wish_id, actor=staff)
    if found.reporter_id != staff.id:
        raise NotFound()
    if found.state not in (WishState.DRAFT, WishState.SENT_BACK):
        return redirect_with_message("console.wish", "这个心愿现在不能修改", wish_id=wish_id)
    form = WishForm(obj=found)
    for name, hint in _AS_BEFORE.items():
        form[name].description = hint

    def work(told: screening.Screened) -> Any:
        writing.edit(wish_id, _content(form), actor=staff)
        return writing.submit(wish_id, told, actor=staff)

    if request.method == "POST" and run_form(form, work, precheck=lambda: _screened(form, staff)):
        return redirect_with_message("console.wish", _with_warnings("已再次提交", form), wish_id=wish_id)
    person, home = resident(staff, found.wisher_id, Permission.WISH_REPORT)
    who = view_resident(staff, person, home, Permission.WISH_REPORT)
    return _written(form, who, found.community_id, again=True, asked=found.review_reason)
