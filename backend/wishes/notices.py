"""Who is told what about a wish. The sentences stand in the inbox; WeChat gets a short form of them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from backend import app_pages, clock
from backend.db import session
from backend.outbox.actions import Telling, notify_many, take_back_words
from backend.people import on_behalf, proxy_notices
from backend.wishes.kinds import ClaimOutcome, ConfirmMethod
from backend.wishes.labels import REFERRED_TO
from backend.wishes.models import Claim, Wish


def _notify(person_id: int, wish: Wish, kind: str, title: str, body: str, phrase: str, template: str) -> None:
    notify_many([_notice(person_id, wish, kind, title, body, phrase, template)])


def _notify_wisher(
    wish: Wish, kind: str, title: str, body: str, phrase: str, template: str = "wish_progress"
) -> None:
    """The wisher, and whoever reported for a wisher who may have no phone."""
    _notify_wishers([wish], kind, title, lambda _wish: body, phrase, template)


def _notify_wishers(
    wishes: Sequence[Wish],
    kind: str,
    title: str,
    body: Callable[[Wish], str],
    phrase: str,
    template: str = "wish_progress",
) -> None:
    """The same to the people of many wishes, in a fixed number of statements."""
    notify_many(_to_wishers(wishes, kind, title, body, phrase, template))


def _to_wishers(
    wishes: Sequence[Any],
    kind: str,
    title: str,
    body: Callable[[Any], str],
    phrase: str,
    template: str = "wish_progress",
) -> list[Telling]:
    reporters = on_behalf.told_too(wishes, "wisher_id", "reporter_id")
    return [
        _notice(person_id, wish, kind, title, body(wish), phrase, template)
        for wish in wishes
        for person_id in sorted(filter(None, {wish.wisher_id, reporters.get(wish.id), wish.guardian_id}))
    ]


def _notice(
    person_id: int, wish: Wish, kind: str, title: str, body: str, phrase: str, template: str
) -> Telling:
    return Telling(
        person_id,
        kind,
        title,
        body,
        subject=("wish", wish.id),
        template=template,
        data={"thing1": wish.title, "phrase2": phrase, "time3": clock.now(), "thing4": title},
        page=app_pages.page_of("wish", wish.id),
    )


def _named(wish: Wish) -> str:
    return f"心愿“{wish.title}”（{wish.number}）" if wish.number else f"心愿“{wish.title}”"


def by_family(wish: Wish, done: str) -> None:
    """To the wisher: what a relative did for them, and which of them."""
    relative = proxy_notices.named(wish.reporter_id or 0)
    body = f"您的家人{relative}代您{done}{_named(wish).removeprefix('心愿')}。不是您的意思，可以撤回心愿，也可以结束家人代办。"
    _notify(wish.wisher_id, wish, "wish_by_family", "家人代您办了一件事", body, "家人代办", "wish_progress")


def accepted(wish: Wish) -> None:
    _notify_wisher(
        wish,
        "wish_accepted",
        "心愿已通过审核",
        f"{_named(wish)}已通过审核，等待本期发布。",
        "审核通过",
        "review_result",
    )


def sent_back(wish: Wish, reason: str) -> None:
    body = f"{_named(wish)}需要补充：{reason}。补充后可再次提交。"
    _notify_wisher(wish, "wish_sent_back", "心愿需要补充", body, "需要补充", "review_result")


def declined(wish: Wish, reason: str) -> None:
    body = f"{_named(wish)}未能受理：{reason}。"
    _notify_wisher(wish, "wish_declined", "心愿未能受理", body, "未能受理", "review_result")


def referred(wish: Wish, to: str, reason: str) -> None:
    body = f"{_named(wish)}已转到{REFERRED_TO[to]}办理：{reason}。"
    _notify_wisher(wish, "wish_referred", "心愿已转介", body, "已转介", "review_result")


def merged(wish: Wish, other: Wish, reason: str) -> None:
    body = f"{_named(wish)}与心愿 {other.number or other.id} 是同一件事，已合并到一起办理：{reason}。"
    _notify_wisher(wish, "wish_merged", "心愿已合并", body, "已合并", "review_result")


def taken_down(wish: Wish, reason: str, claim: Claim | None) -> None:
    """The wisher with the reason; the claimer without the words that are no longer shown."""
    body = f"{_named(wish)}已由社区撤下，其他人不再看得到：{reason}。有疑问请联系社区。"
    _notify_wisher(wish, "wish_taken_down", "心愿已撤下", body, "已撤下")
    if claim is None:
        return
    if claim.outcome == ClaimOutcome.TAKEN_DOWN:
        body = f"您认领的心愿（{wish.number}）已由社区撤下，不用再办了。不影响您以后认领，谢谢您！"
    else:
        body = f"您办过的心愿（{wish.number}）已由社区撤下，别人不再看得到。您得到的积分不变，谢谢您！"
    _notify_claimer(claim, wish, "claim_taken_down", "认领的心愿已撤下", body)


def _notify_claimer(claim: Claim, wish: Wish, kind: str, title: str, body: str) -> None:
    told = _notice(claim.person_id, wish, kind, title, body, "已撤下", "claim_progress")
    notify_many([replace(told, data={**(told.data or {}), "thing1": f"心愿 {wish.number}"})])


def redacted(wish: Wish, reason: str) -> None:
    body = f"社区遮盖了{_named(wish)}的部分内容：{reason}。原来的内容已封存，只有经您同意或按规定才能查看。"
    _notify_wisher(wish, "wish_redacted", "心愿的部分内容已遮盖", body, "已遮盖")


def take_back_title(wish: Wish, title: str, instead: str) -> None:
    """What claimers and others were told before goes on without a title that is no longer shown."""
    own = [one for one in (wish.wisher_id, wish.reporter_id, wish.guardian_id) if one is not None]
    take_back_words(("wish", wish.id), title, instead, kept_for=own)


def published(wishes: Sequence[Wish]) -> None:
    _notify_wishers(
        wishes,
        "wish_published",
        "心愿已发布",
        lambda wish: f"{_named(wish)}已在心愿墙发布，等待党员认领。",
        "已发布",
    )


def claimed(wish: Any, promised_on: date) -> list[Telling]:
    """What is written with the claim."""
    body = f"{_named(wish)}已有党员认领，承诺在 {promised_on:%Y年%m月%d日} 前完成。"
    return _to_wishers([wish], "wish_claimed", "心愿有人认领了", lambda _wish: body, "已认领")


def released(wish: Wish, reason: str) -> None:
    body = f"{_named(wish)}的认领人因故放弃（{reason}），心愿已重新发布，等待其他党员认领。"
    _notify_wisher(wish, "wish_released", "心愿重新等待认领", body, "重新发布")


def overdue(wish: Wish, claim: Claim) -> None:
    body = f"您认领的{_named(wish)}承诺日是 {claim.promised_on:%m月%d日}，请尽快完成；来不及也没关系，可以放弃认领。"
    _notify(claim.person_id, wish, "claim_overdue", "您认领的心愿到期了", body, "承诺到期", "claim_progress")


def expired(wish: Wish, claim: Claim) -> None:
    body = f"您认领的{_named(wish)}超过承诺日，已重新发布给其他党员。不影响您以后认领。"
    _notify(claim.person_id, wish, "claim_expired", "认领已释放", body, "已释放", "claim_progress")
    _notify_wisher(
        wish, "wish_released", "心愿重新等待认领", f"{_named(wish)}逾期未完成，已重新发布。", "重新发布"
    )


def fulfilled(wish: Wish) -> None:
    body = f"{_named(wish)}已送达。请确认问题是否解决；没有办好也请告诉我们。"
    _notify_wisher(wish, "wish_fulfilled", "心愿已送达，请您确认", body, "待您确认")
    _notify_followers(wish, "心愿已送达", "已送达")


def _notify_followers(wish: Wish, title: str, phrase: str) -> None:
    """Those whose wishes were merged into this one, where they are somebody else's."""
    own = {wish.wisher_id, wish.reporter_id, wish.guardian_id}
    merged = session.scalars(sa.select(Wish).where(Wish.merged_into_id == wish.id).order_by(Wish.id))
    people = {one for other in merged for one in (other.wisher_id, other.guardian_id)} - own - {None}
    body = f"与您的心愿合并办理的{_named(wish)}{phrase}。"
    followers = sorted(one for one in people if one is not None)
    notify_many(
        [_notice(one, wish, "wish_followed", title, body, phrase, "wish_progress") for one in followers]
    )


def confirmed(wish: Wish, claim: Claim, points: int) -> None:
    earned = f"，您获得 {points} 积分" if points else ""
    body = f"您认领的{_named(wish)}已由许愿人确认{earned}。谢谢您！"
    _notify(claim.person_id, wish, "claim_confirmed", "心愿点亮了", body, "已点亮", "claim_progress")
    if wish.confirm_method != ConfirmMethod.APP:
        body = f"社区已代您登记{_named(wish)}的回访结果。如有不符，请联系社区。"
        _notify_wisher(wish, "wish_confirmed", "回访已登记", body, "已点亮")


def disputed(wish: Wish, claim: Claim, reason: str) -> None:
    body = f"许愿人反映{_named(wish)}还没有办好：{reason}。请联系后再办。"
    _notify(claim.person_id, wish, "claim_disputed", "许愿人说还没办好", body, "需再办理", "claim_progress")


def wisher_left(wish: Wish, claim: Claim) -> None:
    body = f"您认领的{_named(wish)}已由许愿人撤回，不用再办了。谢谢您！"
    _notify(claim.person_id, wish, "claim_ended", "心愿已撤回", body, "已撤回", "claim_progress")


def closed_unconfirmed(wish: Wish, claim: Claim) -> None:
    body = f"{_named(wish)}送达后没有收到确认，已按“未回访办结”结束，不计入满意。"
    _notify_wisher(wish, "wish_closed_unconfirmed", "心愿已办结（未确认）", body, "已办结")
    _notify(claim.person_id, wish, "claim_closed", "心愿已办结（未确认）", body, "已办结", "claim_progress")


def carried_over(wishes: Sequence[Wish]) -> None:
    _notify_wishers(
        wishes,
        "wish_carried_over",
        "心愿转入下一期",
        lambda wish: f"{_named(wish)}本期没有党员认领，已转入下一期继续发布。",
        "转下一期",
    )


def escalated(wishes: Sequence[Wish]) -> None:
    _notify_wishers(
        wishes,
        "wish_escalated",
        "心愿已上报街道",
        lambda wish: f"{_named(wish)}连续两期没有人认领，已上报街道统筹解决。",
        "上报街道",
    )
