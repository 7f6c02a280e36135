"""Traces by option: with OTEL_EXPORTER_OTLP_ENDPOINT each request is a span, each job of the worker's and each thing that it
does, and each statement that they send one inside.

The packages are those of requirements-options.txt, which nobody needs to run a city. A span says what the log says: the route
and never its address, the statement and never its values, nobody's browser and nobody's address. The spans are made here and not
by OpenTelemetry's instrumentation, which tells all of that, and does not know SQLAlchemy 2.1.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, Response, g, request

# OpenTelemetry's own settings, which its exporter reads: OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, …
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_spans: "_Spans | None" = None
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
log = structlog.get_logger()


@contextmanager
def span(name: str, **told: str | int) -> Iterator[None]:
    """What is done inside is one span; nothing where nothing is traced. A fault marks it, without its words."""
    if _spans is None:
        yield
        return
    with _spans.during(name, told):
        yield


def begin(app: Flask, engine: Any) -> Any:
    """Sends traces of this process from now on: what keeps them, or None. Where the packages are missing a line of the log
    says so, and everything goes on."""
    global _spans
    _spans = None
    if not os.environ.get(ENDPOINT):
        return None
    try:
        sdk, export, http, resources = (
            import_module(f"opentelemetry.{name}")
            for name in (
                "sdk.trace",
                "sdk.trace.export",
                "exporter.otlp.proto.http.trace_exporter",
                "sdk.resources",
            )
        )
        spans = _Spans(import_module("opentelemetry.trace"), import_module("opentelemetry.propagate"))
    except ImportError as missing:
        log.warning("traces.packages_missing", package=missing.name, install="requirements-options.txt")
        return None
    name = os.environ.get("OTEL_SERVICE_NAME", "dianliang")
    provider = sdk.TracerProvider(resource=resources.Resource.create({"service.name": name}))
    provider.add_span_processor(export.BatchSpanProcessor(http.OTLPSpanExporter()))
    spans.tracer = provider.get_tracer("dianliang")
    _spans = spans
    app.before_request(spans.request_begins)
    app.after_request(spans.request_is_answered)
    app.teardown_request(spans.request_ends)
    sa.event.listen(engine, "before_cursor_execute", spans.statement_begins)
    sa.event.listen(engine, "after_cursor_execute", spans.statement_ends)
    sa.event.listen(engine, "handle_error", spans.statement_fails)
    return provider


class _Spans:
    """Begins and ends spans where Flask and SQLAlchemy say that something begins or ends."""

    tracer: Any

    def __init__(self, api: Any, propagate: Any) -> None:
        self._api, self._propagate = api, propagate

    @contextmanager
    def during(self, name: str, told: dict[str, str | int]) -> Iterator[None]:
        with self.tracer.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        ) as begun:
            try:
                yield
            except BaseException:
                begun.set_status(self._api.StatusCode.ERROR)
                raise

    def request_begins(self) -> None:
        route = request.url_rule.rule if request.url_rule else "none"
        method = request.method if request.method in _METHODS else "other"
        # A proxy may have begun the trace.
        around = self._propagate.extract({"traceparent": request.headers.get("traceparent", "")})
        told = {"http.request.method": method, "http.route": route, "request.id": g.get("request_id", "")}
        span = self.tracer.start_span(
            f"{method} {route}", context=around, kind=self._api.SpanKind.SERVER, attributes=told
        )
        g.trace = (span, self._api.use_span(span, end_on_exit=True))
        g.trace[1].__enter__()

    def request_is_answered(self, answer: Response) -> Response:
        if "trace" in g:
            span = g.trace[0]
            span.set_attribute("http.response.status_code", answer.status_code)
            if answer.status_code >= 500:
                span.set_status(self._api.StatusCode.ERROR)
        return answer

    def request_ends(self, _fault: BaseException | None) -> None:
        if "trace" in g:
            # Without the fault: its words may be somebody's. The log names its place.
            g.pop("trace")[1].__exit__(None, None, None)

    def statement_begins(self, connection: Any, _cursor: Any, statement: str, *_given: Any) -> None:
        verb = statement.split(None, 1)[0].upper() if statement.strip() else "SQL"
        told = {"db.system": connection.dialect.name, "db.statement": statement}
        span = self.tracer.start_span(verb, kind=self._api.SpanKind.CLIENT, attributes=told)
        connection.info.setdefault("spans", []).append(span)

    def statement_ends(self, connection: Any, *_given: Any) -> None:
        begun = connection.info.get("spans")
        if begun:
            begun.pop().end()

    def statement_fails(self, context: Any) -> None:
        begun = context.connection.info.get("spans") if context.connection is not None else None
        if begun:
            span = begun.pop()
            span.set_status(self._api.StatusCode.ERROR)
            span.end()
