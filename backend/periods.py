"""A period of whole days that somebody asks about: in order, past, and not endless."""

from datetime import date, timedelta

from backend import clock
from backend.errors import Refused


class PeriodReversed(Refused):
    code, message = 42217, "开始日期不能晚于结束日期"


class PeriodInFuture(Refused):
    code, message = 42218, "结束日期最晚是今天"


class PeriodTooLong(Refused):
    code, message = 42219, "一次最多 {most} 天，请分段办理"


def check(first_day: date, last_day: date, most: int) -> None:
    """Both days are part of it. Raises PeriodReversed, PeriodInFuture, PeriodTooLong."""
    if first_day > last_day:
        raise PeriodReversed()
    if last_day > clock.today():
        raise PeriodInFuture()
    if last_day - first_day >= timedelta(days=most):
        raise PeriodTooLong(most=most)
