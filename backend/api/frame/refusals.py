"""Every refusal and every fault becomes one shape of answer; nobody sees a stack trace."""

import orjson
import sqlalchemy as sa
import structlog
from apiflask import APIFlask, HTTPError
from apiflask.schema_adapters.marshmallow import parser
from flask import Response, request
from marshmallow import RAISE
from werkzeug.exceptions import HTTPException

from backend.api.frame.route import refused
from backend.errors import (
    BodyTooLarge,
    DatabaseUnavailable,
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    Refused,
    ServerFault,
    TooManyRequests,
    UnsupportedType,
)
from backend.wechat.gateway import WeChatMisset, WeChatRejected

log = structlog.get_logger()

_BY_STATUS: dict[int, type[Refused]] = {
    400: MalformedRequest,
    404: NotFound,
    405: MethodNotAllowed,
    413: BodyTooLarge,
    415: UnsupportedType,
    429: TooManyRequests,
}


# A misspelt filter is refused like a misspelt field, instead of answering with more than was asked for.
parser.DEFAULT_UNKNOWN_BY_LOCATION = {**parser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}


@parser.location_loader("json")
def _read_json(_request: object, schema: object) -> object:
    """Strict JSON: UTF-8, no NaN, no lone surrogates, no thousandfold nesting."""
    raw = _whole_body()
    if not raw.strip():
        return {}
    if not request.is_json:
        raise UnsupportedType()
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise MalformedRequest() from None


def _whole_body() -> bytes:
    """A body sent in chunks names no length: what is above the limit is cut off silently, unless asked for."""
    raw = request.get_data(cache=True)
    if request.content_length is None:
        request.stream.read(1)
    return raw


def answer_refusals(app: APIFlask) -> None:
    """Teaches the app to answer every way of going wrong."""
    app.register_error_handler(Refused, _on_refusal)
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(HTTPError, _on_input)
    for away in (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sa.exc.DBAPIError):
        app.register_error_handler(away, _on_database)
    app.register_error_handler(WeChatRejected, _on_wechat_rejected)
    app.register_error_handler(Exception, _on_fault)


def _on_refusal(refusal: Refused) -> Response:
    if refusal.status() >= 500:
        log.warning("refused", refusal=refusal.name())
    return refused(refusal)


def _on_wechat_rejected(fault: WeChatRejected) -> Response:
    """A wrong secret, address list or right of ours: somebody has to be woken, and nobody else can help."""
    log.error("wechat.rejected", errcode=fault.errcode)
    return refused(WeChatMisset())


def _on_http(fault: HTTPException) -> Response:
    status = fault.code or 500
    kind = _BY_STATUS.get(status, ServerFault if status >= 500 else MalformedRequest)
    answer = refused(kind())
    for name in ("Allow", "Retry-After"):
        if value := dict(fault.get_headers()).get(name):
            answer.headers[name] = value
    return answer


def _on_input(fault: HTTPError) -> Response:
    """What marshmallow found: one list of sentences for each field, nested ones with a dot."""
    fields: dict[str, list[str]] = {}
    for part in fault.detail.values() if isinstance(fault.detail, dict) else ():
        _flatten(part, "", fields)
    return refused(InvalidInput(fields))


def _flatten(found: object, name: str, into: dict[str, list[str]]) -> None:
    if isinstance(found, dict):
        for key, inner in found.items():
            own = "" if key == "_schema" else str(key)
            _flatten(inner, ".".join(part for part in (name, own) if part), into)
    else:
        sentences = found if isinstance(found, list) else [found]
        into.setdefault(name or "body", []).extend(str(sentence) for sentence in sentences)


def _on_database(fault: sa.exc.DBAPIError) -> Response:
    """The database is away, or took too long: nothing was written, the person may try again.

    Text that a database rejects for its own reasons is a fault of ours, not of the network.
    """
    away = not isinstance(fault, sa.exc.DBAPIError) or isinstance(
        fault, sa.exc.OperationalError | sa.exc.InterfaceError
    )
    if not away and not getattr(fault, "connection_invalidated", False):
        return _on_fault(fault)
    log.error("database.unavailable", kind=type(getattr(fault, "orig", fault)).__name__)
    return refused(DatabaseUnavailable())


def _on_fault(fault: Exception) -> Response:
    """A fault of ours. The log names the place, not the values: a statement's parameters may be personal."""
    trace = fault.__traceback__
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/backend/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    log.error("fault", kind=type(fault).__name__, places=places[-12:])
    return refused(ServerFault())
