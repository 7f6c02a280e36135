"""志愿队: those of one's places; one of them with its members, who asks to join, and what it does next."""

from typing import Any

from flask import Response, request, url_for

from backend import clock, screening
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Queue, ReasonedForm, register, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line, offer, one_of
from backend.console.frame.page import Staff, asked_number, page, redirect_with_message, render, run_form
from backend.console.frame.resident_form import WhoForm
from backend.errors import NotFound, Refused
from backend.people import permissions, place_choices, queues
from backend.people import teams as verbs
from backend.people.kinds import MembershipState
from backend.people.labels import TEAM_KINDS
from backend.people.models import SPECIALITY_MAX, TEAM_NAME_MAX, Team
from backend.people.permissions import Permission
from backend.volunteering import desk_queries, queries
from backend.volunteering.actions import leaders

PAGE = 50
# So many of what a team does next and did last stand on its page.
LAST_ACTIVITIES = 20
_ABOUT: dict[type[Refused], str] = {verbs.TeamNameTaken: "name", verbs.LeaderUnknown: "asked"}


class TeamForm(WhoForm):
    asked = line("队长", most=40, looked_for=True, description="卡号、手机号或姓名；要先在本社区登记过")
    community = choice("社区", numbers=True)
    kind = one_of("类型", TEAM_KINDS, default="community")
    name = line("名称", most=TEAM_NAME_MAX)
    speciality = line("擅长", most=SPECIALITY_MAX, needed=False, description="例如“理发、小修”")

    def refuse(self, refusal: Refused) -> None:
        super().refuse(refusal)
        name = _ABOUT.get(type(refusal))
        if name in self:
            self[name].errors = [*self[name].errors, refusal.sentence]


class ChangesForm(Form):
    name = line("名称", most=TEAM_NAME_MAX)
    speciality = line("擅长", most=SPECIALITY_MAX, needed=False)


class TakeDownForm(ReasonedForm):
    pass


class LeaderForm(WhoForm):
    asked = line("新队长", most=40, looked_for=True, description="卡号、手机号或姓名")


def _reached(staff: Staff, team_id: int) -> Team:
    """A team of one's own places; every other one does not exist here."""
    team = verbs.one(team_id)
    if not permissions.appointed(staff.id, Permission.TEAM_MANAGE, team.community_id):
        raise NotFound()
    return team


# An application is decided on the page of its team, among the others.
register(
    Queue(
        kind="入队申请",
        word=Permission.TEAM_MANAGE,
        find=queues.applications_to_decide,
        titles=lambda found: [team.name for _application, team in found],
        place=lambda found: found[1].community_id,
        since=lambda found: found[0].since,
        one=Address("/teams/<id:team_id>", "team"),
        identity=lambda found: found[1].id,
    )
)


register(
    Queue(
        kind="没有队长的志愿队",
        word=Permission.TEAM_MANAGE,
        find=queues.teams_without_leader,
        titles=lambda found: [team.name for team in found],
        since=lambda _found: clock.day_starts(clock.today()),
        one=Address("/teams/<id:team_id>", "team"),
    )
)


@page("/teams", guard=Permission.TEAM_MANAGE)
def teams(staff: Staff) -> Any:
    """In the order in which they were founded; how many each has, not who is better."""
    found = verbs.within(Permission.TEAM_MANAGE, asked_number("after", 0), PAGE + 1, actor=staff)
    following = url_for("console.teams", after=found[PAGE - 1].id) if len(found) > PAGE else None
    found = found[:PAGE]
    return render(
        "teams/list.html",
        shown=verbs.view_teams(found, actor=staff),
        asking=verbs.numbers_waiting([one.id for one in found]),
        following=following,
    )


def _screened(form: Any, staff: Staff) -> screening.Screened:
    """Everybody will read it, so WeChat looks first."""
    return screening.screened(form.name.data, form.speciality.data, scene=screening.POST, actor=staff)


@page("/teams/new", guard=Permission.TEAM_FOUND, methods=("GET", "POST"))
def found_team(staff: Staff) -> Any:
    """Founded by the community, which names the leader."""
    form = TeamForm()
    offer(form.community, place_choices.choices(staff, Permission.TEAM_FOUND, "community"))
    if request.method == "POST":
        form.find(staff)

    def work(_found: screening.Screened) -> Team:
        told = form.data
        return verbs.create_team(
            told["community"],
            told["kind"],
            told["name"],
            told["speciality"] or "",
            leader_id=told["person"],
            actor=staff,
        )

    if request.method == "POST" and run_form(form, work, precheck=lambda: _screened(form, staff)):
        return redirect_with_message("console.team", "志愿队已成立", team_id=form.outcome.id)
    return render("teams/new.html", form=form)


@page("/teams/<id:team_id>", guard=Permission.TEAM_MANAGE)
def team(staff: Staff, team_id: int) -> Any:
    return _page(staff, team_id)


def _page(staff: Staff, team_id: int, **given: Any) -> Any:
    found = _reached(staff, team_id)
    shown = verbs.view_team(found, actor=staff)
    told = shown.members or []
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "changes_form": ChangesForm(formdata=None, obj=found),
        "leader_form": LeaderForm(formdata=None),
        "take_down_form": with_sentences(TakeDownForm(formdata=None), sentences.TAKE_DOWN),
        **given,
    }
    return render(
        "teams/team.html",
        team=shown,
        asking=[one for one in told if one.state == MembershipState.APPLIED],
        members=[one for one in told if one.state == MembershipState.ACCEPTED],
        activities=queries.view_activities(
            desk_queries.of_team(team_id, LAST_ACTIVITIES, actor=staff), actor=staff
        ),
        **facts,
    )


@page(
    "/teams/<id:team_id>/members/<id:person_id>/<any(accept, decline):name>",
    guard=Permission.TEAM_MANAGE,
    methods=("POST",),
)
def decide_join(staff: Staff, team_id: int, person_id: int, name: str) -> Any:
    """For a leader who has no phone, or has not answered."""
    _reached(staff, team_id)
    form = JustDo()
    if run_form(form, lambda: verbs.decide(team_id, person_id, name == "accept", actor=staff)):
        return _back(team_id, "已同意加入" if name == "accept" else "没有同意加入")
    return _page(staff, team_id, form=form)


@page("/teams/<id:team_id>/edit", guard=Permission.TEAM_MANAGE, methods=("POST",))
def edit_team(staff: Staff, team_id: int) -> Any:
    _reached(staff, team_id)
    form = ChangesForm()

    def work(_found: screening.Screened) -> Team:
        changes = {"name": form.name.data, "speciality": form.speciality.data or ""}
        return verbs.edit(team_id, changes, actor=staff)

    if run_form(form, work, precheck=lambda: _screened(form, staff)):
        return _back(team_id, "已保存")
    return _page(staff, team_id, changes_form=form)


@page("/teams/<id:team_id>/leader", guard=Permission.TEAM_MANAGE, methods=("POST",))
def change_leader(staff: Staff, team_id: int) -> Any:
    """The new leader has the team's activities at once."""
    _reached(staff, team_id)
    form = LeaderForm().find(staff)
    if run_form(form, lambda: leaders.edit_team(team_id, {"leader_id": form.person.data}, actor=staff)):
        return _back(team_id, "已更换队长")
    return _page(staff, team_id, leader_form=form)


@page("/teams/<id:team_id>/take-down", guard=Permission.TEAM_TAKE_DOWN, methods=("POST",))
def take_down_team(staff: Staff, team_id: int) -> Any:
    """Out of everybody's sight until it has another name or speciality."""
    _reached(staff, team_id)
    form = with_sentences(TakeDownForm(), sentences.TAKE_DOWN)
    if run_form(form, lambda: verbs.take_down(team_id, form.reason.data, actor=staff)):
        return _back(team_id, "已撤下，改名或改“擅长”后恢复显示")
    return _page(staff, team_id, take_down_form=form)


def _back(team_id: int, sentence: str) -> Response:
    return redirect_with_message("console.team", sentence, team_id=team_id)
