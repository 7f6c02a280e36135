"""Words at which a person looks before anything else happens: danger, suicide, harm to minors, violence at home, officials'
discipline, petition. A word is no judgement: it may be anything, and whoever looks says so."""

from datetime import timedelta

WORDS = (
    "自杀", "轻生", "不想活", "跳楼", "割腕", "家暴", "打孩子", "打我", "殴打", "虐待", "猥亵", "性侵", "拐卖",
    "杀人", "放火", "炸", "燃气泄漏", "煤气泄漏", "着火", "坍塌", "塌陷", "受贿", "贪污", "索贿", "吃拿卡要", "上访", "群体",
)  # fmt: skip
LOOK_WITHIN = timedelta(minutes=15)


def raised(text: str) -> bool:
    return any(word in text for word in WORDS)
