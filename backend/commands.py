"""The command line: `flask seed`, `flask worker`, `flask open-api`, `flask ledger verify`."""

import json
import threading
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from backend import config, worker
from backend.api import documentation
from backend.jobs import Job
from backend.ledger import verify
from backend.outbox import delivery
from backend.seeds import demo
from backend.wechat.gateway import gateway

OPEN_API = Path("miniprogram_api_docs") / "openapi.json"


def add_to(app: Flask, jobs: list[Job]) -> None:
    """Gives the app its commands; `jobs` is what the worker does when its time comes."""
    app.cli.add_command(seed)
    app.cli.add_command(open_api)
    app.cli.add_command(ledger)

    @app.cli.command("worker")
    @click.option("--once", is_flag=True, help="Do what is due now, then end.")
    def work(once: bool) -> None:
        """Runs what time brings and delivers notices, until told to stop."""
        stop = threading.Event()

        def deliver() -> int:
            return delivery.deliver_due(gateway(), stopping=stop.is_set)

        if not worker.run_forever(app, jobs, deliver, once=once, stop=stop) and once:
            raise click.ClickException("not everything that is due could be done")


@click.command("seed")
@with_appcontext
def seed() -> None:
    """Makes the data that SEED names, once: a second run changes nothing."""
    wanted = config.settings().seed
    if wanted == "empty":
        click.echo("SEED=empty: nothing to make.")
    elif demo.seed():
        click.echo("Demo data made.")
    else:
        click.echo("There is data already; nothing was changed.")


@click.command("open-api")
@click.option("--check", is_flag=True, help="Only say whether the file is up to date.")
@with_appcontext
def open_api(check: bool) -> None:
    """Writes the OpenAPI document to miniprogram_api_docs/openapi.json."""
    text = open_api_text(current_app)
    if check:
        if OPEN_API.read_text() != text:
            raise click.ClickException(f"{OPEN_API} is stale: run `flask open-api`")
        return
    OPEN_API.write_text(text)
    click.echo(f"{OPEN_API} written.")


def open_api_text(app: Flask) -> str:
    """The document as the file holds it."""
    return json.dumps(documentation.document(app), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


ledger = AppGroup("ledger", help="The points ledger.")


@ledger.command("verify")
@with_appcontext
def ledger_verify() -> None:
    """Recomputes the books; names each wrong row, and ends with status 1 when there is one."""
    wrong = 0
    for finding in verify.findings():
        wrong += 1
        click.echo(finding, err=True)
    if wrong:
        raise click.ClickException(f"{wrong} findings")
    click.echo("The books balance.")
