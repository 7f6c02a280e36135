"""补录: service entered afterwards by one, checked by another; marked for ever, by default without points."""

from typing import Any

from flask import request

from backend import config
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Decision, Queue, ReasonedForm, register, with_sentences
from backend.console.frame.forms import choice, line, lines, moment, offer, whole
from backend.console.frame.page import Staff, asked_number, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.console.volunteering.activity_forms import CATEGORIES
from backend.errors import Refused
from backend.journal import REASON_MAX
from backend.people import place_choices, teams
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queues, record_queries
from backend.volunteering.actions import backfills as verbs
from backend.volunteering.actions.activities import TeamElsewhere
from backend.volunteering.limits import OverlappingService, TooManyHoursThatDay
from backend.volunteering.models import CATEGORY_MAX, DAY_MINUTES, PLACE_MAX, TITLE_MAX, Activity
from backend.volunteering.record_models import CONTENT_MAX

MOST_TEAMS = 300
_ABOUT: dict[type[Refused], str] = {
    verbs.BackfillTimes: "started_at",
    verbs.AlreadyRecorded: "asked",
    TeamElsewhere: "team",
    OverlappingService: "started_at",
    TooManyHoursThatDay: "minutes",
}
_CONTENT = ("activity_name", "category", "started_at", "place", "content", "minutes", "reason")


class BackfillForm(WhoForm):
    asked = line(
        "谁的服务",
        most=40,
        looked_for=True,
        description="卡号、手机号或姓名；要先在本社区登记过。不能为自己补录",
    )
    community = choice("社区", numbers=True)
    team = choice("志愿队", needed=False, numbers=True)
    activity_name = line("活动名称", most=TITLE_MAX)
    category = line("服务类别", most=CATEGORY_MAX, render_kw={"list": "categories"})
    started_at = moment("开始时间", description="已经结束的、一年之内的服务")
    minutes = whole("时长（分钟）", least=1, most=DAY_MINUTES, description="实际服务的分钟数，一天最多 480")
    place = line("地点", most=PLACE_MAX)
    content = lines("服务内容", most=CONTENT_MAX, rows=2)
    ready = choice("常用原因", needed=False)
    reason = lines(
        "为什么补录", most=REASON_MAX, rows=2, description="写清凭据，例如纸质签到表；核对的人会看"
    )

    def refuse(self, refusal: Refused) -> None:
        super().refuse(refusal)
        name = _ABOUT.get(type(refusal))
        if name:
            self[name].errors = [*self[name].errors, refusal.sentence]


class RejectBackfillForm(ReasonedForm):
    pass


def _facts(staff: Staff, backfill_id: int) -> dict[str, Any]:
    asked = desk_queries.backfill(backfill_id, actor=staff)
    return {
        "asked": record_queries.view_backfills([asked], actor=staff)[0],
        "team": teams.one(asked.team_id).name if asked.team_id else None,
        "barred": staff.id in (asked.person_id, asked.maker_id),
        "points": bool(config.settings().backfill_points),
    }


QUEUE = register(
    Queue(
        kind="核对补录",
        word=Permission.SERVICE_RECORD_DECIDE,
        find=queues.backfills_to_check,
        titles=lambda found: [f"{one.activity_name}：{one.minutes} 分钟" for one in found],
        since=lambda found: found.requested_at,
        listed=Address("/hours/backfills", "backfills"),
        list_template="hours/requests.html",
        list_facts=lambda _staff: {"title": "核对补录"},
        most=100,
        one=Address("/hours/backfills/<id:backfill_id>", "backfill"),
        template="hours/backfill.html",
        facts=_facts,
        finished="补录都核对完了",
        decisions=(
            Decision(
                name="approve",
                label="核对无误，计入时长",
                key=1,
                address=Address("/hours/backfills/<id:backfill_id>/approve", "approve_backfill"),
                verb=lambda one, _form, actor: verbs.approve(one, actor=actor),
                done=lambda _form: "已核对通过，时长已记入",
            ),
            Decision(
                name="reject",
                label="不同意",
                key=2,
                address=Address("/hours/backfills/<id:backfill_id>/reject", "reject_backfill"),
                form=RejectBackfillForm,
                ready=sentences.REJECT_BACKFILL,
                verb=lambda one, form, actor: verbs.reject(one, form.reason.data, actor=actor),
                done=lambda _form: "已退回补录，说明了原因",
            ),
        ),
    )
)


@page("/hours/backfills/new", guard=Permission.SERVICE_RECORD_BACKFILL, methods=("GET", "POST"))
def new_backfill(staff: Staff) -> Any:
    """From the page of a certified activity what is known of it is filled in already."""
    activity = _activity(staff)
    form = _filled(staff, activity)
    if request.method == "POST":
        form.find(staff)

    def work() -> Any:
        told = form.data
        return verbs.request(
            told["person"],
            told["community"],
            {name: told[name] for name in _CONTENT},
            team_id=told["team"],
            activity_id=activity.id if activity else None,
            actor=staff,
        )

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.hours", "补录已提交，请同事核对。核对通过后才计时长")
    return render(
        "hours/new_backfill.html",
        form=form,
        activity=activity.title if activity else None,
        categories=CATEGORIES,
        points=bool(config.settings().backfill_points),
    )


def _activity(staff: Staff) -> Activity | None:
    """The activity that the address names, if it is one of this desk's."""
    activity_id = asked_number("activity")
    if activity_id is None:
        return None
    return desk_queries.reached(activity_id, Permission.SERVICE_RECORD_BACKFILL, actor=staff)


def _filled(staff: Staff, activity: Activity | None) -> BackfillForm:
    known = {} if activity is None or request.method == "POST" else _known(activity)
    form = with_sentences(BackfillForm(**known), sentences.BACKFILL)
    offer(form.community, place_choices.choices(staff, Permission.SERVICE_RECORD_BACKFILL, "community"))
    listed = teams.within(Permission.SERVICE_RECORD_BACKFILL, 0, MOST_TEAMS, actor=staff)
    form.team.choices = {"": "不选，由社区自己组织", **{one.id: one.name for one in listed}}
    return form


def _known(activity: Activity) -> dict[str, Any]:
    return {
        "community": activity.community_id,
        "team": activity.team_id,
        "activity_name": activity.title,
        "category": activity.category,
        "started_at": activity.starts_at,
        "minutes": min(int((activity.ends_at - activity.starts_at).total_seconds()) // 60, DAY_MINUTES),
        "place": activity.place,
        "content": (activity.description or activity.title)[:CONTENT_MAX],
    }
