"""Reviewing wishes, one after the other: the wish, what was checked, what is alike, four ways to decide."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Response

from backend import clock, working_days
from backend.console.frame.decisions import Address, Decision, Queue, register
from backend.console.frame.page import Staff, redirect_with_message
from backend.console.wishes.back_forms import (
    MERGE,
    DeclineForm,
    MergeForm,
    ReferForm,
    SendBackForm,
    merged,
    ready_for,
)
from backend.errors import NotFound
from backend.organisations import queries as places
from backend.people import openings
from backend.people.permissions import Permission
from backend.wishes import queries, queues, similar, staff_queries
from backend.wishes.actions import reviewing
from backend.wishes.kinds import AnswerKind, WishState
from backend.wishes.labels import PRIVATE_DATA
from backend.wishes.models import Wish
from backend.wishes.similar import Alike
from backend.wishes.staff_queries import WisherSummary
from backend.wishes.views import WishView

# 审核3工作日: how long a wish may wait for its review before it counts as late.
REVIEW_DAYS = 3
# Words of what is never a micro-wish (慈善法 113, 124): they ask the clerk to look twice, nothing more.
NOT_A_WISH = re.compile(
    r"现金|借钱|还钱|贷款|欠款|债|医药费|医疗费|手术费|住院|房租|廉租|拆迁|低保金|捐款|路面|下水道|路灯"
)


@dataclass(frozen=True)
class Check:
    """One line of the checklist: what was looked at, and whether a clerk should look again."""

    text: str
    good: bool


def checks(wish: WishView, wisher: WisherSummary, alike: list[Alike]) -> list[Check]:
    """What the machine can tell beforehand; the rest is the clerk's judgement."""
    cap = places.wish_cost_cap(wish.community_id)
    told = NOT_A_WISH.search(wish.title + wish.description)
    return [
        Check(f"预估 {wish.estimated_cost} 元，上限 {cap} 元", wish.estimated_cost <= cap),
        Check(
            f"提到“{told[0]}”，可能要转介" if told else "没有提到现金、医药费、住房、债务、路面", told is None
        ),
        Check("居住登记已核实" if wisher.verified else "居住登记还没有核实", wisher.verified),
        *([Check("微信对文字有疑问，或没能检查，请仔细读一遍", False)] if wish.needs_look else []),
        _private(wish.private_data or []),
        _repeated([one for one in alike if one.same_words]),
        Check(*_wanted(wish)),
    ]


def _private(found: list[str]) -> Check:
    """Everybody will read the words: what tells who the wisher is, belongs into the sealed fields."""
    if not found:
        return Check("没有看到电话、证件号、住址、姓名", True)
    return Check(f"文字里可能有{'、'.join(PRIVATE_DATA[one] for one in found)}，发布后大家都看得到", False)


def _repeated(same: list[Alike]) -> Check:
    return Check(f"有 {len(same)} 个内容相近的心愿，见下面" if same else "没有内容相近的心愿", not same)


def _wanted(wish: WishView) -> tuple[str, bool]:
    if wish.wanted_by is None:
        return "没有要求时间", True
    soon = wish.wanted_by < clock.today() + timedelta(days=7)
    return f"希望在 {wish.wanted_by:%m月%d日} 前完成{'，时间很紧' if soon else ''}", not soon


def _waiting(staff: Staff, wish_id: int) -> WishView:
    """A wish of a place in which this person reviews; that they wished it themselves is no reason to look on."""
    found = queries.view_wish(wish_id, actor=staff)
    if Permission.WISH_REVIEW not in found.words:
        raise NotFound()
    return found


def _gone(staff: Staff, wish_id: int) -> Response | None:
    if _waiting(staff, wish_id).state == WishState.SUBMITTED:
        return None
    return redirect_with_message("console.wish", "这个心愿已经审核过了", wish_id=wish_id)


def _facts(staff: Staff, wish_id: int) -> dict[str, Any]:
    wish, wisher = _waiting(staff, wish_id), staff_queries.wisher_summary(wish_id)
    alike = similar.alike(queries.one(wish_id, actor=staff))
    openings.note_names("wish", wish.id, wish.community_id, actor=staff)
    return {"wish": wish, "alike": alike, "checks": checks(wish, wisher, alike)}


DECIDE = Address("/review/<id:wish_id>", "decide")


def _waiting_still(verb: Any) -> Any:
    """The verb, for a wish that still waits: later it may be taken back, too, but on the page that says how it stands."""

    def decide(wish_id: int, form: Any, staff: Staff) -> Any:
        reviewing.lock_waiting(wish_id)
        return verb(wish_id, form, staff)

    return decide


def _sentence_after(label: str) -> Any:
    return lambda form: f"“{form.outcome.title}”：{label}"


def _dues(wishes: list[Wish]) -> list[date]:
    """REVIEW_DAYS working days after each was handed in."""
    days = [clock.business_day(one.submitted_at or one.created_at) for one in wishes]
    last = working_days.after_each(days, REVIEW_DAYS)
    return [last[day] for day in days]


QUEUE = register(
    Queue(
        kind="审核心愿",
        word=Permission.WISH_REVIEW,
        find=queues.to_review,
        titles=lambda wishes: [wish.title for wish in wishes],
        since=lambda wish: wish.submitted_at,
        dues=_dues,
        listed=Address("/review", "review"),
        list_template="wishes/queue.html",
        list_facts=lambda staff: {"others": queues.for_a_colleague(actor=staff)},
        one=Address("/review/<id:wish_id>", "review_wish"),
        template="wishes/review.html",
        facts=_facts,
        gone=_gone,
        later=Address("/review/<id:wish_id>/next", "skip"),
        finished="待审核的心愿都看完了",
        decisions=(
            Decision(
                name="accept",
                label="审核通过",
                key=1,
                address=DECIDE,
                verb=lambda one, _form, actor: reviewing.accept(one, actor=actor),
                done=_sentence_after("审核通过"),
            ),
            Decision(
                name="send_back",
                label="退回补充",
                key=2,
                address=DECIDE,
                form=SendBackForm,
                ready=ready_for(AnswerKind.SEND_BACK),
                prefix="send_back-",
                verb=_waiting_still(
                    lambda one, form, actor: reviewing.send_back(one, form.reason.data, actor=actor)
                ),
                done=_sentence_after("退回补充"),
            ),
            Decision(
                name="decline",
                label="不予受理",
                key=3,
                address=DECIDE,
                form=DeclineForm,
                ready=ready_for(AnswerKind.DECLINE),
                prefix="decline-",
                verb=_waiting_still(
                    lambda one, form, actor: reviewing.decline(one, form.reason.data, actor=actor)
                ),
                done=_sentence_after("不予受理"),
            ),
            Decision(
                name="refer",
                label="转介",
                key=4,
                address=DECIDE,
                form=ReferForm,
                ready=ready_for(AnswerKind.REFER),
                prefix="refer-",
                verb=_waiting_still(
                    lambda one, form, actor: reviewing.refer(one, form.to.data, form.reason.data, actor=actor)
                ),
                done=_sentence_after("转介"),
            ),
            Decision(
                name="merge",
                label="合并到另一个心愿",
                key=6,
                address=DECIDE,
                form=MergeForm,
                ready=MERGE,
                prefix="merge-",
                verb=_waiting_still(merged),
                done=_sentence_after("已合并"),
            ),
        ),
    )
)
