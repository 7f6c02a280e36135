"""What the product needs of a PostgreSQL-compatible server, tried one by one: `flask doctor --database`.

Products that speak PostgreSQL's protocol lack now one thing and now another, and would fail in the middle of work. All
is tried in temporary tables and rolled back; nothing of the city is read or changed. docs/databases.md has the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import sqlalchemy as sa

_TABLE = "CREATE TEMP TABLE probe (id integer PRIMARY KEY, state text NOT NULL, amount integer)"
_ROWS = "INSERT INTO probe VALUES (1, 'open', 5), (2, 'open', 7)"


@dataclass(frozen=True)
class Need:
    """`statements` have to work one after another, and the last one has to answer `answer`, where it is given.

    Where `refused` is said, the last statement has to fail with this SQLSTATE: a server that takes it does not keep
    the rule.
    """

    name: str
    why: str
    since: str
    statements: tuple[str, ...]
    answer: Any = None
    refused: str = ""


@dataclass(frozen=True)
class Tried:
    need: Need
    fault: str | None


NEEDS = (
    Need(
        "version() 以 PostgreSQL 开头",
        "驱动程序由此知道版本；openGauss 自己的写法读不了",
        "14",
        ("SELECT version() LIKE 'PostgreSQL %'",),
        answer=True,
    ),
    Need("UTF-8 编码", "姓名和心愿里的每一个字", "14", ("SHOW server_encoding",), answer="UTF8"),
    Need(
        "READ COMMITTED",
        "排队取得行锁之后看到别人刚写的",
        "7",
        ("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "SHOW transaction_isolation"),
        answer="read committed",
    ),
    Need(
        "ON CONFLICT … DO UPDATE",
        "同一请求来两次只记一次",
        "9.5",
        (
            _TABLE,
            _ROWS,
            "INSERT INTO probe VALUES (1, 'open', 1) ON CONFLICT (id) DO UPDATE SET amount = probe.amount + excluded.amount",
            "SELECT amount FROM probe WHERE id = 1",
        ),
        answer=6,
    ),
    Need(
        "部分唯一索引",
        "一个心愿同时只有一份认领等三十多条规则",
        "7.2",
        (
            _TABLE,
            _ROWS,
            "UPDATE probe SET state = 'done' WHERE id = 2",
            "CREATE UNIQUE INDEX probe_open ON probe (state) WHERE state = 'open'",
            "INSERT INTO probe VALUES (3, 'done', 1)",
            "INSERT INTO probe VALUES (4, 'open', 1)",
        ),
        refused="23505",
    ),
    Need(
        "UPDATE … RETURNING",
        "改了哪些行，一句话就知道",
        "8.2",
        (_TABLE, _ROWS, "UPDATE probe SET amount = amount + 1 WHERE id = 2 RETURNING amount"),
        answer=8,
    ),
    Need(
        "WITH 里的 INSERT",
        "记账和流水一句话写完",
        "9.1",
        (
            _TABLE,
            "WITH made AS (INSERT INTO probe VALUES (9, 'open', 3) RETURNING amount) SELECT amount FROM made",
        ),
        answer=3,
    ),
    Need(
        "FOR UPDATE SKIP LOCKED",
        "几个 worker 分着发通知",
        "9.5",
        (_TABLE, _ROWS, "SELECT id FROM probe ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"),
        answer=1,
    ),
    Need(
        "FOR NO KEY UPDATE、FOR KEY SHARE",
        "锁住要改的，不挡住引用它的",
        "9.3",
        (
            _TABLE,
            _ROWS,
            "SELECT id FROM probe WHERE id = 1 FOR KEY SHARE",
            "SELECT id FROM probe WHERE id = 1 FOR NO KEY UPDATE",
        ),
        answer=1,
    ),
    Need(
        "事务级咨询锁",
        "两台机器同时升级时一台等另一台",
        "9.1",
        ("SELECT pg_advisory_xact_lock(736211)", "SELECT pg_try_advisory_xact_lock(736211)"),
        answer=True,
    ),
    Need(
        "unnest 多个数组",
        "很多行一次写入",
        "9.4",
        ("SELECT count(*) FROM unnest(ARRAY[1, 2], ARRAY['a', 'b'])",),
        answer=2,
    ),
    Need(
        "保存点",
        "一项失败只退回这一项",
        "8.0",
        (_TABLE, "SAVEPOINT here", _ROWS, "ROLLBACK TO SAVEPOINT here", "SELECT count(*) FROM probe"),
        answer=0,
    ),
    Need(
        "可回滚的建表改表",
        "升级失败时整个退回，不留半张表",
        "7",
        (
            _TABLE,
            "SAVEPOINT here",
            "ALTER TABLE probe ADD COLUMN more text",
            "ROLLBACK TO SAVEPOINT here",
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'probe'::regclass AND attname = 'more'",
        ),
        answer=0,
    ),
    Need(
        "触发器（EXECUTE FUNCTION）",
        "账目和经过只能添加，不能改、不能删、不能清空",
        "11",
        (
            _TABLE,
            _ROWS,
            "CREATE FUNCTION pg_temp.probe_no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
            "CREATE TRIGGER probe_rows BEFORE UPDATE OR DELETE ON probe FOR EACH ROW EXECUTE FUNCTION pg_temp.probe_no()",
            "CREATE TRIGGER probe_all BEFORE TRUNCATE ON probe FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.probe_no()",
            "DELETE FROM probe",
        ),
        refused="P0001",
    ),
)


def tried(connection: Any) -> Iterator[Tried]:
    """Each need in a transaction of its own, which is rolled back. `connection` is psycopg's, not in autocommit."""
    for need in NEEDS:
        try:
            yield Tried(need, _fault(connection, need))
        finally:
            connection.rollback()


def _fault(connection: Any, need: Need) -> str | None:
    *before, last = need.statements
    try:
        for statement in before:
            connection.execute(statement)
    except psycopg.Error as fault:
        return _said(fault)
    try:
        found = connection.execute(last)
    except psycopg.Error as fault:
        return None if need.refused and fault.sqlstate == need.refused else _said(fault)
    if need.refused:
        return "the server takes what it has to refuse"
    if need.answer is None:
        return None
    answer = found.fetchone()[0]
    return None if answer == need.answer else f"it answers {answer}"


def _said(fault: psycopg.Error) -> str:
    return (str(fault).strip().splitlines() or [type(fault).__name__])[0]


def connect(address: str) -> Any:
    """Past SQLAlchemy, which gives up at the first word of some servers. Raises psycopg.Error."""
    plain = sa.make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, connect_timeout=10)
