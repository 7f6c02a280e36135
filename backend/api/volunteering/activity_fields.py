"""Fields that activities have and nothing else: a day or a moment of it, sessions."""

from datetime import date, datetime
from typing import Any

from backend import clock
from backend.api.frame.fields import YEARS, DateTime, Day, Integer, Schema


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


class ActivitySessionIn(Schema):
    starts_at = DateTime("这一场开始", required=True)
    ends_at = DateTime("这一场结束", required=True)


class ActivitySessionOut(Schema):
    number = Integer("第几场，从 1 起")
    starts_at = DateTime("这一场开始")
    ends_at = DateTime("这一场结束")
