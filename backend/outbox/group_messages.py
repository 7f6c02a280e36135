"""What the staff's group is told by its robot: how much waits, each working day, by option (STAFF_ROBOT_URL).

One message a day at most. An attempt is written down before the robot is asked, and how it ended after: a worker that dies
in between, or a lost answer, may say it twice, which costs nobody anything.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import requests
import sqlalchemy as sa
import structlog

from backend import clock, config, robots
from backend.db import insert, session, transaction
from backend.outbox.models import GroupMessage

FIRST_WAIT = timedelta(minutes=1)
MOST_ATTEMPTS = 6
KEPT = timedelta(days=30)
# 企业微信: the key is none, the group or its robot is gone, the message is none. Asking again will not help.
HOPELESS = (93000, 93008, 93017, 40008, 40058, 44004, 45002)

log = structlog.get_logger()


def compose(day: date, waits: Sequence[tuple[str, int]]) -> str:
    """The message of a day, in 企业微信's markdown: kinds and numbers, and where they are worked off."""
    number = sum(one for _words, one in waits)
    lines = [f"**{day.month}月{day.day}日，有 {number} 件事等着办**"]
    lines += [f"> {words}：{one} 件" for words, one in waits]
    address = config.settings().public_address
    if address:
        lines.append(f"[打开工作后台]({address}/console/)")
    return "\n".join(lines)


def waits_to_be_told(day: date) -> bool:
    """Is there a group, and was it told nothing of this day yet?"""
    if not config.settings().staff_robot_url:
        return False
    return not session.scalar(sa.select(sa.exists().where(GroupMessage.day == day)))


def add(day: date, words: str) -> None:
    """Written once for a day, however many workers think of it."""
    told = {"day": day, "words": words, "state": "waiting", "attempts": 0, "next_at": clock.now()}
    session.execute(insert(GroupMessage).values(told).on_conflict_do_nothing(index_elements=["day"]))


def deliver_due() -> int:
    """Says what is due, outside any transaction; answers how many it dealt with."""
    address = config.settings().staff_robot_url
    if not address or not session.scalar(sa.select(sa.exists().where(*_due()))):
        return 0
    with transaction():
        begun = session.execute(
            sa.update(GroupMessage)
            .where(*_due())
            .values(attempts=GroupMessage.attempts + 1, next_at=clock.now() + FIRST_WAIT)
            .returning(GroupMessage.id, GroupMessage.day, GroupMessage.words, GroupMessage.attempts)
        ).all()
    for one in begun:
        _record(one, *_said(one.words, address))
    return len(begun)


def _due() -> tuple[sa.ColumnElement[bool], ...]:
    return GroupMessage.state == "waiting", GroupMessage.next_at <= clock.now()


def _said(words: str, address: str) -> tuple[str, int | None]:
    """How it ended: sent, dead, or still waiting; and the robot's number."""
    try:
        robots.say(words, address=address, kind="markdown")
    except robots.RobotRefused as refused:
        return ("dead" if refused.errcode in HOPELESS else "waiting"), refused.errcode
    except (requests.RequestException, ValueError):
        return "waiting", None
    return "sent", None


def _record(row: sa.Row, state: str, errcode: int | None) -> None:
    now = clock.now()
    if state == "waiting" and (row.attempts >= MOST_ATTEMPTS or row.day < clock.today()):
        state = "dead"
    values = {"state": state, "errcode": errcode, "finished_at": None if state == "waiting" else now}
    if state == "waiting":
        values["next_at"] = now + FIRST_WAIT * 2 ** (row.attempts - 1)
    else:
        tell = log.info if state == "sent" else log.error
        tell(f"group_message.{state}", day=row.day.isoformat(), attempts=row.attempts, errcode=errcode)
    with transaction():
        session.execute(
            sa.update(GroupMessage)
            .where(GroupMessage.id == row.id, GroupMessage.attempts == row.attempts)
            .values(values)
        )


def last() -> GroupMessage | None:
    """The newest of them, for `flask doctor` and the guide."""
    return session.scalar(sa.select(GroupMessage).order_by(GroupMessage.day.desc()).limit(1))


def over() -> list[int]:
    """Ids of those that nobody needs any more, for the cleaning job."""
    return list(session.scalars(sa.select(GroupMessage.id).where(GroupMessage.day < clock.today() - KEPT)))


def forget(message_id: int) -> None:
    session.execute(sa.delete(GroupMessage).where(GroupMessage.id == message_id))
