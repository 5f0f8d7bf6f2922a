"""What a person is asked, which regions take papers in for each other, and how old a sheet may be. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from services.codes import HandleArea

_SAME_DIGITS = {  # how many leading digits of the region code (GB/T 2260) have to agree
    HandleArea.COUNTRY: 0,
    HandleArea.PROVINCES: 0,
    HandleArea.CITIES: 2,
    HandleArea.COUNTIES: 4,
}


def takes_in(area: str, *, window_region: str, owner_region: str) -> bool:
    """Whether a window in one region takes papers in for a body of another, by the item's 通办范围."""
    if area not in _SAME_DIGITS:
        return False
    digits = _SAME_DIGITS[HandleArea(area)]
    return window_region[:digits] == owner_region[:digits]


def is_same_place(window_region: str, owner_region: str) -> bool:
    """Whether window and owner are of one region: the same, or one lies in the other."""
    one, other = (code.rstrip("0") for code in (window_region[:6], owner_region[:6]))
    return one.startswith(other) or other.startswith(one)


@dataclass(frozen=True, slots=True)
class InWhoseName:
    """``name``: how the party is called to who stands there, ``by_what``: as what they act under a mandate, if so."""

    name: str
    by_what: str = ""

    def before(self) -> list[str]:
        """Who acts for whom, first of all (民法典第一百六十二条、第一百六十五条)."""
        return [f"您来替{self.name}办，您是{self.name}的{self.by_what}。"] if self.by_what else []

    def after(self) -> list[str]:
        """That the one for whom it is done will know."""
        return [f"{self.name}会收到消息，知道您在这里办了什么。"] if self.by_what else []


def lines(*, item: str, office: str, whose: InWhoseName, fields: Iterable[str], proofs: Iterable[str]) -> list[str]:
    """What consent is asked for, line by line, as the display shows it (个人信息保护法第十四条、第十七条).

    ``item`` is an item's name or a bundle's. A legal text, frozen with the answer: in Chinese.
    """
    known, held = list(dict.fromkeys(fields)), list(dict.fromkeys(proofs))
    name = whose.name
    said = [*whose.before(), f"由{office}的工作人员，以{name}的名义填写“{item}”的申请。"]
    if known:
        said.append(f"为了少填，会用到登记过的：{'、'.join(known)}。")
    if held:
        said.append(f"为了少交，会查看{name}名下的：{'、'.join(held)}。")
    return [*said, *_always(whose)]


def _always(whose: InWhoseName) -> list[str]:
    locker = f"{whose.name}的材料库" if whose.by_what else "您的材料库"
    return [
        f"扫描您带来的材料，存进{locker}，原件当场还给您。",
        "提交以前，会再请您核对一次。您随时可以停止。",
        *whose.after(),
    ]


def correction_lines(*, item: str, number: str, office: str, whose: InWhoseName, points: Iterable[str]) -> list[str]:
    """What consent is asked for before corrections are handed in at a window; ``points`` are what the notice asks for.

    A legal text, frozen with the answer: in Chinese.
    """
    said = [
        *whose.before(),
        f"由{office}的工作人员，以{whose.name}的名义补正“{item}”的申请（办件编号{number}）。",
        "会打开这份申请填写的内容和交过的材料，别的都看不到。",
    ]
    said += [f"要补正的：{point}" for point in points]
    return [*said, *_always(whose)]


def problem_with_time(received_at: dt.datetime, *, printed_at: dt.datetime, now: dt.datetime) -> str:
    """Why a sheet cannot have been taken in at that moment; empty when it can."""
    if received_at > now:
        return "future"
    return "early" if received_at < printed_at.replace(second=0, microsecond=0) else ""
