"""Why an installation may not start with its settings: what contradicts itself, what loses data, what production forbids.

What a single setting may be stands in `config_bounds`. Below `config`, which reads them, so that this file knows
nothing of where they come from.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from backend.config_kinds import Said, seal_key, trivial, trivial_bytes

DEMO_SECRET = "demo-only-secret-not-for-production"  # noqa: S105 - refused in production below
DEMO_SEAL_KEYS = "demo:ZGVtby1vbmx5LWtleS1ub3QtZm9yLXByb2R1Y3Rpb24="
DEMO_SPONSOR = "青松市（演示）"
SIMULATOR_HOSTS = ("127.0.0.1", "localhost", "[::1]")
LEAST_SECRET = 32

Fault = tuple[str, Said]


def of(settings: Any) -> Iterator[Fault]:
    """Every fault between these settings (a `config.Settings`), so that one round of mending is enough."""
    yield from _contradictions(settings)
    yield from _lonely_disks(settings)
    if settings.production:
        yield from _production_faults(settings)


def _fault(name: str, english: str, chinese: str) -> Fault:
    return name, Said(english, chinese)


def _contradictions(settings: Any) -> Iterator[Fault]:
    kept = settings.keep_contact_days
    if kept is not None and kept < settings.contact_days:
        yield _fault(
            "KEEP_CONTACT_DAYS",
            "must not be shorter than CONTACT_DAYS: the claimer may still look",
            "不能比 CONTACT_DAYS 短：认领人还要看",
        )
    if settings.database_pool < settings.web_threads:
        yield _fault(
            "DATABASE_POOL",
            "must be at least WEB_THREADS: a thread without a connection only waits",
            "不能少于 WEB_THREADS：没有连接的线程只能干等",
        )
    yield from _provider_faults(settings)
    if "{key}" in settings.map_tiles and not settings.map_key:
        yield _fault("MAP_KEY", "must be set: MAP_TILES has a {key}", "没有填：MAP_TILES 里有 {key}")
    if settings.session_most_days < settings.session_days:
        yield _fault("SESSION_MOST_DAYS", "must be at least SESSION_DAYS", "不能少于 SESSION_DAYS")
    if settings.complaint_remind_days > settings.complaint_days:
        yield _fault(
            "COMPLAINT_REMIND_DAYS",
            "must not be more than COMPLAINT_DAYS: there would be nothing left to recall",
            "不能多于 COMPLAINT_DAYS：否则一收到就过了提醒的日子",
        )


def _provider_faults(settings: Any) -> Iterator[Fault]:
    """The city's own sign-in: all three settings or none, and nothing of it in clear over a network."""
    given = {
        name: getattr(settings, name) for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
    }
    if any(given.values()):
        for name, value in given.items():
            if not value:
                yield _fault(
                    name.upper(),
                    "must be set where the other two of OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET are",
                    "没有填：OIDC_ISSUER、OIDC_CLIENT_ID、OIDC_CLIENT_SECRET 要一起填",
                )
    issuer = urlsplit(settings.oidc_issuer)
    if issuer.scheme == "http" and (settings.production or not on_this_machine(issuer.hostname or "")):
        yield _fault(
            "OIDC_ISSUER",
            "must begin with https://: who signs in would be decided in clear",
            "必须以 https:// 开头：否则谁在登录由明文决定",
        )


def _lonely_disks(settings: Any) -> Iterator[Fault]:
    """Several instances see nothing of each other's disks and memory, and a container's disk ends with it."""
    count = settings.instances
    hosted = settings.cloud_hosting and settings.production
    if count <= 1 and not hosted:
        return
    why, chinese = (
        (f"each of {count} INSTANCES would keep its own", f"{count} 个实例（INSTANCES）会各存各的")
        if count > 1
        else (
            "on Cloud Hosting (WECHAT_CLOUD_HOSTING) a container's disk is lost with it",
            "云托管的容器一换，磁盘就没了",
        )
    )
    if settings.database.startswith("sqlite"):
        yield _fault(
            "DATABASE_URL",
            f"must lead to PostgreSQL, not SQLite: {why}",
            f"必须是 PostgreSQL，不能是 SQLite：{chinese}",
        )
    if not settings.file_store:
        yield _fault(
            "FILE_STORE",
            f"must be s3://…, not this disk: {why}",
            f"必须是 s3://…，图片不能放本机磁盘：{chinese}",
        )
    if count > 1 and settings.rate_limit_storage.startswith("memory"):
        yield _fault(
            "RATE_LIMIT_STORAGE",
            f"must be redis://…: each of {count} INSTANCES would count for itself, and every limit be {count} times as high",
            f"必须是 redis://…：{count} 个实例（INSTANCES）各算各的，每个限额都会变成 {count} 倍",
        )


def _production_faults(settings: Any) -> Iterator[Fault]:
    if settings.cloud_hosting and not settings.trusted_proxies:
        yield _fault(
            "TRUSTED_PROXIES",
            "must say how many proxies are in front, on Cloud Hosting its gateway at least: else a whole city is one address",
            "必须写明前面有几层代理，云托管至少有它的网关一层：否则全市都算一个地址",
        )
    yield from _weak_keys(settings)
    if settings.wechat_app_id in ("", "wx-simulated"):
        yield _fault("WECHAT_APP_ID", "is missing or the demo value", "没有填，或者还是演示值")
    yield from _wechat_elsewhere(settings)
    if settings.seed != "empty":
        yield _fault(
            "SEED",
            "must be empty: demo people do not belong in production",
            "只能是 empty：正式环境不能有演示人员",
        )
    if settings.demo_password:
        yield _fault("DEMO_PASSWORD", "must not be set", "不能设置")
    if not settings.sponsor.strip() or settings.sponsor == DEMO_SPONSOR:
        yield _fault(
            "SPONSOR",
            "is missing or the demo value: it stands on public pages and on papers that residents sign",
            "没有填，或者还是演示值：它写在公开页面和居民签字的单据上",
        )


def _weak_keys(settings: Any) -> Iterator[Fault]:
    for name in ("secret_key", "index_key", "wechat_app_secret"):
        value = getattr(settings, name)
        # WeChat makes its own: of that one only the absence can be known.
        weak = name != "wechat_app_secret" and (len(value) < LEAST_SECRET or trivial(value))
        if not value or value == DEMO_SECRET or weak:
            yield _fault(
                name.upper(),
                "is missing, too short, too simple or the demo value",
                "没有填、太短、太简单，或者还是演示值",
            )
    if settings.index_key in (settings.secret_key, settings.wechat_app_secret):
        yield _fault(
            "INDEX_KEY",
            "must be another one than SECRET_KEY and WECHAT_APP_SECRET",
            "不能与 SECRET_KEY、WECHAT_APP_SECRET 相同",
        )
    if settings.secret_key == settings.wechat_app_secret:
        yield _fault(
            "SECRET_KEY", "must be another one than WECHAT_APP_SECRET", "不能与 WECHAT_APP_SECRET 相同"
        )
    if not settings.seal_keys or settings.seal_keys == DEMO_SEAL_KEYS:
        yield _fault("SEAL_KEYS", "is missing or the demo value", "没有填，或者还是演示值")
    # Older ones only open what was sealed once, and have to stay until it is sealed anew.
    first = seal_key(settings.seal_keys.split(",")[0])
    if first is not None and trivial_bytes(first):
        yield _fault(
            "SEAL_KEYS",
            "must begin with a key drawn at random, not a pattern",
            "第一个必须是随机生成的密钥，不能是有规律的",
        )


def _wechat_elsewhere(settings: Any) -> Iterator[Fault]:
    address = urlsplit(settings.wechat_base_url)
    if not settings.wechat_base_url or on_this_machine(address.hostname or ""):
        yield _fault("WECHAT_BASE_URL", "points to the simulator", "指向模拟器")
    elif address.scheme != "https" and not settings.cloud_hosting:
        yield _fault(
            "WECHAT_BASE_URL",
            "must begin with https://: the AppSecret would travel in clear (http is for Cloud Hosting's inside alone)",
            "必须以 https:// 开头：否则 AppSecret 会明文传输（只有云托管内部才用 http）",
        )


def on_this_machine(host: str) -> bool:
    """Is this host's name or address that of the machine itself?"""
    try:
        found = ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return found.is_loopback or found.is_unspecified
