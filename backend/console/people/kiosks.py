"""自助终端: the terminals of one's places, put up, set up and revoked; and the one-time code for a resident's card."""

from typing import Any

from flask import request, url_for

from backend import config
from backend.console.frame.forms import Form, JustDo, choice, line, offer
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.people.people import person_page
from backend.db import transaction
from backend.errors import NotFound, Refused
from backend.identity import card_codes, kiosks
from backend.identity.kiosk_models import NAME_MAX
from backend.people import place_choices, residents
from backend.people.permissions import Permission

PAGE = 50


class KioskForm(Form):
    community = choice("社区", numbers=True)
    name = line("名称", most=NAME_MAX, description="居民和您都认得的，例如“党群服务中心一楼”")


def _list(staff: Staff, form: KioskForm, **told: Any) -> Any:
    rows, following = asked_page(kiosks.kiosks(actor=staff), PAGE)
    return render(
        "kiosks/list.html",
        rows=kiosks.view_kiosks(rows),
        following=following and next_page_url(following),
        form=form,
        do=JustDo(formdata=None),
        **told,
    )


def _form(staff: Staff) -> KioskForm:
    form = KioskForm() if request.endpoint == "console.add_kiosk" else KioskForm(formdata=None)
    offer(form.community, place_choices.choices(staff, Permission.KIOSK_MANAGE, "community"))
    return form


@page("/kiosks", guard=Permission.KIOSK_MANAGE)
def all_kiosks(staff: Staff) -> Any:
    return _list(staff, _form(staff))


@page("/kiosks/new", guard=Permission.KIOSK_MANAGE, methods=("POST",))
def add_kiosk(staff: Staff) -> Any:
    """The token and the link stand on this one page: no redirect, so that they stand nowhere else."""
    form = _form(staff)

    def work() -> tuple[int, str, str]:
        kiosk, token = kiosks.add(form.community.data, form.name.data, actor=staff)
        return kiosk.id, token, kiosks.draw_set_up_code(kiosk.id, actor=staff)

    if not run_form(form, work):
        return _list(staff, form)
    kiosk_id, token, code = form.outcome
    return _set_up_page(staff, kiosk_id, code, token)


@page("/kiosks/<id:kiosk_id>/set-up", guard=Permission.KIOSK_MANAGE, methods=("POST",))
def draw_set_up_code(staff: Staff, kiosk_id: int) -> Any:
    form = JustDo()
    if not run_form(form, lambda: kiosks.draw_set_up_code(kiosk_id, actor=staff), repeatable=True):
        return _list(staff, KioskForm(formdata=None), trouble_of=form)
    return _set_up_page(staff, kiosk_id, form.outcome)


def _set_up_page(staff: Staff, kiosk_id: int, code: str, token: str | None = None) -> Any:
    """The token and the code of a terminal, with the address that leads there."""
    settings = config.settings()
    host = settings.public_address if settings.public_url else request.host_url.rstrip("/")
    return render(
        "kiosks/set_up.html",
        kiosk=kiosks.view_kiosk_of(kiosk_id, actor=staff),
        token=token,
        code=code,
        typed_at=f"{host}{url_for('kiosk.set_up')}",
        link=f"{host}{url_for('kiosk.set_up_by_link', code=code)}",
        minutes=int(kiosks.SET_UP_WITHIN.total_seconds() // 60),
    )


@page("/kiosks/<id:kiosk_id>/revoke", guard=Permission.KIOSK_MANAGE, methods=("POST",))
def revoke_kiosk(staff: Staff, kiosk_id: int) -> Any:
    form = JustDo()
    if not run_form(form, lambda: kiosks.revoke(kiosk_id, actor=staff)):
        return _list(staff, KioskForm(formdata=None), trouble_of=form)
    return redirect_with_message("console.all_kiosks", f"“{form.outcome.name}”已停用，令牌作废")


@page("/people/<id:person_id>/one-time-code", guard=Permission.PERSON_CODE, methods=("POST",))
def give_card_code(staff: Staff, person_id: int) -> Any:
    """Shown this once, in letters that can be read across a counter."""
    try:
        with transaction():
            made = card_codes.give(person_id, actor=staff)
    except NotFound:
        raise
    except Refused as refusal:
        return person_page(staff, person_id, refusal=refusal)
    found, home = residents.resident(staff, person_id, Permission.PERSON_CODE)
    return render(
        "people/card_code.html",
        person=residents.view_resident(staff, found, home),
        card_number=found.card_number,
        code=made.code,
        until=made.expires_at,
    )
