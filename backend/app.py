"""create_app(): the only file that knows everyone."""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

from apiflask import APIFlask
from apispec.ext.marshmallow.common import make_schema_key
from flask import Flask, g
from flask_limiter import Limiter
from werkzeug.routing import BaseConverter, IntegerConverter, Map

import backend
from backend import api, commands, config, connections, db, outside, traces
from backend.api.frame import hosting, protection, refusals, telemetry
from backend.api.frame import openapi as documentation
from backend.console import pages
from backend.identity.card_codes import CardCodeWrong
from backend.identity.console_links import LinkOver
from backend.identity.credentials import WrongPassword
from backend.jobs import Job
from backend.reports import personal_data_register
from backend.rights import purposes
from backend.wechat import gateway
from backend.wechat.bulkhead import Bulkhead
from backend.wechat.live import LiveWeChat
from backend.wechat.tokens import DatabaseTokens

# Each opens a session, or begins to.
SIGN_INS = (
    "identity.sign_in",
    "console.sign_in",
    "console.begin_scan",
    "console.begin_provider_sign_in",
    "console.finish_provider_sign_in",
)
TITLE = "点亮 — 微心愿、志愿服务与积分兑换"


class IdConverter(IntegerConverter):
    """An id in a path; more digits than JavaScript counts exactly are simply no such thing."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=db.MAX_ID)


class WordConverter(BaseConverter):
    """A word in a path; one with control characters is no such thing (PostgreSQL refuses NUL in a text)."""

    regex = r"[^/\x00-\x1f\x7f]+"
    part_isolating = True


class Product(APIFlask):
    """APIFlask, naming each schema once in the document, whether it is met nested or alone first."""

    def ensure_sync(self, func: Any) -> Any:
        """Nothing of ours is a coroutine, which Flask would look for in each function of each request."""
        return func

    def _register_schema_and_get_ref(self, spec: Any, known: dict[int, str], schema: Any) -> dict[str, Any]:
        converter: Any = self._ma_plugin.converter
        name = converter.refs.get(make_schema_key(schema))
        if name is not None:
            found = {"$ref": f"#/components/schemas/{name}"}
        else:
            found = super()._register_schema_and_get_ref(spec, known, schema)
        # APIFlask forgets that a body is a list of these.
        return {"type": "array", "items": found} if getattr(schema, "many", False) else found


def all_jobs() -> list[Job]:
    """What time brings, for the worker: the JOBS of every file called `deadlines`, wherever it stands."""
    found = (one.name for one in pkgutil.walk_packages(backend.__path__, "backend."))
    return [job for name in found if name.endswith(".deadlines") for job in import_module(name).JOBS]


def routes() -> Iterator[ModuleType]:
    """Every file of the API with routes, found by where it stands: a new one is registered by being there."""
    for found in pkgutil.walk_packages(api.__path__, f"{api.__name__}."):
        module = import_module(found.name)
        if hasattr(module, "bp"):
            yield module


def _terminal() -> str:
    """The terminal that asks, where its token is good; else where the request comes from."""
    kiosk_id = g.get("kiosk_id")
    return protection.address() if kiosk_id is None else f"kiosk {kiosk_id}"


def _limit_entrances(app: Flask, limiter: Limiter) -> None:
    """Where something can be guessed there are limits by address, besides what a person's own rules say."""
    settings = config.settings
    views: dict[str, Any] = app.view_functions

    def limit(
        rate: Callable[[], str],
        *names: str,
        what: str = "",
        counted_by: Callable[[], str] = protection.address,
        **more: Any,
    ) -> None:
        apply = limiter.limit(rate, key_func=lambda: f"{what}{counted_by()}", **more)
        # Where there are no pages, there is no console to sign in to.
        for name in set(names) & set(views):
            views[name] = apply(views[name])

    limit(lambda: settings().rate_limit_sign_in, *SIGN_INS)
    # Of passwords only wrong ones count: an office that comes to work at eight is not shut out.
    limit(
        lambda: settings().rate_limit_password,
        "console.sign_in",
        # A count of its own, also where both limits are set to the same.
        what="password:",
        methods=["POST"],
        deduct_when=lambda answer: answer.status_code == WrongPassword.status(),
    )
    # Links are no passwords, yet as little to be guessed at: these ways in share the limit, and no count.
    limit(
        lambda: settings().rate_limit_password,
        "console.link",
        "console.enter_by_link",
        "kiosk.set_up",
        "kiosk.set_up_by_link",
        what="link:",
        deduct_when=lambda answer: answer.status_code == LinkOver.status(),
    )
    for counted_by, what in ((_terminal, "card code at "), (protection.address, "card code:")):
        limit(
            lambda: settings().rate_limit_card_code,
            "kiosks.open_kiosk_session",
            "kiosk.enter",
            counted_by=counted_by,
            what=what,
            deduct_when=lambda answer: answer.status_code == CardCodeWrong.status(),
        )
    limit(lambda: settings().rate_limit_verify, "public.verify_certificate", "certificates.certificate_paper")


def create_app(settings: config.Settings | None = None) -> Flask:
    """The whole product as a WSGI application, configured by `settings` (else by the environment)."""
    settings = settings or config.read()
    config.use(settings)
    telemetry.configure_logs(settings.log_level)
    app = Product(__name__, title=TITLE, version="1.0", docs_path=None, spec_path=None, static_folder=None)  # type: ignore[arg-type]
    app.url_map.converters["id"] = IdConverter
    app.url_map.converters["default"] = app.url_map.converters["string"] = WordConverter
    app.config.update(
        OPENAPI_VERSION="3.0.3",
        BASE_RESPONSE_SCHEMA=documentation.Envelope,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_404_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        SUCCESS_DESCRIPTION="成功",
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer"}},
        # Flask's own answer to OPTIONS is an empty page; what is offered stands in a 405's Allow.
        PROVIDE_AUTOMATIC_OPTIONS=False,
        SECRET_KEY=settings.secret_key,
    )
    db.init(app, settings.database, settings.database_pool)
    gateway.use(Bulkhead(LiveWeChat(settings, DatabaseTokens()), outside.use(settings.web_threads)))
    with app.app_context():
        connections.watch(db.db.engine)
        traces.begin(app, db.db.engine)
    telemetry.observe(app)
    refusals.answer_refusals(app)
    limiter = protection.protect(app)
    for room in routes():
        app.register_blueprint(room.bp)
    hosting.keep_pages_away(app)
    if not settings.cloud_hosting:
        pages.install(app)
    personal_data_register.register_purposes(purposes.purposes_in_words)
    _limit_entrances(app, limiter)
    commands.add_to(app, all_jobs())
    return app
