"""What every command shares: its help in the language of LANG with an example, and one sentence for what stands in its way.

A refusal, a database that is away, a folder that is not there: each ends a command with a sentence and status 1. A
traceback is left for what nobody foresaw.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask.cli import AppGroup, with_appcontext

from backend import config
from backend.errors import InvalidInput, Refused
from backend.languages import say

# What refusals that a command can meet say in English, by their names; they have their Chinese sentence themselves.
ENGLISH = {
    "NOT_FOUND": "there is nobody and nothing of that number here",
    "NOT_ALLOWED": "this may not be done",
    "NO_CITY_YET": "there is no city yet: run `flask found-city`",
    "ADMINISTRATOR_THERE": "there is an administrator already, who appoints the others in the console",
    "NO_APPOINTMENT": "the console is for staff in office today, and this person has no appointment",
    "SEVERAL_OF_THEM": "several of the staff have this phone: name one by number, {ids}",
    "SUSPENDED": "this person is suspended until {until}",
    "PERIOD_REVERSED": "the first day is after the last",
    "ROLE_NOT_HERE": "this role is not had in such a place",
    "DATABASE_UNAVAILABLE": "the database is busy: try again",
}
_UNREACHED = ("the database cannot be reached", "连不上数据库")
_LOOK = ("check DATABASE_URL, and that the server runs", "请检查 DATABASE_URL，并确认数据库服务在运行")
_UPGRADE = ("run `flask db upgrade`", "请运行 flask db upgrade")
_FOLDER = ("check DATA_DIR and its rights", "请检查 DATA_DIR 和它的权限")
# By what the database says of itself: what it means, and what mends it.
_DATABASE: tuple[tuple[tuple[str, ...], tuple[str, str], tuple[str, str]], ...] = (
    (("no such table", "42P01"), ("the database has no tables yet", "数据库里还没有表"), _UPGRADE),
    (
        ("no such column", "42703"),
        ("the database is of an earlier version than the program", "数据库的版本比程序旧"),
        _UPGRADE,
    ),
    (
        ("password authentication failed", "no password supplied", "pg_hba.conf", "28P01", "28000"),
        ("the database refuses the name or the password", "数据库不接受这个用户名或密码"),
        ("mend DATABASE_URL", "请改正 DATABASE_URL"),
    ),
    (
        ("3D000", '" does not exist'),
        ("the server has no database or role of that name", "服务器上没有这个名字的数据库或用户"),
        ("create it, or mend DATABASE_URL", "请先建好，或改正 DATABASE_URL"),
    ),
    (
        ("unable to open database file", "readonly database"),
        ("the file of the database cannot be opened or written", "数据库文件打不开或不能写"),
        _FOLDER,
    ),
    (("not a database", "malformed"), ("the file of the database is damaged", "数据库文件已损坏"), _FOLDER),
    (
        ("disk is full", "53100"),
        ("the disk of the database is full", "数据库所在的磁盘已满"),
        ("make room", "请腾出空间"),
    ),
)
_FILES = {
    errno.ENOENT: ("there is no such file or folder", "没有这个文件或文件夹"),
    errno.ENOTDIR: ("that is no folder", "这不是文件夹"),
    errno.EISDIR: ("that is a folder", "这是一个文件夹"),
    errno.EEXIST: ("that is there already", "已经有了"),
    errno.EACCES: ("this user may not write or read there", "当前用户没有权限"),
    errno.EPERM: ("this user may not write or read there", "当前用户没有权限"),
    errno.EROFS: ("nothing can be written there", "那里不能写入"),
    errno.ENOSPC: ("the disk is full", "磁盘已满"),
}
_AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


class Fault(click.ClickException):
    """One sentence on standard error, and status 1."""

    def __init__(self, english: str, chinese: str | None = None) -> None:
        super().__init__(say(english, chinese or english))

    def show(self, file: Any = None) -> None:
        click.echo(say("Error: ", "错误：") + self.message, file=file, err=file is None)


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the database, and what mends it."""

    sentence: str
    advice: str


def of_database(fault: sa.exc.SQLAlchemyError) -> Trouble | None:
    """What an outage means; None for what is a mistake of the program."""
    orig = getattr(fault, "orig", None)
    told = f"{getattr(orig, 'sqlstate', None) or ''} {orig or fault}"
    for signs, sentence, advice in _DATABASE:
        if any(sign in told for sign in signs):
            return Trouble(say(*sentence), say(*advice))
    return Trouble(say(*_UNREACHED), say(*_LOOK)) if isinstance(fault, _AWAY) else None


def of_file(fault: OSError) -> str:
    """“/nope/x.csv: there is no such file or folder”."""
    known = _FILES.get(fault.errno or 0)
    return f"{fault.filename}: {say(*known) if known else fault.strerror}"


def of_refusal(refusal: Refused) -> str:
    """The refusal's own sentence, or the same in English."""
    if isinstance(refusal, InvalidInput):
        fields = (f"{name}: {', '.join(map(str, said))}" for name, said in refusal.facts.items())
        return say("not accepted: ", "填写的内容有误：") + "; ".join(fields)
    english = ENGLISH.get(refusal.name(), refusal.name().lower().replace("_", " "))
    return say(english.format_map(refusal.facts), refusal.sentence)


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Whatever was foreseen to stand in a command's way is said in one sentence. Raises Fault."""
    try:
        yield
    except Refused as refusal:
        raise Fault(of_refusal(refusal)) from None
    except sa.exc.SQLAlchemyError as fault:
        trouble = of_database(fault)
        if trouble is None:
            raise
        raise Fault(
            f"{trouble.sentence}: {trouble.advice}", f"{trouble.sentence}，{trouble.advice}"
        ) from None
    except OSError as fault:
        if fault.filename is None:
            raise
        raise Fault(of_file(fault)) from None


def refuse_without_file() -> None:
    """To open an SQLite file that is not there would make an empty one, and `flask restore` would refuse to go over it.
    Raises Fault."""
    address = sa.make_url(config.settings().database)
    if address.get_backend_name() == "sqlite" and not Path(str(address.database)).exists():
        raise Fault(
            "there is no database yet: run `flask db upgrade`", "还没有数据库，请运行 flask db upgrade"
        )


class Command(click.Command):
    """A command of ours: what stands in its way is one sentence."""

    needs_database = True

    def invoke(self, ctx: click.Context) -> Any:
        with in_one_sentence():
            if self.needs_database:
                refuse_without_file()
            return super().invoke(ctx)


class Makeshift(Command):
    """One that is also there where no database is."""

    needs_database = False


def command(
    name: str,
    english: str,
    chinese: str,
    *examples: str,
    into: AppGroup | None = None,
    needs_database: bool = True,
) -> Callable[[Callable[..., Any]], click.Command]:
    """Makes a command of a function; its help is in the language of LANG, with an example each way it is used."""
    shown = "\n".join(f"  {one}" for one in examples)
    told: dict[str, Any] = {
        "help": say(english, chinese),
        "epilog": f"\b\n{say('Example:', '例如：')}\n{shown}",
        "cls": Command if needs_database else Makeshift,
    }

    def decorate(function: Callable[..., Any]) -> click.Command:
        made = click.command(name, **told)(with_appcontext(function))
        if into is not None:
            into.add_command(made)
        return made

    return decorate
