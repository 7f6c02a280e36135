"""The register of processing purposes (个人信息台账; 个人信息保护法 17, 55), in code.

The columns name their purpose beside themselves, so that a test can say which one nobody has given a reason for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

import sqlalchemy as sa

from backend import clock, config
from backend.db import session
from backend.journal import JournalLine
from backend.personal import Purpose
from backend.rights import notice, personal_tables

_WHILE = "账号存续期间；注销时立即删除"
_BOOKS = "依法长期留存，用编号指人；注销后只剩编号，其中提到您的文字一并删除"
_LAW_SERVICE = "个人信息保护法第十三条第二项（为个人办理其申请的事项所必需）"
_LAW_DUTY = "个人信息保护法第十三条第三项（履行法定职责或义务）"
_LAW_CONSENT = "个人信息保护法第十三条第一项（个人同意）"
_LAW_SENSITIVE = "个人信息保护法第二十八、二十九条（敏感个人信息，单独同意）"
_LAW_CHILDREN = "个人信息保护法第三十一条（监护人同意）；未成年人网络保护条例"
# What is done on these bases waits for consent (backend/rights/gates.py); a test walks the register.
_ON_CONSENT = (_LAW_CONSENT, _LAW_SENSITIVE, _LAW_CHILDREN)


@dataclass(frozen=True)
class ProcessingPurpose:
    """One purpose in words. `retention` may name settings by `{keep_notices_days}`."""

    key: Purpose
    purpose: str
    fields: tuple[str, ...]
    basis: str
    document: str
    retention: str
    recipients: str

    @property
    def on_consent(self) -> bool:
        """Whether nothing of it may be stored before its document is agreed to."""
        return self.basis.startswith(_ON_CONSENT)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns (`table.column`) that say they are needed for it."""
        said = personal_tables.declarations()
        return tuple(str(column) for column, one in said if one.purpose == self.key)


PURPOSES = (
    ProcessingPurpose(
        Purpose.SIGN_IN,
        "认出是您",
        ("微信标识", "登录令牌和自助终端验证码的摘要", "一天内的登录次数", "短时间内的应答副本"),
        _LAW_SERVICE,
        "privacy",
        "登录 {session_days} 天不用即失效，最长 {session_most_days} 天；自助终端的当天删除；"
        "应答副本 {idempotency_hours} 小时；其余" + _WHILE,
        "只有系统自己",
    ),
    ProcessingPurpose(
        Purpose.CONTACT,
        "核实居民、联系办事",
        ("昵称", "姓名", "手机号及其检索摘要", "出生年份", "纸质卡号"),
        _LAW_SERVICE,
        "privacy",
        _WHILE,
        "社区工作人员（脱敏）；认领人在认领期间（姓名、电话）",
    ),
    ProcessingPurpose(
        Purpose.RESIDENCY,
        "确定由哪个社区办事",
        ("居住社区、网格", "住址", "核实说明"),
        _LAW_SENSITIVE,
        "sensitive_data",
        "未通过的登记 {keep_rejected_days} 天；其余" + _WHILE,
        "本社区工作人员；住址只给认领人，并留查看记录",
    ),
    ProcessingPurpose(
        Purpose.PARTY_REGISTRATION,
        "双报到",
        ("党员身份、工作单位、六大员岗位", "核实说明"),
        _LAW_SENSITIVE,
        "sensitive_data",
        "未通过的登记 {keep_rejected_days} 天；其余" + _WHILE,
        "报到社区的工作人员",
    ),
    ProcessingPurpose(
        Purpose.WISHES,
        "办理微心愿",
        ("心愿内容", "地址、联系电话", "代办原因", "审核说明", "评价"),
        _LAW_SERVICE,
        "privacy",
        "办结后 {keep_contact_days} 天删除地址和电话；未提交的草稿 {keep_draft_days} 天；其余"
        "内容作为台账留存，注销时去掉能认出您的文字",
        "心愿墙只显示您选择公开的称谓；地址电话只给认领人，工作人员须写理由",
    ),
    ProcessingPurpose(
        Purpose.CLAIMS,
        "认领和完成心愿",
        ("认领名义", "完成说明", "放弃原因"),
        _LAW_SERVICE,
        "privacy",
        "作为台账留存，注销时去掉能认出您的文字",
        "许愿人和本社区工作人员（姓名脱敏）",
    ),
    ProcessingPurpose(
        Purpose.TEAMS, "志愿队", ("参加的志愿队",), _LAW_SERVICE, "privacy", _WHILE, "队长和本社区工作人员"
    ),
    ProcessingPurpose(
        Purpose.SERVICE,
        "志愿服务记录和证明",
        ("报名、签到签退时间", "现场比对结果（通过或未通过，不存坐标）", "服务内容和时长", "更正和补录说明"),
        _LAW_DUTY + "；志愿服务条例第十九条，志愿服务记录与证明出具办法（民政部令第67号）",
        "privacy",
        _BOOKS,
        "活动组织者和本社区工作人员",
    ),
    ProcessingPurpose(
        Purpose.CERTIFICATES,
        "开具服务证明、授予星级",
        ("证明上的姓名", "证明包含的记录和时长", "撤销原因", "星级"),
        _LAW_DUTY + "；志愿服务记录与证明出具办法（民政部令第67号）",
        "privacy",
        "证明长期留存，供凭编号查验；注销时删去姓名和星级",
        "本人；凭编号查验的人只看到期间、时长、开具单位和是否有效",
    ),
    ProcessingPurpose(
        Purpose.UNIT_FEEDBACK,
        "向工作单位反馈双报到情况",
        ("服务次数和时长的合计", "认领和点亮心愿的数量", "主要服务内容"),
        _LAW_CONSENT + "；个人信息保护法第二十三条",
        "unit_feedback",
        "不另外保存，反馈时从服务记录汇总；撤回同意后不再反馈",
        "您登记的工作单位党组织",
    ),
    ProcessingPurpose(
        Purpose.HOURS_ELSEWHERE,
        "其他平台的服务时长",
        ("其他平台的记录编号、活动、组织单位、时长",),
        _LAW_SERVICE,
        "privacy",
        _WHILE,
        "本人和本社区工作人员；不计入本系统的时长和积分",
    ),
    ProcessingPurpose(
        Purpose.POINTS,
        "积分记账",
        ("积分流水", "调整原因"),
        _LAW_SERVICE,
        "privacy",
        _BOOKS,
        "本人；工作人员（姓名脱敏）",
    ),
    ProcessingPurpose(
        Purpose.REDEMPTIONS,
        "兑换",
        ("兑换单", "取货码及其检索摘要", "代领人姓名", "用途和说明"),
        _LAW_SERVICE,
        "privacy",
        "作为台账留存，注销时去掉能认出您的文字",
        "超市管理员只看到姓名尾字和取货码",
    ),
    ProcessingPurpose(
        Purpose.DONATIONS,
        "捐赠公示",
        ("捐赠人名称",),
        _LAW_CONSENT + "；公益事业捐赠法",
        "privacy",
        "作为捐赠台账长期留存",
        "同意公开的才公示",
    ),
    ProcessingPurpose(
        Purpose.PICTURES,
        "图片",
        ("您上传的图片（已去掉拍摄地点等信息）",),
        _LAW_CONSENT,
        "pictures",
        "没有用上的 24 小时；撤回同意或注销时删除",
        "办这件事的人；检查内容时交给微信",
    ),
    ProcessingPurpose(
        Purpose.NOTICES,
        "告诉您进展",
        ("消息内容", "账号安全记录和登录用的浏览器", "订阅消息的授权次数"),
        _LAW_SERVICE,
        "privacy",
        "{keep_notices_days} 天；注销时立即删除",
        "本人；订阅消息经微信送达",
    ),
    ProcessingPurpose(
        Purpose.COMPLAINTS,
        "投诉和建议",
        ("内容", "回访电话", "答复"),
        _LAW_DUTY + "；个人信息保护法第五十条",
        "privacy",
        "办结后 {keep_complaint_days} 天；匿名的，办理人看不到是谁",
        "承办的社区、街道或市；说到本社区工作人员的，由街道承办",
    ),
    ProcessingPurpose(
        Purpose.TICKETS,
        "办理您上报的事项",
        ("内容", "地址", "联系电话", "答复", "补充和催办"),
        _LAW_DUTY,
        "privacy",
        "账号存续期间；注销后不再联系您，提到您的文字一并删除",
        "分流的综治中心、牵头办理的单位；要求保密的，办理单位看不到是谁；被反映的单位看不到",
    ),
    ProcessingPurpose(
        Purpose.CHILDREN,
        "保护孩子",
        ("监护关系", "不满十四周岁孩子的资料"),
        _LAW_CHILDREN,
        "sensitive_data",
        "不再有监护人的孩子 {keep_rejected_days} 天；其余" + _WHILE,
        "监护人和本社区工作人员；心愿墙不显示姓名、学校、照片",
    ),
    ProcessingPurpose(
        Purpose.FAMILY,
        "家人代办",
        ("谁替谁办、是什么关系", "什么时候、怎么同意的", "申请时填的号码的检索摘要"),
        _LAW_SERVICE + "；民法典第一百六十一至一百六十五条（委托代理）",
        "privacy",
        "没有同意的 {keep_rejected_days} 天；同意过的" + _BOOKS,
        "双方；替没有手机的居民登记同意的社区工作人员",
    ),
    ProcessingPurpose(
        Purpose.CONSENTS,
        "同意记录",
        ("同意和撤回的时间、版本",),
        _LAW_DUTY,
        "privacy",
        "撤回后 {keep_consent_days} 天",
        "本人",
    ),
    ProcessingPurpose(
        Purpose.CONSOLE,
        "工作后台登录",
        ("登录名", "口令的摘要", "动态口令的种子", "登录失败次数"),
        _LAW_DUTY,
        "privacy",
        "任职期间；注销时立即删除",
        "只有系统自己",
    ),
    ProcessingPurpose(
        Purpose.SUSPENSIONS,
        "停用账号",
        ("停用和恢复的时间、原因", "经手人"),
        _LAW_DUTY + "；网络安全法第二十一条",
        "privacy",
        "作为监督记录长期留存；注销时删除原因，只剩编号",
        "本人；本社区工作人员、监督员、街道工作人员和审计员",
    ),
    ProcessingPurpose(
        Purpose.IMPORTS,
        "导入居民名册",
        ("工作人员上传、尚未导入完的表格行",),
        _LAW_DUTY,
        "privacy",
        "导入完成即删除；没有完成的，一天后删除",
        "上传的工作人员",
    ),
    ProcessingPurpose(
        Purpose.AUDIT,
        "操作留痕和安全",
        ("谁在何时办了什么、原因",),
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


def document_of(key: Purpose) -> str:
    """The document in which a purpose is told, and agreed to where that is its basis."""
    return next(one.document for one in PURPOSES if one.key == key)


class PurposeInWords(TypedDict):
    """One purpose as people read it; `document` and `version` are what is agreed to where that is its basis."""

    purpose: str
    fields: Sequence[str]
    basis: str
    document: str
    version: str
    retention: str
    recipients: str


def purposes_in_words() -> list[PurposeInWords]:
    """The register as people read it, with the periods that are configured."""
    settings = config.settings()
    return [
        {
            "purpose": one.purpose,
            "fields": one.fields,
            "basis": one.basis,
            "document": one.document,
            "version": notice.current(one.document).version,
            "retention": _retention(one.retention, settings),
            "recipients": one.recipients,
        }
        for one in PURPOSES
    ]


def _retention(sentence: str, settings: config.Settings) -> str:
    """The periods of this installation in the sentence, those that never end in words."""
    told = vars(settings)
    for name, value in told.items():
        if value is None:
            sentence = sentence.replace(f"{{{name}}} 天删除", "不自动删除").replace(
                f"{{{name}}} 天", "不限期"
            )
    return sentence.format_map(told)


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
    return frozenset(str(column) for column, said in personal_tables.declarations() if said.purpose)
