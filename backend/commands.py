"""The command line: `flask seed`, `flask worker`, `flask open-api`, `flask keys rotate`, `flask ledger …`."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from backend import clock, config, jobs, worker
from backend.api import documentation
from backend.db import take, transaction
from backend.jobs import Job
from backend.ledger import fill, seal_checks, seals, verify
from backend.organisations import actions as tree
from backend.organisations import queries as places
from backend.outbox import delivery
from backend.people import actions as people
from backend.people import permissions
from backend.people.models import Person
from backend.rights import rotation
from backend.seeds import demo
from backend.supermarket import verify as stock_checks
from backend.wechat.gateway import gateway

OPEN_API = Path("miniprogram_api_docs") / "openapi.json"


def add_to(app: Flask, due: list[Job]) -> None:
    """Gives the app its commands; `due` is what the worker does when its time comes."""
    app.cli.add_command(seed)
    app.cli.add_command(found_city)
    app.cli.add_command(appoint_admin)
    app.cli.add_command(open_api)
    app.cli.add_command(ledger)
    app.cli.add_command(keys)

    @app.cli.command("worker")
    @click.option("--once", is_flag=True, help="Do what is due now, then end.")
    def work(once: bool) -> None:
        """Runs what time brings and delivers notices, until told to stop."""
        stop = threading.Event()

        def deliver() -> int:
            return delivery.deliver_due(gateway(), stopping=stop.is_set)

        if not worker.run_forever(app, due, deliver, once=once, stop=stop) and once:
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


@click.command("found-city")
@click.argument("name")
@click.argument("short")
@with_appcontext
def found_city(name: str, short: str) -> None:
    """Begins a deployment: the city at the root of the tree, 铁力市 and its short form 铁力."""
    with transaction():
        if places.children(None, "city", 0, 1):
            raise click.ClickException("there is a city already")
        click.echo(f"City {tree.found_city(name, short).id}: {name}")


@click.command("appoint-admin")
@click.argument("person_id", type=int)
@with_appcontext
def appoint_admin(person_id: int) -> None:
    """Appoints the first city administrator; everyone after that is appointed by one, in the console."""
    with transaction():
        cities = places.children(None, "city", 0, 1)
        if not cities:
            raise click.ClickException("there is no city yet: run `flask found-city`")
        if permissions.anyone_with("appointment:grant"):
            raise click.ClickException("there is an administrator already, who appoints the others")
        person = take(Person, person_id)
        people.appoint(person.id, "city_admin", cities[0].id, clock.today(), None, by=None)
    click.echo(f"Person {person_id} is city_admin of {cities[0].name}.")


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


keys = AppGroup("keys", help="The keys of sealed personal data.")


@keys.command("rotate")
@with_appcontext
def keys_rotate() -> None:
    """Seals everything anew under the first of SEAL_KEYS and INDEX_KEY; may be stopped and run again."""
    faults = rotation.rotate(click.echo)
    if faults:
        raise click.ClickException(f"{faults} values could not be opened: is a key missing from SEAL_KEYS?")
    click.echo("Everything is sealed under the first key.")


ledger = AppGroup("ledger", help="The points ledger.")


# Whatever can be wrong with the books: each is told how to show progress and yields one sentence a fault.
AUDITS: tuple[Callable[[Callable[[str], object]], Iterator[str]], ...] = (
    verify.findings,
    seal_checks.findings,
    stock_checks.findings,
)


@ledger.command("verify")
@click.option("--quiet", is_flag=True, help="Tell findings only, no progress.")
@with_appcontext
def ledger_verify(quiet: bool) -> None:
    """Recomputes the books and the seals; names each wrong row, and ends with status 1 when there is one."""
    wrong = 0
    for audit in AUDITS:
        for finding in audit(_ignore if quiet else _tell_progress):
            wrong += 1
            click.echo(finding)
    if wrong:
        raise click.ClickException(f"{wrong} findings")
    if not quiet:
        click.echo("The books balance.")


def _tell_progress(line: str) -> None:
    # Findings can be piped on; how far it got is for the eyes.
    click.echo(line, err=True)


def _ignore(_line: str) -> None:
    pass


@ledger.command("seal")
@with_appcontext
def ledger_seal() -> None:
    """Seals every past day that is not sealed yet, oldest first, as the worker does every ten minutes."""
    before, (job,) = seals.latest(), seals.JOBS
    due = list(job.due())
    if jobs.run(job) < len(due):
        raise click.ClickException("not every day could be sealed")
    newest = seals.latest()
    if newest is None or newest == before:
        click.echo("Nothing to seal.")
    else:
        click.echo(f"Sealed up to {newest.day}: {newest.short}")


@ledger.command("fill")
@click.option("--transfers", type=click.IntRange(4), required=True, help="How many there shall be.")
@click.option("--per-person", type=click.IntRange(4), default=100, help="How many of them one person has.")
@with_appcontext
def ledger_fill(transfers: int, per_person: int) -> None:
    """Invents persons with transfers, to try the ledger at its size; goes on where an earlier run stopped."""
    if config.settings().production:
        raise click.ClickException("never in production: the persons are invented")
    there, began = fill.filled(), time.monotonic()
    made = 0
    while there + made < transfers:
        try:
            with transaction():
                made += fill.add(transfers - there - made, per_person)
        except fill.NothingToFill as fault:
            raise click.ClickException(str(fault))
        rate = made / (time.monotonic() - began)
        _tell_progress(f"{there + made:,} of {transfers:,} transfers, {rate:,.0f} a second")
    click.echo(f"{there + made} transfers.")
