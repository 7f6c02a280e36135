"""Parts of bodies that routes of several capabilities share."""

import re

from marshmallow import validate

from backend.api.frame.fields import Boolean, Choice, Integer, Schema, Text
from backend.journal import REASON_MAX

# Digits as a phone dials them: under another sign for 5 the same number would not be found again.
PHONE = validate.Regexp(r"^1\d{10}$", re.ASCII, error="应为 11 位手机号")


class ReasonIn(Schema):
    reason = Text("原因", most=REASON_MAX, required=True)


class OnBehalfIn(Schema):
    person_id = Integer("居民的编号", required=True, least=1)
    reason = Text("代办原因", most=REASON_MAX, required=True, example="老人没有手机")


class PictureOut(Schema):
    id = Integer("编号")
    state = Choice("检查状态；除本人外只看得到已通过的", ("checking", "passed", "needs_look", "refused"))
    url = Text("图片地址，一段时间后失效；未通过时为 null", most=500, allow_none=True)
    thumbnail_url = Text("缩略图地址", most=500, allow_none=True)


class LookIn(Schema):
    passed = Boolean("是否可以展示", required=True)
    reason = Text("不予展示的原因", most=REASON_MAX, load_default=None, allow_none=True)
