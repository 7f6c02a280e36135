"""`flask found-city`, `flask appoint-admin`, `flask console-link`: the way into a city that has nobody yet."""

import click

from backend import clock, config, text
from backend.command_line import Fault, command
from backend.db import transaction
from backend.identity import console_links
from backend.languages import say
from backend.organisations import actions as tree
from backend.organisations import queries as places
from backend.people import colleagues, first_administrator

# 铁力市 is 铁力 for short.
_ENDINGS = "市县区旗"


@command(
    "found-city",
    "Begins a deployment: the city at the root of the tree, and its first administrator, who needs no mini-program.",
    "开始一个城市：组织树的根，以及第一位市级管理员（不需要小程序）。简称不填就去掉“市”“县”。",
    "flask found-city 铁力市 --admin-name 王敏 --admin-phone 13904580001",
    "flask found-city 铁力市 铁力",
)
@click.argument("name")
@click.argument("short", required=False)
@click.option(
    "--admin-name", help=say("The first city administrator, 王敏.", "第一位市级管理员的姓名，如王敏")
)
@click.option("--admin-phone", help=say("Their mobile number.", "其手机号"))
def found_city(name: str, short: str | None, admin_name: str | None, admin_phone: str | None) -> None:
    if bool(admin_name) != bool(admin_phone):
        raise Fault("--admin-name and --admin-phone go together", "--admin-name 和 --admin-phone 要一起给")
    try:
        name = text.clean(name)
        short = text.clean(short) if short else _short(name)
    except text.Unclean as fault:
        raise Fault(fault.sentence) from None
    with transaction():
        if places.children(None, "city").rows(1):
            raise Fault("there is a city already", "已经有城市了")
        made = tree.found_city(name, short)
        admin_id = _register_and_appoint(admin_name, admin_phone) if admin_name and admin_phone else None
    click.echo(say(f"City {made.id}: {name}", f"城市 {made.id}：{name}"))
    if admin_id is not None:
        _tell_appointed(admin_id, name)


def _short(name: str) -> str:
    return name[:-1] if len(name) > 2 and name[-1] in _ENDINGS else name


def _register_and_appoint(name: str, phone: str) -> int:
    person = colleagues.register(name, phone, actor=None)
    first_administrator.appoint(person.id)
    return person.id


def _tell_appointed(person_id: int, city: str) -> None:
    click.echo(
        say(f"Person {person_id} is city_admin of {city}.", f"编号 {person_id} 的人是{city}的市级管理员。")
    )
    click.echo(
        say(
            f"Next: `flask console-link {person_id}` prints the link by which they come in.",
            f"下一步：flask console-link {person_id} 打印进入工作后台的链接。",
        ),
        err=True,
    )


@command(
    "appoint-admin",
    "Appoints the first city administrator; everyone after that is appointed by one, in the console.",
    "任命第一位市级管理员；以后的人由市级管理员在工作后台任命。",
    "flask appoint-admin --name 王敏 --phone 13904580001",
    "flask appoint-admin 1",
)
@click.argument("person_id", type=int, required=False)
@click.option("--name", help=say("Somebody who is not here yet: 王敏.", "还没有登记的人的姓名，如王敏"))
@click.option("--phone", help=say("Their mobile number.", "其手机号"))
def appoint_admin(person_id: int | None, name: str | None, phone: str | None) -> None:
    if (person_id is None) == (name is None) or bool(name) != bool(phone):
        raise Fault(
            "give the number of a person, or --name and --phone", "请给出人员编号，或 --name 和 --phone"
        )
    with transaction():
        if person_id is None:
            person_id = colleagues.register(name or "", phone or "", actor=None).id
        city_name = first_administrator.appoint(person_id).name
    _tell_appointed(person_id, city_name)


@command(
    "console-link",
    "Prints a link that opens the console once, within ten minutes, as PERSON: a number, a phone or a card.",
    "打印一个登录链接：十分钟内有效，只能用一次，以 PERSON（编号、手机号或卡号）的身份进入工作后台。",
    "flask console-link 1",
    "flask console-link 13904580001",
    "flask console-link P000012",
)
@click.argument("person")
def console_link(person: str) -> None:
    with transaction():
        person_id = console_links.named(person)
        code = console_links.create_link(person_id)
    address = config.settings().public_address
    click.echo(f"{address}/console/link/{code}")
    until = (clock.now() + console_links.STANDS).astimezone(clock.CHINA)
    click.echo(
        say(
            f"Opens the console as person {person_id}, once, until {until:%H:%M}. It is shown only here.",
            f"以编号 {person_id} 的身份进入工作后台，只能用一次，{until:%H:%M} 前有效；只在这里显示这一次。",
        ),
        err=True,
    )
    if not address:
        click.echo(
            say(
                "PUBLIC_URL is not set: put the address of your console in front.",
                "没有设置 PUBLIC_URL：请在前面加上工作后台的网址。",
            ),
            err=True,
        )
