"""志愿队: those of one's places; one of them with its members, who asks to join, and what it does next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, request, url_for

from backend import clock, screening
from backend.console.frame import sentences
from backend.console.frame.decisions import Address, Queue, ReasonedForm, register, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line, offer, one_of
from backend.console.frame.lists import Column, Filters, Listed
from backend.console.frame.lists import register as register_list
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
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


class TeamFilters(Filters):
    text = line("名称或擅长", most=40, needed=False)
    kind = choice("类型", TEAM_KINDS, needed=False)
    community = choice("社区", needed=False, numbers=True)


def _filters(staff: Staff) -> TeamFilters:
    form = TeamFilters(request.args)
    del form.first, form.last
    form.kind.choices = {"": "全部类型", **TEAM_KINDS}
    communities = dict(place_choices.choices(staff, Permission.TEAM_MANAGE, "community"))
    form.community.choices = {"": "全部社区", **communities}
    return form


@dataclass(frozen=True)
class TeamLine:
    """A team with how many ask to join it."""

    team: verbs.TeamView
    asking: int

    @property
    def asking_words(self) -> str:
        return f"{self.asking} 人申请加入" if self.asking else ""


def _lines(found: Sequence[Team], staff: Staff) -> list[TeamLine]:
    asking = verbs.numbers_waiting([one.id for one in found])
    return [TeamLine(one, asking.get(one.id, 0)) for one in verbs.view_teams(found, actor=staff)]


# Never by how many each has, or who is better.
register_list(
    Listed(
        name="志愿队",
        measure="支",
        rule="/teams",
        endpoint="teams",
        word=Permission.TEAM_MANAGE,
        form=_filters,
        plain=("text", "kind", "community"),
        sorts=verbs.SORTS,
        find=lambda asked, sort, staff: verbs.listed_within(
            Permission.TEAM_MANAGE, verbs.TeamFilters(**asked), sort, actor=staff
        ),
        rows=_lines,
        template="teams/list.html",
        columns=(
            Column(
                "名称",
                lambda one: one.team.name,
                address=lambda one: url_for("console.team", team_id=one.team.id),
                width=24,
            ),
            Column("类型", lambda one: one.team.kind, words=TEAM_KINDS),
            Column("社区", lambda one: one.team.community_name),
            Column("擅长", lambda one: one.team.speciality, width=24),
            Column("队长", lambda one: one.team.leader_name),
            Column("队员", lambda one: one.team.member_count, "number"),
            Column("等待答复", lambda one: one.asking_words, late=lambda one: one.asking > 0),
        ),
    )
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
