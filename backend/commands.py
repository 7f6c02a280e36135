"""The command line: `flask seed`, `flask worker`, `flask open-api`, `flask keys rotate`, `flask ledger …`."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import click
import psycopg
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from backend import backup_age, clock, config, handbook, jobs, text, worker
from backend.db import dialect, lock_row, session, transaction
from backend.jobs import Job
from backend.ledger import fill, seal_checks, seals, verify
from backend.operations import backups, database_needs, invariants
from backend.operations import doctor as diagnosis
from backend.operations.wechat_templates import wechat
from backend.organisations import actions as tree
from backend.organisations import queries as places
from backend.organisations.models import Organisation
from backend.outbox import delivery
from backend.people import actions as people
from backend.people import permissions
from backend.people.models import Person
from backend.people.permissions import Permission
from backend.registers import hand_outs, papers, scopes, spool
from backend.reports import catalogue
from backend.rights import rotation
from backend.seeds import demo
from backend.seeds.tieli import seed as tieli
from backend.supermarket import verify as stock_checks
from backend.wechat.gateway import gateway


def add_to(app: Flask, due: list[Job]) -> None:
    """Gives the app its commands; `due` is what the worker does when its time comes."""
    app.cli.add_command(seed)
    app.cli.add_command(found_city)
    app.cli.add_command(appoint_admin)
    app.cli.add_command(open_api)
    app.cli.add_command(ledger)
    app.cli.add_command(keys)
    app.cli.add_command(backup)
    app.cli.add_command(restore)
    app.cli.add_command(doctor)
    app.cli.add_command(register)
    app.cli.add_command(wechat)

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
    elif demo.seed() if wanted == "demo" else tieli.seed(tell=click.echo):
        click.echo("Demo data made.")
    else:
        click.echo("There is data already; nothing was changed.")


@click.command("found-city")
@click.argument("name")
@click.argument("short")
@with_appcontext
def found_city(name: str, short: str) -> None:
    """Begins a deployment: the city at the root of the tree, 铁力市 and its short form 铁力."""
    try:
        name, short = text.clean(name), text.clean(short)
    except text.Unclean as fault:
        raise click.ClickException(fault.sentence) from None
    with transaction():
        if places.children(None, "city").rows(1):
            raise click.ClickException("there is a city already")
        click.echo(f"City {tree.found_city(name, short).id}: {name}")


@click.command("appoint-admin")
@click.argument("person_id", type=int)
@with_appcontext
def appoint_admin(person_id: int) -> None:
    """Appoints the first city administrator; everyone after that is appointed by one, in the console."""
    with transaction():
        cities = places.children(None, "city").rows(1)
        if not cities:
            raise click.ClickException("there is no city yet: run `flask found-city`")
        if permissions.anyone_with(Permission.APPOINTMENT_GRANT):
            raise click.ClickException("there is an administrator already, who appoints the others")
        person = lock_row(Person, person_id)
        people.appoint(person.id, "city_admin", cities[0].id, clock.today(), None, actor=None)
    click.echo(f"Person {person_id} is city_admin of {cities[0].name}.")


@click.command("open-api")
@click.option("--check", is_flag=True, help="Only say whether the files are up to date.")
@with_appcontext
def open_api(check: bool) -> None:
    """Writes what miniprogram_api_docs/ has from the code: openapi.json, errors, states, declarations, words."""
    for path, written in handbook.written().items():
        stale = not path.exists() or path.read_text(encoding="utf-8") != written
        if stale and check:
            raise click.ClickException(f"{path} is stale: run `flask open-api`")
        if stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")
            click.echo(f"{path} written.")


keys = AppGroup("keys", help="The keys of sealed personal data.")


@keys.command("rotate")
@with_appcontext
def keys_rotate() -> None:
    """Seals everything anew under the first of SEAL_KEYS and INDEX_KEY; may be stopped and run again."""
    faults = rotation.rotate(click.echo)
    if faults:
        raise click.ClickException(f"{faults} values could not be opened: is a key missing from SEAL_KEYS?")
    click.echo("Everything is sealed under the first key.")


@click.command("register")
@click.argument("key")
@click.option("--place", "place_name", help="Its name, 松涛社区; without one the whole city.")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; default: this year's.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; default: today.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="FILE.xlsx or FILE.csv")
@with_appcontext
def register(
    key: str, place_name: str | None, first: datetime | None, last: datetime | None, out: Path
) -> None:
    """Writes a register of any length to a file, masked; may be stopped, and goes on where it was."""
    kind = out.suffix.removeprefix(".")
    if key not in catalogue.REGISTERS or kind not in papers.FORMATS:
        known = ", ".join(catalogue.REGISTERS)
        raise click.ClickException(f"registers are {known}; files end with .xlsx or .csv")
    found, place_id = catalogue.REGISTERS[key], _place_named(place_name)
    days = (first.date() if first else None, last.date() if last else None)
    scope = scopes.whole(found, place_id, *days)
    begun = spool.begun_at(found, scope, out)
    if begun is None:
        with transaction():
            hand_outs.note(found, scope, actor=None)
    else:
        scope = scopes.whole(found, place_id, *days, cut_off=begun)
    rows = spool.write(found, scope, kind, out, lambda count: _show_progress(f"{count:,} rows read"))
    click.echo(f"{rows} rows of {found.title} in {out}")


def _place_named(name: str | None) -> int:
    wanted = sa.select(Organisation.id).where(Organisation.kind.in_(("city", "street", "community")))
    wanted = wanted.where(Organisation.kind == "city" if name is None else Organisation.name == name)
    found = list(session.scalars(wanted))
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} places are called {name}" if name else "no city yet")
    return found[0]


ledger = AppGroup("ledger", help="The points ledger.")


# Whatever can be wrong with the books: each is told how to show progress and yields one sentence a fault.
AUDITS: tuple[Callable[[Callable[[str], object]], Iterator[str]], ...] = (
    verify.findings,
    seal_checks.findings,
    stock_checks.findings,
    invariants.findings,
)


@ledger.command("verify")
@click.option("--quiet", is_flag=True, help="Tell findings only, no progress.")
@with_appcontext
def ledger_verify(quiet: bool) -> None:
    """Recomputes the books and the seals; names each wrong row, and ends with status 1 when there is one."""
    _audit(_ignore if quiet else _show_progress)
    if not quiet:
        click.echo("The books balance.")


def _audit(tell: Callable[[str], object]) -> None:
    """Names each wrong row. Raises ClickException when there is one."""
    wrong = 0
    for audit in AUDITS:
        for finding in audit(tell):
            wrong += 1
            click.echo(finding)
    if wrong:
        raise click.ClickException(f"{wrong} findings")


def _show_progress(line: str) -> None:
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
    try:
        sealed = jobs.run(job)
    except jobs.ClocksApart as fault:
        raise click.ClickException(str(fault))
    if sealed < len(due):
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
        _show_progress(f"{there + made:,} of {transfers:,} transfers, {rate:,.0f} a second")
    click.echo(f"{there + made} transfers.")


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--keep", type=click.IntRange(1, 100_000), help="Then delete all finished ones but the newest N."
)
@with_appcontext
def backup(folder: Path, keep: int | None) -> None:
    """Saves the database and the pictures in a new folder inside FOLDER, while everybody goes on working."""
    try:
        click.echo(backups.create_backup(folder, _show_progress))
        backup_age.note()
        gone = backups.keep_newest(folder, keep) if keep else []
    except backups.BackupFault as fault:
        raise click.ClickException(str(fault))
    except OSError as fault:
        raise click.ClickException(
            f"a backup was made, but an old one could not be deleted: {fault.strerror}"
        )
    for name in gone:
        _show_progress(f"Deleted: {name}")


@click.command("restore")
@click.argument("saved", type=click.Path(exists=True, file_okay=False, path_type=Path))
@with_appcontext
def restore(saved: Path) -> None:
    """Brings the backup SAVED back into an empty installation, and checks the books and the seals."""
    try:
        told = backups.restore(saved, _show_progress)
    except backups.BackupFault as fault:
        raise click.ClickException(str(fault))
    if not backups.of_this_version(told):
        click.echo(f"Restored as of {told['made_at']}, from an earlier version of the program.")
        click.echo("Next: `flask db upgrade`, then `flask ledger verify` and `flask doctor`, then start.")
        return
    _audit(_show_progress)
    for one in diagnosis.lost_keys():
        raise click.ClickException(f"restored, but {one.sentence}: {one.advice}")
    click.echo(f"Restored as of {told['made_at']}; the books balance. Next: `flask db upgrade`, then start.")


@click.command("doctor")
@click.option(
    "--database", is_flag=True, help="Try what the product needs of a PostgreSQL-compatible server."
)
@with_appcontext
def doctor(database: bool) -> None:
    """Names what is wrong with this installation, and what mends it; ends with status 1 on a fault."""
    if database:
        _try_database()
        return
    found = list(diagnosis.findings())
    for one in found:
        click.echo(f"{'FAULT' if one.fault else 'note '}  {one.sentence}\n       → {one.advice}")
    if any(one.fault for one in found):
        raise click.ClickException("this installation is not well")
    click.echo("Nothing stands in the way.")


def _try_database() -> None:
    if dialect() == "sqlite":
        click.echo("SQLite: 没有要试的 / there is nothing to try.")
        return
    try:
        with database_needs.connect(config.settings().database) as connection:
            found = list(database_needs.tried(connection))
    except psycopg.Error as fault:
        said = str(fault).strip().splitlines()[0]
        raise click.ClickException(f"连不上数据库 / the database cannot be reached: {said}") from None
    for one in found:
        click.echo(
            f"{'lack ' if one.fault else 'ok   '}{one.need.name}{f': {one.fault}' if one.fault else ''}"
        )
    if any(one.fault for one in found):
        raise click.ClickException("这个数据库不能用，见 docs/databases.md / this server cannot be used")
    click.echo("需要的都有 / it has all that is needed.")
