"""`flask seed`, `flask open-api`: what is made from the program itself."""

import click

from backend import config, handbook
from backend.command_line import Fault, command
from backend.languages import say
from backend.seeds import demo
from backend.seeds.tieli import seed as tieli


@command(
    "seed",
    "Makes the data that SEED names, once: a second run changes nothing.",
    "按 SEED 生成演示数据，只生成一次，再运行什么也不改。",
    "SEED=demo flask seed",
)
def seed() -> None:
    wanted = config.settings().seed
    if wanted == "empty":
        click.echo(say("SEED=empty: nothing to make.", "SEED=empty：没有要生成的。"))
    elif demo.seed() if wanted == "demo" else tieli.seed(tell=click.echo):
        click.echo(say("Demo data made.", "演示数据已生成。"))
    elif demo.renew_password():
        click.echo(
            say("The demo people sign in with DEMO_PASSWORD now.", "演示人员的口令已换成 DEMO_PASSWORD。")
        )
    else:
        click.echo(say("There is data already; nothing was changed.", "已经有数据，什么也没有改。"))


@command(
    "open-api",
    "Writes what miniprogram_api_docs/ has from the code: openapi.json, errors, states, declarations, words.",
    "写出 miniprogram_api_docs/ 里由代码生成的文件：openapi.json、错误、状态、类型声明、词语。",
    "flask open-api",
    "flask open-api --check",
    needs_database=False,
)
@click.option(
    "--check",
    is_flag=True,
    help=say("Only say whether the files are up to date.", "只说这些文件是不是最新的"),
)
def open_api(check: bool) -> None:
    for path, written in handbook.written().items():
        stale = not path.exists() or path.read_text(encoding="utf-8") != written
        if stale and check:
            raise Fault(f"{path} is stale: run `flask open-api`", f"{path} 已过时，请运行 flask open-api")
        if stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written, encoding="utf-8")
            click.echo(say(f"{path} written.", f"已写出 {path}。"))
