"""By which name somebody is addressed in public: 欧阳女士, 赵先生, 阿依古丽女士."""

import re
import unicodedata

# 复姓, in simplified and, where that differs, traditional writing.
# Left out are those that are as often a single name and the beginning of a given one, such as 佟佳 and 贺兰.
_LISTED = """
欧阳 歐陽 太史 端木 上官 司马 司馬 东方 東方 独孤 獨孤 南宫 南宮 万俟 萬俟 闻人 聞人 夏侯
诸葛 諸葛 尉迟 尉遲 公羊 赫连 赫連 澹台 澹臺 皇甫 宗政 濮阳 濮陽 公冶 太叔 申屠 公孙 公孫
慕容 仲孙 仲孫 钟离 鍾離 长孙 長孫 宇文 司徒 鲜于 鮮于 司空 闾丘 閭丘 子车 亓官 司寇 巫马
巫馬 公西 颛孙 顓孫 壤驷 公良 漆雕 乐正 樂正 宰父 谷梁 穀梁 拓跋 夹谷 轩辕 軒轅 令狐 段干
百里 呼延 东郭 東郭 南门 南門 羊舌 微生 公户 公玉 公仪 公儀 梁丘 公仲 公上 公祖 第五 公乘
贯丘 公皙 左丘 东里 西门 西門 东宫 北宫 东门 东野 即墨 淳于 单于 單于 达奚 纳兰 納蘭 叶赫
葉赫 完颜 完顏 耶律 爱新觉罗 愛新覺羅 叶赫那拉 葉赫那拉 钮祜禄 鈕祜祿 富察 博尔济吉特 西林觉罗
瓜尔佳 瓜爾佳 赫舍里 索绰罗 斛律 步六孤 侯莫陈 相里 毌丘 浩星 邯郸
"""
COMPOUND = frozenset(_LISTED.split())
_LONGEST = max(map(len, COMPOUND))
_DOTS = re.compile("[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65]")
_HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")


def title_name(name: str) -> str | None:
    """What a title is made of: the family name of a Chinese name, of one with a dot its first part; None where there is
    none, as of Latin names, of which nobody knows the order, and of signs that are no letters."""
    plain = "".join(unicodedata.normalize("NFKC", name).split())
    first, *further = _DOTS.split(plain)
    if _HAN.fullmatch(first) is None:
        return None
    if further:
        return first
    # A family name leaves a sign for the given name: 司马 alone may be a 司 called 马.
    for length in range(min(_LONGEST, len(first) - 1), 1, -1):
        if first[:length] in COMPOUND:
            return first[:length]
    return first[0]
