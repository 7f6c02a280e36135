"""The move tables that people meet, with their names in Chinese: for the diagrams and for a client's buttons."""

from dataclasses import dataclass

from backend.complaints import states as complaints
from backend.complaints.labels import COMPLAINANT_STATES
from backend.moves import Move
from backend.people import states as people
from backend.people.labels import (
    GUARDIANSHIP_STATES,
    MEMBER_STATES,
    PARTY_REGISTRATION_STATES,
    RESIDENCY_STATES,
)
from backend.points import states as points
from backend.points.labels import ADJUSTMENT_STATES
from backend.supermarket import states as supermarket
from backend.supermarket.labels import REDEMPTION_STATES, STOCKTAKE_STATES
from backend.volunteering import states as volunteering
from backend.volunteering.labels import ACTIVITY_STATES, CERTIFICATE_STATES, REQUEST_STATES, SIGN_UP_STATES
from backend.wishes import states as wishes
from backend.wishes.labels import ROUND_STATES, WISH_STATES


@dataclass(frozen=True)
class Table:
    """`begins` are the states in which a thing comes into being; `buttons` whether `actions` names its moves."""

    title: str
    kind: str
    moves: tuple[Move, ...]
    begins: tuple[str, ...]
    states: dict[str, str]
    told: str


TABLES = (
    Table(
        "心愿",
        "wish",
        wishes.WISH_MOVES,
        ("draft",),
        WISH_STATES,
        "一个心愿从填报到办结。`publish`、`carry_over`、`escalate` 随它所在的期发生，没有单独的按钮。",
    ),
    Table(
        "期",
        "round",
        wishes.ROUND_MOVES,
        ("collecting",),
        ROUND_STATES,
        "一个社区同时最多有一期在征集或审核，一期在发布。",
    ),
    Table(
        "活动",
        "activity",
        volunteering.ACTIVITY_MOVES,
        ("draft",),
        ACTIVITY_STATES,
        "会议和学习不计时长，到“已结束”为止。",
    ),
    Table(
        "报名",
        "sign_up",
        volunteering.SIGN_UP_MOVES,
        ("confirmed", "waitlisted"),
        SIGN_UP_STATES,
        "有名额时报名即为“已报名”，没有名额时排入候补。",
    ),
    Table(
        "服务记录更正",
        "correction",
        volunteering.CORRECTION_MOVES,
        ("requested",),
        REQUEST_STATES,
        "同意后生成一条新记录，旧的标明已更正。",
    ),
    Table(
        "补录时长",
        "backfill",
        volunteering.BACKFILL_MOVES,
        ("requested",),
        REQUEST_STATES,
        "补录有经手人和审核人，记录上有标记。",
    ),
    Table(
        "服务证明",
        "certificate",
        volunteering.CERTIFICATE_MOVES,
        ("issued",),
        CERTIFICATE_STATES,
        "证明开出后不改；内容有误的撤销，核验页面会说明。",
    ),
    Table(
        "兑换单",
        "redemption",
        supermarket.REDEMPTION_MOVES,
        ("requested",),
        REDEMPTION_STATES,
        "积分和库存始终一起冻结、一起扣减、一起退还。",
    ),
    Table(
        "盘点",
        "stocktake",
        supermarket.STOCKTAKE_MOVES,
        ("proposed",),
        STOCKTAKE_STATES,
        "盘点的人和审核的人不是同一人。",
    ),
    Table(
        "积分调整",
        "adjustment",
        points.ADJUSTMENT_MOVES,
        ("proposed",),
        ADJUSTMENT_STATES,
        "一人提出，另一人批准；本人不能批准自己的。",
    ),
    Table(
        "投诉与建议",
        "complaint",
        complaints.COMPLAINT_MOVES,
        ("received",),
        COMPLAINANT_STATES,
        "到期没有答复的自动到上一级。",
    ),
    Table(
        "居住登记",
        "residency",
        people.RESIDENCY_MOVES,
        ("declared", "verified"),
        RESIDENCY_STATES,
        "本人登记、社区核实；工作人员办卡时当面核实。换社区、网格或住址要重新核实。",
    ),
    Table(
        "双报到登记",
        "party_registration",
        people.PARTY_REGISTRATION_MOVES,
        ("pending", "verified"),
        PARTY_REGISTRATION_STATES,
        "换单位或社区要重新核实，只改服务岗位不用；单位的名册由社区导入，导入即核实。",
    ),
    Table(
        "志愿队成员",
        "team",
        people.MEMBERSHIP_MOVES,
        ("applied",),
        MEMBER_STATES,
        "退出或没有同意的可以再申请。队长不是队员，不用申请。",
    ),
    Table(
        "监护登记",
        "guardianship",
        people.GUARDIANSHIP_MOVES,
        ("declared", "verified"),
        GUARDIANSHIP_STATES,
        "监护人登记、社区核实；工作人员看过证件当面登记的即为已核实。监护人或孩子注销账号时结束。",
    ),
)
# What `actions` may name beside the moves themselves: buttons that change no state of the thing's own.
OTHER_BUTTONS = {
    "activity": {
        "edit": "修改",
        "repeat": "每周重复",
        "show_code": "显示签到码",
        "roll_call": "点名",
        "sign_up": "报名",
    },
    "service_record": {"correct": "申请更正"},
    "team": {"edit": "修改"},
    "member": {"accept": "同意加入", "decline": "不同意加入"},
}
PERSONS = {
    "wisher": "许愿人",
    "reporter": "代办人",
    "reporting": "代办人（仍在岗）",
    "guardian": "监护人",
    "reviewer": "审核人",
    "party_member": "本社区报到的在职党员",
    "claimer": "认领人",
    "leader": "志愿队队长",
    "volunteer": "志愿者本人",
    "participant": "参加的人",
    "proposer": "提出（申报）的人",
    "certifier": "认定人",
    "maker": "经手人",
    "person": "当事人",
    "owner": "兑换人",
    "requester": "代办人",
    "requesting": "代办人（仍在岗）",
    "first_pair_of_eyes": "审批人",
    "clerk": "核销人",
    "complainant": "投诉人",
    "time": "到期自动",
}
