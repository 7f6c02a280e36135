"""Publishing an activity: one form for a new one, a draft, and a change before it starts."""

from datetime import date, timedelta
from typing import Any

from flask import request

from backend import clock, screening
from backend.console.frame import sentences
from backend.console.frame.forms import Form, choice, line, lines, moment, number, offer, one_of, tick, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.errors import InvalidInput, Refused
from backend.people import place_choices, teams
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries, sessions
from backend.volunteering.actions import activities as verbs
from backend.volunteering.actions import series
from backend.volunteering.labels import ACTIVITY_KINDS
from backend.volunteering.models import (
    CATEGORY_MAX,
    DESCRIPTION_MAX,
    INSURANCE_NUMBER_MAX,
    MIN_AGE_MAX,
    MOST_PEOPLE,
    PLACE_MAX,
    RADIUS_MAX,
    RISK_MAX,
    TITLE_MAX,
    Activity,
    ActivityKind,
    ActivityState,
)
from backend.volunteering.session_models import MOST_SESSIONS

# What teams of the pattern do most; any other word may be written.
CATEGORIES = ("便民服务", "帮扶济困", "文明倡导", "应急", "矛盾调解", "政策宣传", "环境清洁", "文体活动")
MOST_TEAMS = 300
# Which field a refusal speaks of.
_ABOUT: dict[type[Refused], str] = {
    verbs.InsuranceMissing: "insurance_number",
    verbs.CapacityTaken: "capacity",
    verbs.TimesOutOfOrder: "ends_at",
    verbs.ActivityOver: "ends_at",
    verbs.VenueIncomplete: "latitude",
    verbs.TeamElsewhere: "team",
    verbs.FixedOncePublished: "kind",
    series.SeriesInTheWay: "starts_at",
}


# Of several sessions the first stands in the fields of the activity itself.
LATER = range(2, MOST_SESSIONS + 1)


class ActivityForm(Form):
    title = line("名称", most=TITLE_MAX, description="例如“清雪”“陪老人买菜”")
    community = choice("社区", numbers=True)
    team = choice("志愿队", needed=False, numbers=True)
    # The page says `activity_kind`, as pages that are open in a browser do.
    kind = one_of("类型", ACTIVITY_KINDS, name="activity_kind", default=ActivityKind.VOLUNTEER_SERVICE)
    category = line("服务类别", most=CATEGORY_MAX, render_kw={"list": "categories"})
    description = lines(
        "内容", most=DESCRIPTION_MAX, needed=False, rows=3, description="做什么、带什么、在哪里集合"
    )
    place = line("地点", most=PLACE_MAX)
    starts_at = moment("开始")
    ends_at = moment("结束")
    capacity = whole("名额", least=1, most=MOST_PEOPLE, default=10, description="满了以后报名的人按顺序候补")
    sign_up_until = moment("报名截止", needed=False, description="不填：活动结束前都可以报名")
    cancel_until = moment("取消截止", needed=False, description="不填：开始前都可以取消")
    min_age = whole("最小年龄", least=0, most=MIN_AGE_MAX, needed=False, description="不填就不限年龄")
    ready = choice("常用的风险提示", needed=False)
    risk = lines(
        "风险提示", most=RISK_MAX, needed=False, rows=2, description="有风险才填；填了就要有保险单号才能发布"
    )
    insurance_number = line("保险单号", most=INSURANCE_NUMBER_MAX, needed=False)
    latitude = number("纬度", least=-90, most=90, needed=False)
    longitude = number("经度", least=-180, most=180, needed=False)
    radius = whole("签到范围（米）", least=1, most=RADIUS_MAX, needed=False)
    # Asked only of what is repeated every week.
    later_too = tick("以后各次也一起改（时间移动同样多）")

    @property
    def later(self) -> list[tuple[Any, Any]]:
        """The two fields of each session after the first."""
        return [(self[f"start_{number}"], self[f"end_{number}"]) for number in LATER]

    @property
    def has_later(self) -> bool:
        return any(field.data or field.errors for pair in self.later for field in pair)

    def validate(self, extra_validators: Any = None) -> bool:
        """A further session has both its times."""
        good = super().validate(extra_validators)
        for pair in self.later:
            if (pair[0].data is None) != (pair[1].data is None) and not (pair[0].errors or pair[1].errors):
                empty = pair[0] if pair[0].data is None else pair[1]
                empty.errors = [*empty.errors, "开始和结束要一起填"]
                good = False
        return good

    def refuse(self, refusal: Refused) -> None:
        super().refuse(refusal)
        name = _ABOUT.get(type(refusal))
        if name:
            self[name].errors = [*self[name].errors, refusal.sentence]
        told = refusal.facts.get("sessions", []) if isinstance(refusal, InvalidInput) else []
        first = self["start_2"]
        first.errors = [*first.errors, *told]


for _number in LATER:
    setattr(ActivityForm, f"start_{_number}", moment(f"第 {_number} 场开始", needed=False))
    setattr(ActivityForm, f"end_{_number}", moment(f"第 {_number} 场结束", needed=False))


def _filled(staff: Staff, form: ActivityForm) -> ActivityForm:
    """Places and teams to choose from; without JavaScript a chosen ready-made sentence is the risk."""
    offer(form.community, place_choices.choices(staff, Permission.ACTIVITY_ORGANISE, "community"))
    known = teams.within(Permission.ACTIVITY_ORGANISE, 0, MOST_TEAMS, actor=staff)
    form.team.choices = {"": "不选，由社区自己组织", **{one.id: one.name for one in known}}
    form.ready.choices = {"": "没有风险，或自己写", **{one: one for one in sentences.RISK}}
    if form.ready.data and not form.risk.data:
        form.risk.process_data(form.ready.data)
        form.risk.raw_data = [form.ready.data]
    return form


def content(form: ActivityForm) -> dict[str, Any]:
    """What the verb takes; an empty text says nothing: there is no risk, no policy."""
    kept = ("csrf_token", "ready", "community", "team", "later_too")
    times = {field.name for pair in form.later for field in pair}
    told = {name: value for name, value in form.data.items() if name not in {*kept, *times}}
    more = [(start.data, end.data) for start, end in form.later if start.data and end.data]
    return {
        **told,
        "sessions": [(form.starts_at.data, form.ends_at.data), *more] if more else [],
        "description": told["description"] or "",
        "risk": told["risk"] or None,
        "insurance_number": told["insurance_number"] or None,
    }


def _screened(form: ActivityForm, staff: Staff) -> screening.Screened:
    """Everybody will read it, so WeChat looks first, as it does when a phone publishes."""
    words = (form.title.data, form.description.data, form.place.data, form.risk.data)
    return screening.screened(*words, scene=screening.POST, actor=staff)


def _wants_publication() -> bool:
    return request.form.get("then") == "publish"


@page("/activities/new", guard=Permission.ACTIVITY_ORGANISE, methods=("GET", "POST"))
def new_activity(staff: Staff) -> Any:
    """A draft, published in the same step if that is wanted: refused, nothing of it is kept but the form."""
    form = _filled(staff, ActivityForm(**({} if request.method == "POST" else _suggested())))

    def work(_found: screening.Screened) -> Activity:
        made = verbs.plan(form.community.data, form.team.data, content(form), actor=staff)
        return verbs.publish(made.id, actor=staff) if _wants_publication() else made

    if request.method == "POST" and run_form(form, work, precheck=lambda: _screened(form, staff)):
        told = "已发布，可以报名了" if _wants_publication() else "已存为草稿"
        return redirect_with_message("console.activity", told, activity_id=form.outcome.id)
    return render(
        "activities/form.html", form=form, activity=None, begun=False, repeated=False, categories=CATEGORIES
    )


def _suggested() -> dict[str, Any]:
    """Three days from now at nine, for two hours: rather changed than typed."""
    try:
        day = clock.day_starts(date.fromisoformat(request.args.get("day", "")))
    except (ValueError, OverflowError):
        day = clock.day_starts(clock.today() + timedelta(days=3))
    start = day + timedelta(hours=9)
    return {"starts_at": start, "ends_at": start + timedelta(hours=2)}


@page("/activities/<id:activity_id>/edit", guard=Permission.ACTIVITY_ORGANISE, methods=("GET", "POST"))
def edit_activity(staff: Staff, activity_id: int) -> Any:
    """Changes a draft or what is published; who signed up is told of a new time or place."""
    found = desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)
    if "edit" not in queries.view_activities([found], actor=staff)[0].actions:
        return redirect_with_message("console.activity", "这个活动现在不能修改", activity_id=activity_id)
    if request.method == "GET":
        return form_page(staff, activity_id)
    form = _filled(staff, ActivityForm())

    def work(_found: screening.Screened) -> Activity:
        fixed = {"community_id": form.community.data, "team_id": form.team.data}
        told = {**content(form), **fixed}
        if form.later_too.data:
            return series.change(activity_id, told, actor=staff)[0]
        changed = verbs.edit(activity_id, told, actor=staff)
        return verbs.publish(activity_id, actor=staff) if _wants_publication() else changed

    if run_form(form, work, precheck=lambda: _screened(form, staff)):
        told = "已发布，可以报名了" if _wants_publication() else "已保存"
        return redirect_with_message("console.activity", told, activity_id=activity_id)
    return _render(staff, form, _fresh(staff, activity_id))


def _render(staff: Staff, form: ActivityForm, activity: Activity) -> Any:
    (shown,) = queries.view_activities([activity], actor=staff)
    repeated = desk_queries.repeated(activity)
    begun = activity.state == ActivityState.PUBLISHED and clock.now() >= activity.starts_at
    return render(
        "activities/form.html",
        form=form,
        activity=shown,
        begun=begun,
        repeated=repeated,
        categories=CATEGORIES,
    )


def _fresh(staff: Staff, activity_id: int) -> Activity:
    """As it stands after a refused transaction was rolled back."""
    return desk_queries.reached(activity_id, Permission.ACTIVITY_ORGANISE, actor=staff)


def _show_sessions(form: ActivityForm, activity: Activity) -> None:
    """The end of its first session, and the times of the others; the activity itself knows its last end."""
    for one in sessions.of(activity.id):
        first = one.number == 1
        form["starts_at" if first else f"start_{one.number}"].process_data(one.starts_at)
        form["ends_at" if first else f"end_{one.number}"].process_data(one.ends_at)


def form_page(staff: Staff, activity_id: int, refusal: Refused | None = None) -> Any:
    """The form as it was saved, with what a publication lacks beside its field."""
    found = _fresh(staff, activity_id)
    form = ActivityForm(formdata=None, obj=found, community=found.community_id, team=found.team_id)
    _show_sessions(form, found)
    _filled(staff, form)
    if refusal is not None:
        form.refuse(refusal)
    return _render(staff, form, found)
