"""Over HTTP: what a clerk reads beside a wish before they decide about it."""

from typing import Any

from apiflask import APIBlueprint

from backend.api.frame.fields import Boolean, Choice, DateTime, Integer, List, Nested, Schema, Text
from backend.api.frame.route import get
from backend.errors import NotFound
from backend.identity.sessions import Caller
from backend.people import openings
from backend.people.permissions import Permission
from backend.wishes import queries, ready_answers, similar
from backend.wishes.kinds import AnswerKind, WishState

bp = APIBlueprint("beside_review", __name__, url_prefix="/api/v1", tag="微心愿")


class AlikeOut(Schema):
    id = Integer("心愿编号")
    number = Text("对外编号", most=60, allow_none=True)
    title = Text("标题", most=60)
    state = Choice("状态", WishState)
    created_at = DateTime("填写时间")
    why = Text("为什么列出来", most=60, example="同一位居民、内容相近")
    same_words = Boolean("内容是不是相近")


class ReadyAnswersOut(Schema):
    action = Choice("用在哪个操作", AnswerKind)
    sentences = List("常用的说法，按社区写的先后", Text("一句", most=200), most=ready_answers.MOST)


class BesideReviewOut(Schema):
    alike = List("一年里相近的心愿，最相近的在前，最多八个；只是提醒，由您判断", Nested(AlikeOut), most=8)
    answers = List("常用答复", Nested(ReadyAnswersOut), most=len(AnswerKind))


@get(
    bp,
    "/wishes/<id:wish_id>/review",
    "审核时的参考",
    Permission.WISH_REVIEW,
    out=BesideReviewOut,
    description="相近的心愿（同一位居民、同一个住址、内容相近）和本社区的常用答复；和工作后台审核页上的一样。",
)
def beside_review(caller: Caller, wish_id: int) -> dict[str, Any]:
    wish: Any
    wish, shown = queries.seen_and_view(wish_id, actor=caller)
    if Permission.WISH_REVIEW not in shown.words:
        raise NotFound()
    # Whoever reviews reads the wisher's full name on the phone, too: as at the console, a line for each reader and day.
    openings.note_names("wish", wish.id, wish.community_id, actor=caller)
    answers = ready_answers.sentences_of(wish.community_id)
    return {
        "alike": [vars(one) for one in similar.alike(wish)],
        "answers": [{"action": kind, "sentences": answers[kind]} for kind in AnswerKind],
    }
