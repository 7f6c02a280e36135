"""What a setting may be: numbers have a least and a most, addresses a scheme, words are chosen from a list.

Each kind answers what is wrong with a value, in English and in Chinese, and says in Chinese what may stand there.
No answer repeats the value: it may be a secret, and what is said at start ends in a log.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

import sqlalchemy as sa
from limits import parse_many

NEVER = ("never", "从不")
LEAST_KEPT_DAYS = 30
MOST_DAYS = 36500
# Fewer different signs than these are a pattern that somebody typed.
LEAST_SIGNS, LEAST_BYTES = 10, 8
POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")
MYSQL = ("mysql", "mariadb")


class Said(NamedTuple):
    """What is wrong, without the setting's name, in both languages."""

    english: str
    chinese: str


class Kind(Protocol):
    @property
    def described(self) -> str:
        """What may stand there, in Chinese, for the table of settings."""
        ...

    def fault(self, value: Any) -> Said | None: ...


@dataclass(frozen=True)
class Text:
    """Any text of one line, as long as it fits where it is shown."""

    most: int = 200

    @property
    def described(self) -> str:
        return "文字"

    def fault(self, value: Any) -> Said | None:
        if len(value) > self.most or not value.isprintable():
            return Said(
                f"must be one line of at most {self.most} characters", f"只能是一行，最多 {self.most} 个字"
            )
        return None


@dataclass(frozen=True)
class Number:
    """From `least` to `most`, both of them included."""

    least: float
    most: float

    @property
    def described(self) -> str:
        return f"{self.least}～{self.most}"

    def fault(self, value: Any) -> Said | None:
        if self.least <= value <= self.most:
            return None
        return Said(f"must be from {self.least} to {self.most}", f"只能是 {self.least} 到 {self.most}")


@dataclass(frozen=True)
class KeptDays:
    """After how many days something is deleted for good; None (written `never`) keeps it."""

    @property
    def described(self) -> str:
        return f"{LEAST_KEPT_DAYS}～{MOST_DAYS}，或 never（从不）"

    def fault(self, value: Any) -> Said | None:
        if value is None or LEAST_KEPT_DAYS <= value <= MOST_DAYS:
            return None
        return Said(
            f"must be from {LEAST_KEPT_DAYS} to {MOST_DAYS}, or the word never: what is deleted does not come back",
            f"只能是 {LEAST_KEPT_DAYS} 到 {MOST_DAYS}，或者 never（从不）：删掉的东西找不回来",
        )


@dataclass(frozen=True)
class Choice:
    words: tuple[str, ...]

    @property
    def described(self) -> str:
        return "、".join(f"`{word}`" for word in self.words)

    def fault(self, value: Any) -> Said | None:
        if value in self.words:
            return None
        first, last = ", ".join(self.words[:-1]), self.words[-1]
        return Said(f"must be {first} or {last}", f"只能是 {'、'.join(self.words)} 之一")


@dataclass(frozen=True)
class Pattern:
    """A text that `rule` matches whole; empty where `may_be_empty` says so."""

    rule: str
    english: str
    chinese: str
    may_be_empty: bool = True

    @property
    def described(self) -> str:
        return self.chinese

    def fault(self, value: Any) -> Said | None:
        if (self.may_be_empty and not value) or re.fullmatch(self.rule, value):
            return None
        return Said(f"must be {self.english}", f"必须是{self.chinese}")


@dataclass(frozen=True)
class Address:
    """`scheme://host…`; empty where nothing needs it."""

    schemes: tuple[str, ...]
    may_be_empty: bool = True
    # Of schemes that need no host, since they stay on this machine.
    without_host: tuple[str, ...] = ()

    @property
    def described(self) -> str:
        return " 或 ".join(f"`{scheme}://…`" for scheme in self.schemes) + (
            "，可空" if self.may_be_empty else ""
        )

    def fault(self, value: Any) -> Said | None:
        if self.may_be_empty and not value:
            return None
        if _is_address(value, self.schemes, self.without_host):
            return None
        words = " or ".join(f"{scheme}://" for scheme in self.schemes)
        return Said(
            f"must begin with {words} and name a host, with nothing that cannot stand in an address",
            f"必须以 {words.replace(' or ', ' 或 ')} 开头，后面有主机名，不能含空格等地址里没有的字符",
        )


def _is_address(value: str, schemes: tuple[str, ...], without_host: tuple[str, ...]) -> bool:
    if not re.fullmatch(r"[!-~]+", value):
        return False
    try:
        parts = urlsplit(value)
        known = parts.scheme in schemes and value.startswith(f"{parts.scheme}://")
        # To ask for the port is to read it.
        return known and parts.port != 0 and (bool(parts.hostname) or parts.scheme in without_host)
    except ValueError:
        return False


@dataclass(frozen=True)
class Tiles:
    """Addresses of map tiles, separated by spaces, one a layer: https, with {z}, {x} and {y}, and {key} where it is
    needed. The host is written out: pages open for it alone."""

    most: int = 3

    @property
    def described(self) -> str:
        return f"`https://…{{z}}…{{x}}…{{y}}…`，最多 {self.most} 层，可空"

    def fault(self, value: Any) -> Said | None:
        layers = value.split()
        if len(layers) <= self.most and all(map(_is_tile, layers)):
            return None
        return Said(
            f"must be at most {self.most} addresses separated by spaces, each https:// with {{z}}, {{x}} and {{y}} behind "
            "the host, and no other words in braces but {key}",
            f"最多 {self.most} 个地址，用空格隔开；每个以 https:// 开头，主机名后面要有 {{z}}、{{x}}、{{y}}，"
            "花括号里别的只能是 {key}",
        )


def _is_tile(value: str) -> bool:
    words = re.findall(r"\{([^}]*)\}", value)
    host = value.removeprefix("https://").partition("/")[0]
    plain = re.fullmatch(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?", host) is not None
    return (
        plain
        and _is_address(value, ("https",), ())
        and {"x", "y", "z"} <= set(words) <= {"x", "y", "z", "key"}
    )


@dataclass(frozen=True)
class Database:
    """SQLite in a file, or PostgreSQL; empty: SQLite in DATA_DIR."""

    @property
    def described(self) -> str:
        return "`postgresql://用户:密码@主机/库` 或 `sqlite:////路径`，可空"

    def fault(self, value: Any) -> Said | None:
        if not value:
            return None
        try:
            url = sa.make_url(value)
        except (sa.exc.ArgumentError, ValueError):
            return Said(
                "cannot be read as an address: write postgresql://user:password@host:5432/database, with a whole number "
                "as the port and signs such as @ and / in the password percent-encoded",
                "不是数据库地址：请写成 postgresql://用户:密码@主机:5432/库名，端口是整数，密码里的 @、/ 等符号要用 % 编码",
            )
        if url.drivername.partition("+")[0] in MYSQL:
            return Said(
                "must lead to PostgreSQL or SQLite: MySQL and MariaDB lack what keeps the books right (partial unique "
                "indexes, ON CONFLICT, RETURNING, changes of tables that can be taken back); see docs/databases.md",
                "只能是 PostgreSQL 或 SQLite：MySQL 和 MariaDB 没有账目所依靠的功能（部分唯一索引、ON CONFLICT、RETURNING、"
                "可回滚的建表改表），见 docs/databases.md",
            )
        if url.drivername not in (*POSTGRESQL, "sqlite"):
            return Said(
                "must begin with postgresql:// or sqlite:///: no other database is known here",
                "只能以 postgresql:// 或 sqlite:/// 开头，别的数据库这里不认识",
            )
        if not url.database or (url.port is not None and not 0 < url.port < 65536):
            return Said(
                "must name the database (or SQLite's file), and a port from 1 to 65535",
                "必须写明库名（SQLite 是文件路径），端口只能是 1 到 65535",
            )
        return None


@dataclass(frozen=True)
class RateLimit:
    """`60/minute`; several are separated by semicolons."""

    @property
    def described(self) -> str:
        return "次数/单位，如 `60/minute`"

    def fault(self, value: Any) -> Said | None:
        try:
            whole = all(one.amount >= 1 and one.multiples >= 1 for one in parse_many(value))
        except ValueError:
            whole = False
        # The library takes a part that it does not know for no limit at all.
        if whole and len(parse_many(value)) == len(re.split(r"[,;|]", value)):
            return None
        return Said(
            "must be a count of at least 1 and a unit, as in 60/minute (second, minute, hour, day)",
            "必须是至少 1 的次数加单位，如 60/minute（second、minute、hour、day）",
        )


@dataclass(frozen=True)
class SealKeys:
    """`id:base64` pairs of 32 bytes, each id once."""

    @property
    def described(self) -> str:
        return "`编号:base64`，32 字节，逗号分隔"

    def fault(self, value: Any) -> Said | None:
        pairs = value.split(",") if value else []
        if not all(seal_key(pair) for pair in pairs):
            return Said(
                "must be `id:base64` pairs of 32 bytes each", "必须是 `编号:base64`，每个 32 字节，逗号分隔"
            )
        names = [pair.strip().partition(":")[0] for pair in pairs]
        if len(set(names)) < len(names):
            return Said("must name each key once: the second of a name is never used", "里面的编号不能重复")
        return None


@dataclass(frozen=True)
class Checked:
    """What another file judges: `judge` answers everything that is wrong in one sentence."""

    chinese: str
    judge: Callable[[str], Said | None]

    @property
    def described(self) -> str:
        return self.chinese

    def fault(self, value: Any) -> Said | None:
        return self.judge(value)


def seal_key(pair: str) -> bytes | None:
    """The 32 bytes of a pair; None for what is no pair."""
    key_id, _, value = pair.strip().partition(":")
    try:
        key = base64.b64decode(value, validate=True)
    except ValueError:
        return None
    return key if key_id and "|" not in key_id and len(key) == 32 else None


def trivial(secret: str) -> bool:
    """Whether somebody typed it: too few different signs, or one piece over and over."""
    return len(set(secret)) < LEAST_SIGNS or _repeats(secret)


def trivial_bytes(key: bytes) -> bool:
    return len(set(key)) < LEAST_BYTES or _repeats(key.decode("latin-1")) or list(key) == sorted(key)


def _repeats(text: str) -> bool:
    """A text that consists of one piece lies once more in itself doubled, before its own length."""
    return (text + text).find(text, 1) < len(text)
