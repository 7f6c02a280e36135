"""The board of rounds: what collects and what is published side by side, and what each step will do."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from backend import clock, working_days
from backend.console.frame import todo
from backend.console.frame.decisions import Address, Queue, register
from backend.console.frame.forms import Form, JustDo, choice, day, line, offer
from backend.console.frame.page import Staff, asked_number, page, redirect_with_message, render, run_form
from backend.db import session
from backend.errors import NotAllowed, NotFound
from backend.organisations import queries as places
from backend.people import place_choices
from backend.people.permissions import Permission
from backend.wishes import queries, queues, staff_queries
from backend.wishes.actions import rounds as verbs
from backend.wishes.kinds import RoundState, WishState
from backend.wishes.models import Round
from backend.wishes.views import RoundView, WishLine

COLLECT_DAYS, PUBLISH_DAYS = 10, 45
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
    collecting: RoundView | None = None
    published: RoundView | None = None
    carried: list[WishLine] = field(default_factory=list)
    # The newest that have ended, and how many have.
    closed: list[RoundView] = field(default_factory=list)
    ended: int = 0


def _last_day(found: Round) -> date:
    return found.publish_until if found.state == RoundState.PUBLISHED else found.collect_until


# A round that needs its next step stands in the inbox; the step itself is made on the board.
for kind, find in (
    ("征集快结束", queues.rounds_to_review),
    ("等待发布", queues.rounds_to_publish),
    ("发布快结束", queues.rounds_to_close),
):
    register(
        Queue(
            kind=kind,
            word=Permission.ROUND_MANAGE,
            find=find,
            titles=lambda found: [f"第 {one.number} 期：{one.title}" for one in found],
            since=lambda found: min(clock.day_ends(_last_day(found)), clock.now()),
            due=_last_day,
            one=Address("/rounds", "rounds"),
            link=lambda found: url_for("console.rounds") + f"#community-{found.community_id}",
        )
    )


# A community that has opened none for so long is named to the city.
QUIET_DAYS = 60


def _none_collects(staff: Staff) -> list[todo.Panel]:
    """For whoever runs rounds: where nobody can hand in a wish that will be published."""
    own = place_choices.choices(staff, Permission.ROUND_MANAGE, "community")
    running = staff_queries.collecting_in([one for one, _name in own])
    idle = [(one, name) for one, name in own if one not in running]
    return [
        todo.Panel(
            "现在没有在征集的一期",
            tuple(
                todo.Line(f"{name}：开启新一期", url_for("console.open_round", community=one))
                for one, name in idle
            ),
        )
    ]


def _quiet_places(staff: Staff) -> list[todo.Panel]:
    """For the city: where nothing has been opened for long, in the order of the places."""
    own = place_choices.choices(staff, Permission.ROUND_OPEN_EVERYWHERE, "community")
    long_ago = clock.now() - timedelta(days=QUIET_DAYS)
    active = staff_queries.opened_since(long_ago, [one for one, _name in own])
    quiet = [todo.Line(name) for one, name in own if one not in active]
    return [todo.Panel(f"{QUIET_DAYS} 天没有开启新一期的社区", tuple(quiet), "各社区最近都开启过新一期。")]


todo.TELLERS += [
    todo.Teller(Permission.ROUND_MANAGE, _none_collects),
    todo.Teller(Permission.ROUND_OPEN_EVERYWHERE, _quiet_places),
]


def lanes(staff: Staff) -> list[Lane]:
    """The board's communities with their rounds, in order."""
    board = {one: Lane(one, name) for one, name in place_choices.around(staff.place_ids)}
    for one in queries.view_rounds(queries.running_rounds(list(board)), actor=staff):
        if one.state == RoundState.PUBLISHED:
            board[one.community_id].published = one
        else:
            board[one.community_id].collecting = one
    ended = staff_queries.closed_rounds(list(board))
    for one in queries.view_rounds([found for found, _number in ended], actor=staff):
        board[one.community_id].closed.append(one)
    for found, number in ended:
        board[found.community_id].ended = number
    for wish in staff_queries.carried_of(list(board), actor=staff):
        board[wish.community_id].carried.append(wish)
    return list(board.values())


@page("/rounds")
def rounds(staff: Staff) -> Any:
    if not staff.may(Permission.WISH_READ, Permission.ROUND_OPEN, Permission.ROUND_OPEN_EVERYWHERE):
        raise NotAllowed()
    board = lanes(staff)
    standing = [one for lane in board for one in (lane.collecting, lane.published) if one]
    return render(
        "rounds/board.html",
        board=board,
        counts=staff_queries.counts_of_rounds([one.id for one in standing]),
        openable={one for one, _name in place_choices.choices(staff, Permission.ROUND_OPEN, "community")},
        labels=LABELS,
        few=len(board) <= 3,
    )


def _suggested() -> dict[str, Any]:
    """A round is called by the month in which it ends collecting and comes to the wall: opened on the last days of
    November, it is December's."""
    today = clock.today()
    collect_until = working_days.on_or_after(today + timedelta(days=COLLECT_DAYS))
    return {
        "title": f"{collect_until.year}年{collect_until.month}月微心愿",
        "collect_until": collect_until,
        "publish_until": working_days.on_or_after(today + timedelta(days=PUBLISH_DAYS)),
    }


@page("/rounds/open", guard=Permission.ROUND_OPEN, methods=("GET", "POST"))
def open_round(staff: Staff) -> Any:
    form = RoundForm(**({} if request.method == "POST" else _suggested()))
    offer(form.community, place_choices.choices(staff, Permission.ROUND_OPEN, "community"))
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


@page("/rounds/everywhere", guard=Permission.ROUND_OPEN_EVERYWHERE, methods=("GET", "POST"))
def open_everywhere(staff: Staff) -> Any:
    """The city opens a round in every community at once; who has one already is passed over."""
    form = EverywhereForm(**({} if request.method == "POST" else _suggested()))
    offer(
        form.community,
        [
            *place_choices.choices(staff, Permission.ROUND_OPEN_EVERYWHERE, "city"),
            *place_choices.choices(staff, Permission.ROUND_OPEN_EVERYWHERE, "street"),
        ],
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
    "/rounds/<id:round_id>/<any(review, publish, close):name>",
    guard=Permission.ROUND_MANAGE,
    methods=("GET", "POST"),
)
def move_round(staff: Staff, round_id: int, name: str) -> Any:
    """What the step will do, in numbers and names; then the step."""
    found = session.get(Round, round_id)
    if found is None or found.community_id not in dict(
        place_choices.choices(staff, Permission.ROUND_MANAGE, "community")
    ):
        raise NotFound()
    form = JustDo()
    if request.method == "POST" and run_form(form, lambda: _VERBS[name](round_id, actor=staff)):
        return _after(found, name)
    return render(
        "rounds/move.html",
        form=form,
        round=queries.view_rounds([found], actor=staff)[0],
        name=name,
        label=LABELS[name],
        community=places.names({found.community_id})[found.community_id],
        before=_still_published(found, name, staff),
        groups=_preview(round_id, found.community_id, name, staff),
    )


def _still_published(found: Round, name: str, staff: Staff) -> RoundView | None:
    """The last round, which has to be closed before this one is published."""
    last = staff_queries.published_in(found.community_id) if name == "publish" else None
    return queries.view_rounds([last], actor=staff)[0] if last else None


def _after(found: Round, name: str) -> Response:
    """Back to the board; or on to the publication for which the last round was closed. Says where nothing collects now."""
    told = f"第 {found.number} 期：{LABELS[name]}，已办好"
    following = asked_number("then")
    if name == "close" and following is not None:
        return redirect_with_message("console.move_round", told, round_id=following, name="publish")
    if not staff_queries.collecting_in([found.community_id]):
        told += "。现在没有在征集的一期，可以开启新一期"
    return redirect_with_message("console.rounds", told)


def _preview(round_id: int, community_id: int, name: str, staff: Staff) -> list[tuple[str, list[WishLine]]]:
    """Which wishes the step will touch, by what happens to them."""

    def of(*states: str) -> list[WishLine]:
        return staff_queries.of_round(round_id, *states, actor=staff)

    if name == "review":
        collected = of(WishState.SUBMITTED, WishState.SENT_BACK, WishState.ACCEPTED)
        return [("征集到的心愿", collected)]
    if name == "publish":
        carried = staff_queries.carried_of([community_id], actor=staff)
        return [
            ("将发布", of(WishState.ACCEPTED)),
            ("上期没人认领，随这一期再发布一次", carried),
            ("还没有审核，这次不会发布", of(WishState.SUBMITTED, WishState.SENT_BACK)),
        ]
    left = of(WishState.PUBLISHED)
    return [
        ("没人认领，转入下一期，并告诉许愿人", [one for one in left if not one.carried_over]),
        ("两期都没人认领，上报街道统筹", [one for one in left if one.carried_over]),
        ("已认领或待确认，继续办理", of(WishState.CLAIMED, WishState.FULFILLED)),
        ("已点亮", of(WishState.CONFIRMED)),
    ]
