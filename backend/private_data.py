"""What of a person stands in a text that everybody will read: numbers, an address, a name. It warns, and refuses nothing:
whoever writes, and whoever reviews, looks again and decides."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import accumulate


class PrivateData(StrEnum):
    """What was found, in the order in which it is told."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    BANK_CARD = "bank_card"
    ADDRESS = "address"
    NAME = "name"


# As people read it.
WORDS: dict[str, str] = {
    PrivateData.PHONE: "电话号码",
    PrivateData.ID_NUMBER: "身份证号",
    PrivateData.BANK_CARD: "银行卡号",
    PrivateData.ADDRESS: "住址",
    PrivateData.NAME: "姓名",
}

_SAID = {
    "0": "〇零○洞",
    "1": "一壹幺",
    "2": "二贰两",
    "3": "三叁",
    "4": "四肆",
    "5": "五伍",
    "6": "六陆",
    "7": "七柒拐",
}
_SAID |= {"8": "八捌", "9": "九玖勾"}
_SPOKEN = {ord(sign): digit for digit, signs in _SAID.items() for sign in signs}
# What people put between the digits of one number.
_BETWEEN = r"[\s\-‐-―_.·・,，、/()（）]{1,3}"
_RUN = re.compile(rf"\d+(?:{_BETWEEN}\d+)*[Xx]?")
# So many parts of a run are put together at most: 138 0013 8000, and four by four for a card.
_MOST_PARTS = 12
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"

_COUNT = r"[0-9A-Za-z一二三四五六七八九十百]{1,5}"
_ADDRESS = re.compile(
    rf"{_COUNT}\s*(?:号楼|栋|幢|单元|号院|号门)|(?<![A-Za-z])\d{{3,4}}\s*(?:室|房)(?!间)"
    rf"|[路街巷弄道胡同里村屯]\s*{_COUNT}\s*号(?!线|楼?公交)|门牌号?[是为:：]?\s*{_COUNT}"
)
_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任"
    "袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴"
    "谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫经房裘缪干解应"
    "宗丁宣邓郁单杭洪包诸左石崔吉龚程邢裴陆荣翁荀羊惠甄曲家封芮储靳井段富巫乌焦巴弓牧谷车侯宓蓬全班仰秋仲伊宫宁仇栾甘厉祖"
    "武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲台从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳姬申扶堵冉宰郦雍璩桑桂濮牛寿"
    "通边扈燕冀浦尚农温别庄晏柴瞿阎充慕连茹习艾鱼容向古易慎戈廖庾终居衡步都耿满弘匡国文寇广东欧沃利师巩聂关荆佟肖闫游付覃"
)
_TWO_SIGN_SURNAMES = "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|夏侯|端木|完颜|赫连"
_TITLES = "女士|先生|小姐|阿姨|叔叔|奶奶|爷爷|大爷|大妈|大姐|大哥|老师|师傅|医生|书记|主任|同学|居民|同志|总"
_NAME = re.compile(
    r"(?:我叫|名叫|叫做|名字[是叫为]?|姓名[是为:：]?|联系人[是为:：]?|收[货件]人[是为:：]?|户主[是为:：]?)\s*"
    rf"(?:(?:{_TWO_SIGN_SURNAMES})|[{_SURNAMES}])(?!{_TITLES})[\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff]{{0,1}}(?:{_TITLES}))"
)


def found_in(*texts: str | None) -> list[str]:
    """The kinds of private data that stand in these texts, each once. Full-width and Chinese digits are digits, and what
    stands between the digits of a number is left out."""
    told: set[PrivateData] = set()
    for text in texts:
        if text:
            plain = unicodedata.normalize("NFKC", text)
            told |= _numbers(plain.translate(_SPOKEN))
            told |= {PrivateData.ADDRESS} if _ADDRESS.search(plain) else set()
            told |= {PrivateData.NAME} if _NAME.search(plain) else set()
    return [one.value for one in PrivateData if one in told]


def warned(found: Sequence[str]) -> list[str]:
    """A sentence for whoever wrote it; none where nothing was found."""
    return [f"文字里可能有{'、'.join(WORDS[one] for one in found)}，大家都看得到"] if found else []


def _numbers(plain: str) -> set[PrivateData]:
    told = set()
    for run in _RUN.findall(plain):
        parts = re.findall(r"\d+[Xx]?", run)
        while parts:
            taken, kind = _longest(parts)
            told |= {kind} if kind else set()
            parts = parts[taken:]
    return told


def _longest(parts: list[str]) -> tuple[int, PrivateData | None]:
    """The longest number that begins here, by how many parts it has: within a card there may be what looks like a phone."""
    numbers = list(accumulate(parts[:_MOST_PARTS]))
    for taken in range(len(numbers), 0, -1):
        if kind := _kind(numbers[taken - 1]):
            return taken, kind
    return 1, None


def _kind(number: str) -> PrivateData | None:
    """What a number is, by its length and its check digit."""
    if re.fullmatch(r"(?:86|0086)?1\d{10}", number) or re.fullmatch(r"0[1-9]\d{8,10}", number):
        return PrivateData.PHONE
    if _is_identity(number.upper()):
        return PrivateData.ID_NUMBER
    return PrivateData.BANK_CARD if re.fullmatch(r"[2-9]\d{15,18}", number) and _luhn(number) else None


def _is_identity(number: str) -> bool:
    """居民身份证: a day of birth that can be, and its check digit (GB 11643); of the fifteen digits of old ones the day."""
    if re.fullmatch(r"[1-9]\d{16}[\dX]", number):
        summed = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
        return _is_day(number[6:14]) and _CHECKS[summed % 11] == number[17]
    return bool(re.fullmatch(r"[1-9]\d{14}", number)) and _is_day("19" + number[6:12])


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1900
    except ValueError:
        return False


def _luhn(number: str) -> bool:
    """The check digit of bank cards (ISO/IEC 7812-1)."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (digit * 2 for digit in digits[1::2])
    return (sum(digits[::2]) + sum(value - 9 if value > 9 else value for value in doubled)) % 10 == 0
