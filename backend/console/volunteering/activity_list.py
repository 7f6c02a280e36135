"""Activities as a list, for whoever looks for one and does not know its month."""

from flask import request, url_for

from backend.console.frame.forms import choice, line
from backend.console.frame.lists import Column, Filters, Listed, register
from backend.console.frame.page import Staff
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.volunteering import list_queries
from backend.volunteering.labels import ACTIVITY_STATES


class ActivityFilters(Filters):
    text = line("标题或地点", most=40, needed=False)
    state = choice("状态", ACTIVITY_STATES, needed=False)
    team = choice("志愿队", needed=False, numbers=True)
    community = choice("社区", needed=False, numbers=True)


def _form(staff: Staff) -> ActivityFilters:
    form = ActivityFilters(request.args)
    communities = dict(place_choices.choices(staff, Permission.ACTIVITY_READ, "community"))
    form.state.choices = {"": "全部状态", **ACTIVITY_STATES}
    form.community.choices = {"": "全部社区", **communities}
    form.team.choices = {"": "全部", **list_queries.teams_to_choose(actor=staff)}
    return form


register(
    Listed(
        name="活动列表",
        measure="个",
        rule="/activities/list",
        endpoint="activities_listed",
        word=Permission.ACTIVITY_READ,
        form=_form,
        plain=("text", "state", "team", "community"),
        sorts=list_queries.SORTS,
        find=lambda asked, sort, staff: list_queries.listed(
            list_queries.ActivityFilters(**asked), sort, actor=staff
        ),
        rows=lambda found, staff: list_queries.rows(found, actor=staff),
        columns=(
            Column("时间", lambda one: one.starts_at, "moment", width=18),
            Column(
                "活动",
                lambda one: one.title,
                address=lambda one: url_for("console.activity", activity_id=one.id),
                width=28,
            ),
            Column("状态", lambda one: one.state, "state", ACTIVITY_STATES),
            Column("谁组织", lambda one: one.organiser, width=20),
            Column("地点", lambda one: one.place, width=24),
            Column("报名", lambda one: one.seats),
        ),
    )
)
