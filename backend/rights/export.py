"""A copy of everything held on a person, as a ZIP of files that a human can read (个人信息保护法 45).

Their own sealed data stands in it in clear, other people in it by their masked names. Rows are read a page
at a time and the archive is written to disk once it is larger than a megabyte, so its size is bounded by
nobody's memory.
"""

import csv
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import IO, Any

import orjson

from backend import clock, config, journal
from backend.db import lock_row, session
from backend.errors import Refused
from backend.journal import Actor
from backend.people.models import Person
from backend.rights import readers
from backend.rights.labels import label
from backend.rights.readers import Topic
from backend.spreadsheets import harmless

IN_MEMORY = 1024 * 1024


class ExportedOften(Refused):
    code, message = 42994, "今天已经导出过 {most} 次，请明天再来；急需时请联系社区"


def ask(*, actor: Actor) -> None:
    """Notes that the caller asks for their copy; inside a transaction, before `archive`.

    Raises ExportedOften after EXPORTS_PER_DAY in 24 hours: a copy is dear to make, and a stolen phone shall
    not be worth more than one.
    """
    lock_row(Person, actor.id)
    most, now, day = config.settings().exports_per_day, clock.now(), timedelta(days=1)
    lines = journal.lines("person", actor.id)
    made = [line.at for line in lines if line.verb == "export" and line.at > now - day]
    if len(made) >= most:
        raise ExportedOften(most=most).retry_after((min(made, default=now) + day - now).total_seconds())
    journal.write("export", "person", actor.id, actor=actor)


def archive(person_id: int) -> IO[bytes]:
    """The ZIP, positioned at its beginning. Read outside any transaction: it holds up nobody."""
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - who is answered closes it
    try:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            counts = [(topic, _pack(packed, topic, person_id)) for topic in readers.topics()]
            for name, picture in readers.pictures(person_id):
                packed.writestr(name, picture)
            packed.writestr("README.md", _readme(counts))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _pack(packed: zipfile.ZipFile, topic: Topic, person_id: int) -> int:
    """Writes a topic as JSON and, where it has several rows, as a table too; answers how many rows."""
    count = 0
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as rows:
        with packed.open(f"{topic.file}.json", "w") as told:
            told.write(b"[")
            for count, row in enumerate(topic.read(person_id), start=1):
                line = orjson.dumps(_plain(row), option=orjson.OPT_INDENT_2)
                told.write((b"" if count == 1 else b",") + b"\n" + line)
                rows.write(orjson.dumps(_plain(row)) + b"\n")
            told.write(b"\n]\n")
        if count:
            rows.seek(0)
            _tabulate(packed, topic, (orjson.loads(line) for line in rows))
    session.expunge_all()
    return count


def _tabulate(packed: zipfile.ZipFile, topic: Topic, rows: Iterator[dict[str, Any]]) -> None:
    with (
        packed.open(f"{topic.file}.csv", "w") as file,
        io.TextIOWrapper(file, "utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text)
        for number, row in enumerate(rows):
            if number == 0:
                writer.writerow([topic.labels.get(key) or label(key) for key in row])
            writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    return harmless(orjson.dumps(value).decode() if isinstance(value, list | dict) else value)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    # The name of a column that was given by hand is a kind of text that orjson does not take.
    return {str(key): _plain_value(value) for key, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(clock.CHINA).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


_HEAD = """# 我的个人信息副本

导出时间：{at}。依据《个人信息保护法》第四十五条，这里是本系统保存的关于您的全部信息。

- 每个主题有一个 `.json` 文件；有内容的另有同名 `.csv` 表格，可用表格软件打开。
- 您自己的姓名、电话、住址等以原文给出；涉及他人的，只显示脱敏后的姓名。请妥善保管这个压缩包。
- 您上传的图片在 `pictures` 文件夹里。
- 登录令牌、检索用的摘要等不含可读内容的技术字段没有列出。
- 发现不对：在小程序“我的资料”里改，或请社区工作人员更正。不再使用：在“我的”里注销账号。

| 文件 | 内容 | 条数 |
|---|---|---|
"""


def _readme(counts: Iterable[tuple[Topic, int]]) -> str:
    rows = "".join(f"| {topic.file} | {topic.title} | {count} |\n" for topic, count in counts)
    return _HEAD.format(at=_plain_value(clock.now())) + rows
