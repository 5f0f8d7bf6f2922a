"""Names for ``bench/search.py`` and the questions about them: made with a seed, kept in ``search_set.tsv``.

``python -m bench.search_set`` writes the questions anew. A question whose answer cannot be known from it (initials
that two names share, a wrong character that makes another name) stays in the set: it counts as a miss.
"""

import csv
import itertools
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from opencc import OpenCC
from pypinyin import lazy_pinyin

FILE = Path(__file__).with_name("search_set.tsv")
NAMES = 5000
_SEED = 20261121
_OF_EACH = 60
_FIELDS = """
食品 药品 餐饮服务 医疗器械 化妆品 保健食品 特种设备 危险化学品 烟花爆竹 民用爆炸物品 道路客运
道路货运 出租汽车 水路运输 港口 渔业船舶 机动车维修 驾驶员培训 公共场所卫生 饮用水 放射诊疗 医疗机构
中医诊所 母婴保健 消毒产品 职业健康 养老机构 殡葬设施 社会团体 民办非企业单位 基金会 宗教活动场所 民办学校
校外培训 幼儿园 教师资格 劳务派遣 人力资源服务 职业技能 建设工程 建筑业企业 工程监理 房地产开发 物业服务
商品房 城镇燃气 城市供水 城镇排水 户外广告 市政设施 园林绿化 生活垃圾 建筑垃圾 排污 危险废物
辐射安全 固体废物 林木种子 林地 木材 野生动物 草种 农药 肥料 兽药 饲料
种畜禽 动物诊疗 生鲜乳 渔业捕捞 水产苗种 取水 河道采砂 水利工程 水土保持 矿产资源 测绘
地图 不动产 建设用地 乡村规划 出版物 印刷业 电影放映 营业性演出 互联网上网 娱乐场所 艺术品
文物 广播电视 旅行社 导游 体育场馆 高危险性体育 烟草专卖 酒类 粮食 典当 拍卖
成品油 报废机动车 单用途卡 旅馆业 保安服务 公章刻制 剧毒化学品 枪支弹药 大型活动 消防技术 律师事务所
公证机构 司法鉴定 法律援助 档案 计量器具 检验检测 工业产品 认证机构 气象 雷电防护 地震安全
人民防空 无线电 商用密码 快递业务 邮政设施
"""
_THINGS = """
生产 经营 储存 运输 使用 销售 进口 批发 零售 建设 设立 场所 从业人员 机构 设施 项目 产品 质量 安全 服务
"""
_ACTS = """
许可 许可证核发 许可变更 许可延续 许可注销 许可证补发 备案 备案变更 资质认定 审批 登记 变更登记 注销登记 核准 年度报告
资格确认 信息查询 举报奖励 补贴申领 监督检查
"""
_COMMON = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
    "同工也能下过子说产种面而方后多定行学法所民得经"
)
_SPEECH = ("怎么办理{}", "我想{}", "{}需要什么材料", "{}", "请问{}在哪里办")
_WAYS = ("开", "办", "搞", "弄", "跑")
_GOODS = """
包子铺 早点摊 奶茶店 火锅店 面馆 花店 洗脚店 修车铺 托管班 小卖部
网吧 歌厅 美容院 诊所 药房 菜摊 鱼塘 果园 砖厂 车队
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the set and the name it means."""

    kind: str
    text: str
    name: str


def names() -> list[str]:
    """Return the names of the directory's entries, always the same."""
    combined = ["".join(parts) for parts in itertools.product(_FIELDS.split(), _THINGS.split(), _ACTS.split())]
    return sorted(random.Random(_SEED).sample(sorted(set(combined)), NAMES))


def synonyms() -> dict[str, str]:
    """Return everyday terms of the benchmark with the names they stand for: words that no name holds."""
    choose = random.Random(_SEED + 1)
    wanted = choose.sample(names(), _OF_EACH)
    terms = ["".join(parts) for parts in itertools.product(_WAYS, _GOODS.split())]
    return dict(zip(choose.sample(terms, _OF_EACH), wanted, strict=True))


def questions() -> list[Asked]:
    """Read the committed set."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Asked(*row) for row in csv.reader(file, delimiter="\t")]


def make() -> list[Asked]:
    """Make the set from the names, always the same."""
    choose = random.Random(_SEED + 2)
    alike = _homophones()
    traditional = OpenCC("s2t")
    kinds: dict[str, Callable[[str], str]] = {
        "exact": lambda name: name,
        "homophone": lambda name: _with_homophone(choose, name, alike),
        "missing": lambda name: _without_one(choose, name),
        "swapped": lambda name: _swapped(choose, name),
        "wrong": lambda name: _with_wrong(choose, name),
        "initials": lambda name: "".join(sound[0] for sound in lazy_pinyin(name)),
        "pinyin": lambda name: "".join(lazy_pinyin(name)),
        "traditional": traditional.convert,
    }
    asked = [
        Asked(kind, change(name), name) for kind, change in kinds.items() for name in choose.sample(names(), _OF_EACH)
    ]
    said = [
        Asked("synonym", _SPEECH[number % len(_SPEECH)].format(term), name)
        for number, (term, name) in enumerate(synonyms().items())
    ]
    return asked + said


def _homophones() -> dict[str, list[str]]:
    """Characters of GB 2312's first level by how they sound."""
    found = defaultdict(list)
    for row in range(16, 56):
        for cell in range(1, 95):
            try:
                character = bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312")
            except UnicodeDecodeError:
                continue
            found[lazy_pinyin(character)[0]].append(character)
    return found


def _with_homophone(choose: random.Random, name: str, alike: dict[str, list[str]]) -> str:
    sounds = lazy_pinyin(name)
    places = [place for place, sound in enumerate(sounds) if set(alike[sound]) - {name[place]}]
    place = choose.choice(places)
    return _replaced(name, place, choose.choice(sorted(set(alike[sounds[place]]) - {name[place]})))


def _without_one(choose: random.Random, name: str) -> str:
    return _replaced(name, choose.randrange(len(name)), "")


def _with_wrong(choose: random.Random, name: str) -> str:
    return _replaced(name, choose.randrange(len(name)), choose.choice(_COMMON))


def _replaced(name: str, place: int, character: str) -> str:
    return f"{name[:place]}{character}{name[place + 1 :]}"


def _swapped(choose: random.Random, name: str) -> str:
    place = choose.choice([place for place in range(len(name) - 1) if name[place] != name[place + 1]])
    return f"{name[:place]}{name[place + 1]}{name[place]}{name[place + 2 :]}"


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target, delimiter="\t", lineterminator="\n").writerows(
            (one.kind, one.text, one.name) for one in make()
        )
