"""Fields that activities have and nothing else: coordinates, a day or a moment of it, sessions."""

from datetime import date, datetime
from typing import Any

from marshmallow import fields, validate

from backend import clock
from backend.api.frame.fields import YEARS, DateTime, Day, Integer, Schema, metadata


class Degrees(fields.Float):
    """A coordinate in degrees: a number, no text, no truth value."""

    default_error_messages = {
        "required": "请填写这一项",
        "null": "这一项不能为空",
        "invalid": "应为数字",
        "special": "应为数字",
        "too_large": "数字太大",
    }

    def __init__(self, about: str, most: int, **kwargs: Any) -> None:
        rule = validate.Range(min=-most, max=most, error=f"应在 -{most} 到 {most} 之间")
        super().__init__(metadata=metadata(about, kwargs.pop("example", None)), validate=rule, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class DayOrMoment(Day):
    """A day; a moment is taken for the day in China on which it falls."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if isinstance(value, str) and len(value) > 10:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                raise self.make_error("invalid", input=value, obj_type="date") from None
            if moment.year not in YEARS:
                raise self.make_error("invalid", input=value, obj_type="date")
            return clock.business_day(moment) if moment.tzinfo else moment.date()
        return super()._deserialize(value, attr, data, **kwargs)


class SessionIn(Schema):
    starts_at = DateTime("这一场开始", required=True)
    ends_at = DateTime("这一场结束", required=True)


class SessionOut(Schema):
    number = Integer("第几场，从 1 起")
    starts_at = DateTime("这一场开始")
    ends_at = DateTime("这一场结束")
