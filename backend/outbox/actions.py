"""Telling people: the inbox, and what they agreed to receive through WeChat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Json, Moment, dialect, session, unnested
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.outbox import acceptances, kinds, templates
from backend.outbox.acceptances import MOST_SAVED as MOST_SAVED

# A verb like those below; its long way has a file of its own.
from backend.outbox.delivery import deliver_due as deliver_due
from backend.outbox.models import PERSONS, Delivery, Notice


class UnknownTemplate(Refused):
    code, message = 42260, "没有这种订阅消息"


class ContradictingAnswers(Refused):
    code, message = 42261, "同一种订阅消息不能既允许又拒绝"


@dataclass(frozen=True)
class Telling:
    """What one person is told. `template`, `data` and `page` are for WeChat, and go together."""

    person_id: int
    kind: str
    title: str
    body: str
    subject: tuple[str, int] | None = None
    template: str | None = None
    data: dict[str, templates.Value] | None = None
    page: str | None = None


def notify(
    person_id: int,
    kind: str,
    title: str,
    body: str,
    *,
    subject: tuple[str, int] | None = None,
    template: str | None = None,
    data: dict[str, templates.Value] | None = None,
    page: str | None = None,
) -> int:
    """Writes a notice in the caller's transaction; answers its id.

    `kind` is a word of kinds.py (`wish_claimed`), `title` at most 60 characters, `subject` what the client opens
    (`("wish", 17)`). With a template of the catalogue and all of its fields in `data`, the worker also sends
    it through WeChat, if the person has WeChat. Raises ValueError for a kind that kinds.py does not name, and for a
    template or fields not in the catalogue.
    """
    return notify_many([Telling(person_id, kind, title, body, subject, template, data, page)])[0]


def notify_many(notices: Sequence[Telling]) -> list[int]:
    """Writes many notices in two statements; answers their ids in the same order. See `notify`.

    PostgreSQL is told in one when all of them say the same, to different people.
    """
    if not notices:
        return []
    now = clock.now()
    # What does not fit the catalogue is found before anything is written.
    messages = [_message(notice, now) for notice in notices]
    if dialect() == "postgresql" and _same(notices):
        return _notify_all(notices, messages[0], now)
    added = session.scalars(_ADD_NOTICES[dialect()], [_notice(notice, now) for notice in notices])
    # Both number the rows as they were given; SQLite just does not promise to answer in that order.
    ids = sorted(added)
    wanted = [
        {**message, "notice": notice_id}
        for notice_id, message in zip(ids, messages, strict=True)
        if message is not None
    ]
    if wanted:
        session.execute(_ADD_DELIVERY, wanted)
    return ids


def notify_those(
    readers: sa.Select[int],
    given: dict[str, Any],
    kind: str,
    title: str,
    body: str,
    *,
    subject: tuple[str, int] | None = None,
    template: str | None = None,
    data: dict[str, templates.Value] | None = None,
    page: str | None = None,
) -> None:
    """Tells all whom a statement finds the same: `readers` stands at module level, selects each person's id
    once, and is `given` its values. See `notify`. PostgreSQL reads them and tells them in one statement."""
    told = Telling(0, kind, title, body, subject, template, data, page)
    if dialect() == "sqlite":
        notify_many([replace(told, person_id=one) for one in session.scalars(readers, given)])
        return
    now = clock.now()
    message = _message(told, now)
    inbox, both = _telling(readers)
    written = {**given, **_notice(told, now)}
    session.execute(inbox if message is None else both, {**written, **(message or {})})


def _same(notices: Sequence[Telling]) -> bool:
    """Whether they differ in nothing but whom they tell, and tell nobody twice."""
    first, people = notices[0], {notice.person_id for notice in notices}
    return len(people) == len(notices) and all(
        replace(notice, person_id=first.person_id) == first for notice in notices[1:]
    )


def _notify_all(notices: Sequence[Telling], message: dict[str, Any] | None, now: datetime) -> list[int]:
    people = [notice.person_id for notice in notices]
    given = {**_notice(notices[0], now), "reader_id": people}
    inbox, both = _telling(None)
    rows = session.execute(inbox, given) if message is None else session.execute(both, {**given, **message})
    ids = {person_id: notice_id for notice_id, person_id in rows}
    return [ids[person_id] for person_id in people]


_notices, _deliveries = Notice.__table__, Delivery.__table__
_TOLD = ("kind", "title", "body", "subject_kind", "subject_id", "created_at")
_SENT = ("notice_id", "template", "data", "page", "state", "attempts", "next_at")
_MESSAGE: tuple[Any, ...] = (
    sa.bindparam("template", type_=sa.String),
    sa.bindparam("data", type_=Json),
    sa.bindparam("page", type_=sa.String),
    sa.literal_column("'waiting'"),
    sa.literal_column("0"),
    sa.bindparam("now", type_=Moment),
)


@cache
def _telling(readers: Any) -> tuple[Any, Any]:
    """Two statements that tell the same to all `readers` (None: to those of the array `reader_id`) and answer
    the notices with whom they tell: through the inbox alone, and through WeChat as well."""
    named = unnested("reader", {"id": sa.BigInteger()}) if readers is None else readers.subquery("reader")
    (reader,) = named.c
    said = [sa.bindparam(name, type_=_notices.c[name].type) for name in _TOLD]
    told = (
        sa.insert(_notices)
        .from_select(["person_id", *_TOLD], sa.select(reader, *said))
        .returning(_notices.c.id, _notices.c.person_id)
        .cte("told")
    )
    to_send = sa.select(told.c.id, *_MESSAGE).where(
        PERSONS.c.id == told.c.person_id, PERSONS.c.openid.is_not(None)
    )
    sent = sa.insert(_deliveries).from_select(_SENT, to_send).returning(_deliveries.c.notice_id)
    inbox = sa.select(told.c.id, told.c.person_id)
    return inbox, inbox.add_cte(sent.cte("sent"))


_ADD_NOTICES = {
    "sqlite": sa.insert(_notices).returning(_notices.c.id),
    "postgresql": sa.insert(_notices).returning(_notices.c.id, sort_by_parameter_order=True),
}
# Who has no WeChat gets no row: the condition saves reading the person first.
_ADD_DELIVERY = sa.insert(_deliveries).from_select(
    _SENT,
    sa.select(sa.bindparam("notice", type_=sa.BigInteger), *_MESSAGE).where(
        PERSONS.c.id == sa.bindparam("person"), PERSONS.c.openid.is_not(None)
    ),
)


def _notice(notice: Telling, now: datetime) -> dict[str, Any]:
    subject_kind, subject_id = notice.subject or (None, None)
    kinds.check(notice.kind, subject_kind)
    return {
        "person_id": notice.person_id,
        "kind": notice.kind,
        "title": notice.title,
        "body": notice.body,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "created_at": now,
    }


def _message(notice: Telling, now: datetime) -> dict[str, Any] | None:
    if notice.template is None:
        return None
    return {
        "person": notice.person_id,
        "template": notice.template,
        "data": templates.fitted(notice.template, notice.data or {}),
        "page": notice.page,
        "now": now,
    }


def read(notice_id: int, *, actor: Actor) -> None:
    """`actor` has read it; when for the first time is kept. Raises NotFound, also for another person's."""
    found = session.execute(
        sa.update(Notice)
        .where(Notice.id == notice_id, Notice.person_id == actor.id)
        .values(read_at=sa.func.coalesce(Notice.read_at, sa.literal(clock.now(), Moment)))
        .returning(Notice.id),
        execution_options={"synchronize_session": False},
    ).first()
    if found is None:
        raise NotFound()


def read_all(*, actor: Actor) -> int:
    """`actor` has read everything told so far; answers how many notices were new to them."""
    done: Any = session.execute(
        sa.update(Notice)
        .where(Notice.person_id == actor.id, Notice.read_at.is_(None))
        .values(read_at=clock.now()),
        execution_options={"synchronize_session": False},
    )
    return done.rowcount


def record_subscriptions(actor: Actor, accepted: Iterable[str], rejected: Iterable[str]) -> None:
    """What `actor` answered when the mini-program asked: each template accepted is good for one message.

    A rejection takes nothing of what was granted before, and earns or costs no points (WeChat: 运营规范
    5.21.1). Raises UnknownTemplate and ContradictingAnswers.
    """
    granted, denied = set(accepted), set(rejected)
    if not granted | denied <= templates.CATALOGUE.keys():
        raise UnknownTemplate()
    granted, denied = ({templates.counted_as(key) for key in keys} for keys in (granted, denied))
    if granted & denied:
        raise ContradictingAnswers()
    now = clock.now()
    acceptances.count(
        [
            {
                "person_id": actor.id,
                "template": key,
                "accepted": int(key in granted),
                "rejected_at": None if key in granted else now,
            }
            for key in sorted(granted | denied)
        ],
        "told",
    )


def take_back_words(subject: tuple[str, int], words: str, instead: str, *, kept_for: Iterable[int]) -> None:
    """Says something else for the name of a subject in what was told about it, in the inbox and on its way, but to the
    people for whom it is kept: what is no longer shown shall not stand in the notices of others."""
    about = (Notice.subject_kind == subject[0], Notice.subject_id == subject[1])
    others = Notice.person_id.not_in(list(kept_for))
    rows = session.execute(sa.select(Notice.id, Notice.body).where(*about, others)).all()
    for notice_id, body in rows:
        left = body.replace(f"“{words}”", f"“{instead}”")
        if left != body:
            session.execute(sa.update(_notices).where(_notices.c.id == notice_id).values(body=left))
    _take_back_data([notice_id for notice_id, _body in rows], words, instead)


def _take_back_data(notice_ids: list[int], words: str, instead: str) -> None:
    """A message has room for the beginning of a name only."""
    short, left_out = (templates.fit("thing1", text) for text in (words, instead))
    sent = sa.select(Delivery.notice_id, Delivery.data).where(Delivery.notice_id.in_(notice_ids))
    for notice_id, data in session.execute(sent).all():
        left = {name: left_out if value == short else value for name, value in data.items()}
        if left != data:
            session.execute(
                sa.update(_deliveries).where(_deliveries.c.notice_id == notice_id).values(data=left)
            )
