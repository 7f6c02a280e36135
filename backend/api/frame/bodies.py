"""Parts of bodies that routes of several capabilities share."""

from typing import Any

from marshmallow import ValidationError, validate

from backend.api.frame.fields import Boolean, Choice, Integer, Schema, Text
from backend.journal import REASON_MAX, REASON_MIN, UnfitReason, visible_signs


class Reason(Text):
    """A reason for what is done to something in the path. What is wrong with it is told by whoever writes it into the
    journal, after the permission is settled: who may not act gets 403 or 404 even with an empty body."""

    def __init__(self, about: str = "原因", **kwargs: Any) -> None:
        super().__init__(about, **{"most": REASON_MAX, "least": REASON_MIN, **kwargs})

    def deserialize(self, value: Any, *where: Any, **kwargs: Any) -> Any:
        try:
            return super().deserialize(value, *where, **kwargs)
        except ValidationError as unfit:
            return UnfitReason([str(one) for one in unfit.messages])


class ReasonIn(Schema):
    reason = Reason(required=True)


def _says_something(reason: str) -> None:
    if visible_signs(reason) < REASON_MIN:
        raise ValidationError("请写清楚，至少两个字")


class OnBehalfIn(Schema):
    person_id = Integer("居民的编号", required=True, least=1)
    reason = Text(
        "代办原因",
        most=REASON_MAX,
        required=True,
        validate=[
            validate.Length(REASON_MIN, REASON_MAX, error=f"应为 {REASON_MIN}–{REASON_MAX} 个字"),
            _says_something,
        ],
        example="老人没有手机",
    )


class PictureOut(Schema):
    id = Integer("编号")
    state = Choice("检查状态；除本人外只看得到已通过的", ("checking", "passed", "needs_look", "refused"))
    url = Text("图片地址，一段时间后失效；未通过时为 null", most=500, allow_none=True)
    thumbnail_url = Text("缩略图地址", most=500, allow_none=True)


class ContactQuery(Schema):
    reason = Reason("工作人员查看的理由", load_default=None)


class ContactOut(Schema):
    name = Text("姓名", most=40, allow_none=True)
    phone = Text("电话", most=20, allow_none=True)
    address = Text("地址", most=200, allow_none=True)


class LookIn(Schema):
    passed = Boolean("是否可以展示", required=True)
    reason = Reason("不予展示的原因", load_default=None, allow_none=True)
