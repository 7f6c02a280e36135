"""积分规则: what an event is worth, since when, in all its versions; a change is a new version."""

from typing import Any

from flask import request

from backend import clock
from backend.console.frame.forms import Form, choice, day, offer, whole
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.points.adjustments import may_see_points
from backend.errors import NotFound
from backend.ledger import rules as ledger
from backend.people import permissions, place_choices
from backend.people.permissions import Permission
from backend.points import actions, limits, queries
from backend.points.labels import EVENTS

CITY = "city"


class RuleForm(Form):
    place = choice("在哪里", description="社区自己的规则优先于全市规则")
    points = whole("每单位的积分", least=0, most=limits.EARNED_MAX, description="0 为不奖励")
    cap_per_activity = whole(
        "每次活动每人最多", least=1, most=limits.EARNED_MAX, needed=False, description="不填为不限"
    )
    # The sources give a cap an activity and none a day (海林: at most two hours an activity): a city decides.
    cap_per_day = whole(
        "每天每人最多",
        least=1,
        most=limits.EARNED_MAX,
        needed=False,
        description="不填为不限：一天参加两次短活动，可能比一次长活动得的多",
    )
    effective_from = day("从哪天起", description="最早为今天；已经发放的积分不变")


@page("/points/rules")
def rules(staff: Staff) -> Any:
    """What is in force and to come, and every version there was."""
    may_see_points(staff)
    mine = {one for one, _name in place_choices.around(staff.place_ids)}
    standing = [one for one in queries.rules(None) if one.community_id in {None, *mine}]
    versions = [one for one in queries.rule_versions() if one.community_id in {None, *mine}]
    return render(
        "points/rules.html",
        standing=standing,
        versions=versions,
        events=EVENTS,
        today=clock.today(),
        always=ledger.ALWAYS,
    )


def _places(staff: Staff) -> dict[str, str]:
    """Where this person may change rules: communities in reach, and the city where they reach it all."""
    city = place_choices.choices(staff, Permission.RULE_CHANGE, "city")
    communities = place_choices.choices(staff, Permission.RULE_CHANGE, "community")
    return {
        **(
            {CITY: "全市"}
            if city and permissions.appointed(staff.id, Permission.RULE_CHANGE, city[0][0])
            else {}
        ),
        **{str(one): name for one, name in communities},
    }


@page("/points/rules/<event>", guard=Permission.RULE_CHANGE, methods=("GET", "POST"))
def change_rule(staff: Staff, event: str) -> Any:
    """The next version, beginning with what is in force now."""
    if event not in EVENTS:
        raise NotFound()
    offered = _places(staff)
    asked = request.args.get("place")
    form = RuleForm(**({} if request.method == "POST" else _begun(event, asked)))
    offer(form.place, offered)
    if request.method == "GET":
        form.place.data = asked if asked in offered else None

    def work() -> Any:
        told = {name: value for name, value in form.data.items() if name not in ("csrf_token", "place")}
        community_id = None if form.place.data == CITY else int(form.place.data)
        return actions.change_rule(event, community_id, actor=staff, **told)

    if request.method == "POST" and run_form(form, work):
        since = form.outcome.effective_from
        return redirect_with_message(
            "console.rules", f"已保存第 {form.outcome.version} 版，从 {since.month}月{since.day}日 起"
        )
    return render("points/rule_form.html", form=form, event=event)


def _begun(event: str, asked: str | None) -> dict[str, Any]:
    """What counts today in the place that was asked for, to start from."""
    place_id = int(asked) if asked and asked.isdecimal() and len(asked) < 16 else 0
    found = ledger.rule_in_force(event, place_id, clock.today())
    worth = {"points": None, "cap_per_activity": None, "cap_per_day": None, **ledger.DEFAULTS[event]}
    if found is not None:
        worth = {name: getattr(found, name) for name in worth}
    return {**worth, "effective_from": clock.today()}
