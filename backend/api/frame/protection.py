"""Rate limits and the headers that keep a browser from being used against us."""

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limit, Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import config
from backend.api.frame import rates  # noqa: F401 - it is found by the name of its storage
from backend.identity.attempts import subnet

# Nothing from another host, no inline script; Swagger UI and the console serve their own files.
POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


def address() -> str:
    """Where a request comes from, as far as limits go."""
    return subnet(get_remote_address())


def _find_who_counts() -> None:
    """Whose call this is, before any limit is judged: the person's, whatever sessions they have and however the
    header is spelt; everybody else's, with a made-up token too, is their address's.

    A door says with each of its views how to find the person (`asked_by`), and keeps what it found for its guard.
    """
    g.counted_for, g.asking = None, None
    view = current_app.view_functions.get(request.endpoint or "")
    asked_by = getattr(view, "asked_by", None)
    if asked_by is not None:
        g.counted_for = asked_by()


def _who() -> str:
    return f"person:{g.counted_for}" if g.counted_for is not None else f"address:{address()}"


def _rate() -> str:
    settings = config.settings()
    return settings.rate_limit_address if g.counted_for is None else settings.rate_limit_person


class UsualLimit(Limit):
    """The limit of every route, which is read once and not with every request."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._read: dict[str, list[Any]] = {}

    def __iter__(self) -> Iterator[Any]:
        rate = self.limit_provider() if callable(self.limit_provider) else self.limit_provider
        if rate not in self._read:
            self._read[rate] = list(super().__iter__())
        return iter(self._read[rate])


def _allow_pictures(answer: Response, hosts: list[str]) -> None:
    """A page with a map shows the tiles of the hosts that the city named (`MAP_TILES`), and is told as theirs by its host
    alone, by which a map service knows whose key it is."""
    policy = answer.headers.get("Content-Security-Policy", POLICY)
    answer.headers["Content-Security-Policy"] = policy.replace(
        "img-src 'self' data:", " ".join(["img-src 'self' data:", *hosts])
    )
    if hosts:
        answer.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
    else:
        answer.headers.setdefault("Referrer-Policy", HEADERS["Referrer-Policy"])


def protect(app: Flask) -> Limiter:
    """Adds limits and headers; answers the limiter, for routes with a limit of their own."""
    settings = config.settings()
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        # Not x_host: a proxy that does not know of that header hands on what the outside says.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    # Ahead of the limiter's own.
    app.before_request(_find_who_counts)
    limiter = Limiter(
        _who,
        app=app,
        default_limits=[UsualLimit(_rate)],
        storage_uri=settings.rate_limit_storage,
        strategy="fixed-window",
        # Its headers would put the end of the window into every answer's Retry-After, a refusal's own too.
        headers_enabled=False,
        swallow_errors=True,
        in_memory_fallback_enabled=True,
        in_memory_fallback=[settings.rate_limit_person],
    )

    @app.after_request
    def _add_headers(answer: Response) -> Response:
        own = {name.lower() for name, _ in answer.headers}
        if "pictures_from" in g:
            _allow_pictures(answer, g.pictures_from)
            own |= {"content-security-policy", "referrer-policy"}
        answer.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in own)
        if request.is_secure:
            answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if "cache-control" not in own and request.path.startswith("/api/"):
            answer.headers["Cache-Control"] = "no-store"
        limit = limiter.current_limit
        if answer.status_code == 429 and limit is not None and limit.breached:
            answer.headers["Retry-After"] = str(max(1, int(limit.reset_at - time.time())))
        return answer

    return limiter
