"""The command line. `scripts/flask` starts it; each command's help stands beside it, in Chinese and English."""

import threading
from copy import copy

import click
import sqlalchemy as sa
from flask import Flask

from backend import config, worker
from backend.command_line import Fault, command
from backend.commands import books, founding, making, moving, registers, safekeeping, wechat_templates
from backend.db import session
from backend.jobs import Job
from backend.languages import say
from backend.outbox import delivery, group_messages
from backend.wechat.gateway import gateway

# What libraries offer and what would destroy: a city is brought back by a backup, never by a step backwards.
DESTROYS = {
    "db": ("downgrade", "stamp", "revision", "migrate", "merge", "edit", "init"),
    "limiter": ("clear",),
}


def add_to(app: Flask, due: list[Job]) -> None:
    """Gives the app its commands; `due` is what the worker does when its time comes."""
    refuse_what_destroys(app)
    for one in (
        making.seed,
        founding.found_city,
        founding.appoint_admin,
        founding.console_link,
        making.open_api,
        books.ledger,
        safekeeping.keys,
        safekeeping.backup,
        safekeeping.restore,
        moving.move_to,
        safekeeping.doctor,
        registers.register,
        wechat_templates.wechat,
    ):
        app.cli.add_command(one)
    app.cli.add_command(_worker(app, due))


def refuse_what_destroys(app: Flask) -> None:
    """In production these commands of libraries end before they begin: those that are the app's, and those for which
    the app is asked for at this moment. Raises Fault."""
    if not config.settings().production:
        return
    for group_name, names in DESTROYS.items():
        group = app.cli.commands.get(group_name)
        if isinstance(group, click.Group):
            tamed = copy(group)
            tamed.commands = {**group.commands, **{name: _refused(group_name, name) for name in names}}
            app.cli.add_command(tamed, group_name)
    asked = click.get_current_context(silent=True)
    above = asked.parent.info_name or "" if asked is not None and asked.parent is not None else ""
    if asked is not None and asked.info_name in DESTROYS.get(above, ()):
        raise _fault(f"flask {above} {asked.info_name}")


def _refused(group: str, name: str) -> click.Command:
    """Takes whatever it is told, and does nothing."""

    def refuse(**_told: object) -> None:
        raise _fault(f"flask {group} {name}")

    rest = click.Argument(["told"], nargs=-1, type=click.UNPROCESSED)
    settings = {"ignore_unknown_options": True}
    return click.Command(name, callback=refuse, params=[rest], context_settings=settings, hidden=True)


def _fault(name: str) -> Fault:
    return Fault(
        f"`{name}` is not done in production, as it may destroy what is there: restore the backup",
        f"正式环境不能用 {name}，它可能毁掉已有的数据：要退回去，请恢复备份",
    )


def _worker(app: Flask, due: list[Job]) -> click.Command:
    @command(
        "worker",
        "Runs what time brings and delivers notices, until told to stop.",
        "办理到时间要办的事，发送消息，直到让它停下。",
        "flask worker",
        "flask worker --once",
    )
    @click.option(
        "--once", is_flag=True, help=say("Do what is due now, then end.", "只办现在到期的，然后结束")
    )
    def work(once: bool) -> None:
        if once:
            # Else each job would find out for itself, and say so.
            session.execute(sa.text("SELECT 1"))
            session.remove()
        stop = threading.Event()

        def deliver() -> int:
            dealt_with = delivery.deliver_due(gateway(), stopping=stop.is_set)
            return dealt_with if stop.is_set() else dealt_with + group_messages.deliver_due()

        if not worker.run_forever(app, due, deliver, once=once, stop=stop) and once:
            raise Fault("not everything that is due could be done", "有的事到期了没能办成")

    return work
