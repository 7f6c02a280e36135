"""What the operator sees: a request id on everything, one log line a request, metrics. No personal data:
a line names the route, never the address with its query, a body, or a name."""

import json
import logging
import os
import re
import secrets
import sys
import time
from functools import cache
from typing import Any

import orjson
import prometheus_client
import structlog
from flask import Flask, Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, multiprocess

from backend import journal, robots
from backend.people import at_kiosk

_ACCEPTABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")

REQUESTS = Counter("dianliang_requests", "Answered requests", ["method", "route", "status"])
SECONDS = Histogram("dianliang_request_seconds", "Time to answer", ["method", "route"])

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger()


def _line(told: dict[str, Any], default: Any) -> bytes:
    try:
        return orjson.dumps(told, default=default)
    except TypeError:
        # What came from outside may be half a character or a number beyond 64 bits.
        return json.dumps(told, default=default).encode()


def configure_logs(level: str) -> None:
    """One JSON object a line on standard output."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            robots.tell_faults,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(_line),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        # A line and its end in one piece: unbuffered, as in a container, print() writes two, and another worker's
        # line comes in between.
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=False,
    )


def observe(app: Flask) -> None:
    """Numbers, times and logs every request of the app."""
    app.before_request(_begin)
    app.after_request(_end)
    # With the request, and not only before the next one: the thread may do something else in between.
    app.teardown_request(lambda _fault: at_kiosk.leave())


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _ACCEPTABLE.fullmatch(given) else secrets.token_hex(12)
    g.began = time.perf_counter()
    journal.correlation.set(g.request_id)
    journal.opened_by.set(None)
    at_kiosk.leave()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)


def repeats(request_id: str) -> None:
    """This request is answered with an earlier one's answer, whose number stands in it: it goes by that number
    from here on, and the log line says its own as well."""
    structlog.contextvars.bind_contextvars(request=request_id, repeat=g.request_id)
    g.request_id = request_id


def _end(answer: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "none"
    took = time.perf_counter() - g.began
    answer.headers["X-Request-Id"] = g.request_id
    # Anybody may make up a method; each would be counted apart, for ever.
    method = request.method if request.method in METHODS else "other"
    requests, seconds = _counted(method, route, answer.status_code)
    requests.inc()
    seconds.observe(took)
    log.info("request", method=method, route=route, status=answer.status_code, ms=round(took * 1000, 1))
    return answer


@cache
def _counted(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


def metrics(
    by_state: dict[str, dict[str, int]],
    single: dict[str, float],
    by_job: dict[str, dict[str, float]],
    build: dict[str, str],
) -> Response:
    """Prometheus text of all workers, and what was read just now: {metric: {state: value}}, {metric: value},
    {metric: {job: value}}; and what runs here."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry: Any = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    else:
        registry = prometheus_client.REGISTRY
    text = prometheus_client.generate_latest(registry).decode()
    for name, values in by_state.items():
        text += f"# TYPE {name} gauge\n"
        text += "".join(f'{name}{{state="{label}"}} {value}\n' for label, value in sorted(values.items()))
    for name, jobs in by_job.items():
        text += f"# TYPE {name} gauge\n"
        text += "".join(f'{name}{{job_name="{job}"}} {value:g}\n' for job, value in sorted(jobs.items()))
    labels = ",".join(f'{name}="{value}"' for name, value in build.items())
    text += f"# TYPE dianliang_build_info gauge\ndianliang_build_info{{{labels}}} 1\n"
    for name, value in single.items():
        text += f"# TYPE {name} gauge\n{name} {value:g}\n"
    return Response(text, mimetype="text/plain; version=0.0.4")
