"""`flask move-to`: a city on SQLite goes to PostgreSQL."""

import sqlite3

import click
import psycopg

from backend.command_line import Fault, command
from backend.commands import progress
from backend.languages import say
from backend.operations import moving


@command(
    "move-to",
    "Copies this city from SQLite into the empty PostgreSQL at ADDRESS and verifies it there. Stop web and worker first; "
    "if it is stopped itself, run it again. An address with a password is better given as MOVE_TO: others on the "
    "machine can read what a command was told.",
    "把这个城市从 SQLite 搬到 ADDRESS 上空的 PostgreSQL，并在那边核对。先停下网页和 worker 两个服务；中途停了，再运行一次接着搬。"
    "带口令的地址最好放在环境变量 MOVE_TO 里：命令行上的字同一台机器的人看得到。",
    "flask move-to postgresql://dianliang:password@127.0.0.1:5432/dianliang",
    "MOVE_TO=postgresql://… flask move-to",
)
@click.argument("address", envvar="MOVE_TO")
def move_to(address: str) -> None:
    try:
        rows = moving.move(address, progress.show)
    except moving.MoveFault as fault:
        raise Fault(str(fault)) from None
    except (sqlite3.Error, psycopg.Error) as fault:
        said = str(fault).strip().splitlines()[0]
        raise Fault(
            f"stopped, run it again to go on: {said}", f"中途停了，再运行一次接着搬：{said}"
        ) from None
    click.echo(say(f"{rows} rows are there, and the books balance.", f"{rows} 行都搬过去了，账目平衡。"))
    click.echo(
        say(
            "Next: DATABASE_URL to the new address, start, `flask doctor`, a first backup; then put the SQLite file away.",
            "下一步：把 DATABASE_URL 改成新地址，启动，flask doctor，做第一份备份；再把 SQLite 文件收起来。",
        )
    )
