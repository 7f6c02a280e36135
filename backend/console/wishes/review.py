"""Reviewing wishes, one after the other: the wish, what was checked, what is alike, four ways to decide."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response

from backend import clock, config
from backend.console.frame import sentences
from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import Form, JustDo, one_of
from backend.console.frame.labels import REFERRALS
from backend.console.frame.page import Staff, page, redirect_with_message, render, run_form
from backend.console.frame.todo import Waiting, head, provider
from backend.console.wishes import lists
from backend.organisations import queries as places
from backend.wishes import queries
from backend.wishes.actions import reviewing
from backend.wishes.models import Wish

# 审核3工作日: how long a wish may wait for its review before it counts as late.
REVIEW_DAYS = 3
# So many of the queue are listed; what is more follows as they are decided.
MOST = 200
# Words of what is never a micro-wish (慈善法 113, 124): they ask the clerk to look twice, nothing more.
NOT_A_WISH = re.compile(
    r"现金|借钱|还钱|贷款|欠款|债|医药费|医疗费|手术费|住院|房租|廉租|拆迁|低保金|捐款|路面|下水道|路灯"
)


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what was looked at, and whether a clerk should look again."""

    text: str
    good: bool


def checks(wish: Wish, face: dict[str, Any], alike: list[Any]) -> list[Check]:
    """What the machine can tell beforehand; the rest is the clerk's judgement."""
    cap, home = config.settings().wish_cost_cap, face["home"]
    told = NOT_A_WISH.search(wish.title + wish.description)
    return [
        Check(f"预估 {wish.estimated_cost} 元，上限 {cap} 元", wish.estimated_cost <= cap),
        Check(
            f"提到“{told[0]}”，可能要转介" if told else "没有提到现金、医药费、住房、债务、路面",
            told is None,
        ),
        Check(
            "居住登记已核实" if home and home.state == "verified" else "居住登记还没有核实",
            bool(home and home.state == "verified"),
        ),
        *([Check("微信对文字有疑问，或没能检查，请仔细读一遍", False)] if wish.needs_look else []),
        _repeated([one for one in alike if one.same_words]),
        Check(*_wanted(wish)),
    ]


def _repeated(same: list[Any]) -> Check:
    return Check(f"有 {len(same)} 个内容相近的心愿，见下面" if same else "没有内容相近的心愿", not same)


def _wanted(wish: Wish) -> tuple[str, bool]:
    if wish.wanted_by is None:
        return "没有要求时间", True
    soon = wish.wanted_by < clock.today() + timedelta(days=7)
    return f"希望在 {wish.wanted_by:%m月%d日} 前完成{'，时间很紧' if soon else ''}", not soon


class SendBackForm(ReasonedForm):
    pass


class DeclineForm(ReasonedForm):
    pass


class ReferForm(ReasonedForm):
    to = one_of("转到哪里", REFERRALS)


@dataclass(frozen=True)
class Way:
    """One way to decide: its key on the keyboard, its form, its verb."""

    name: str
    label: str
    key: int
    form: type[Form]
    ready: tuple[str, ...]
    verb: Callable[[int, Any, Staff], Any]


WAYS = (
    Way("accept", "审核通过", 1, JustDo, (), lambda one, _form, actor: reviewing.accept(one, actor=actor)),
    Way(
        "send_back",
        "退回补充",
        2,
        SendBackForm,
        sentences.SEND_BACK,
        lambda one, form, actor: reviewing.send_back(one, form.reason.data, actor=actor),
    ),
    Way(
        "decline",
        "不予受理",
        3,
        DeclineForm,
        sentences.DECLINE,
        lambda one, form, actor: reviewing.decline(one, form.reason.data, actor=actor),
    ),
    Way(
        "refer",
        "转介",
        4,
        ReferForm,
        sentences.REFER,
        lambda one, form, actor: reviewing.refer(one, form.to.data, form.reason.data, actor=actor),
    ),
)
_BY_NAME = {way.name: way for way in WAYS}


@provider("wish:review")
def _waiting(staff: Staff, most: int) -> list[Waiting]:
    found = lists.to_review(staff, most)
    names = places.names({wish.community_id for wish in found})
    return [
        Waiting(
            "审核心愿",
            wish.title,
            names[wish.community_id],
            wish.submitted_at,
            f"/console/review/{wish.id}",
            clock.business_day(wish.submitted_at) + timedelta(days=REVIEW_DAYS),
        )
        for wish in found
    ]


@page("/review", guard="wish:review")
def review(staff: Staff) -> Any:
    """The queue, oldest first."""
    return render(
        "wishes/queue.html", **head(_waiting(staff, MOST + 1), MOST), others=lists.for_a_colleague(staff)
    )


@page("/review/<id:wish_id>", guard="wish:review")
def review_wish(staff: Staff, wish_id: int) -> Any:
    wish = queries.one(wish_id, actor=staff)
    if wish.state != "submitted":
        return redirect_with_message("console.wish", "这个心愿已经审核过了", wish_id=wish_id)
    return _page(staff, wish)


def _page(staff: Staff, wish: Wish, tried: str | None = None, form: Any = None) -> Any:
    face, alike = lists.wisher_summary(wish), lists.alike(wish)
    forms = {
        way.name: form if way.name == tried else with_sentences(way.form(formdata=None), way.ready)
        for way in WAYS
    }
    (shown,) = queries.view_wishes([wish], actor=staff)
    return render(
        "wishes/review.html",
        shown=shown,
        wish=wish,
        face=face,
        alike=alike,
        checks=checks(wish, face, alike),
        ways=WAYS,
        forms=forms,
        tried=tried,
        waiting=len(lists.to_review(staff, 100)),
        places=places.names({place for place in (wish.grid_id, wish.community_id) if place}),
    )


@page(
    "/review/<id:wish_id>/<any(accept, send_back, decline, refer):name>",
    guard="wish:review",
    methods=("POST",),
)
def decide(staff: Staff, wish_id: int, name: str) -> Any:
    """One decision; then the next wish comes up."""
    way = _BY_NAME[name]
    form = with_sentences(way.form(), way.ready)
    if run_form(form, lambda: way.verb(wish_id, form, staff)):
        return _next(staff, wish_id, f"“{form.outcome.title}”：{way.label}")
    return _page(staff, queries.one(wish_id, actor=staff), name, form)


@page("/review/<id:wish_id>/next", guard="wish:review")
def skip(staff: Staff, wish_id: int) -> Response:
    """Leaves this one for later."""
    return _next(staff, wish_id)


def _next(staff: Staff, after: int, sentence: str | None = None) -> Response:
    following = lists.next_to_review(staff, after)
    if following is None:
        return redirect_with_message("console.today", sentence and f"{sentence}。待审核的心愿都看完了")
    return redirect_with_message("console.review_wish", sentence, wish_id=following)
