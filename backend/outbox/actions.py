"""Telling people: the inbox, and what they agreed to receive through WeChat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from backend import clock
from backend.db import Moment, session
from backend.errors import NotFound, Refused
from backend.journal import Actor
from backend.outbox import acceptances, kinds, templates
from backend.outbox.acceptances import MOST_SAVED as MOST_SAVED

# A verb like those below; its long way has a file of its own.
from backend.outbox.delivery import deliver_due as deliver_due
from backend.outbox.models import PERSONS, Delivery, Notice
from backend.statements import Piece, Sources, Writing


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
    """Writes many notices and what goes out of them; answers their ids in the same order. See `notify`."""
    if not notices:
        return []
    reached = _TELL.run({"told": rows_of(notices)})
    # Both number the rows as they were given.
    return sorted(notice_id for notice_id, _person in reached["notice"])


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
    (row,) = rows_of([Telling(0, kind, title, body, subject, template, data, page)])
    _telling(readers).run({**given, "told": [row]})


def rows_of(notices: Sequence[Telling]) -> list[dict[str, Any]]:
    """What a `Writing` with NOTICE and DELIVERY has to be given as `told`. What does not fit the catalogue is found
    before anything is written."""
    now = clock.now()
    return [
        {**_notice(notice, now), **_message(notice), "number": number}
        for number, notice in enumerate(notices, 1)
    ]


_notices, _deliveries = Notice.__table__, Delivery.__table__
_TOLD = ("kind", "title", "body", "subject_kind", "subject_id", "created_at")
_SENT = ("template", "data", "page")
_ROWS = {
    "number": sa.Integer(),
    **{name: _notices.c[name].type for name in ("person_id", *_TOLD)},
    **{name: _deliveries.c[name].type for name in _SENT},
}


def notice(of: Sources) -> Any:
    """A notice for each row of `told`, in their order."""
    told = of.each("told", _ROWS)
    return _add_notices(told.c.person_id, told).returning(_notices.c.id, _notices.c.person_id)


def notice_after(piece: str) -> Piece:
    """The same, where that earlier piece has reached something."""

    def written(of: Sources) -> Any:
        told = of.each("told", _ROWS)
        added = _add_notices(told.c.person_id, told, there=sa.exists().select_from(of[piece]))
        return added.returning(_notices.c.id, _notices.c.person_id)

    return written


def delivery(of: Sources) -> Any:
    """What goes out of them through WeChat: who has none gets no row."""
    told, reached = of.each("told", _ROWS), of["notice"]
    # Their ids rise as they were given.
    number = sa.func.row_number().over(order_by=reached.c.id)
    kept = sa.select(reached.c.id, reached.c.person_id, number.label("number")).subquery("kept")
    return _send(kept, told, told.c.number == kept.c.number)


def _add_notices(person: Any, told: Any, source: Any = None, there: Any = None) -> Any:
    values = [told.c[name] for name in _TOLD]
    wanted = sa.select(person, *values).select_from(told if source is None else source)
    if there is not None:
        wanted = wanted.where(there)
    return sa.insert(_notices).from_select(["person_id", *_TOLD], wanted.order_by(told.c.number))


def _send(kept: Any, told: Any, same: Any) -> Any:
    begins = {"state": "'waiting'", "attempts": "0"}
    wanted = (
        sa.select(
            kept.c.id,
            *(told.c[name] for name in _SENT),
            *(sa.literal_column(value) for value in begins.values()),
            told.c.created_at,
        )
        .select_from(kept.join(told, same).join(PERSONS, PERSONS.c.id == kept.c.person_id))
        .where(told.c.template.is_not(None), PERSONS.c.openid.is_not(None))
    )
    columns = ["notice_id", *_SENT, *begins, "next_at"]
    return sa.insert(_deliveries).from_select(columns, wanted).returning(_deliveries.c.notice_id)


_TELL = Writing(notice=notice, delivery=delivery, answers=("notice",))


@cache
def _telling(readers: Any) -> Writing:
    """Tells the same to all whom `readers` selects."""

    def to_all(of: Sources) -> Any:
        told, reader = of.each("told", _ROWS), readers.subquery("reader")
        (person,) = reader.c
        added = _add_notices(person, told, reader.join(told, sa.true()))
        return added.returning(_notices.c.id, _notices.c.person_id)

    def sent(of: Sources) -> Any:
        return _send(of["notice"], of.each("told", _ROWS), sa.true())

    return Writing(notice=to_all, delivery=sent, answers=())


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


def _message(notice: Telling) -> dict[str, Any]:
    if notice.template is None:
        return dict.fromkeys(_SENT)
    return {
        "template": notice.template,
        "data": templates.fitted(notice.template, notice.data or {}),
        "page": notice.page,
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
