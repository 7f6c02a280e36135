"""The command line of an installed program, which `scripts/flask` starts: with its settings, and without what destroys."""

import os
from pathlib import Path

import click
from dotenv import dotenv_values
from flask import Flask
from flask.cli import FlaskGroup, ScriptInfo

from backend.languages import say

# Where an installation keeps its settings, unless DIANLIANG_ENV names another file.
SETTINGS = "/etc/dianliang.env"
ROOT = Path(__file__).resolve().parents[1]
# What libraries bring along for whoever writes the program.
FOR_DEVELOPERS = ("limiter", "spec")


def read_settings() -> None:
    """The settings that the services have, for who may read them; what is set already stays. A folder for data that is no
    whole path lies beside the program, wherever the command is given."""
    file = Path(os.environ.get("DIANLIANG_ENV", SETTINGS))
    if os.access(file, os.R_OK):
        for name, value in dotenv_values(file, interpolate=False).items():
            os.environ.setdefault(name, value or "")
    os.environ["DATA_DIR"] = str(ROOT / os.environ.get("DATA_DIR", "var"))


def _app() -> Flask:
    from backend.app import create_app

    return create_app()


class CommandLine(FlaskGroup):
    """Our commands and `db`; of that only what a city needs."""

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        found = None if name in FOR_DEVELOPERS else super().get_command(ctx, name)
        if name == "db" and isinstance(found, click.Group):
            from backend.commands import DESTROYS

            for one in DESTROYS["db"]:
                found.commands[one].hidden = True
        return found

    def list_commands(self, ctx: click.Context) -> list[str]:
        own = ctx.ensure_object(ScriptInfo).load_app().cli.list_commands(ctx)
        return sorted({*own, "db"})


def main() -> None:
    read_settings()
    told = say(
        "The command line of 点亮. `flask COMMAND --help` shows an example.",
        "点亮的命令行。flask 命令 --help 有例子。",
    )
    CommandLine(
        create_app=_app, add_default_commands=False, add_version_option=False, load_dotenv=False, help=told
    ).main(prog_name="flask")


if __name__ == "__main__":
    main()
