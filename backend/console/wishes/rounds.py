"""The board of rounds: what collects and what is published side by side, and what each step will do."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request, url_for

from backend import clock
from backend.console.frame import place_choices
from backend.console.frame.forms import Form, JustDo, choice, day, line
from backend.console.frame.page import Staff, asked_number, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, provider
from backend.console.wishes import lists
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations import queries as places
from backend.wishes import queries
from backend.wishes.actions import rounds as verbs
from backend.wishes.models import Round, RoundState, Wish, WishState

COLLECT_DAYS, PUBLISH_DAYS = 10, 45
# So many days before its end a round stands in the inbox.
SOON = 2
LABELS = {"review": "停止征集，开始审核", "publish": "发布这一期", "close": "结束这一期"}
_VERBS = {"review": verbs.review, "publish": verbs.publish, "close": verbs.close}


class RoundForm(Form):
    community = choice("社区", numbers=True)
    title = line("名称", most=60, description="例如“十二月微心愿”")
    collect_until = day("征集到哪天")
    publish_until = day("发布到哪天")


class EverywhereForm(RoundForm):
    community = choice("在哪里", numbers=True)


@dataclass
class Lane:
    """One community on the board."""

    id: int
    name: str
    collecting: Round | None = None
    published: Round | None = None
    carried: list[Wish] = field(default_factory=list)
    closed: list[Round] = field(default_factory=list)


def _ends(found: Round) -> datetime:
    last = found.collect_until if found.state != RoundState.PUBLISHED else found.publish_until
    return clock.day_ends(last).astimezone(UTC)


@provider("round:manage")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    """Rounds that are being reviewed, and those that end within two days."""
    mine = {one for one, _name in place_choices.choices(staff, "round:manage", "community")}
    found = [
        one
        for state in (RoundState.COLLECTING, RoundState.REVIEWING, RoundState.PUBLISHED)
        for one in queries.rounds(None, state, None, 500)
        if one.community_id in mine
        and (
            state == RoundState.REVIEWING
            or clock.business_day(_ends(one)) <= clock.today() + timedelta(days=SOON + 1)
        )
    ]
    names = places.names({one.community_id for one in found})
    kinds = {
        RoundState.COLLECTING: "征集快结束",
        RoundState.REVIEWING: "等待发布",
        RoundState.PUBLISHED: "发布快结束",
    }
    return [
        Waiting(
            kinds[one.state],
            f"第 {one.number} 期：{one.title}",
            names[one.community_id],
            min(_ends(one), clock.now()),
            url_for("console.rounds") + f"#community-{one.community_id}",
            clock.business_day(_ends(one)) - timedelta(days=1),
        )
        for one in found[:most]
    ]


def lanes(staff: Staff) -> list[Lane]:
    """The board's communities with their rounds, in order."""
    named = place_choices.posts(staff)
    board = {one: Lane(one, name) for one, name in named}
    for state in (RoundState.COLLECTING, RoundState.REVIEWING, RoundState.PUBLISHED, RoundState.CLOSED):
        for one in queries.rounds(None, state, None, 500):
            lane = board.get(one.community_id)
            if lane is None:
                continue
            if state == RoundState.PUBLISHED:
                lane.published = one
            elif state == RoundState.CLOSED:
                lane.closed.append(one)
            else:
                lane.collecting = one
    for one in lists.carried_of(list(board)):
        board[one.community_id].carried.append(one)
    return list(board.values())


@page("/rounds")
def rounds(staff: Staff) -> Any:
    if not staff.may("wish:read", "round:open", "round:open_everywhere"):
        raise NotAllowed()
    board = lanes(staff)
    standing = [one for lane in board for one in (lane.collecting, lane.published) if one]
    return render(
        "rounds/board.html",
        board=board,
        counts=lists.counts_of_rounds([one.id for one in standing]),
        actions=queries.round_actions(standing, actor=staff),
        openable={one for one, _name in place_choices.choices(staff, "round:open", "community")},
        labels=LABELS,
        few=len(board) <= 3,
    )


def _suggested() -> dict[str, Any]:
    today = clock.today()
    return {
        "title": f"{today.month}月微心愿",
        "collect_until": today + timedelta(days=COLLECT_DAYS),
        "publish_until": today + timedelta(days=PUBLISH_DAYS),
    }


@page("/rounds/open", guard="round:open", methods=("GET", "POST"))
def open_round(staff: Staff) -> Any:
    form = RoundForm(**({} if request.method == "POST" else _suggested()))
    form.community.choices = dict(place_choices.choices(staff, "round:open", "community"))
    if request.method == "GET":
        form.community.data = asked_number("community")

    def work() -> Any:
        told = form.data
        return verbs.open_round(
            told["community"], told["title"], told["collect_until"], told["publish_until"], actor=staff
        )

    if request.method == "POST" and run_form(form, work):
        return redirect_with_message("console.rounds", f"“{form.title.data}”开始征集")
    return render("rounds/open.html", form=form, everywhere=False)


@page("/rounds/everywhere", guard="round:open_everywhere", methods=("GET", "POST"))
def open_everywhere(staff: Staff) -> Any:
    """The city opens a round in every community at once; who has one already is passed over."""
    form = EverywhereForm(**({} if request.method == "POST" else _suggested()))
    form.community.choices = dict(
        [
            *place_choices.choices(staff, "round:open_everywhere", "city"),
            *place_choices.choices(staff, "round:open_everywhere", "street"),
        ]
    )

    def work() -> Any:
        told = form.data
        return verbs.open_everywhere(
            told["community"], told["title"], told["collect_until"], told["publish_until"], actor=staff
        )

    if request.method == "POST" and run_form(form, work):
        opened, skipped = form.outcome
        passed = f"，{len(skipped)} 个社区已有一期，没有变动" if skipped else ""
        return redirect_with_message("console.rounds", f"{len(opened)} 个社区开始征集{passed}")
    return render("rounds/open.html", form=form, everywhere=True)


@page(
    "/rounds/<id:round_id>/<any(review, publish, close):name>", guard="round:manage", methods=("GET", "POST")
)
def move_round(staff: Staff, round_id: int, name: str) -> Any:
    """What the step will do, in numbers and names; then the step."""
    found = session.get(Round, round_id)
    if found is None or found.community_id not in dict(
        place_choices.choices(staff, "round:manage", "community")
    ):
        raise NotFound()
    form = JustDo()
    if request.method == "POST" and run_form(form, lambda: _VERBS[name](round_id, actor=staff)):
        return redirect_with_message("console.rounds", f"第 {found.number} 期：{LABELS[name]}，已办好")
    return render(
        "rounds/move.html",
        form=form,
        round=session.get(Round, round_id),
        name=name,
        label=LABELS[name],
        community=places.names({found.community_id})[found.community_id],
        **_preview(found, name),
    )


def _preview(found: Round, name: str) -> dict[str, Any]:
    """Which wishes the step will touch, by what happens to them."""
    if name == "review":
        return {
            "groups": [
                (
                    "征集到的心愿",
                    lists.of_round(found, WishState.SUBMITTED, WishState.SENT_BACK, WishState.ACCEPTED),
                )
            ]
        }
    if name == "publish":
        return {
            "groups": [
                ("将发布", lists.of_round(found, WishState.ACCEPTED)),
                ("上期没人认领，随这一期再发布一次", lists.carried_of([found.community_id])),
                ("还没有审核，这次不会发布", lists.of_round(found, WishState.SUBMITTED, WishState.SENT_BACK)),
            ]
        }
    left = lists.of_round(found, WishState.PUBLISHED)
    return {
        "groups": [
            ("没人认领，转入下一期，并告诉许愿人", [one for one in left if not one.carried]),
            ("两期都没人认领，上报街道统筹", [one for one in left if one.carried]),
            ("已认领或待确认，继续办理", lists.of_round(found, WishState.CLAIMED, WishState.FULFILLED)),
            ("已点亮", lists.of_round(found, WishState.CONFIRMED)),
        ]
    }
