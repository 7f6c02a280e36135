"""积分调整: proposed with a reason from a person's page, decided by somebody else, one after the other."""

from typing import Any

from flask import Response, request, url_for

from backend.console.frame import residents, sentences
from backend.console.frame.decisions import following, with_sentences
from backend.console.frame.forms import Form, JustDo, choice, line, lines, one_of, whole
from backend.console.frame.page import (
    Staff,
    asked_page,
    next_page_url,
    page,
    redirect_with_message,
    render,
    run_form,
)
from backend.console.frame.todo import Waiting, provider
from backend.errors import NotAllowed
from backend.ledger import queries as ledger
from backend.organisations import queries as places
from backend.people import queries as people
from backend.points import actions, queries
from backend.points.labels import ADJUSTMENT_STATES
from backend.points.models import MOST_POINTS, Adjustment

PAGE = 50
DIRECTIONS = {"give": "增加", "take": "扣减"}


class ProposeForm(Form):
    direction = one_of("增加还是扣减", DIRECTIONS)
    points = whole("多少积分", least=1, most=MOST_POINTS)
    ready = choice("常用原因", needed=False)
    reason = line("原因", most=200, description="批准后本人会看到")


class TurnDownForm(Form):
    ready = choice("常用说法", needed=False)
    reason = lines("告诉提出人的话", most=200, rows=3)


class Filters(Form):
    class Meta(Form.Meta):
        csrf = False

    state = choice("状态", ADJUSTMENT_STATES, needed=False)


@provider("points:approve_adjustment")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = queries.to_check(most, actor=staff)
    names = places.names({one.community_id for one in found})
    whose = people.masked_names({one.person_id for one in found})
    return [
        Waiting(
            "审核积分调整",
            f"{whose[one.person_id]} {one.points:+d} 分：{one.reason}",
            names[one.community_id],
            one.proposed_at,
            url_for("console.adjustment", adjustment_id=one.id),
        )
        for one in found
    ]


@page("/points")
def points(staff: Staff) -> Response:
    """The first of the pages about points that this person may open."""
    if staff.may("points:read"):
        return redirect_with_message("console.adjustments")
    if staff.may("points:liability"):
        return redirect_with_message("console.liability")
    return redirect_with_message("console.rules")


@page("/points/adjustments", guard="points:read")
def adjustments(staff: Staff) -> Any:
    form = Filters(request.args)
    form.state.choices = {"": "全部状态", **ADJUSTMENT_STATES}
    form.validate()
    state = form.state.data if not form.state.errors else None
    found, following = asked_page(queries.adjustments(state, actor=staff), PAGE)
    return render(
        "points/adjustments.html",
        form=form,
        waiting=_waiting(staff, PAGE) if staff.may("points:approve_adjustment") and not request.args else [],
        shown=queries.view_adjustments(found, actor=staff),
        following=following and next_page_url(following),
    )


@page("/people/<id:person_id>/adjustments/new", guard="points:adjust", methods=("GET", "POST"))
def propose_adjustment(staff: Staff, person_id: int) -> Any:
    person, _home = residents.resident(staff, person_id, "points:adjust")
    form = with_sentences(ProposeForm(), sentences.ADJUST)

    def work() -> Adjustment:
        sign = 1 if form.direction.data == "give" else -1
        return actions.propose(person_id, sign * form.points.data, form.reason.data, actor=staff)

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.statement", "已提出积分调整，等同事审核", person_id=person_id)
    return render(
        "points/propose.html", form=form, person=residents.masked(person), balance=ledger.balance(person_id)
    )


@page("/points/adjustments/<id:adjustment_id>", guard="points:read")
def adjustment(staff: Staff, adjustment_id: int) -> Any:
    return _page(staff, adjustment_id)


def _page(staff: Staff, adjustment_id: int, **given: Any) -> Any:
    found = queries.adjustment(adjustment_id, actor=staff)
    (shown,) = queries.view_adjustments([found], actor=staff)
    facts: dict[str, Any] = {
        "form": JustDo(formdata=None),
        "turn_down_form": with_sentences(TurnDownForm(formdata=None), sentences.REJECT_ADJUSTMENT),
        **given,
    }
    return render(
        "points/adjustment.html",
        shown=shown,
        one=found,
        balance=ledger.balance(found.person_id),
        own=found.proposed_by_id == staff.id,
        waiting=len(queries.to_check(100, actor=staff)) if staff.may("points:approve_adjustment") else 0,
        **facts,
    )


@page("/points/adjustments/<id:adjustment_id>/approve", guard="points:approve_adjustment", methods=("POST",))
def approve_adjustment(staff: Staff, adjustment_id: int) -> Any:
    form = JustDo()
    if run_form(form, lambda: actions.approve(adjustment_id, actor=staff)):
        return _next(staff, adjustment_id, "已批准，积分已变动")
    return _page(staff, adjustment_id, form=form)


@page(
    "/points/adjustments/<id:adjustment_id>/turn-down", guard="points:approve_adjustment", methods=("POST",)
)
def turn_down_adjustment(staff: Staff, adjustment_id: int) -> Any:
    form = with_sentences(TurnDownForm(), sentences.REJECT_ADJUSTMENT)
    if run_form(form, lambda: actions.reject(adjustment_id, form.reason.data, actor=staff)):
        return _next(staff, adjustment_id, "已驳回，积分没有变动")
    return _page(staff, adjustment_id, turn_down_form=form)


@page("/points/adjustments/<id:adjustment_id>/next", guard="points:approve_adjustment")
def later_adjustment(staff: Staff, adjustment_id: int) -> Response:
    """Leaves this one for later."""
    return _next(staff, adjustment_id)


def _next(staff: Staff, after: int, sentence: str | None = None) -> Response:
    found = following(after, lambda one: queries.to_check(2, actor=staff, after=one))
    if found is None:
        return redirect_with_message("console.today", sentence and f"{sentence}。积分调整都看完了")
    return redirect_with_message("console.adjustment", sentence, adjustment_id=found.id)


def may_see_points(staff: Staff) -> None:
    """Rules are no secret, but a page of the console is for whoever has to do with points."""
    if not staff.may("points:read", "points:liability", "rule:change"):
        raise NotAllowed()
