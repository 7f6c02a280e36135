"""服务证明 at the desk: found by the number on the paper, and revoked with a reason. Everyone may verify one
on the public page; here staff of the community that issued it see whose it is."""

from typing import Any

from flask import request

from backend.console.frame.forms import Form, line
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import NotFound
from backend.journal import REASON_MAX
from backend.people import queries as people
from backend.people.masking import Level
from backend.people.permissions import Permission
from backend.volunteering import certificate_queries as queries
from backend.volunteering.actions import certificates as verbs
from backend.volunteering.labels import VALIDITY


class FindForm(Form):
    class Meta(Form.Meta):
        csrf = False

    number = line(
        "证明编号",
        most=60,
        needed=False,
        description="证明右上角的编号，例如 ZM-7K3F-9QXA-M2PD",
        render_kw={"autofocus": True, "autocomplete": "off", "type": "search"},
    )


class RevokeForm(Form):
    reason = line("撤销原因", most=REASON_MAX, description="会告诉持证人；不写别人的姓名和电话")


def _certificate_or_none(staff: Staff, number: str) -> Any:
    try:
        return queries.for_staff(number, actor=staff)
    except NotFound:
        return None


@page("/certificates", guard=Permission.CERTIFICATE_REVOKE)
def certificates(staff: Staff) -> Any:
    form = FindForm(request.args)
    form.validate()
    return _page(staff, (form.number.data or "").strip(), form=form)


def _page(staff: Staff, number: str, **given: Any) -> Any:
    found = _certificate_or_none(staff, number) if number else None
    facts: dict[str, Any] = {"form": FindForm(formdata=None, number=number), "revoke_form": RevokeForm(None)}
    if found is not None:
        status = queries.statuses([found])[found.id]
        facts["found"] = queries.view_certificate(found, status, actor=staff)
        facts["name"] = people.masked_names({found.person_id}, Level.AT_WORK).get(found.person_id)
        facts["barred"] = found.person_id == staff.id
    facts |= {"asked": number, "statuses": VALIDITY, **given}
    return render("certificates/page.html", **facts)


@page("/certificates/<number>/revoke", guard=Permission.CERTIFICATE_REVOKE, methods=("POST",))
def revoke_certificate(staff: Staff, number: str) -> Any:
    """The number goes on to answer, and says that it was revoked; the service records stay."""
    queries.for_staff(number, actor=staff)
    form = RevokeForm()
    if run_form(form, lambda: verbs.revoke(number, form.reason.data, actor=staff)):
        return redirect_with_message("console.certificates", "已撤销，并告诉了持证人", number=number)
    return _page(staff, number, revoke_form=form)
