"""Why an installation may not start with its settings: what cannot be meant, and what production forbids.

Below `config`, which reads them, so that this file knows nothing of where they come from.
"""

import base64
import re
from typing import Any

DEMO_SECRET = "demo-only-secret-not-for-production"  # noqa: S105 - refused in production below
DEMO_SEAL_KEYS = "demo:ZGVtby1vbmx5LWtleS1ub3QtZm9yLXByb2R1Y3Rpb24="
LOT_RULES = r"next-year-end|never|months:[1-9][0-9]{0,2}"
SIMULATOR_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def of(settings: Any) -> list[str]:
    """Every fault of these settings (a `config.Settings`), so that one round of mending is enough."""
    return [*_unreadable(settings), *(_production_faults(settings) if settings.production else ())]


def _unreadable(settings: Any) -> list[str]:
    faults = []
    if settings.app_env not in ("development", "test", "production"):
        faults.append("APP_ENV must be development, test or production")
    if settings.seal_algorithm not in ("aes-gcm", "sm4-gcm"):
        faults.append("SEAL_ALGORITHM must be aes-gcm or sm4-gcm")
    if settings.keep_contact_days < settings.contact_days:
        faults.append("KEEP_CONTACT_DAYS must not be shorter than CONTACT_DAYS: the claimer may still look")
    if settings.seed not in ("empty", "demo", "tieli"):
        faults.append("SEED must be empty, demo or tieli")
    faults += _unreadable_wechat(settings)
    faults += _lonely_disks(settings)
    if settings.log_level not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        faults.append("LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    if settings.database_pool < settings.web_threads:
        faults.append("DATABASE_POOL must be at least WEB_THREADS: a thread without a connection only waits")
    if settings.seal_keys and not all(_is_seal_key(pair) for pair in settings.seal_keys.split(",")):
        faults.append("SEAL_KEYS must be `id:base64` pairs of 32 bytes each")
    if not re.fullmatch(LOT_RULES, settings.lot_rule):
        faults.append("LOT_RULE must be next-year-end, never or months:N (1 to 999)")
    try:
        if not isinstance(settings.template_ids, dict):
            faults.append("WECHAT_TEMPLATES must be a JSON object")
    except ValueError:
        faults.append("WECHAT_TEMPLATES must be a JSON object")
    return faults


def _is_seal_key(pair: str) -> bool:
    key_id, _, value = pair.strip().partition(":")
    try:
        return bool(key_id) and "|" not in key_id and len(base64.b64decode(value, validate=True)) == 32
    except ValueError:
        return False


def _unreadable_wechat(settings: Any) -> list[str]:
    faults = [
        f"{name.upper()} must be one of {', '.join(words)}"
        for name, words in (
            ("wechat_page_state", ("formal", "trial", "developer")),
            ("wechat_push_mode", ("secure", "plain")),
            ("wechat_cloud_hosting", ("off", "on")),
            ("s3_addressing", ("auto", "path", "virtual")),
        )
        if getattr(settings, name) not in words
    ]
    if settings.wechat_push_key and not re.fullmatch(r"[A-Za-z0-9]{43}", settings.wechat_push_key):
        faults.append("WECHAT_PUSH_KEY must be the 43 letters and digits of the EncodingAESKey")
    if settings.public_url and not settings.public_url.startswith(("https://", "http://")):
        faults.append("PUBLIC_URL must begin with https:// or http://")
    if settings.file_store and not settings.file_store.startswith("s3://"):
        faults.append("FILE_STORE must be empty or begin with s3://")
    return faults


def _lonely_disks(settings: Any) -> list[str]:
    """Several instances see nothing of each other's disks."""
    faults = []
    if settings.instances < 1:
        faults.append("INSTANCES must be 1 or more")
    if settings.trusted_proxies < 0:
        faults.append("TRUSTED_PROXIES must be 0 or more")
    if settings.instances > 1 and settings.database.startswith("sqlite"):
        faults.append(
            f"DATABASE_URL must lead to PostgreSQL: each of {settings.instances} INSTANCES would keep its own SQLite"
        )
    if settings.instances > 1 and not settings.file_store:
        faults.append(
            f"FILE_STORE must be s3://…: each of {settings.instances} INSTANCES would keep pictures that the others lack"
        )
    return faults


def _production_faults(settings: Any) -> list[str]:
    faults = []
    if settings.cloud_hosting and not settings.trusted_proxies:
        faults.append(
            "TRUSTED_PROXIES must say how many proxies are in front, on Cloud Hosting its gateway at least: else a "
            "whole city is one address"
        )
    for name in ("secret_key", "index_key", "wechat_app_secret"):
        value = getattr(settings, name)
        if not value or value == DEMO_SECRET or (name != "wechat_app_secret" and len(value) < 32):
            faults.append(f"{name.upper()} is missing, too short or the demo value")
    if not settings.seal_keys or settings.seal_keys == DEMO_SEAL_KEYS:
        faults.append("SEAL_KEYS is missing or the demo value")
    if settings.wechat_app_id in ("", "wx-simulated"):
        faults.append("WECHAT_APP_ID is missing or the demo value")
    if not settings.wechat_base_url or any(host in settings.wechat_base_url for host in SIMULATOR_HOSTS):
        faults.append("WECHAT_BASE_URL points to the simulator")
    if settings.seed != "empty":
        faults.append("SEED must be empty: demo people do not belong in production")
    if settings.demo_password:
        faults.append("DEMO_PASSWORD must not be set")
    return faults
