"""`flask backup`, `flask restore`, `flask keys rotate`, `flask doctor`: keeping what is there, and looking whether it is well."""

from pathlib import Path

import click
import psycopg
from flask.cli import AppGroup

from backend import backup_age, config
from backend.command_line import Fault, command
from backend.commands import books, progress
from backend.db import dialect
from backend.languages import say
from backend.operations import backups, database_needs, off_site
from backend.operations import doctor as diagnosis
from backend.rights import rotation

keys = AppGroup("keys", help=say("The keys of sealed personal data.", "加密个人信息的密钥。"))


@command(
    "rotate",
    "Seals everything anew under the first of SEAL_KEYS and INDEX_KEY; may be stopped and run again.",
    "用 SEAL_KEYS 的第一个密钥和 INDEX_KEY 重新加密所有个人信息；可以中断，再运行接着做。",
    "flask keys rotate",
    into=keys,
)
def keys_rotate() -> None:
    faults = rotation.rotate(click.echo)
    if faults:
        values = "1 value" if faults == 1 else f"{faults} values"
        raise Fault(
            f"{values} could not be opened: is a key missing from SEAL_KEYS?",
            f"有 {faults} 个值打不开：SEAL_KEYS 是不是少了一个密钥？",
        )
    click.echo(say("Everything is sealed under the first key.", "都已用第一个密钥加密。"))


@command(
    "backup",
    "Saves the database and the pictures in a new folder inside FOLDER, while everybody goes on working.",
    "把数据库和图片存到 FOLDER 里的一个新文件夹，大家可以照常使用。",
    "flask backup /backups --keep 720",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(1, 100_000),
    help=say("Then delete all finished ones but the newest N.", "随后只留最新的 N 份备份。"),
)
def backup(folder: Path, keep: int | None) -> None:
    try:
        made = backups.create_backup(folder, progress.show)
        click.echo(made)
        backup_age.note()
        gone = backups.keep_newest(folder, keep) if keep else []
        if config.settings().backup_copy:
            off_site.copy(made, config.settings().backup_copy)
            backup_age.note(backup_age.COPIED)
            progress.show(say("Copied elsewhere.", "已复制到别处。"))
    except backups.BackupFault as fault:
        raise Fault(str(fault)) from None
    for name in gone:
        progress.show(say(f"Deleted: {name}", f"已删除：{name}"))


@command(
    "restore",
    "Brings the backup SAVED back into an empty installation, and checks the books and the seals.",
    "把备份 SAVED 恢复到一个空的安装里，并核对账目和封存。",
    "flask restore /backups/dianliang-20261123-030000",
    needs_database=False,
)
@click.argument("saved", type=click.Path(exists=True, file_okay=False, path_type=Path))
def restore(saved: Path) -> None:
    try:
        told = backups.restore(saved, progress.show)
    except backups.BackupFault as fault:
        raise Fault(str(fault)) from None
    made_at = told["made_at"]
    if not backups.of_this_version(told):
        click.echo(
            say(
                f"Restored as of {made_at}, from an earlier version of the program.",
                f"已恢复到 {made_at}，是旧版本程序的备份。",
            )
        )
        click.echo(
            say(
                "Next: `flask db upgrade`, then `flask ledger verify` and `flask doctor`, then start.",
                "下一步：flask db upgrade，然后 flask ledger verify 和 flask doctor，再启动。",
            )
        )
        return
    books.audit(progress.show)
    for one in diagnosis.lost_keys():
        raise Fault(
            f"restored, but {one.sentence}: {one.advice}", f"已恢复，但是：{one.sentence}。{one.advice}"
        )
    click.echo(
        say(
            f"Restored as of {made_at}; the books balance. Next: `flask db upgrade`, then start.",
            f"已恢复到 {made_at}，账目平衡。下一步：flask db upgrade，再启动。",
        )
    )


@command(
    "doctor",
    "Names what is wrong with this installation, and what mends it; ends with status 1 on a fault.",
    "指出这个安装哪里不对、怎么办；有错误时以状态 1 结束。",
    "flask doctor",
    "flask doctor --database",
    needs_database=False,
)
@click.option(
    "--database",
    is_flag=True,
    help=say(
        "Try what the product needs of a PostgreSQL-compatible server.",
        "试一试兼容 PostgreSQL 的数据库是否够用。",
    ),
)
def doctor(database: bool) -> None:
    if database:
        _try_database()
        return
    found = list(diagnosis.findings())
    for one in found:
        mark = say("FAULT", "错误") if one.fault else say("note ", "提示")
        click.echo(f"{mark}  {one.sentence}\n       → {one.advice}")
    if any(one.fault for one in found):
        raise Fault("this installation is not well", "这个安装有错误")
    click.echo(say("Nothing stands in the way.", "一切正常。"))


def _try_database() -> None:
    if dialect() == "sqlite":
        click.echo(say("SQLite: there is nothing to try.", "SQLite：没有要试的。"))
        return
    try:
        with database_needs.connect(config.settings().database) as connection:
            found = list(database_needs.tried(connection))
    except psycopg.Error as fault:
        said = str(fault).strip().splitlines()[0]
        raise Fault(f"the database cannot be reached: {said}", f"连不上数据库：{said}") from None
    for one in found:
        mark = say("lack ", "缺少") if one.fault else say("ok   ", "可以")
        click.echo(f"{mark} {one.need.name}{f': {one.fault}' if one.fault else ''}")
    if any(one.fault for one in found):
        raise Fault(
            "this server cannot be used: see docs/databases.md", "这个数据库不能用，见 docs/databases.md"
        )
    click.echo(say("It has all that is needed.", "需要的都有。"))
