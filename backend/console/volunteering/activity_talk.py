"""From the page of an activity: a message to who comes, an invitation for empty places, another person in charge."""

from typing import Any

from backend import clock, screening
from backend.console.frame.decisions import Address, Queue, register
from backend.console.frame.forms import JustDo
from backend.console.frame.page import Staff, page, redirect_with_message, run_form
from backend.console.volunteering.activities import activity_page
from backend.console.volunteering.activity_talk_forms import MessageForm, organiser_form
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queues
from backend.volunteering.actions import inviting, leaders, messages

register(
    Queue(
        kind="没有负责人的活动",
        word=Permission.ACTIVITY_ORGANISE,
        find=queues.activities_without_organiser,
        titles=lambda found: [one.title for one in found],
        since=lambda _found: clock.day_starts(clock.today()),
        due=lambda found: clock.business_day(found.starts_at),
        one=Address("/activities/<id:activity_id>", "activity"),
    )
)


@page("/activities/<id:activity_id>/message", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def message_activity(staff: Staff, activity_id: int) -> Any:
    """WeChat looks at the words first, as at whatever many will read."""
    desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    form = MessageForm()

    def screened() -> screening.Screened:
        return screening.screened(form.text.data, scene=screening.COMMENT, actor=staff)

    def work(found: screening.Screened) -> int:
        return messages.send(activity_id, form.text.data, found=found, actor=staff)

    if run_form(form, work, precheck=screened):
        told = f"已通知 {form.outcome} 人" if form.outcome else "还没有人报名，没有发出"
        return redirect_with_message("console.activity", told, activity_id=activity_id)
    return activity_page(staff, activity_id, message_form=form)


@page("/activities/<id:activity_id>/invite", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def invite_to_activity(staff: Staff, activity_id: int) -> Any:
    """How many, never who: nobody has to answer for not coming."""
    desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    form = JustDo()
    if run_form(form, lambda: inviting.invite(activity_id, actor=staff)):
        return redirect_with_message("console.activity", f"已邀请 {form.outcome} 人", activity_id=activity_id)
    return activity_page(staff, activity_id, form=form)


@page("/activities/<id:activity_id>/organiser", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def change_organiser(staff: Staff, activity_id: int) -> Any:
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    form = organiser_form(found)
    if run_form(form, lambda: leaders.name_organiser(activity_id, form.person.data, actor=staff)):
        return redirect_with_message("console.activity", "已更换负责人", activity_id=activity_id)
    return activity_page(staff, activity_id, organiser_form=form)
