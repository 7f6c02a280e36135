"""Settings, read once from the environment. `docs/configuration.md` is written from this table."""

import re
import secrets
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

import click
from environs import Env

from backend import config_faults, config_templates
from backend.config_bounds import BOUNDS, UNSEEN
from backend.config_faults import DEMO_SEAL_KEYS, DEMO_SECRET, DEMO_SPONSOR
from backend.config_kinds import NEVER, POSTGRESQL, Said

DEMO_PUSH_TOKEN = "demo-push-token"  # noqa: S105 - never used in production
DEMO_PUSH_KEY = "demo".ljust(43, "0")


class BadSettings(click.ClickException):
    """The installation may not start; says every fault at once, so that one round of mending is enough.

    The command line shows it as it stands, without where in the program it was found.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        said = "\n".join(f"- {fault}" for fault in faults)
        super().__init__(f"Refusing to start with these settings / 设置有误，不能启动:\n{said}")


def setting(name: str, default: Any, meaning: str) -> Any:
    return field(default=default, metadata={"name": name, "meaning": meaning}, repr=name not in UNSEEN)


@dataclass(frozen=True)
class Settings:
    app_env: str = setting("APP_ENV", "development", "`production` refuses every demo default")
    data_dir: str = setting("DATA_DIR", "var", "folder of the SQLite file and of all local state")
    database_url: str = setting("DATABASE_URL", "", "SQLAlchemy address; empty: SQLite in `DATA_DIR`")
    database_pool: int = setting("DATABASE_POOL", 4, "connections a process keeps; at least its threads")
    secret_key: str = setting(
        "SECRET_KEY", DEMO_SECRET, "signs cursors, console sessions and the ledger's seals"
    )
    seal_keys: str = setting(
        "SEAL_KEYS", DEMO_SEAL_KEYS, "`id:base64` pairs of 32 bytes, comma-separated; the first one seals"
    )
    seal_algorithm: str = setting(
        "SEAL_ALGORITHM", "aes-gcm", "`aes-gcm` or `sm4-gcm`, for what is sealed anew"
    )
    index_key: str = setting("INDEX_KEY", DEMO_SECRET, "key of the blind indexes of sealed data")
    index_key_old: str = setting(
        "INDEX_KEY_OLD", "", "the key before, still searched with until `flask keys rotate` is through"
    )
    wechat_app_id: str = setting("WECHAT_APP_ID", "wx-simulated", "the mini-program's AppID")
    wechat_app_secret: str = setting("WECHAT_APP_SECRET", DEMO_SECRET, "the mini-program's AppSecret")
    wechat_base_url: str = setting(
        "WECHAT_BASE_URL", "", "WeChat's API; empty: the simulator on this machine (never in production)"
    )
    wechat_simulator_port: int = setting("WECHAT_SIMULATOR_PORT", 8001, "where the simulator listens")
    wechat_connect_seconds: float = setting("WECHAT_CONNECT_SECONDS", 3.0, "time to reach WeChat")
    wechat_read_seconds: float = setting("WECHAT_READ_SECONDS", 5.0, "time WeChat has to answer")
    wechat_templates: str = setting(
        "WECHAT_TEMPLATES", "{}", "JSON: purpose → WeChat's template id and its fields"
    )
    wechat_page_state: str = setting("WECHAT_PAGE_STATE", "formal", "`formal`, `trial` or `developer`")
    wechat_push_token: str = setting(
        "WECHAT_PUSH_TOKEN", "", "Token of 消息推送; empty in production: every push is refused"
    )
    wechat_push_key: str = setting("WECHAT_PUSH_KEY", "", "EncodingAESKey of 消息推送, 43 characters")
    wechat_push_mode: str = setting(
        "WECHAT_PUSH_MODE", "secure", "`secure` takes encrypted pushes alone, `plain` also unencrypted ones"
    )
    wechat_account: str = setting(
        "WECHAT_ACCOUNT", "", "the mini-program's original id, `gh_…`; set: pushes to another are refused"
    )
    wechat_cloud_hosting: str = setting(
        "WECHAT_CLOUD_HOSTING",
        "off",
        "`on` believes X-WX-OPENID and hears unsigned pushes: only where nothing but WeChat can reach the process, "
        "which then has neither console nor public pages",
    )
    instances: int = setting(
        "INSTANCES",
        1,
        "how many of these run at most, each with a disk of its own; above 1 SQLite and local pictures are refused",
    )
    robot_url: str = setting(
        "ROBOT_URL", "", "web hook of a 企业微信 group robot that is told of faults; empty: none"
    )
    staff_robot_url: str = setting(
        "STAFF_ROBOT_URL",
        "",
        "web hook of a 企业微信 group robot that tells staff each working day how much waits; empty: none",
    )
    oidc_issuer: str = setting(
        "OIDC_ISSUER",
        "",
        "issuer of the city's own sign-in (OpenID Connect), as its discovery document writes it; empty: none",
    )
    oidc_client_id: str = setting("OIDC_CLIENT_ID", "", "what the console is called there")
    oidc_client_secret: str = setting("OIDC_CLIENT_SECRET", "", "its secret there")
    oidc_name: str = setting("OIDC_NAME", "统一身份认证", "what its button on the sign-in page says")
    oidc_acr: str = setting(
        "OIDC_ACR",
        "",
        "how it has to have asked who somebody is (`acr` values, one of them); empty: as it sees fit",
    )
    public_url: str = setting(
        "PUBLIC_URL",
        "",
        "where the outside reaches us, `https://…`; empty in production: no picture checks, no QR code on papers",
    )
    file_store: str = setting("FILE_STORE", "", "`s3://bucket/prefix`; empty: `DATA_DIR/files`")
    file_link_minutes: int = setting("FILE_LINK_MINUTES", 60, "how long a link to a picture opens it")
    s3_endpoint: str = setting("S3_ENDPOINT", "", "address of the S3-compatible store; empty: Amazon's")
    s3_region: str = setting("S3_REGION", "us-east-1", "its region")
    s3_access_key: str = setting("S3_ACCESS_KEY", "", "its access key; empty: boto3's own way to find one")
    s3_secret_key: str = setting("S3_SECRET_KEY", "", "its secret key")
    s3_addressing: str = setting("S3_ADDRESSING", "auto", "`auto`, `path` or `virtual` addresses of buckets")
    backup_copy: str = setting(
        "BACKUP_COPY",
        "",
        "command that copies each finished backup elsewhere, encrypted: `rclone copy {backup} offsite:{name}`; empty: none",
    )
    seed: str = setting(
        "SEED",
        "empty",
        "data made at first start: `empty`, `demo` or `tieli`, a whole city (`scripts/run`: `demo`)",
    )
    demo_password: str = setting(
        "DEMO_PASSWORD", "", "console password of the demo cast; empty: made at random"
    )
    port: int = setting("PORT", 8000, "where gunicorn listens")
    web_concurrency: int = setting("WEB_CONCURRENCY", 2, "gunicorn workers; best one a core")
    web_threads: int = setting(
        "WEB_THREADS", 4, "threads a gunicorn worker; four a core altogether are enough"
    )
    trusted_proxies: int = setting(
        "TRUSTED_PROXIES",
        0,
        "reverse proxies in front whose `X-Forwarded-For` is believed, 1 at least on Cloud Hosting; above 0 nobody may "
        "reach the process past them",
    )
    log_level: str = setting("LOG_LEVEL", "INFO", "of the structured log on standard output")
    max_body_bytes: int = setting("MAX_BODY_BYTES", 1024 * 1024, "largest JSON body")
    rate_limit_storage: str = setting(
        "RATE_LIMIT_STORAGE", "memory://", "`memory://` (per process), or `redis://…` shared by all machines"
    )
    rate_limit_person: str = setting(
        "RATE_LIMIT_PERSON",
        "1200/minute",
        "calls of one route by a signed-in person, whatever their sessions",
    )
    rate_limit_address: str = setting(
        "RATE_LIMIT_ADDRESS",
        "3000/minute",
        "calls of one route from an address by all who are not signed in, made-up tokens too; a hall shares one",
    )
    rate_limit_sign_in: str = setting("RATE_LIMIT_SIGN_IN", "6000/minute", "sign-ins from one address")
    rate_limit_password: str = setting(
        "RATE_LIMIT_PASSWORD", "60/minute", "wrong passwords from one address, whatever the names"
    )
    rate_limit_card_code: str = setting(
        "RATE_LIMIT_CARD_CODE", "20/minute", "wrong one-time codes from one terminal, and from one address"
    )
    rate_limit_verify: str = setting(
        "RATE_LIMIT_VERIFY", "60/minute", "certificates verified or opened from one address"
    )
    session_days: int = setting("SESSION_DAYS", 30, "a mini-program session ends after so many days unused")
    session_most_days: int = setting(
        "SESSION_MOST_DAYS", 180, "it ends so many days after its sign-in, used or not"
    )
    sign_ins_per_day: int = setting(
        "SIGN_INS_PER_DAY", 200, "sign-ins of a person by WeChat in 24 hours, the console's by phone too"
    )
    keys_per_day: int = setting(
        "KEYS_PER_DAY", 2000, "requests with an Idempotency-Key that a person may send in 24 hours"
    )
    console_idle_minutes: int = setting(
        "CONSOLE_IDLE_MINUTES", 30, "a console ends after so many minutes unused"
    )
    console_hours: int = setting(
        "CONSOLE_HOURS", 12, "a console ends so many hours after its sign-in, at work or not"
    )
    openings_an_hour: int = setting(
        "OPENINGS_AN_HOUR",
        20,
        "openings of sealed personal data by one person that no task brings; then a colleague has to agree",
    )
    idempotency_hours: int = setting(
        "IDEMPOTENCY_HOURS", 168, "how long a stored answer is kept; 24 at least"
    )
    sponsor: str = setting("SPONSOR", DEMO_SPONSOR, "主办单位, shown on public pages and papers")
    filing_number: str = setting(
        "FILING_NUMBER", "", "ICP 备案号, shown on public pages and linked to the ministry's when set"
    )
    police_filing_number: str = setting("POLICE_FILING_NUMBER", "", "公安备案号, the same with the police's")
    supervision_phone: str = setting("SUPERVISION_PHONE", "", "监督电话, printed on the quarterly notice")
    map_tiles: str = setting(
        "MAP_TILES",
        "",
        "tiles below the maps: https addresses with {z}, {x}, {y} and {key}, one a layer; empty: a plain ground, no host",
    )
    map_key: str = setting("MAP_KEY", "", "the key that stands for {key} in MAP_TILES; every browser sees it")
    map_attribution: str = setting(
        "MAP_ATTRIBUTION", "", "whose tiles they are, with the number of approval (审图号), below each map"
    )
    wish_cost_cap: int = setting("WISH_COST_CAP", 300, "yuan; dearer wishes are refused")
    wishes_per_minute: int = setting("WISHES_PER_MINUTE", 20, "wishes a person may hand in within a minute")
    wishes_per_day: int = setting(
        "WISHES_PER_DAY", 100, "wishes a person may hand in within 24 hours; staff who report for others, any"
    )
    drafts_per_day: int = setting(
        "DRAFTS_PER_DAY", 100, "drafts a person may begin within 24 hours and not hand in"
    )
    claim_limit: int = setting("CLAIM_LIMIT", 2, "wishes one person may have claimed and not yet fulfilled")
    promise_days: int = setting("PROMISE_DAYS", 30, "days to fulfil when the claimer promises no date")
    promise_grace_days: int = setting(
        "PROMISE_GRACE_DAYS", 3, "working days from the reminder to the release of a claim"
    )
    silence_days: int = setting(
        "SILENCE_DAYS", 15, "days without an answer until a fulfilled wish closes, on a working day"
    )
    contact_days: int = setting(
        "CONTACT_DAYS", 7, "days after closing that the claimer still sees the contact"
    )
    check_in_minutes: int = setting(
        "CHECK_IN_MINUTES", 30, "minutes before an activity that its check-in opens"
    )
    check_out_minutes: int = setting(
        "CHECK_OUT_MINUTES", 30, "minutes after an activity's planned end that its check-out still works"
    )
    decline_hours: int = setting(
        "DECLINE_HOURS",
        12,
        "hours for which who moved up from a waitlist, or whose activity was moved, may still decline",
    )
    hours_tolerance: int = setting(
        "HOURS_TOLERANCE", 15, "minutes by which a service may be longer than its activity was planned"
    )
    backfill_points: int = setting(
        "BACKFILL_POINTS", 0, "1: hours entered afterwards earn points too; 0: they do not"
    )
    venue_days_ahead: int = setting("VENUE_DAYS_AHEAD", 30, "days ahead that a venue may be booked")
    batch_warning_days: int = setting(
        "BATCH_WARNING_DAYS", 14, "open days of a shop before a batch's end that its keeper is told"
    )
    wrong_code_limit: int = setting("WRONG_CODE_LIMIT", 10, "wrong pick-up codes a clerk may try")
    wrong_code_minutes: int = setting("WRONG_CODE_MINUTES", 10, "minutes over which they are counted")
    exports_per_day: int = setting("EXPORTS_PER_DAY", 5, "copies of their data a person may take in 24 hours")
    complaint_days: int = setting(
        "COMPLAINT_DAYS", 15, "days to answer a complaint, on to a working day; then it goes one level up"
    )
    complaint_remind_days: int = setting(
        "COMPLAINT_REMIND_DAYS", 3, "working days before its end that a complaint's deadline is recalled"
    )
    complaints_per_day: int = setting("COMPLAINTS_PER_DAY", 10, "complaints a person may file in 24 hours")
    keep_notices_days: int | None = setting("KEEP_NOTICES_DAYS", 365, "days until a notice is deleted")
    keep_contact_days: int | None = setting(
        "KEEP_CONTACT_DAYS", 30, "days after closing until a wish's address and phone are deleted"
    )
    keep_draft_days: int | None = setting(
        "KEEP_DRAFT_DAYS", 180, "days until the words of a forgotten draft go"
    )
    keep_rejected_days: int | None = setting(
        "KEEP_REJECTED_DAYS",
        180,
        "days until a rejected residency, party registration or proxy is deleted, and a child without guardian erased",
    )
    keep_complaint_days: int | None = setting(
        "KEEP_COMPLAINT_DAYS", 1095, "days after its end until the words of a complaint are deleted"
    )
    keep_consent_days: int | None = setting(
        "KEEP_CONSENT_DAYS", 1095, "days that a withdrawn consent is kept, as proof of what was agreed"
    )
    lot_rule: str = setting(
        "LOT_RULE", "next-year-end", "when points end: `next-year-end`, `never` or `months:N`"
    )

    @property
    def production(self) -> bool:
        return self.app_env == "production"

    @property
    def database(self) -> str:
        """The address SQLAlchemy connects to, psycopg 3 for every PostgreSQL spelling."""
        if not self.database_url:
            return f"sqlite:///{Path(self.data_dir).resolve() / 'dianliang.sqlite3'}"
        scheme, _, rest = self.database_url.partition("://")
        return f"postgresql+psycopg://{rest}" if scheme in POSTGRESQL else self.database_url

    @property
    def wechat_url(self) -> str:
        return self.wechat_base_url or f"http://127.0.0.1:{self.wechat_simulator_port}"

    @property
    def push_token(self) -> str:
        return self.wechat_push_token or ("" if self.production else DEMO_PUSH_TOKEN)

    @property
    def push_key(self) -> str:
        return self.wechat_push_key or ("" if self.production else DEMO_PUSH_KEY)

    @property
    def cloud_hosting(self) -> bool:
        return self.wechat_cloud_hosting == "on"

    @property
    def public_address(self) -> str:
        """Where the outside reaches us, without a slash at its end; empty when nobody said so."""
        return self.public_url.rstrip("/") or ("" if self.production else f"http://127.0.0.1:{self.port}")

    @property
    def templates(self) -> dict[str, config_templates.Chosen]:
        """WeChat's template for each purpose that has one."""
        return config_templates.chosen(self.wechat_templates)


def table() -> list[Field]:
    """Every setting, for the documentation."""
    return list(fields(Settings))


def read() -> Settings:
    """Reads the environment; refuses what cannot be read and what production forbids. Raises BadSettings."""
    env = Env()
    values: dict[str, Any] = {}
    faults: dict[str, Said] = {}
    for one in table():
        name = one.metadata["name"]
        try:
            values[one.name] = _read(one, env.str(name, None))
        except _Unreadable as unreadable:
            faults[name], values[one.name] = unreadable.said, one.default
            continue
        said = BOUNDS[name].kind.fault(values[one.name])
        if said:
            faults[name] = said
    settings = Settings(**values)
    # What was named already is not named again for what follows from it.
    for name, said in config_faults.of(settings):
        faults.setdefault(name, said)
    if faults:
        raise BadSettings(
            [f"{name} {said.english}\n  {name} {said.chinese}" for name, said in faults.items()]
        )
    return settings


class _Unreadable(Exception):
    def __init__(self, english: str, chinese: str) -> None:
        self.said = Said(english, chinese)
        super().__init__(english)


def _read(one: Field, given: str | None) -> Any:
    """The value in the setting's own type. Raises _Unreadable."""
    if given is None:
        return one.default
    if one.type is str:
        return given
    text = given.strip()
    if one.type is float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", text):
            raise _Unreadable("must be a number", "必须是数字")
        return float(text)
    if one.type is not int and text in NEVER:
        return None
    if not re.fullmatch(r"-?[0-9]{1,15}", text):
        raise _Unreadable("must be a whole number", "必须是整数")
    return int(text)


def new_secret() -> str:
    """A secret fit for SECRET_KEY and INDEX_KEY."""
    return secrets.token_urlsafe(48)


_current: Settings | None = None


def use(settings: Settings) -> None:
    """Makes `settings` those of this process; called once, by create_app()."""
    global _current
    _current = settings


def known() -> bool:
    """Whether they have been read: what is logged before cannot ask them."""
    return _current is not None


def settings() -> Settings:
    """The settings of this process."""
    if _current is None:
        raise RuntimeError("no settings yet: create_app() comes first")
    return _current
