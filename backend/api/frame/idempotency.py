"""The same key brings the same answer: the key, the work and the answer are one transaction.

A person's key is kept for IDEMPOTENCY_HOURS with a digest of its request. A repeat gets the first answer,
byte for byte; another request under the key is refused; while the first is still running a repeat waits
shortly, then gets 409. A refusal (4xx) decided inside the work is an answer too; "too often" (429) and a
failure (5xx) store nothing. Bad input that never reached the work keeps no key, so that it can be corrected under it.
(IETF draft idempotency-key-header-07.)
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from flask import Response, request
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from backend import clock, config, crypto
from backend.api.frame import telemetry
from backend.db import Id, Model, Moment, session
from backend.errors import Refused
from backend.people import appointing
from backend.personal import DIGEST, PersonalTable, Purpose, on_merge, personal
from backend.statements import Statement

WAIT_SECONDS = 5
_DAY = timedelta(days=1)
_VISIBLE = re.compile(r"[\x21-\x7e]{8,64}")


class IdempotencyKeyReused(Refused):
    code, message = 42201, "这个请求编号已经用于另一次提交"


class IdempotencyKeyInvalid(Refused):
    code, message = 42202, "请求编号应为 8–64 个可见字符"


class TooManyKeys(Refused):
    code, message = 42992, "一天里提交了 {most} 次，太多了，请过些时候再试"


class OfficeEnded(Refused):
    code, message = 40303, "您的岗位在这次提交之后有变动，不能再查看它的结果"


class StillRunning(Refused):
    code, message = 40902, "上一次提交还在处理，请稍候"
    headers = {"Retry-After": "1"}


class StoredAnswer(Model):
    __tablename__ = "idempotency_keys"
    __personal__ = [
        PersonalTable("person_id", "最近提交的应答", "recent_answers", position=120, on_erasure="delete")
    ]
    __table_args__ = (
        sa.UniqueConstraint("person_id", "key"),
        sa.Index("ix_idempotency_keys_created_at", "created_at"),
        sa.Index("ix_idempotency_keys_of_a_day", "person_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    person_id: Mapped[int] = mapped_column(Id, sa.ForeignKey("persons.id"), info=on_merge("drop"))
    key: Mapped[str] = mapped_column(
        sa.String(64), info=personal(Purpose.SIGN_IN, label="请求编号", code=True)
    )
    fingerprint: Mapped[str] = mapped_column(
        sa.String(64), info=personal(Purpose.SIGN_IN, not_exported=DIGEST)
    )
    created_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[int | None] = mapped_column(sa.Integer)
    answer_sealed: Mapped[str | None] = mapped_column(sa.Text, info=personal(Purpose.SIGN_IN))


@dataclass(frozen=True)
class Pending:
    """A key of this request, taken and not yet answered."""

    id: int


def key_of_request() -> str | None:
    """The request's key, with or without the draft's quotes. Raises IdempotencyKeyInvalid."""
    given = request.headers.get("Idempotency-Key")
    if given is None or request.method != "POST":
        return None
    bare = given[1:-1] if len(given) > 1 and given[0] == given[-1] == '"' else given
    if not _VISIBLE.fullmatch(bare):
        raise IdempotencyKeyInvalid()
    return bare


def answered(key: str, person_id: int) -> bool:
    """Whether a request under this key has its answer already."""
    known = sa.select(StoredAnswer.id).where(
        StoredAnswer.person_id == person_id, StoredAnswer.key == key, StoredAnswer.answer_sealed.is_not(None)
    )
    return session.scalar(known) is not None


def begin(key: str, person_id: int) -> Pending | Response:
    """Takes the key for this request, or answers with what was stored. Inside the transaction.

    Raises TooManyKeys for a new one beyond KEYS_PER_DAY, IdempotencyKeyReused, StillRunning.
    """
    now = clock.now()
    given = {
        "person_id": person_id,
        "key": key,
        "fingerprint": _fingerprint(),
        "created_at": now,
        "since": now - _DAY,
        "others": config.settings().keys_per_day - 1,
    }
    try:
        taken = _TAKE.first(given)
    except sa.exc.OperationalError as fault:
        if getattr(fault.orig, "sqlstate", None) == "55P03":
            raise StillRunning() from None
        raise
    return Pending(taken[0]) if taken is not None else _replay(key, given)


_keys = StoredAnswer.__table__
_TAKEN: dict[str, Any] = {"index_elements": ["person_id", "key"]}
_GIVEN = ("person_id", "key", "fingerprint", "created_at")
# When the person took the key that is as many back as they may have in a day; who has such a one gets no new one.
_theirs = _keys.alias()
_AS_MANY_AGO = (
    sa.select(_theirs.c.created_at)
    .where(
        _theirs.c.person_id == sa.bindparam("person_id", type_=Id),
        _theirs.c.created_at > sa.bindparam("since", type_=Moment),
    )
    .order_by(_theirs.c.created_at.desc())
    .offset(sa.bindparam("others", type_=sa.Integer))
    .limit(sa.literal_column("1"))
)
# Said by the same statement that takes the key: a statement more would cost every request.
_NEW = sa.select(*(sa.bindparam(name, type_=_keys.c[name].type) for name in _GIVEN)).where(
    ~_AS_MANY_AGO.exists()
)


def _taking(dialect_name: str) -> Any:
    if dialect_name == "sqlite":
        taking: Any = sqlite_insert(_keys).from_select(_GIVEN, _NEW)
    else:
        # How long this transaction waits for locks is set by the same statement, before it waits for the key.
        limit = sa.func.set_config(
            sa.literal_column("'lock_timeout'"), sa.literal_column(f"'{WAIT_SECONDS}s'"), sa.true()
        )
        taking = postgresql_insert(_keys).from_select(_GIVEN, _NEW.where(limit.is_not(None)))
    return taking.on_conflict_do_nothing(**_TAKEN).returning(_keys.c.id)


_TAKE = Statement(_taking, tuple)


def _replay(key: str, given: dict[str, Any]) -> Response:
    person_id = given["person_id"]
    stored = session.execute(
        sa.select(StoredAnswer).where(StoredAnswer.person_id == person_id, StoredAnswer.key == key)
    ).scalar_one_or_none()
    if stored is None:
        _refuse_too_many(given)
    if stored is None or stored.answer_sealed is None:
        raise StillRunning()
    if stored.fingerprint != _fingerprint():
        raise IdempotencyKeyReused()
    if appointing.ended_since(person_id, stored.created_at):
        # The answer may tell what was theirs to know in office only.
        raise OfficeEnded()
    body = crypto.unseal(stored.answer_sealed, f"idempotency_keys.answer:{stored.id}")
    telemetry.repeats(orjson.loads(body)["requestId"])
    answer = Response(body, status=stored.status, mimetype="application/json")
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _refuse_too_many(given: dict[str, Any]) -> None:
    """Raises TooManyKeys, if that is why the key was not taken."""
    as_many_ago = session.scalar(_AS_MANY_AGO, given)
    if as_many_ago is not None:
        left = as_many_ago + _DAY - given["created_at"]
        raise TooManyKeys(most=given["others"] + 1).retry_after(left.total_seconds())


_KEEP = Statement(
    sa.update(_keys)
    .where(_keys.c.id == sa.bindparam("kept", type_=Id))
    .values(
        status=sa.bindparam("with_status", type_=sa.Integer),
        answer_sealed=sa.bindparam("sealed", type_=sa.Text),
    ),
    tuple,
)


def keep(pending: Pending, answer: Response) -> None:
    """Stores the answer beside its effect."""
    sealed = crypto.seal(answer.get_data(as_text=True), f"idempotency_keys.answer:{pending.id}")
    _KEEP.all({"kept": pending.id, "with_status": answer.status_code, "sealed": sealed})


def _fingerprint() -> str:
    """Keyed, because what a person sent could be guessed from a bare digest."""
    told = hashlib.sha256("\n".join((request.method, request.full_path, "")).encode())
    if request.mimetype == "multipart/form-data":
        _hash_form(told)
    else:
        told.update(request.get_data(cache=True))
    return crypto.blind_index("request", told.hexdigest())


def _hash_form(told: Any) -> None:
    """What a form says: a repeat has another boundary between its parts, and is the same request."""
    for name, value in sorted(request.form.items(multi=True)):
        told.update(f"{name}={len(value)}:{value}\n".encode("utf-8", "replace"))
    for name, file in sorted(request.files.items(multi=True), key=lambda part: part[0]):
        file.stream.seek(0)
        content = hashlib.file_digest(file.stream, "sha256").hexdigest()  # type: ignore[arg-type]
        told.update(f"{name}:{content}\n".encode("utf-8", "replace"))
        file.stream.seek(0)


def outlived() -> list[int]:
    """Ids of keys that may be forgotten."""
    before = clock.now() - timedelta(hours=max(24, config.settings().idempotency_hours))
    return list(
        session.scalars(sa.select(StoredAnswer.id).where(StoredAnswer.created_at < before).limit(500))
    )


def forget(row_id: int) -> Any:
    session.execute(sa.delete(StoredAnswer).where(StoredAnswer.id == row_id))
