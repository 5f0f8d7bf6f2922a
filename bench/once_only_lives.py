"""Fictional lives: who asks the city for what, and when. Seeded, so the same number of people lives the same lives.

The chances are guesses at the order of size (births, marriages, moves, businesses a year), not taken from statistics;
they were set before anything was measured and are not tuned to a result.
"""

import datetime as dt
from dataclasses import dataclass, field
from random import Random

YEARS = 10
MOBILE = 0.25  # of the people live away from their household register
KEEPS_PERMIT = 0.8  # of them see to their residence permit in a year
REFUSES = 0.03  # want nothing taken over
BY_AGENT = 0.04  # of a person's errands are run by somebody with a mandate
STOCK = {  # certificates that the store holds of people before the first year: (chance, from age)
    "id-card": (0.98, 16),
    "social-security-card": (0.85, 20),
    "driving-licence": (0.45, 22),
    "property-certificate": (0.35, 32),
}
REGISTER_PAGE = 0.9  # of the city's own people have their page of the household register in the store
OLD_MARRIAGES = 0.5  # of the marriages before the first year are in the store


@dataclass
class Life:
    """One person, ``age`` years old in the first year; ``errands`` are (month, item, in the shop's name).

    ``married_in``: the month of the marriage, -1 for one before the first month; None while there was none.
    """

    number: int
    age: int
    woman: bool
    mobile: bool
    married_in: int | None
    refuses: bool
    errands: list[tuple[int, str, bool]] = field(default_factory=list)

    def is_married(self, month: int) -> bool:
        """Whether the marriage lies before a month."""
        return self.married_in is not None and self.married_in < month


@dataclass(frozen=True)
class Event:
    """Something that happens in a year of life with a chance, and what has to be done then, month after month."""

    chance: float
    ages: tuple[int, int]
    items: tuple[str, ...]
    once: bool = False
    for_shop: bool = False


_TRADES = (
    ("食品经营许可（首次申请）", "餐饮服务食品安全等级评定", "户外广告设施设置审批", "城镇污水排入排水管网许可"),
    ("公共场所卫生许可", "公众聚集场所投入使用、营业前消防安全检查", "旅馆业特种行业许可"),
    ("烟草专卖零售许可",),
    ("出版物零售单位设立审批",),
    ("道路货物运输经营许可",),
    ("农药经营许可",),
    ("动物防疫条件合格证核发", "取水许可"),
    ("营业性演出审批",),
)
_SETTLING = ("公章刻制备案", "企业社会保险登记", "住房公积金单位缴存登记")
_BIRTH = (
    *("出生医学证明首次签发", "出生登记（新生儿落户）", "城乡居民基本医疗保险参保登记"),
    *("社会保障卡申领", "生育津贴支付申请"),
)
_RETIRING = (
    *("企业职工基本养老保险待遇申领（退休）", "离休、退休提取住房公积金"),
    *("职工基本医疗保险退休人员待遇核定", "老年人优待证办理"),
)
EVENTS = (
    Event(0.10, (18, 90), ("居民身份证换领",)),
    Event(0.06, (20, 40), ("租房提取住房公积金",)),
    Event(0.02, (22, 60), ("公共租赁住房保障资格确认",)),
    Event(0.04, (25, 70), ("不动产登记资料查询",)),
    Event(0.06, (30, 46), ("义务教育入学报名（小学一年级、初中一年级）",)),
    Event(0.08, (24, 69), ("机动车驾驶证期满换领",)),
    Event(0.01, (22, 40), ("教师资格认定",), once=True),
    Event(0.04, (20, 57), ("失业登记", "失业保险金申领")),
    Event(0.03, (45, 90), ("跨省异地就医备案",)),
    Event(0.005, (18, 80), ("残疾人证办理（首次）", "残疾人两项补贴资格认定"), once=True),
    Event(0.006, (25, 85), ("最低生活保障审核确认",)),
    Event(0.004, (22, 50), ("退役军人、其他优抚对象优待证申领",), once=True),
    Event(0.003, (40, 70), ("林木采伐许可（个人）",)),
    Event(0.35, (60, 62), _RETIRING, once=True),
    Event(0.30, (80, 84), ("高龄津贴申领",), once=True),
)
_OPENS = 0.02  # of the people between 22 and 55 open a shop in a year
_COMPANY = 0.3  # of them as a company
_CHANGES = 0.08  # of the food shops change something in a year


def life_of(number: int, seed: int = 716) -> Life:
    """A person with their errands, in the order of the months."""
    chance = Random(seed * 1_000_003 + number)
    age = chance.randint(16, 84)
    life = Life(
        number=number,
        age=age,
        woman=chance.random() < 0.49,
        mobile=chance.random() < MOBILE,
        married_in=-1 if age > 24 and chance.random() < 0.7 else None,
        refuses=chance.random() < REFUSES,
    )
    done: set[Event] = set()
    shop = ""
    for year in range(YEARS):
        start = year * 12 + chance.randrange(12)
        _family(life, age + year, start, chance)
        shop = _business(life, age + year, start, shop, chance)
        for event in EVENTS:
            if event.once and event in done:
                continue
            if event.ages[0] <= age + year <= event.ages[1] and chance.random() < event.chance:
                done.add(event)
                _plan(life, year * 12 + chance.randrange(12), event.items)
    if life.mobile:
        _permits(life, chance)
    life.errands.sort(key=lambda errand: errand[0])
    return life


def _plan(life: Life, month: int, items: tuple[str, ...], *, shop: bool = False) -> None:
    life.errands += [(month + step, item, shop) for step, item in enumerate(items) if month + step < YEARS * 12]


def _family(life: Life, age: int, month: int, chance: Random) -> None:
    if life.married_in is None and 22 <= age <= 40 and chance.random() < 0.08:
        life.married_in = month
        _plan(life, month, ("结婚登记",))
    elif life.is_married(month) and life.woman and 22 <= age <= 42 and chance.random() < 0.08:
        _plan(life, month, _BIRTH)


def _permits(life: Life, chance: Random) -> None:
    """居住证 is applied for once and endorsed in the last month of each of its years (居住证暂行条例第十条).

    Who lets it be does it a year later: until then the permit is of no use.
    """
    month, item = chance.randrange(12), "居住证申领"
    while month < YEARS * 12:
        if chance.random() < KEEPS_PERMIT:
            _plan(life, month, (item,))
            month, item = month + 11, "居住证签注"
        else:
            month += 12


def _business(life: Life, age: int, month: int, shop: str, chance: Random) -> str:
    if not shop and 22 <= age <= 55 and chance.random() < _OPENS:
        is_company = chance.random() < _COMPANY
        trade = chance.choice(_TRADES)
        _plan(life, month, ("有限责任公司设立登记" if is_company else "个体工商户设立登记",))
        _plan(life, month + 1, (*_SETTLING, *trade), shop=True)
        return trade[0]
    if shop.startswith("食品") and chance.random() < _CHANGES:
        _plan(life, month, ("食品经营许可变更",), shop=True)
    return shop


def id_digits(life: Life, first_day: dt.date) -> str:
    """The first 17 digits of the citizen number: a region that is not assigned, the birth date, a serial."""
    born = dt.date(first_day.year - life.age, life.number % 12 + 1, life.number // 12 % 28 + 1)
    serial = (life.number // 336 % 499) * 2 + (0 if life.woman else 1)
    return f"51990{life.number // 167_000 % 10}{born:%Y%m%d}{serial:03d}"
