"""Rate limits and the headers that keep a browser from being used against us."""

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limit, Limiter
from flask_limiter.util import get_remote_address
from werkzeug.middleware.proxy_fix import ProxyFix

from backend import config, crypto
from backend.api.frame import rates  # noqa: F401 - it is found by the name of its storage

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


def _who() -> str:
    """A signed-in person, by their token's digest, else the address: a hall of people shares one address."""
    given = request.headers.get("Authorization")
    return f"token:{crypto.digest(given)}" if given else f"address:{get_remote_address()}"


def _rate() -> str:
    settings = config.settings()
    return settings.rate_limit_person if "Authorization" in request.headers else settings.rate_limit_address


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


def protect(app: Flask) -> Limiter:
    """Adds limits and headers; answers the limiter, for routes with a limit of their own."""
    settings = config.settings()
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        # Not x_host: a proxy that does not know of that header hands on what the outside says.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
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
