"""`flask wechat templates`: what the mini-program's account has at WeChat, and the line of settings that uses it."""

import click
from flask.cli import AppGroup, with_appcontext

from backend.outbox import matching
from backend.outbox.templates import CATALOGUE
from backend.wechat.gateway import AccountTemplate, WeChatRejected, WeChatUnavailable, gateway

wechat = AppGroup("wechat", help="微信小程序账号。The mini-program's account at WeChat.")


@wechat.command("templates")
@with_appcontext
def templates() -> None:
    """列出账号里的订阅消息模板，给出 WECHAT_TEMPLATES 该填的一行。

    Lists the account's subscription templates, and proposes the line of WECHAT_TEMPLATES to copy into the
    environment file. Changes nothing.
    """
    account = _asked()
    for one in account:
        fields = "、".join(f"{label}={name}" for name, label in one.fields)
        click.echo(f"{one.id}  {one.title}: {fields}")
    found = matching.proposals(account)
    click.echo()
    for proposal in found:
        _tell(proposal)
    click.echo("\n请核对后复制 / read it over, then copy:")
    click.echo(f"WECHAT_TEMPLATES='{matching.setting(found)}'")


def _asked() -> list[AccountTemplate]:
    try:
        return gateway().templates()
    except WeChatUnavailable:
        raise click.ClickException(
            "微信没有回应，请稍后再试 / WeChat does not answer; try again later"
        ) from None
    except WeChatRejected as said:
        sentence = (
            f"微信拒绝了（{said.errcode}），运行 flask doctor 看原因 / WeChat refused: run `flask doctor`"
        )
        raise click.ClickException(sentence) from None


def _tell(proposal: matching.Proposal) -> None:
    purpose = f"{proposal.key}（{CATALOGUE[proposal.key].title}）"
    if proposal.chosen is None:
        wanted = matching.wanted(proposal.key)
        click.echo(
            f"- {purpose}: 没有合适的模板，请到微信公众平台添加一个有这些关键词的 / none fits; add one with {wanted}"
        )
        return
    meanings = [meaning for _name, meaning in CATALOGUE[proposal.key].fields]
    pairs = zip(meanings, proposal.chosen.fields, strict=True)
    told = "、".join(f"{meaning} → {field or '不发送 / not sent'}" for meaning, field in pairs)
    click.echo(f"- {purpose}: {proposal.title}: {told}")
