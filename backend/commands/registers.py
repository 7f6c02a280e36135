"""`flask register`: a register of any length as a file."""

import errno
from datetime import datetime
from pathlib import Path

import click
import sqlalchemy as sa

from backend.command_line import Fault, command
from backend.commands import progress
from backend.db import session, transaction
from backend.languages import say
from backend.organisations.models import Organisation
from backend.registers import hand_outs, papers, scopes, spool
from backend.reports import catalogue

_KEYS = ", ".join(catalogue.REGISTERS)


@command(
    "register",
    f"Writes a register of any length to a file, masked; may be stopped, and goes on where it was. KEY is one of: {_KEYS}.",
    f"把一张台账（多长都可以，已脱敏）写成文件；可以中断，再运行接着写。KEY 是：{_KEYS}。",
    "flask register wishes --place 松涛社区 --from 2026-01-01 --out wishes.xlsx",
)
@click.argument("key")
@click.option(
    "--place",
    "place_name",
    help=say("Its name, 松涛社区; without one the whole city.", "地方的名字，如松涛社区；不填是全市"),
)
@click.option(
    "--from",
    "first",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("First day; default: this year's.", "第一天；不填是今年第一天"),
)
@click.option(
    "--to",
    "last",
    type=click.DateTime(["%Y-%m-%d"]),
    help=say("Last day; default: today.", "最后一天；不填是今天"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help=say("FILE.xlsx or FILE.csv", "文件名，以 .xlsx 或 .csv 结尾"),
)
def register(
    key: str, place_name: str | None, first: datetime | None, last: datetime | None, out: Path
) -> None:
    kind = out.suffix.removeprefix(".")
    if key not in catalogue.REGISTERS or kind not in papers.FORMATS:
        raise Fault(
            f"registers are {_KEYS}; files end with .xlsx or .csv",
            f"台账有 {_KEYS}；文件名以 .xlsx 或 .csv 结尾",
        )
    found, place_id = catalogue.REGISTERS[key], _place_named(place_name)
    days = (first.date() if first else None, last.date() if last else None)
    scope = scopes.whole(found, place_id, *days)
    if not out.absolute().parent.is_dir():
        # Before the journal says that it was handed out.
        raise FileNotFoundError(errno.ENOENT, "", str(out.parent))
    begun = spool.begun_at(found, scope, out)
    if begun is None:
        with transaction():
            hand_outs.note(found, scope, actor=None)
    else:
        scope = scopes.whole(found, place_id, *days, cut_off=begun)
    rows = spool.write(found, scope, kind, out, lambda count: progress.show(f"{_rows(count)} read"))
    click.echo(say(f"{_rows(rows)} of {found.title} in {out}", f"{found.title} {rows:,} 行，在 {out}"))


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _place_named(name: str | None) -> int:
    wanted = sa.select(Organisation.id).where(Organisation.kind.in_(("city", "street", "community")))
    wanted = wanted.where(Organisation.kind == "city" if name is None else Organisation.name == name)
    found = list(session.scalars(wanted))
    if len(found) == 1:
        return found[0]
    if name is None:
        raise Fault("there is no city yet: run `flask found-city`", "还没有城市，请先运行 flask found-city")
    if found:
        raise Fault(f"{len(found)} places are called {name}", f"有 {len(found)} 个地方叫“{name}”")
    raise Fault(f"no city, street or community is called {name}", f"没有叫“{name}”的市、街道或社区")
