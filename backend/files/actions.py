"""What becomes of a picture: stored, checked, attached to what it is about, looked at, discarded."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, journal
from backend.db import insert, lock_row, session
from backend.errors import Refused
from backend.files import stores
from backend.files.models import EarlyVerdict, File
from backend.files.pictures import Picture
from backend.journal import Actor

MOST_UNUSED = 20
# WeChat tells its verdict within half an hour.
VERDICT_TIME = timedelta(hours=1)
UNUSED_TIME = timedelta(hours=24)


class FileNotUsable(Refused):
    code, message = 42215, "有一张图片不能使用，请重新上传"


class ReasonNeeded(Refused):
    code, message = 42216, "不予展示时请写明原因"


class TooManyUnused(Refused):
    code, message = 42910, "您有太多上传后没有使用的图片，请稍后再上传"
    headers = {"Retry-After": "3600"}


def reserve(purpose: str, key: str, picture: Picture, *, actor: Actor) -> int:
    """A place for a picture that is about to be stored under `key`; answers its id. Raises TooManyUnused."""
    unused = sa.select(sa.func.count()).where(
        File.owner_id == actor.id, File.subject_id.is_(None), File.state.not_in(("refused", "discarded"))
    )
    if session.scalars(unused).one() >= MOST_UNUSED:
        raise TooManyUnused()
    row = File(
        owner_id=actor.id,
        purpose=purpose,
        state="storing",
        key=key,
        width=picture.width,
        height=picture.height,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def put(key: str, picture: Picture) -> None:
    """Stores both sizes; outside any transaction, since a store may be slow. Raises StoreUnavailable."""
    store = stores.store()
    store.put(name(key, "full"), picture.content)
    store.put(name(key, "thumbnail"), picture.thumbnail)


def name(key: str, size: str) -> str:
    """Under which name a size of a picture lies in the store."""
    return f"{key}.jpg" if size == "full" else f"{key}.small.jpg"


def keep(file_id: int, trace: str | None) -> File:
    """The picture is stored: WeChat checks it under `trace`, or without one a person has to look at it."""
    row = lock_row(File, file_id)
    row.state, row.trace = ("checking", trace) if trace else ("needs_look", None)
    session.flush()
    early = session.get(EarlyVerdict, trace) if trace else None
    if early is not None:
        _decide(row, early.suggest, early.label)
        session.delete(early)
        session.flush()
    return row


def decide(trace: str, suggest: str, label: int | None) -> None:
    """WeChat's verdict on a picture: `pass`, `risky`; all else, and a check that failed, is for a person.

    WeChat: 多媒体内容安全识别, event wxa_media_check. What was decided before stays decided.
    """
    found = session.scalar(sa.select(File.id).where(File.trace == trace))
    if found is not None:
        _decide(lock_row(File, found), suggest, label)
        return
    verdict = insert(EarlyVerdict).values(trace=trace, suggest=suggest, label=label, at=clock.now())
    session.execute(verdict.on_conflict_do_nothing(index_elements=["trace"]))


def _decide(row: File, suggest: str, label: int | None) -> None:
    if row.state != "checking":
        return
    row.state = {"pass": "passed", "risky": "refused"}.get(suggest, "needs_look")
    row.label, row.decided_at = label, clock.now()
    session.flush()
    _notify_of_refusal(row, "check_picture", None, None)


def attach(
    subject: tuple[str, int],
    purpose: str,
    file_ids: Sequence[int],
    *,
    place_id: int,
    consent_of: int | None,
    actor: Actor,
) -> None:
    """Makes these pictures, in this order, those of `subject`; what it had before and is left out goes.

    They are the caller's own, uploaded for this purpose, and not in use elsewhere: else FileNotUsable.
    `consent_of` is the person whose life they show; None for goods.
    """
    rows = {row.id: row for row in session.scalars(_mine(subject, purpose, file_ids, actor))}
    if len(set(file_ids)) != len(file_ids) or set(file_ids) - rows.keys():
        raise FileNotUsable()
    for row_id, row in rows.items():
        if row_id in file_ids:
            row.subject_kind, row.subject_id = subject
            row.place_id, row.consent_of_id, row.position = place_id, consent_of, file_ids.index(row_id)
        else:
            row.state = "discarded"
    session.flush()


def _mine(subject: tuple[str, int], purpose: str, file_ids: Sequence[int], actor: Actor) -> sa.Select[Any]:
    here = sa.and_(File.subject_kind == subject[0], File.subject_id == subject[1])
    wanted = sa.and_(
        File.id.in_(list(file_ids)),
        File.owner_id == actor.id,
        File.purpose == purpose,
        sa.or_(File.subject_id.is_(None), here),
    )
    usable = File.state.in_(("checking", "passed", "needs_look"))
    return sa.select(File).where(usable, sa.or_(wanted, here)).order_by(File.id).with_for_update()


def look(
    subjects: Iterable[tuple[str, int]], passed: bool, reason: str | None = None, *, actor: Actor
) -> int:
    """Staff have looked at what waits for it among the pictures of these subjects; answers how many.

    The caller has asked for the permission, in the place of the subjects. Raises ReasonNeeded.
    """
    if not passed and not reason:
        raise ReasonNeeded()
    subjects = list(subjects)
    of_these = sa.tuple_(File.subject_kind, File.subject_id).in_(subjects) if subjects else sa.false()
    waiting = sa.select(File).where(of_these, File.state == "needs_look").order_by(File.id)
    rows = session.scalars(waiting.with_for_update()).all()
    for row in rows:
        row.state = "passed" if passed else "refused"
        row.decided_at, row.looked_by_id = clock.now(), actor.id
        session.flush()
        _notify_of_refusal(row, "look_at_picture", reason, actor)
    return len(rows)


def keep_only(subjects: Sequence[tuple[str, int]], file_ids: Sequence[int], *, actor: Actor) -> int:
    """Of the pictures of these subjects these stay, and the others vanish at once; answers how many those are.

    The caller has asked for the permission. Raises FileNotUsable for a picture that is none of these.
    """
    here = sa.tuple_(File.subject_kind, File.subject_id).in_(list(subjects))
    standing = sa.select(File).where(here, File.state.not_in(("refused", "discarded"))).order_by(File.id)
    rows = session.scalars(standing.with_for_update()).all()
    if set(file_ids) - {row.id for row in rows}:
        raise FileNotUsable()
    gone = [row for row in rows if row.id not in file_ids]
    for row in gone:
        before, row.state = row.state, "discarded"
        session.flush()
        states = (before, "discarded")
        journal.write("discard_picture", "file", row.id, actor=actor, states=states, place=row.place_id)
    return len(gone)


def withhold(subjects: Sequence[tuple[str, int]]) -> None:
    """The pictures of these subjects are kept back from everybody but the subjects' own people and staff, links that
    were given out before included."""
    here = sa.tuple_(File.subject_kind, File.subject_id).in_(list(subjects))
    session.execute(
        sa.update(File).where(here, File.withheld_at.is_(None)).values(withheld_at=clock.now()),
        execution_options={"synchronize_session": False},
    )


def _notify_of_refusal(row: File, verb: str, reason: str | None, actor: Actor | None) -> None:
    states, place = ("needs_look" if actor else "checking", row.state), row.place_id
    journal.write(verb, "file", row.id, actor=actor, states=states, reason=reason, place=place)


def discard_of(person_id: int) -> int:
    """Takes away every picture that the person uploaded or that shows them; answers how many.

    Nobody sees them from this moment; a job erases them from the store within minutes. For whoever deletes a
    person's data (个人信息保护法 47), and for WeChat's user_authorization_revoke.
    """
    # What a keeper took of goods on the shelf shows nobody, and is the shop's.
    goods = sa.and_(File.purpose == "item", File.subject_id.is_not(None))
    theirs = sa.or_(sa.and_(File.owner_id == person_id, ~goods), File.consent_of_id == person_id)
    gone = session.scalars(
        sa.update(File).where(theirs, File.state != "discarded").values(state="discarded").returning(File.id),
        execution_options={"synchronize_session": False},
    ).all()
    if gone:
        journal.write_all("discard_picture", "file", sorted(gone), actor=None, states=(None, "discarded"))
    return len(gone)
