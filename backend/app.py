"""create_app(): the only file that knows everyone."""

from apiflask import APIFlask

from backend import config, db


def create_app(settings: config.Settings | None = None) -> APIFlask:
    """The whole product as a WSGI application, configured by `settings` (else by the environment)."""
    settings = settings or config.read()
    config.use(settings)
    app = APIFlask(__name__, title="点亮", version="1", docs_path=None, spec_path=None, static_folder=None)
    db.init(app, settings.database, settings.database_pool)
    _know_every_table()
    return app


def _know_every_table() -> None:
    """Tables register when their module is imported; migrations and checks need all of them."""
    from backend import journal  # noqa: F401
    from backend.organisations import models as organisations  # noqa: F401
    from backend.people import models as people  # noqa: F401
