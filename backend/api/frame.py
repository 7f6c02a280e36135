"""How every route is made: guard → input → transaction and idempotency → work → answer.

`route()` is the only way a JSON route comes into being, so none can be without a guard, a summary and a
place in the OpenAPI document. The view gets `caller`, the parts of its path, `body` and `query`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
import structlog
from apiflask import APIBlueprint
from flask import Response, g, request

from backend.api import idempotency
from backend.api.fields import ListOf, Part, Schema, Text
from backend.db import savepoint, transaction
from backend.errors import NotAllowed, NotSignedIn, Refused
from backend.people import permissions, sessions

PUBLIC = "public"
SIGNED_IN = "signed in"
log = structlog.get_logger()


class Done(Schema):
    """An answer that says nothing but that it is done."""


class Nothing(Schema):
    """The empty body of a move that needs nothing but its subject."""


def paged(schema: type[Schema]) -> type[Schema]:
    """The schema of a page of these."""
    name = schema.__name__.removesuffix("Out") + "Page"
    members = {
        "list": ListOf("这一页的内容", Part(schema), most=1000),
        "next_cursor": Text("下一页的标记；没有下一页时为 null", most=300, allow_none=True),
    }
    return type(name, (Schema,), members)


def route(
    blueprint: APIBlueprint,
    method: str,
    rule: str,
    *,
    summary: str,
    guard: str = SIGNED_IN,
    body: type[Schema] | None = None,
    query: type[Schema] | None = None,
    out: type[Schema] = Done,
    status: int = 200,
    writes: bool | None = None,
    description: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A JSON route. `guard` is PUBLIC, SIGNED_IN or a permission word that the caller must hold somewhere;
    `writes` opens the transaction (by default for every method but GET)."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        writing = method != "GET" if writes is None else writes
        work = _working(view, out(), status, writing)
        if body is not None:
            work = blueprint.input(body, location="json", arg_name="body")(work)
        elif method in ("POST", "PUT"):
            work = blueprint.input(Nothing, location="json", arg_name="nothing")(_without(work, "nothing"))
        if query is not None:
            work = blueprint.input(query, location="query", arg_name="query")(work)
        work = _guarded(work, guard)
        work = blueprint.output(out, status_code=status)(work)
        security = None if guard == PUBLIC else "bearer"
        work = blueprint.doc(
            summary=summary, description=description, security=security, operation_id=view.__name__
        )(work)
        work.guard = guard
        return blueprint.route(rule, methods=[method], endpoint=view.__name__)(work)

    return decorate


def _without(work: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(work)
    def shorter(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop(name)
        return work(*args, **kwargs)

    return shorter


def _guarded(work: Callable[..., Any], guard: str) -> Callable[..., Any]:
    @wraps(work)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if guard == PUBLIC:
            return work(*args, **kwargs)
        caller = g.caller = _caller()
        if guard != SIGNED_IN and not permissions.appointed(caller.id, guard):
            raise NotAllowed()
        return work(*args, caller=caller, **kwargs)

    return guarded


def _caller() -> sessions.Caller:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn()
    caller = sessions.caller(token.strip())
    structlog.contextvars.bind_contextvars(person=caller.id)
    if caller.stale:
        with transaction():
            sessions.prolong(caller.session_id)
    return caller


def _working(view: Callable[..., Any], out: Schema, status: int, writing: bool) -> Callable[..., Any]:
    def answered(**kwargs: Any) -> Response:
        data = view(**kwargs)
        return data if isinstance(data, Response) else success(out.dump(data or {}), status)

    @wraps(view)
    def work(**kwargs: Any) -> Response:
        if not writing:
            return answered(**kwargs)
        caller = kwargs.get("caller")
        key = idempotency.key_of_request() if caller is not None else None
        with transaction():
            if key is None:
                return answered(**kwargs)
            return _once(key, caller.id, lambda: answered(**kwargs))

    return work


def _once(key: str, person_id: int, answered: Callable[[], Response]) -> Response:
    pending = idempotency.begin(key, person_id)
    if isinstance(pending, Response):
        return pending
    try:
        with savepoint():
            answer = answered()
    except Refused as refusal:
        if refusal.status() >= 500:
            raise
        answer = refused(refusal)
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
