"""WeChat Cloud Hosting (微信云托管): the platform itself says who calls, where we are told to believe it.

WeChat: 云服务/云托管/开发指引. It vouches for X-WX-OPENID on its own way in (callContainer) alone; anybody who
reaches the process in another way can write that header. So it counts for nothing unless
WECHAT_CLOUD_HOSTING is on, and then nothing else may lead to the process.
"""

from flask import Flask, request

from backend import config
from backend.errors import NotFound

# What the mini-program, the platform and the monitoring call. Everything else is for people with a browser.
FOR_MACHINES = ("/api/v1/", "/wechat/push", "/healthz", "/readyz", "/metrics")


def keep_pages_away(app: Flask) -> None:
    """Where the headers are believed nobody can open a page: neither console nor public pages nor documentation.

    One tick of 公网访问 (public access) too many would else let anybody sign in as anybody, with a browser.
    """

    @app.before_request
    def _refuse_pages() -> None:
        asked = request.url_rule.rule if request.url_rule else request.path
        if config.settings().cloud_hosting and not asked.startswith(FOR_MACHINES):
            raise NotFound()


def openid() -> str | None:
    """The openid that Cloud Hosting vouches for; None without it, and for a caller from another app."""
    settings = config.settings()
    if not settings.cloud_hosting:
        return None
    if request.headers.get("X-WX-APPID", settings.wechat_app_id) != settings.wechat_app_id:
        return None
    return request.headers.get("X-WX-OPENID") or None


def from_inside() -> bool:
    """Whether this says to come from WeChat itself, from inside Cloud Hosting: nothing proves it."""
    # The guide writes x-wx-sources where the header list has X-WX-SOURCE.
    said = any(name in request.headers for name in ("X-WX-SOURCE", "X-WX-SOURCES"))
    return config.settings().cloud_hosting and said
