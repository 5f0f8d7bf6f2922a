"""Words for the search index: Chinese by bigrams and single characters, anything else by words. Pure functions."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from services.searching.spelling import LONGEST, initials, normal, plain, soft, syllables

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"(?P<han>[{_HAN}]+)|(?:(?![{_HAN}])[^\\W_])+")
_MAX_POSITION = 16_000  # PostgreSQL keeps positions up to 16,383
_MAX_WORD = 64
_MOST_PHRASES = 40
_LONG_SPOKEN = 6  # syllables
_LONGEST_PHRASE = 40  # characters, that are compared by sound
_BRACKETS = re.compile(r"[（(〔\[【][^（()）]*[）)〕\]】]")

# What officials call it: what people type. Added to an item whose name or summary holds the official words.
EVERYDAY_WORDS = {
    "设立登记": "营业执照 办执照 工商登记 注册公司 开公司 开店",
    "个体工商户登记": "营业执照 个体户 开店",
    "变更登记": "营业执照变更",
    "注销登记": "注销营业执照 关公司 关店",
    "食品经营许可": "开饭店 开餐馆 火锅店 奶茶店 小吃店 面馆 卫生许可证 餐饮许可",
    "户口": "户籍 落户 上户口 迁户口",
    "居民身份证": "身份证 补办身份证",
    "居住证": "暂住证",
    "社会保障卡": "社保卡 医保卡",
    "基本养老保险": "社保 养老金 退休金",
    "失业保险": "社保 失业金",
    "工伤保险": "社保 工伤赔偿",
    "基本医疗保险": "医保 看病报销",
    "生育": "生孩子 准生证",
    "住房公积金": "公积金",
    "不动产": "房产证 过户 房本",
    "机动车驾驶证": "驾照 驾驶证",
    "机动车": "车辆 上牌 汽车",
    "最低生活保障": "低保",
    "特困人员": "五保",
    "残疾人证": "残疾证",
    "结婚登记": "领证 结婚证",
    "离婚登记": "离婚证",
    "义务教育": "上学 入学 小学 初中",
    "教师资格": "教师证 教资",
    "护照": "出国",
    "往来港澳": "港澳通行证",
    "道路运输经营许可": "货运 客运 网约车",
    "烟草专卖零售许可": "卖烟 烟草证",
    "公共场所卫生许可": "卫生证 开美容店 开旅馆",
    "建筑工程施工许可": "施工证",
    "老年人": "老人 高龄津贴 敬老卡",
    "就业创业": "找工作 创业补贴",
    "发票": "开票",
    "纳税": "交税 报税",
    "完税证明": "纳税证明",
}


def runs(text: str) -> Iterator[tuple[bool, str]]:
    """Split text into runs: ``(is Chinese, run)``; width, case and traditional characters do not matter."""
    for found in _RUN.finditer(normal(text)):
        is_han = found["han"] is not None
        yield is_han, found.group() if is_han else found.group()[:_MAX_WORD]


def index_words(text: str) -> Iterator[str]:
    """Yield the words a text is found by, in order: characters and pairs of a Chinese run, others whole."""
    for is_han, run in runs(text):
        if not is_han:
            yield run
            continue
        for first, second in itertools.zip_longest(run, run[1:]):
            yield first
            if second:
                yield first + second


def query_words(text: str) -> list[str]:
    """Return the words to look for, each once: the pairs of a Chinese run, or its single character, and other words."""
    words: dict[str, None] = {}
    for is_han, run in runs(text[:LONGEST]):
        found = [run] if not is_han or len(run) == 1 else [a + b for a, b in itertools.pairwise(run)]
        words.update(dict.fromkeys(found))
    return list(words)


def query_terms(text: str) -> tuple[str, ...]:
    """Return the runs of the query as people typed them, for marking them in a result."""
    return tuple(dict.fromkeys(run for _is_han, run in runs(text[:LONGEST])))


def everyday_words(text: str) -> str:
    """Return what people call the official things that ``text`` names."""
    return " ".join(words for official, words in EVERYDAY_WORDS.items() if official in text)


def vector(parts: Iterable[tuple[str, str]]) -> str:
    """Return a ``tsvector`` literal of ``(weight, text)`` parts; words hold no quote, so none needs escaping."""
    return _literal((weight, index_words(text)) for weight, text in parts)


def _literal(parts: Iterable[tuple[str, Iterable[str]]]) -> str:
    positions: dict[str, list[str]] = {}
    position = 0
    for weight, words in parts:
        for word in words:
            position = min(position + 1, _MAX_POSITION)
            places = positions.setdefault(word, [])
            if len(places) < 8:  # enough for ranking
                places.append(f"{position}{weight}")
        position += 1
    return " ".join(f"'{word}':{','.join(places)}" for word, places in positions.items())


def phrases(name: str, everyday: Iterable[str]) -> list[str]:
    """Return the plain phrases a topic goes by: its name, the name without what stands in brackets, everyday words."""
    found = [plain(text)[:_LONGEST_PHRASE] for text in (name, _BRACKETS.sub("", name), *everyday)]
    return list(dict.fromkeys(filter(None, found)))[:_MOST_PHRASES]


def sound_vector(spoken: Sequence[str]) -> str:
    """Return a ``tsvector`` literal of how phrases sound: pairs of syllables, initials, letters."""
    return _literal(
        ("A" if number == 0 else "B", [*sound_words(syllables(phrase)), *_letter_words(phrase)])
        for number, phrase in enumerate(spoken)
    )


def sound_words(sounds: Sequence[str]) -> list[str]:
    """Return pairs of neighbouring syllables, and of those with one between them: one wrong character leaves some."""
    flat = [soft(sound) for sound in sounds]
    return near_sounds(sounds) + [f"{first}~{second}" for first, second in zip(flat, flat[2:], strict=False)]


def sound_query(sounds: Sequence[str]) -> str:
    """Return a ``tsquery`` for what sounds alike in some place: any pair, or for long texts two pairs in a row.

    Pairs like "xu ke" are in every other name; two in a row keep the index from giving back half of them.
    """
    if len(sounds) < _LONG_SPOKEN:
        return ts_query(sound_words(sounds), "|")
    return " | ".join(f"({ts_query(two, '&')})" for two in itertools.pairwise(near_sounds(sounds)))


def near_sounds(sounds: Sequence[str]) -> list[str]:
    """Return pairs of neighbouring syllables."""
    return [f"{first}_{second}" for first, second in itertools.pairwise(soft(sound) for sound in sounds)]


def _letter_words(phrase: str) -> list[str]:
    """Initials from each place on, and the whole in pinyin, for the beginning of either that somebody types."""
    sounds = syllables(phrase)
    letters = initials(sounds)
    return [f"p:{''.join(sounds)}", *(f"i:{letters[start:]}" for start in range(max(1, len(letters) - 1)))]


def ts_query(words: Iterable[str], operator: str, *, marks: str = "") -> str:
    """Return a ``tsquery`` literal of words joined by ``&`` or ``|``; ``marks`` are weights, ``*`` for a prefix."""
    return f" {operator} ".join(f"'{word}':{marks}" if marks else f"'{word}'" for word in words)
