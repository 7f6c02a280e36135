"""Names from two lists, so that nobody is meant, and phone numbers that no network has given out (111…)."""

from random import Random

# One character each.
_SURNAMES = (
    "佟尚晏裴邵鄂窦卜宁解靳何宋方夏梅罗范耿苗阮申谭魏奚尤臧桂柏柳"
    "楚蔺祁滕殷鲍岑童柯莫温芦沙那康路翟冉宫车侯郁单洪包左石崔吉钮"
)
# Two characters each.
_GIVEN = (
    "雨禾景川知春晓雨青禾雨时景行思源明远长青沐阳秋白望舒听澜云帆初晴向暖南星清和知夏"
    "安然若水牧野星河书言子衿千帆念慈怀瑾如松修远知远文博志强春燕玉兰海涛建国立新晓梅"
    "秀云桂枝凤英淑芬德福永年守义长河国梁铁山小满小舟春生冬梅秋菊夏荷北辰东篱西岭中和"
)


def real_name(chance: Random, besides: frozenset[str]) -> str:
    """A name that none of `besides`, the named cast, has."""
    while True:
        start = 2 * chance.randrange(len(_GIVEN) // 2)
        name = chance.choice(_SURNAMES) + _GIVEN[start : start + 2]
        if name not in besides:
            return name


def phone(number: int) -> str:
    """The named cast and the demo's neighbours have other numbers of that prefix."""
    return f"1115{number:07d}"
