"""How every route is made: guard → input → precheck → transaction and idempotency → work → answer.

`route()`, with a method of its own as `get`, `post`, `put` and `delete`, is the only way a JSON route comes into
being, so none can be without a guard, a summary and a place in the OpenAPI document:
`@post(bp, "/items", "新增", "item:manage", body=ItemIn, out=ItemOut)`. The view gets `caller`, the parts of its path,
`body` and `query`, and what `precheck` answered as `precheck_result`.
"""

import inspect
import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import orjson
from apiflask import APIBlueprint, HTTPError
from flask import Response, g, request

from backend.api.frame import callers, idempotency
from backend.api.frame.fields import Schema
from backend.db import transaction
from backend.errors import NotAllowed, Refused, UnsupportedType
from backend.identity import sessions
from backend.people import permissions, suspensions

PUBLIC = "public"
# Whoever is signed in, as themselves; and without a token a guest, who is told less.
GUESTS = "guests"
# A terminal in a hall, by its own token: the view gets `device` and no caller.
KIOSK = "kiosk"
SIGNED_IN = "signed in"
_PARTS = re.compile(r"<(?:\w+:)?(\w+)>")


class NotAForm(UnsupportedType):
    code, message = 41510, "请用 multipart/form-data 格式上传"


class Done(Schema):
    """An answer that says nothing but that it is done."""


class Nothing(Schema):
    """The empty body of a move that needs nothing but its subject."""


def route(
    method: str,
    blueprint: APIBlueprint,
    rule: str,
    summary: str,
    guard: str = SIGNED_IN,
    *,
    body: type[Schema] | Schema | None = None,
    form: type[Schema] | None = None,
    raw: bool = False,
    largest: int | None = None,
    query: type[Schema] | None = None,
    out: type[Schema] = Done,
    status: int = 200,
    writes: bool | None = None,
    precheck: Callable[..., Any] | None = None,
    may: Callable[..., object] | None = None,
    media: str | None = None,
    description: str | None = None,
    while_suspended: bool = False,
    at_kiosk: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A JSON route; the document shows it by its `summary`. `guard` is PUBLIC, GUESTS, KIOSK, SIGNED_IN or a permission
    word that the caller must hold somewhere; `writes` opens the transaction (by default for every method but GET).

    `precheck` is given what the view is given and runs ahead of the transaction: what may be slow, such as a
    question to WeChat. A repeat of a request that was answered already does not ask again. `may` is asked before a
    body that does not fit is answered, with the parts of the path and `actor`: it refuses who may not act, so that a
    stranger is told nothing of the fields; one that does not take these parts fails here, at the start. `form` is a
    multipart body, `raw` one that the view reads for itself, `largest` its size in bytes if not the usual. `media` is
    the type of an answer that is a file, without the envelope. `while_suspended` is what writes and may be done all
    the same by who is suspended: whatever only reads, they may. `at_kiosk` is what a card's holder may do at a terminal.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        writing = method != "GET" if writes is None else writes
        work = _working(view, out(), status, writing, precheck)
        if body is not None:
            work = blueprint.input(body, location="json", arg_name="body")(work)
        elif form is not None:
            work = _as_form(blueprint.input(form, location="form_and_files", arg_name="body")(work))
        elif method in ("POST", "PUT") and not raw:
            work = blueprint.input(Nothing, location="json", arg_name="nothing")(_without(work, "nothing"))
        if query is not None:
            work = blueprint.input(query, location="query", arg_name="query")(work)
        if largest is not None:
            work = _up_to(work, largest)
        if may is not None:
            inspect.signature(may).bind(**dict.fromkeys([*_PARTS.findall(rule), "actor"]))
            work = _judged_after(work, may)
        reading = method == "GET" and not writing
        work = _guarded(work, guard, stopped=not reading and not while_suspended, at_kiosk=at_kiosk)
        work = blueprint.output(out, status_code=status)(work)
        security: Any = None if guard == PUBLIC else "bearer"
        if guard == GUESTS:
            security = [{"bearer": []}, {}]
        work = blueprint.doc(
            summary=summary,
            description=description,
            security=security,
            operation_id=view.__name__,
            extensions={"x-media": media} if media else None,
        )(work)
        work.guard, work.at_kiosk = guard, at_kiosk  # type: ignore[attr-defined]
        # By whom a call counts is asked ahead of the guard.
        work.asked_by = None if guard == PUBLIC else callers.asked_by  # type: ignore[attr-defined]
        return blueprint.route(rule, methods=[method], endpoint=view.__name__)(work)

    return decorate


get = partial(route, "GET")
post = partial(route, "POST")
put = partial(route, "PUT")
delete = partial(route, "DELETE")


def _without(work: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(work)
    def shorter(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop(name)
        return work(*args, **kwargs)

    return shorter


def _as_form(work: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(work)
    def as_form(*args: Any, **kwargs: Any) -> Any:
        if request.mimetype != "multipart/form-data":
            raise NotAForm()
        return work(*args, **kwargs)

    return as_form


def _up_to(work: Callable[..., Any], largest: int) -> Callable[..., Any]:
    @wraps(work)
    def bounded(*args: Any, **kwargs: Any) -> Any:
        request.max_content_length = largest
        return work(*args, **kwargs)

    return bounded


def _judged_after(work: Callable[..., Any], may: Callable[..., object]) -> Callable[..., Any]:
    @wraps(work)
    def judged(*args: Any, caller: sessions.Caller, **parts: Any) -> Any:
        try:
            return work(*args, caller=caller, **parts)
        except HTTPError:
            with transaction():
                may(**parts, actor=caller)
            raise

    return judged


def _guarded(work: Callable[..., Any], guard: str, *, stopped: bool, at_kiosk: bool) -> Callable[..., Any]:
    """`stopped` is what nobody does while they are suspended."""

    @wraps(work)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if guard == PUBLIC:
            callers.refuse_kiosks()
            return work(*args, **kwargs)
        if guard == KIOSK:
            return work(*args, device=callers.device(), **kwargs)
        if guard == GUESTS:
            return work(*args, caller=callers.whoever(kiosks_too=at_kiosk), **kwargs)
        caller = g.caller = callers.signed_in(kiosks_too=at_kiosk)
        if stopped:
            suspensions.refuse(caller.id, caller.suspended_until)
        if guard != SIGNED_IN and not permissions.appointed(caller.id, guard):
            raise NotAllowed()
        return work(*args, caller=caller, **kwargs)

    return guarded


def _working(
    view: Callable[..., Any], out: Schema, status: int, writing: bool, precheck: Callable[..., Any] | None
) -> Callable[..., Any]:
    def answered(**kwargs: Any) -> Response:
        data = view(**kwargs)
        return data if isinstance(data, Response) else success(out.dump(data or {}), status)

    @wraps(view)
    def work(**kwargs: Any) -> Response:
        caller: Any = kwargs.get("caller")
        callers.refuse_for_another(caller, kwargs.get("body"))
        key = idempotency.key_of_request() if writing and caller is not None else None
        if precheck is not None:
            kwargs["precheck_result"] = _precheck_result(precheck, key, kwargs)
        if not writing:
            return answered(**kwargs)
        if key is not None:
            return _once(key, caller.id, lambda: _if_asked(answered, kwargs))
        with transaction():
            return answered(**kwargs)

    return work


# Stands for what `precheck` would have found: the answer is known already, and only has to be repeated.
_NOT_ASKED = object()


def _precheck_result(precheck: Callable[..., Any], key: str | None, kwargs: dict[str, Any]) -> Any:
    """What `precheck` answers. Its refusal keeps no key, like bad input, so that it can be mended under it."""
    if key is None:
        return precheck(**kwargs)
    if idempotency.answered(key, kwargs["caller"].id):
        return _NOT_ASKED
    try:
        return precheck(**kwargs)
    except Refused:
        # The same request may have come twice at once, and a code of WeChat's serves only one of them.
        if idempotency.answered(key, kwargs["caller"].id):
            return _NOT_ASKED
        raise


def _if_asked(answered: Callable[..., Response], kwargs: dict[str, Any]) -> Response:
    if kwargs.get("precheck_result") is _NOT_ASKED:
        # The stored answer was forgotten in this very moment: the client tries again, and is asked.
        raise idempotency.StillRunning()
    return answered(**kwargs)


def _once(key: str, person_id: int, answered: Callable[[], Response]) -> Response:
    """The work under its key. A refusal of the work is an answer too, and undoes all that the work wrote; only
    "too often" and a failure are none: the same request may succeed later, under the same key."""
    begun = False
    try:
        with transaction():
            pending = idempotency.begin(key, person_id)
            if isinstance(pending, Response):
                return pending
            begun = True
            answer = answered()
            idempotency.keep(pending, answer)
            return answer
    except idempotency.StillRunning:
        raise
    except Refused as refusal:
        if not begun or refusal.status() == 429 or refusal.status() >= 500:
            raise
        return _keep(key, person_id, refused(refusal))


def _keep(key: str, person_id: int, answer: Response) -> Response:
    """Stores a refusal; if its twin was quicker in between, the twin's answer is the one that counts."""
    with transaction():
        pending = idempotency.begin(key, person_id)
        if isinstance(pending, Response):
            return pending
        idempotency.keep(pending, answer)
        return answer


def success(data: Any, status: int = 200) -> Response:
    """The envelope of every success."""
    return _json({"code": 0, "message": "ok", "data": data, "requestId": g.request_id}, status)


def refused(refusal: Refused) -> Response:
    """The envelope of every refusal."""
    told = {
        "code": refusal.code,
        "error": refusal.name(),
        "message": refusal.sentence,
        "data": refusal.facts or None,
        "requestId": g.request_id,
    }
    answer = _json(told, refusal.status())
    answer.headers.update(refusal.headers)
    return answer


def _json(told: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(told, default=str), status=status, mimetype="application/json")
