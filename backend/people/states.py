"""The moves of what a person registers: where they live, their party membership, their teams, their children.

These stand below `lifecycle`, which reads permissions from them: their verbs ask for the permission themselves.
"""

from backend.errors import NotFound, Refused, StateConflict
from backend.moves import Move, MoveTable, names
from backend.people.kinds import GuardianshipState as G
from backend.people.kinds import MembershipState as M
from backend.people.kinds import MergeState as J
from backend.people.kinds import PartyRegistrationState as P
from backend.people.kinds import ResidencyState as R
from backend.people.labels import (
    GUARDIANSHIP_STATES,
    MEMBER_STATES,
    MERGE_STATES,
    PARTY_REGISTRATION_STATES,
    RESIDENCY_STATES,
)
from backend.people.permissions import Permission


class NothingToVerify(Refused):
    code, message = 40920, "这条登记已经处理过了，请刷新"


class AlreadyMember(Refused):
    code, message = 40962, "您已经申请或加入了这支志愿队"


class NotAMember(Refused):
    code, message = 40963, "您不在这支志愿队里"


class NothingToDecide(Refused):
    code, message = 40964, "这个入队申请已经处理过了，请刷新"


class MergeDecided(StateConflict):
    message = "这份合并档案的申请已经处理过了，请刷新"


class GuardianshipDecided(Refused):
    code, message = 40989, "这条监护登记已经处理过了，请刷新"


def _move(
    refusal: type[Refused], name: str, label: str, sources: set[str], target: str, word: str, never: str = ""
) -> Move:
    return Move(name, frozenset(sources), target, word, frozenset(never.split()), refusal, label)


_N = NothingToVerify
_RESIDENCY, _PARTY = Permission.RESIDENCY_VERIFY, Permission.PARTY_REGISTRATION_VERIFY
DECLARE_RESIDENCY = _move(
    _N,
    "declare_residency",
    "登记居住",
    {R.DECLARED, R.VERIFIED, R.REJECTED},
    R.DECLARED,
    Permission.RESIDENCY_DECLARE,
)
VERIFY_RESIDENCY = _move(_N, "verify", "核实", {R.DECLARED}, R.VERIFIED, _RESIDENCY, "person")
REJECT_RESIDENCY = _move(_N, "reject", "不通过", {R.DECLARED}, R.REJECTED, _RESIDENCY, "person")
RESIDENCY_MOVES = (DECLARE_RESIDENCY, VERIFY_RESIDENCY, REJECT_RESIDENCY)

REGISTER_PARTY_MEMBER = _move(
    _N,
    "register_party_member",
    "双报到",
    {P.PENDING, P.VERIFIED, P.REJECTED},
    P.PENDING,
    Permission.PARTY_REGISTRATION_DECLARE,
)
VERIFY_PARTY_MEMBER = _move(_N, "verify", "核实", {P.PENDING}, P.VERIFIED, _PARTY, "person")
REJECT_PARTY_MEMBER = _move(_N, "reject", "不通过", {P.PENDING}, P.REJECTED, _PARTY, "person")
# From the unit's own list, which is the proof.
IMPORT_PARTY_MEMBER = _move(_N, "import", "导入", {P.PENDING, P.REJECTED}, P.VERIFIED, _PARTY, "person")
PARTY_REGISTRATION_MOVES = (
    REGISTER_PARTY_MEMBER,
    VERIFY_PARTY_MEMBER,
    REJECT_PARTY_MEMBER,
    IMPORT_PARTY_MEMBER,
)

JOIN = _move(
    AlreadyMember, "join", "申请加入", {M.DECLINED, M.LEFT}, M.APPLIED, Permission.TEAM_JOIN, "leader"
)
LEAVE = _move(NotAMember, "leave", "退出", {M.APPLIED, M.ACCEPTED}, M.LEFT, Permission.TEAM_JOIN)
ACCEPT_MEMBER = _move(
    NothingToDecide, "accept", "同意加入", {M.APPLIED}, M.ACCEPTED, Permission.TEAM_ACCEPT, "person"
)
DECLINE_MEMBER = _move(
    NothingToDecide, "decline", "不同意加入", {M.APPLIED}, M.DECLINED, Permission.TEAM_ACCEPT, "person"
)
MEMBERSHIP_MOVES = (JOIN, LEAVE, ACCEPT_MEMBER, DECLINE_MEMBER)

_G = GuardianshipDecided
_VERIFY = Permission.GUARDIAN_VERIFY
VERIFY_GUARDIAN = _move(_G, "verify", "核实", {G.DECLARED}, G.VERIFIED, _VERIFY, "guardian person")
REJECT_GUARDIAN = _move(_G, "reject", "不通过", {G.DECLARED}, G.REJECTED, _VERIFY, "guardian person")
# Also somebody else's link is unknown to whoever would end it.
END_GUARDIANSHIP = _move(
    NotFound, "end", "结束监护", {G.DECLARED, G.VERIFIED}, G.ENDED, Permission.GUARDIAN_END
)
GUARDIANSHIP_MOVES = (VERIFY_GUARDIAN, REJECT_GUARDIAN, END_GUARDIANSHIP)

_MERGE = Permission.PERSON_MERGE
PROPOSE_MERGE = _move(MergeDecided, "propose", "提交复核", {J.ASKED}, J.PROPOSED, _MERGE, "person")
APPROVE_MERGE = _move(
    MergeDecided, "approve", "同意合并", {J.PROPOSED}, J.APPROVED, _MERGE, "person proposer"
)
REJECT_MERGE = _move(
    MergeDecided, "reject", "不合并", {J.ASKED, J.PROPOSED}, J.REJECTED, _MERGE, "person proposer"
)
MERGE_MOVES = (PROPOSE_MERGE, APPROVE_MERGE, REJECT_MERGE)

# What `actions` may name: the moves, and buttons that change no state of the thing's own, with their words.
OTHER_BUTTONS = {
    "team": {"edit": "修改"},
    "member": {"accept": "同意加入", "decline": "不同意加入"},
    "security_event": {"deny": "不是我操作的"},
}
TEAM_ACTIONS = names((JOIN, LEAVE))
MEMBER_ACTIONS = names((ACCEPT_MEMBER, DECLINE_MEMBER))
MERGE_ACTIONS = names(MERGE_MOVES)
SECURITY_ACTIONS = tuple(OTHER_BUTTONS["security_event"])

# What the documentation draws and the journal calls by its kind.
TABLES = (
    MoveTable(
        "居住登记",
        "residency",
        RESIDENCY_MOVES,
        (R.DECLARED, R.VERIFIED),
        RESIDENCY_STATES,
        "本人登记、社区核实；工作人员办卡时当面核实。换社区、网格或住址要重新核实。",
    ),
    MoveTable(
        "双报到登记",
        "party_registration",
        PARTY_REGISTRATION_MOVES,
        (P.PENDING, P.VERIFIED),
        PARTY_REGISTRATION_STATES,
        "换单位或社区要重新核实，只改服务岗位不用；单位的名册由社区导入，导入即核实。",
    ),
    MoveTable(
        "志愿队成员",
        "team",
        MEMBERSHIP_MOVES,
        (M.APPLIED,),
        MEMBER_STATES,
        "退出或没有同意的可以再申请。队长不是队员，不用申请。",
    ),
    MoveTable(
        "监护登记",
        "guardianship",
        GUARDIANSHIP_MOVES,
        (G.DECLARED, G.VERIFIED),
        GUARDIANSHIP_STATES,
        "监护人登记、社区核实；工作人员看过证件当面登记的即为已核实。监护人或孩子注销账号时结束。",
    ),
    MoveTable(
        "合并档案",
        "person_merge",
        MERGE_MOVES,
        (J.ASKED, J.PROPOSED),
        MERGE_STATES,
        "本人在小程序里申请，或由看过凭据的工作人员提出；另一位工作人员同意后当场合并，不能撤回。",
    ),
)
