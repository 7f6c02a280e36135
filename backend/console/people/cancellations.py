"""代办注销: a card holder who asked at the counter leaves. What would be closed or lost is said first; then they are
nobody here, for good."""

from typing import Any

from flask import request
from wtforms.validators import InputRequired

from backend.console.frame.forms import Form, line, tick
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import NotAllowed
from backend.journal import REASON_MAX
from backend.people import residents
from backend.people.permissions import Permission
from backend.rights import cancellation

# What stands open, by the name that the steps of leaving give it.
OPEN_THINGS = {
    "wishes": "个没有办完的心愿会撤回",
    "claims": "个认领的心愿会放弃",
    "signUps": "个活动的报名会取消",
    "activitiesInCharge": "个负责的活动会交回社区",
    "redemptions": "张兑换单会取消",
    "pointsLost": "积分会放弃",
    "teamsLed": "支志愿队会没有队长",
}


class CancelForm(Form):
    reason = line("原因", most=REASON_MAX, description="例如：本人持卡到窗口申请。会记入日志")
    sure = tick("已核对是本人，也说清楚了注销以后不能恢复", validators=[InputRequired("请核对后勾选")])


@page("/people/<id:person_id>/cancel", guard=Permission.PERSON_CANCEL, methods=("GET", "POST"))
def cancel_person(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.PERSON_CANCEL)
    if person_id == staff.id:
        raise NotAllowed()
    form = CancelForm()

    def ahead() -> Any:
        # Reading all texts is slow, and needs no transaction.
        return cancellation.look_for(person_id, confirmed=True, actor=staff)

    def work(found: Any) -> None:
        cancellation.cancel_for(person_id, form.reason.data, confirmed=True, actor=staff, found=found)

    if request.method == "POST" and run_form(form, work, precheck=ahead):
        return redirect_with_message("console.people", "已注销，姓名、电话、住址和卡都已抹去")
    return render(
        "people/cancel.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.PERSON_CANCEL),
        own_phone=person.openid is not None,
        lost=_in_words(cancellation.open_things(person_id)),
    )


def _in_words(found: dict[str, Any]) -> list[str]:
    return [f"{_number(value)} {OPEN_THINGS[name]}" for name, value in found.items()]


def _number(value: Any) -> int:
    return value if isinstance(value, int) else len(value)
