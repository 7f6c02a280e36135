"""What a clerk fills in who does not let a wish go on: it is sent back, declined, referred, merged, taken down, blacked
out. On the page of the review, and afterwards on the page of the wish."""

from collections.abc import Callable
from typing import Any

from backend.console.frame.decisions import ReasonedForm, with_sentences
from backend.console.frame.forms import Form, line, lines, one_of, ticks
from backend.console.frame.page import Staff
from backend.errors import InvalidInput
from backend.wishes import ready_answers, staff_queries
from backend.wishes.actions import reviewing
from backend.wishes.kinds import AnswerKind, WishState
from backend.wishes.labels import REFERRALS
from backend.wishes.models import Wish
from backend.wishes.views import WishView

MERGE = ("同一件事报了两次，合并到一起办理", "同一户提了相同的心愿，合并到一起办理")
TAKE_DOWN = ("内容里有个人信息，先撤下保护您的隐私", "内容不适合公开", "经核实，情况已经变化")
REDACT = ("内容里有电话、证件号或住址，遮盖后别人看不到", "图片里有人脸或个人信息")


class SendBackForm(ReasonedForm):
    pass


class DeclineForm(ReasonedForm):
    pass


class ReferForm(ReasonedForm):
    to = one_of("转到哪里", REFERRALS)


class MergeForm(ReasonedForm):
    into = line(
        "并入的心愿编号", most=60, looked_for=True, description="例如 松涛-01-003，写在那个心愿的标题下面"
    )


class TakeDownForm(ReasonedForm):
    pass


class RedactForm(ReasonedForm):
    title = line("标题", most=30)
    description = lines("内容", most=500)
    files = ticks("保留的图片", (), coerce=int, description="不勾选的图片立即不再显示，也不能恢复")


def sentences_of(community_id: int, kind: AnswerKind) -> tuple[str, ...]:
    """The community's own, or those of the product."""
    return ready_answers.sentences_of(community_id)[kind]


def ready_for(kind: AnswerKind) -> Callable[[int], tuple[str, ...]]:
    """For a decision about a wish: the sentences of the community in which it was made."""
    return lambda wish_id: sentences_of(staff_queries.community_of(wish_id), kind)


def merged(wish_id: int, form: Any, staff: Staff) -> Wish:
    """Merges into the wish of that number."""
    into_id = staff_queries.numbered(form.into.data, actor=staff)
    if into_id is None:
        raise InvalidInput({"into": ["没有找到这个编号的心愿"]})
    try:
        return reviewing.merge(wish_id, into_id, form.reason.data, actor=staff)
    except InvalidInput as unfit:
        # The field is called otherwise at this door.
        raise InvalidInput({"into": unfit.facts.get("intoId", [])}) from None


_FORMS: dict[str, type[Form]] = {
    "send_back": SendBackForm,
    "decline": DeclineForm,
    "refer": ReferForm,
    "merge": MergeForm,
    "take_down": TakeDownForm,
    "redact": RedactForm,
}
NAMES = tuple(_FORMS)


def form_of(name: str, wish: WishView, *, sent: bool) -> Any:
    """One of these forms for a wish, as it was sent or blank."""
    given = {} if sent else {"formdata": None}
    if name == "redact":
        form: Any = RedactForm(**given, title=wish.title, description=wish.description)
        pictures = [*wish.files, *(wish.claim.files if wish.claim else [])]
        form.files.choices = [(one["id"], f"图片 {place}") for place, one in enumerate(pictures, 1)]
        if not sent:
            form.files.process_data([one["id"] for one in pictures])
        return with_sentences(form, REDACT)
    ready = {"merge": MERGE, "take_down": TAKE_DOWN}.get(name)
    return with_sentences(_FORMS[name](**given), ready or sentences_of(wish.community_id, AnswerKind(name)))


def open_forms(wish: WishView) -> dict[str, Any]:
    """Those that this clerk may use now. While the wish waits for its review, they stand on that page."""
    if wish.state == WishState.SUBMITTED:
        return {}
    return {name: form_of(name, wish, sent=False) for name in NAMES if name in wish.actions}
