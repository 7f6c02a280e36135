"""`flask wechat templates`: what the mini-program's account has at WeChat, and the line of settings that uses it."""

import click
from flask.cli import AppGroup

from backend.command_line import Fault, command
from backend.languages import say
from backend.outbox import matching
from backend.outbox.templates import CATALOGUE
from backend.wechat.gateway import AccountTemplate, WeChatRejected, WeChatUnavailable, gateway

wechat = AppGroup("wechat", help=say("The mini-program's account at WeChat.", "微信小程序账号。"))


@command(
    "templates",
    "Lists the account's subscription templates, and proposes the line of WECHAT_TEMPLATES; changes nothing.",
    "列出账号里的订阅消息模板，给出 WECHAT_TEMPLATES 该填的一行；什么也不改。",
    "flask wechat templates",
    into=wechat,
    needs_database=False,
)
def templates() -> None:
    account = _asked()
    for one in account:
        fields = "、".join(f"{label}={name}" for name, label in one.fields)
        click.echo(f"{one.id}  {one.title}: {fields}")
    found = matching.proposals(account)
    click.echo()
    for proposal in found:
        _print_proposal(proposal)
    click.echo(say("\nRead it over, then copy:", "\n请核对后复制："))
    click.echo(f"WECHAT_TEMPLATES='{matching.setting(found)}'")


def _asked() -> list[AccountTemplate]:
    try:
        return gateway().templates()
    except WeChatUnavailable:
        raise Fault("WeChat does not answer; try again later", "微信没有回应，请稍后再试") from None
    except WeChatRejected as said:
        raise Fault(
            f"WeChat refused ({said.errcode}): run `flask doctor`",
            f"微信拒绝了（{said.errcode}），运行 flask doctor 看原因",
        ) from None


def _print_proposal(proposal: matching.Proposal) -> None:
    purpose = f"{proposal.key}（{CATALOGUE[proposal.key].title}）"
    if proposal.chosen is None:
        wanted = matching.wanted(proposal.key)
        click.echo(
            say(
                f"- {purpose}: none fits; add one with {wanted}",
                f"- {purpose}: 没有合适的模板，请到微信公众平台添加一个有这些关键词的：{wanted}",
            )
        )
        return
    meanings = [meaning for _name, meaning in CATALOGUE[proposal.key].fields]
    pairs = zip(meanings, proposal.chosen.fields, strict=True)
    told = "、".join(f"{meaning} → {field or say('not sent', '不发送')}" for meaning, field in pairs)
    click.echo(f"- {purpose}: {proposal.title}: {told}")
