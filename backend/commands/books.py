"""`flask ledger …`: the points ledger is verified, sealed and, to try its size, filled."""

import time
from collections.abc import Callable, Iterator

import click
from flask.cli import AppGroup

from backend import config, jobs
from backend.command_line import Fault, command
from backend.commands import progress
from backend.db import transaction
from backend.languages import say
from backend.ledger import fill, seal_checks, seals, verify
from backend.operations import invariants
from backend.supermarket import verify as stock_checks

ledger = AppGroup("ledger", help=say("The points ledger.", "积分账本。"))

# Whatever can be wrong with the books: each is told how to show progress and yields one sentence a fault.
AUDITS: tuple[Callable[[Callable[[str], object]], Iterator[str]], ...] = (
    verify.findings,
    seal_checks.findings,
    stock_checks.findings,
    invariants.findings,
)


@command(
    "verify",
    "Recomputes the books and the seals; names each wrong row, and ends with status 1 when there is one.",
    "重新核算账本和封存；逐条指出错误的行，有错误时以状态 1 结束。",
    "flask ledger verify",
    "flask ledger verify --quiet",
    into=ledger,
)
@click.option(
    "--quiet", is_flag=True, help=say("Tell findings only, no progress.", "只说发现的问题，不显示进度")
)
def ledger_verify(quiet: bool) -> None:
    audit(progress.ignore if quiet else progress.show)
    if not quiet:
        click.echo(say("The books balance.", "账目平衡。"))


def audit(tell: Callable[[str], object]) -> None:
    """Names each wrong row. Raises Fault when there is one."""
    wrong = 0
    for look in AUDITS:
        for finding in look(tell):
            wrong += 1
            click.echo(finding)
    if wrong:
        raise Fault("1 finding" if wrong == 1 else f"{wrong} findings", f"发现 {wrong} 处问题")


@command(
    "seal",
    "Seals every past day that is not sealed yet, oldest first, as the worker does every ten minutes.",
    "从最早的开始，封存还没有封存的每一天；worker 每十分钟也会做。",
    "flask ledger seal",
    into=ledger,
)
def ledger_seal() -> None:
    before, (job,) = seals.latest(), seals.JOBS
    due = list(job.due())
    try:
        sealed = jobs.run(job)
    except jobs.ClocksApart as fault:
        raise Fault(str(fault), f"本机和数据库的时钟相差太多：{fault}") from None
    if sealed < len(due):
        raise Fault("not every day could be sealed", "有的日子没能封存")
    newest = seals.latest()
    if newest is None or newest == before:
        click.echo(say("Nothing to seal.", "没有要封存的。"))
    else:
        click.echo(
            say(f"Sealed up to {newest.day}: {newest.short}", f"已封存到 {newest.day}：{newest.short}")
        )


@command(
    "fill",
    "Invents persons with transfers, to try the ledger at its size; goes on where an earlier run stopped.",
    "编造一些人和积分流水，试账本的规模；从上次停下的地方接着做。",
    "flask ledger fill --transfers 500000",
    into=ledger,
)
@click.option(
    "--transfers",
    type=click.IntRange(4),
    required=True,
    help=say("How many there shall be.", "一共要有多少笔"),
)
@click.option(
    "--per-person",
    type=click.IntRange(4),
    default=100,
    help=say("How many of them one person has.", "每人多少笔"),
)
def ledger_fill(transfers: int, per_person: int) -> None:
    if config.settings().production:
        raise Fault("never in production: the persons are invented", "正式环境不能用：这些人是编造的")
    there, began = fill.filled(), time.monotonic()
    made = 0
    while there + made < transfers:
        try:
            with transaction():
                made += fill.add(transfers - there - made, per_person)
        except fill.NothingToFill as fault:
            raise Fault(str(fault)) from None
        rate = made / (time.monotonic() - began)
        progress.show(f"{there + made:,} of {transfers:,} transfers, {rate:,.0f} a second")
    click.echo(say(f"{there + made} transfers.", f"共 {there + made} 笔流水。"))
