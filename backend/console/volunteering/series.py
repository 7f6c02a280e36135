"""每周重复的活动: all of a series on one page; drafts are published together, what is to come is called off together."""

from typing import Any

from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import JustDo
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries
from backend.volunteering.actions import activities, series


class CancelSeriesForm(ReasonedForm):
    pass


@page("/activities/<id:activity_id>/series", guard=Permission.ACTIVITY_READ)
def activity_series(staff: Staff, activity_id: int) -> Any:
    return _series_page(staff, activity_id)


def _series_page(staff: Staff, activity_id: int, **given: Any) -> Any:
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_READ, actor=staff)
    rows = queries.series_of(found.id, actor=staff).rows(activities.MOST_IN_A_SERIES)
    shown = queries.view_activities(rows, actor=staff)
    later = [one for one in shown if one.starts_at >= found.starts_at]
    facts = {
        "form": JustDo(formdata=None),
        "cancel_form": with_sentences(CancelSeriesForm(formdata=None), sentences.CANCEL_ACTIVITY),
        **given,
    }
    return render(
        "activities/series.html",
        activity=queries.view_activities([found], actor=staff)[0],
        shown=shown,
        drafts=sum("publish" in one.actions for one in later),
        standing=sum("cancel" in one.actions for one in later),
        **facts,
    )


@page("/activities/<id:activity_id>/series/publish", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def publish_series(staff: Staff, activity_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: series.publish(activity_id, actor=staff)):
        told = f"已发布 {len(form.outcome)} 次活动，可以报名了"
        return redirect_with_message("console.activity_series", told, activity_id=activity_id)
    return _series_page(staff, activity_id, form=form)


@page("/activities/<id:activity_id>/series/cancel", guard=Permission.ACTIVITY_ORGANISE, methods=("POST",))
def cancel_series(staff: Staff, activity_id: int) -> Any:
    form = with_sentences(CancelSeriesForm(), sentences.CANCEL_ACTIVITY)
    if run_form(form, lambda: series.cancel(activity_id, form.reason.data, actor=staff)):
        told = f"已取消 {len(form.outcome)} 次活动，并通知了报名的人"
        return redirect_with_message("console.activity_series", told, activity_id=activity_id)
    return _series_page(staff, activity_id, cancel_form=form)
