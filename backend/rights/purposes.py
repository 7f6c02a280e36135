"""The register of processing purposes (个人信息台账; 个人信息保护法 17, 55), in code.

Each purpose names the columns it needs, so that a test can say which column nobody has given a reason for.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from backend import clock, config
from backend.db import session
from backend.journal import JournalLine
from backend.rights import notice

_WHILE = "账号存续期间；注销时立即删除"
_BOOKS = "依法长期留存，不含姓名和电话；注销后只剩编号"
_LAW_SERVICE = "个人信息保护法第十三条第二项（为个人办理其申请的事项所必需）"
_LAW_DUTY = "个人信息保护法第十三条第三项（履行法定职责或义务）"
_LAW_CONSENT = "个人信息保护法第十三条第一项（个人同意）"
_LAW_SENSITIVE = "个人信息保护法第二十八、二十九条（敏感个人信息，单独同意）"


@dataclass(frozen=True)
class Purpose:
    """One purpose. `columns` are `table.column`, `retention` may name settings by `{keep_notices_days}`."""

    purpose: str
    fields: tuple[str, ...]
    columns: tuple[str, ...]
    basis: str
    document: str
    retention: str
    recipients: str


PURPOSES = (
    Purpose(
        "认出是您",
        ("微信标识", "登录令牌的摘要", "短时间内的应答副本"),
        (
            "persons.openid",
            "sessions.token_digest",
            "idempotency_keys.answer_sealed",
            "idempotency_keys.key",
            "idempotency_keys.fingerprint",
        ),
        _LAW_SERVICE,
        "privacy",
        "登录 {session_days} 天不用即失效；应答副本 {idempotency_hours} 小时；其余" + _WHILE,
        "只有系统自己",
    ),
    Purpose(
        "核实居民、联系办事",
        ("昵称", "姓名", "手机号及其检索摘要", "出生年份", "纸质卡号"),
        (
            "persons.nickname",
            "persons.real_name_sealed",
            "persons.phone_sealed",
            "persons.phone_index",
            "persons.birth_year",
            "persons.card_number",
        ),
        _LAW_SERVICE,
        "privacy",
        _WHILE,
        "社区工作人员（脱敏）；认领人在认领期间（姓名、电话）",
    ),
    Purpose(
        "确定由哪个社区办事",
        ("居住社区、网格", "住址", "核实说明"),
        ("residencies.address_sealed", "residencies.reason"),
        _LAW_SENSITIVE,
        "sensitive_data",
        "未通过的登记 {keep_rejected_days} 天；其余" + _WHILE,
        "本社区工作人员；住址只给认领人，并留查看记录",
    ),
    Purpose(
        "双报到",
        ("党员身份、工作单位、六大员岗位", "核实说明"),
        ("party_registrations.service_roles", "party_registrations.reason"),
        _LAW_SENSITIVE,
        "sensitive_data",
        "未通过的登记 {keep_rejected_days} 天；其余" + _WHILE,
        "报到社区的工作人员",
    ),
    Purpose(
        "办理微心愿",
        ("心愿内容", "地址、联系电话", "代办原因", "审核说明", "评价"),
        (
            "wishes.title",
            "wishes.description",
            "wishes.address_sealed",
            "wishes.phone_sealed",
            "wishes.on_behalf_reason",
            "wishes.review_reason",
            "wishes.comment",
        ),
        _LAW_SERVICE,
        "privacy",
        "办结后 {keep_contact_days} 天删除地址和电话；未提交的草稿 {keep_draft_days} 天；其余"
        "内容作为台账留存，注销时去掉能认出您的文字",
        "心愿墙只显示您选择公开的称谓；地址电话只给认领人，工作人员须写理由",
    ),
    Purpose(
        "认领和完成心愿",
        ("认领名义", "完成说明", "放弃原因"),
        ("claims.note", "claims.reason"),
        _LAW_SERVICE,
        "privacy",
        "作为台账留存，注销时去掉能认出您的文字",
        "许愿人和本社区工作人员（姓名脱敏）",
    ),
    Purpose(
        "志愿队",
        ("参加的志愿队",),
        ("team_members.status",),
        _LAW_SERVICE,
        "privacy",
        _WHILE,
        "队长和本社区工作人员",
    ),
    Purpose(
        "志愿服务记录和证明",
        ("报名、签到签退时间", "现场比对结果（通过或未通过，不存坐标）", "服务内容和时长", "更正和补录说明"),
        (
            "sign_ups.on_behalf_reason",
            "sign_ups.place_check",
            "service_records.content",
            "service_records.place",
            "record_corrections.reason",
            "record_corrections.decision_reason",
            "backfills.content",
            "backfills.place",
            "backfills.reason",
            "backfills.decision_reason",
        ),
        _LAW_DUTY + "；志愿服务条例第十九条，志愿服务记录与证明出具办法（民政部令第67号）",
        "privacy",
        _BOOKS,
        "活动组织者和本社区工作人员",
    ),
    Purpose(
        "开具服务证明、授予星级",
        ("证明上的姓名", "证明包含的记录和时长", "撤销原因", "星级"),
        ("certificates.name_sealed", "certificates.revoke_reason", "certificates.minutes", "stars.stars"),
        _LAW_DUTY + "；志愿服务记录与证明出具办法（民政部令第67号）",
        "privacy",
        "证明长期留存，供凭编号查验；注销时删去姓名和星级",
        "本人；凭编号查验的人只看到期间、时长、开具单位和是否有效",
    ),
    Purpose(
        "向工作单位反馈双报到情况",
        ("服务次数和时长的合计", "认领和点亮心愿的数量", "主要服务内容"),
        (),
        _LAW_CONSENT + "；个人信息保护法第二十三条",
        "unit_feedback",
        "不另外保存，反馈时从服务记录汇总；撤回同意后不再反馈",
        "您登记的工作单位党组织",
    ),
    Purpose(
        "其他平台的服务时长",
        ("其他平台的记录编号、活动、组织单位、时长",),
        ("hours_elsewhere.reference", "hours_elsewhere.activity_name", "hours_elsewhere.organising_body"),
        _LAW_SERVICE,
        "privacy",
        _WHILE,
        "本人和本社区工作人员；不计入本系统的时长和积分",
    ),
    Purpose(
        "积分记账",
        ("积分流水", "调整原因"),
        ("transfers.title", "adjustments.reason", "adjustments.decision_reason"),
        _LAW_SERVICE,
        "privacy",
        _BOOKS,
        "本人；工作人员（姓名脱敏）",
    ),
    Purpose(
        "兑换",
        ("兑换单", "取货码及其检索摘要", "代领人姓名", "用途和说明"),
        (
            "redemptions.pick_up_code_sealed",
            "redemptions.pick_up_code_index",
            "redemptions.proxy_name_sealed",
            "redemptions.purpose",
            "redemptions.on_behalf_reason",
            "redemptions.closing_reason",
        ),
        _LAW_SERVICE,
        "privacy",
        "作为台账留存，注销时去掉能认出您的文字",
        "超市管理员只看到姓名尾字和取货码",
    ),
    Purpose(
        "捐赠公示",
        ("捐赠人名称",),
        ("stock_movements.donor_sealed",),
        _LAW_CONSENT + "；公益事业捐赠法",
        "privacy",
        "作为捐赠台账长期留存",
        "同意公开的才公示",
    ),
    Purpose(
        "图片",
        ("您上传的图片（已去掉拍摄地点等信息）",),
        ("files.key",),
        _LAW_CONSENT,
        "pictures",
        "没有用上的 24 小时；撤回同意或注销时删除",
        "办这件事的人；检查内容时交给微信",
    ),
    Purpose(
        "告诉您进展",
        ("消息内容", "订阅消息的授权次数"),
        ("notices.title", "notices.body", "deliveries.data", "subscriptions.remaining"),
        _LAW_SERVICE,
        "privacy",
        "{keep_notices_days} 天；注销时立即删除",
        "本人；订阅消息经微信送达",
    ),
    Purpose(
        "投诉和建议",
        ("内容", "回访电话", "答复"),
        ("complaints.text_sealed", "complaints.contact_sealed", "complaints.answer_sealed"),
        _LAW_DUTY + "；个人信息保护法第五十条",
        "privacy",
        "办结后 {keep_complaint_days} 天；匿名的，办理人看不到是谁",
        "承办的社区、街道或市；说到本社区工作人员的，由街道承办",
    ),
    Purpose(
        "保护孩子",
        ("监护关系", "不满十四周岁孩子的资料"),
        ("guardianships.relation", "guardianships.reason"),
        "个人信息保护法第三十一条；未成年人网络保护条例",
        "sensitive_data",
        "不再有监护人的孩子 {keep_rejected_days} 天；其余" + _WHILE,
        "监护人和本社区工作人员；心愿墙不显示姓名、学校、照片",
    ),
    Purpose(
        "同意记录",
        ("同意和撤回的时间、版本",),
        ("consents.document", "consents.version"),
        _LAW_DUTY,
        "privacy",
        "撤回后 {keep_consent_days} 天",
        "本人",
    ),
    Purpose(
        "工作后台登录",
        ("登录名", "口令的摘要", "动态口令的种子", "登录失败次数"),
        (
            "credentials.name",
            "credentials.password_hash",
            "credentials.totp_sealed",
            "sign_in_attempts.name_index",
        ),
        _LAW_DUTY,
        "privacy",
        "任职期间；注销时立即删除",
        "只有系统自己",
    ),
    Purpose(
        "导入居民名册",
        ("工作人员上传、尚未导入完的表格行",),
        ("imports.rows_sealed",),
        _LAW_DUTY,
        "privacy",
        "导入完成即删除；没有完成的，一天后删除",
        "上传的工作人员",
    ),
    Purpose(
        "操作留痕和安全",
        ("谁在何时办了什么、原因",),
        ("journal.reason", "journal.facts"),
        _LAW_DUTY + "；网络安全法第二十一条",
        "privacy",
        "不少于三年；其中不写姓名、电话和住址",
        "审计员",
    ),
)
# What the figures count, by the verb the journal has for it.
_COUNTED = {
    "exports": ("export",),
    "cancellations": ("cancel",),
    "corrections": ("update_profile",),
    "openings": ("open_contact",),
}
_YEAR = timedelta(days=365)


def purposes_in_words() -> list[dict[str, Any]]:
    """The register as people read it, with the periods that are configured."""
    settings = config.settings()
    return [
        {
            "purpose": one.purpose,
            "fields": one.fields,
            "basis": one.basis,
            "document": one.document,
            "version": notice.current(one.document).version,
            "retention": one.retention.format_map(vars(settings)),
            "recipients": one.recipients,
        }
        for one in PURPOSES
    ]


def requests() -> dict[str, int]:
    """How often rights were used in the last year, in the whole city: totals, never of a person."""
    verbs = {verb: name for name, found in _COUNTED.items() for verb in found}
    rows = session.execute(
        sa.select(JournalLine.verb, sa.func.count())
        .where(
            JournalLine.at >= clock.now() - _YEAR,
            JournalLine.subject_kind.in_(("person", "wish")),
            JournalLine.verb.in_(verbs),
            # What time alone ended, nobody asked for.
            JournalLine.actor_id.is_not(None),
        )
        .group_by(JournalLine.verb)
    )
    told = dict.fromkeys(_COUNTED, 0)
    for verb, count in rows:
        told[verbs[verb]] += count
    return told


def covered() -> frozenset[str]:
    """All columns that have a purpose."""
    return frozenset(column for one in PURPOSES for column in one.columns)
