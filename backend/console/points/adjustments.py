"""积分调整: proposed with a reason from a person's page, decided by somebody else, one after the other."""

from datetime import timedelta
from typing import Any

from flask import Response, request, url_for

from backend import clock
from backend.console.frame import sentences, todo
from backend.console.frame.decisions import Address, Decision, Queue, register, with_sentences
from backend.console.frame.forms import Form, choice, line, lines, one_of, whole
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.errors import NotAllowed
from backend.ledger import queries as ledger
from backend.people import queries as people
from backend.people import residents
from backend.people.permissions import Permission
from backend.points import actions, limits, queries, queues
from backend.points.labels import ADJUSTMENT_STATES
from backend.points.models import Adjustment

PAGE = 50
DIRECTIONS = {"give": "增加", "take": "扣减"}


class ProposeForm(Form):
    direction = one_of("增加还是扣减", DIRECTIONS)
    points = whole("多少积分", least=1, most=limits.ADJUSTED_MAX)
    ready = choice("常用原因", needed=False)
    reason = line("原因", most=limits.REASON_MAX, description="批准后本人会看到")


class TurnDownForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉提出人的话", most=limits.REASON_MAX, rows=3)


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    state = choice("状态", ADJUSTMENT_STATES, needed=False)


@page("/points")
def points(staff: Staff) -> Response:
    """The first of the pages about points that this person may open."""
    if staff.may(Permission.POINTS_READ):
        return redirect_with_message("console.adjustments")
    if staff.may(Permission.POINTS_LIABILITY):
        return redirect_with_message("console.liability")
    return redirect_with_message("console.rules")


@page("/points/adjustments", guard=Permission.POINTS_READ)
def adjustments(staff: Staff) -> Any:
    form = Filters(request.args)
    form.state.choices = {"": "全部状态", **ADJUSTMENT_STATES}
    form.validate()
    state = form.state.data if not form.state.errors else None
    found, following = asked_page(queries.adjustments([state] if state else None, actor=staff), PAGE)
    return render(
        "points/adjustments.html",
        form=form,
        shown=queries.view_adjustments(found, actor=staff),
        following=following and next_page_url(following),
        **(QUEUE.head(staff) if staff.may(QUEUE.word) and not request.args else {}),
    )


@page("/people/<id:person_id>/adjustments/new", guard=Permission.POINTS_ADJUST, methods=("GET", "POST"))
def propose_adjustment(staff: Staff, person_id: int) -> Any:
    person, home = residents.resident(staff, person_id, Permission.POINTS_ADJUST)
    form = with_sentences(ProposeForm(), sentences.ADJUST)

    def work() -> Adjustment:
        sign = 1 if form.direction.data == "give" else -1
        return actions.propose(person_id, sign * form.points.data, form.reason.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.statement", "已提出积分调整，等同事审核", person_id=person_id)
    return render(
        "points/propose.html",
        form=form,
        person=residents.view_resident(staff, person, home, Permission.POINTS_ADJUST),
        balance=ledger.balance(person_id),
    )


def _titles(found: list[Adjustment]) -> list[str]:
    whose = people.masked_names({one.person_id for one in found})
    return [f"{whose[one.person_id]} {one.points:+d} 分：{one.reason}" for one in found]


def _facts(staff: Staff, adjustment_id: int) -> dict[str, Any]:
    found = queries.adjustment(adjustment_id, actor=staff)
    (shown,) = queries.view_adjustments([found], actor=staff)
    return {"one": shown, "balance": ledger.balance(found.person_id)}


QUEUE = register(
    Queue(
        kind="审核积分调整",
        word=Permission.POINTS_APPROVE_ADJUSTMENT,
        find=queues.to_check,
        titles=_titles,
        since=lambda found: found.proposed_at,
        one=Address("/points/adjustments/<id:adjustment_id>", "adjustment"),
        guard=Permission.POINTS_READ,
        template="points/adjustment.html",
        facts=_facts,
        later=Address("/points/adjustments/<id:adjustment_id>/next", "later_adjustment"),
        most=PAGE,
        finished="积分调整都看完了",
        decisions=(
            Decision(
                name="approve",
                label="批准",
                key=1,
                address=Address("/points/adjustments/<id:adjustment_id>/approve", "approve_adjustment"),
                verb=lambda one, _form, actor: actions.approve(one, actor=actor),
                done=lambda _form: "已批准，积分已变动",
            ),
            Decision(
                name="reject",
                label="驳回",
                key=2,
                address=Address("/points/adjustments/<id:adjustment_id>/turn-down", "turn_down_adjustment"),
                form=TurnDownForm,
                ready=sentences.REJECT_ADJUSTMENT,
                verb=lambda one, form, actor: actions.reject(one, form.reason.data, actor=actor),
                done=lambda _form: "已驳回，积分没有变动",
            ),
        ),
    )
)


WEEK = timedelta(days=7)
# So many of a week are named beside the list of today; the others stand in their own lists.
NAMED = 20


def _adjusted_this_week(staff: Staff) -> list[todo.Panel]:
    found = queries.decided_since(clock.now() - WEEK, NAMED, actor=staff)
    lines = tuple(
        todo.Line(
            f"积分调整 {one.id}　{one.person_name} {one.points:+d} 分，{ADJUSTMENT_STATES[one.state]}",
            url_for("console.adjustment", adjustment_id=one.id),
        )
        for one in found
    )
    return [todo.Panel("近七天的积分调整", lines, "近七天没有积分调整。")]


# For whoever looks over the books: others have them in their queue.
todo.TELLERS.append(todo.Teller(Permission.JOURNAL_READ, _adjusted_this_week))


def may_see_points(staff: Staff) -> None:
    """Rules are no secret, but a page of the console is for whoever has to do with points."""
    if not staff.may(Permission.POINTS_READ, Permission.POINTS_LIABILITY, Permission.RULE_CHANGE):
        raise NotAllowed()
