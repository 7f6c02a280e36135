"""任职: who has which role where, from when to when. City administrators give and end them."""

from typing import Any

from flask import request, url_for
from wtforms.fields.choices import SelectChoice

from backend import clock
from backend.console.frame.forms import Form, JustDo, choice, day, line, offer
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.errors import InvalidInput, NotFound
from backend.organisations.models import KIND_NAMES, KINDS
from backend.people import actions, appointing, place_choices, residents
from backend.people.labels import ROLES
from backend.people.models import ROLE_PLACES
from backend.people.permissions import Permission

PAGE = 100


class FindForm(Form):
    class Meta(Form.Meta):
        csrf = False

    asked = line(
        "要任命的人：完整手机号或卡号",
        most=40,
        needed=False,
        looked_for=True,
        render_kw={"autocomplete": "off"},
    )


class FilterForm(Form):
    class Meta(Form.Meta):
        csrf = False

    name = line("任职的人：姓名里的字", most=40, needed=False, render_kw={"autocomplete": "off"})
    place = line("在哪里：名称里的字，连下级一起", most=80, needed=False, render_kw={"autocomplete": "off"})
    role = choice("角色", {"": "全部", **ROLES}, needed=False)


class AppointForm(Form):
    role = choice("角色")
    organisation = choice("在哪里", numbers=True)
    from_day = day("从哪天起")
    to_day = day("到哪天止", needed=False, description="不填就是长期；临时顶岗请填")


@page("/appointments", guard=Permission.APPOINTMENT_GRANT)
def appointments(staff: Staff) -> Any:
    return _page(staff)


def _page(staff: Staff, **given: Any) -> Any:
    find = FindForm(request.args)
    asked = (find.asked.data or "").strip()
    filters, wanted = _filters()
    wanted = appointing.resolved(wanted, actor=staff)
    rows, following = asked_page(appointing.in_force(wanted, actor=staff), PAGE)
    found = residents.by_exact(asked) if asked else None
    counts = appointing.counted(wanted, actor=staff)
    return render(
        "appointments/page.html",
        find=find,
        asked=asked,
        found=found and residents.view_exact(found, asked),
        filters=filters,
        narrowed=any((wanted.name, wanted.place, wanted.role)),
        counts={role: (count, _address(wanted, role)) for role, count in counts.items()},
        total=counts.get(wanted.role, 0) if wanted.role else sum(counts.values()),
        rows=appointing.view_appointments(rows),
        following=following and next_page_url(following),
        **{"form": JustDo(formdata=None), **given},
    )


def _filters() -> tuple[FilterForm, appointing.Asked]:
    form = FilterForm(request.args)
    role = form.role.data if form.role.data in ROLES else None
    return form, appointing.Asked(role, form.place.data or "", form.name.data or "")


def _address(wanted: appointing.Asked, role: str) -> str:
    """This list, of one role: everything else that was asked for stays."""
    told: dict[str, Any] = {"name": wanted.name, "place": wanted.place, "role": role}
    return url_for("console.appointments", **{name: value for name, value in told.items() if value})


@page("/appointments/people/<id:person_id>", guard=Permission.APPOINTMENT_GRANT, methods=("GET", "POST"))
def appoint(staff: Staff, person_id: int) -> Any:
    person = residents.active(person_id)
    if person is None:
        raise NotFound()
    asked = (FindForm(request.args).asked.data or "").strip()
    form = AppointForm(**({} if request.method == "POST" else {"from_day": clock.today()}))
    offer(form.role, {role: f"{word}（任在{_kinds_of(role)}）" for role, word in ROLES.items()})
    form.organisation.choices = [SelectChoice("", "请选择"), *map(_option, place_choices.tree(*KINDS))]

    def work() -> Any:
        if form.to_day.data and form.to_day.data < form.from_day.data:
            raise InvalidInput({"to_day": ["不能早于开始的那天"]})
        return actions.appoint(
            person_id,
            form.role.data,
            form.organisation.data,
            form.from_day.data,
            form.to_day.data,
            actor=staff,
        )

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.appointments", "任职已生效")
    return render("appointments/new.html", form=form, person=residents.view_exact(person, asked))


def _kinds_of(role: str) -> str:
    return "、".join(KIND_NAMES[kind] for kind in ROLE_PLACES[role])


def _option(place: place_choices.Branch) -> SelectChoice:
    """Indented by where it lies; its kind and path are what the box above the list looks for."""
    roles = " ".join(role for role, kinds in ROLE_PLACES.items() if place.kind in kinds)
    told = {"data-path": place.path, "data-with": roles}
    return SelectChoice(str(place.id), "　" * place.depth + place.name, told)


@page("/appointments/<id:appointment_id>/end", guard=Permission.APPOINTMENT_GRANT, methods=("POST",))
def end_appointment(staff: Staff, appointment_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: appointing.end(appointment_id, actor=staff)):
        return redirect_with_message("console.appointments", "任职已结束，当天起不能再办理")
    return _page(staff, form=form)
