"""How commands show how far they got."""

import click


def show(line: str) -> None:
    """Findings can be piped on; how far it got is for the eyes."""
    click.echo(line, err=True)


def ignore(_line: str) -> None:
    """For a run that tells findings only."""
