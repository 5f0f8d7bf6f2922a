"""What an app may ask for: one table of scopes with the lowest real-name level and what the person is told."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from identity.levels import REGISTER_AGREES, SELF_DECLARED


class Scope(StrEnum):
    """A group of data elements; the value is what stands in the ``scope`` parameter."""

    OPENID = "openid"
    NAME = "person.name"
    ID_NUMBER = "person.id_number"
    PHONE = "person.phone"
    ADDRESS = "person.address"
    ORGANISATION = "org"
    MANDATE = "mandate"
    CASES_STATUS = "cases.status"


@dataclass(frozen=True, slots=True)
class Terms:
    """Lowest level, a short name for lists, and the sentence of the consent page. ``of_system``: no person is asked."""

    lowest_level: int
    name: str | Promise
    sentence: str | Promise
    claims: tuple[str, ...] = ()
    of_system: bool = False


TABLE: dict[str, Terms] = {
    Scope.OPENID: Terms(
        1,
        _("登录标识和实名等级"),
        _("知道是您本人登录，以及您的实名等级。每个应用拿到的标识都不同，不能用来互相比对。"),
        ("sub", "acr", "level", "sid", "auth_time"),
    ),
    Scope.NAME: Terms(SELF_DECLARED, _("姓名"), _("您的姓名"), ("name",)),
    Scope.ID_NUMBER: Terms(REGISTER_AGREES, _("公民身份号码"), _("您的公民身份号码"), ("id_number",)),
    Scope.PHONE: Terms(SELF_DECLARED, _("手机号"), _("您的手机号"), ("phone_number",)),
    Scope.ADDRESS: Terms(REGISTER_AGREES, _("住址"), _("您登记的住址"), ("address",)),
    Scope.ORGANISATION: Terms(
        REGISTER_AGREES,
        _("所代表单位"),
        _("您正在代表的单位的名称和统一社会信用代码；您没有代表单位时，什么也不提供"),
        ("org",),
    ),
    Scope.MANDATE: Terms(
        REGISTER_AGREES,
        _("委托关系"),
        _("您正在替谁办事、以什么身份、可以办哪些事；您为自己办事时，什么也不提供"),
        ("mandate",),
    ),
    Scope.CASES_STATUS: Terms(0, _("本部门办件的状态"), _("按编号查询本部门办件的状态和日期"), of_system=True),
}
PERSONAL = tuple(scope for scope, terms in TABLE.items() if not terms.of_system)
OF_SYSTEM = tuple(scope for scope, terms in TABLE.items() if terms.of_system)


def lowest_level(scopes: Iterable[str], *, floor: int) -> int:
    """The level a person needs for these scopes at an app that asks for at least ``floor``."""
    return max([floor, *(TABLE[scope].lowest_level for scope in scopes)])


def in_order(scopes: Iterable[str]) -> list[str]:
    """These scopes in the order of the table; unknown ones are left out."""
    wanted = set(scopes)
    return [scope for scope in TABLE if scope in wanted]


def acr(level: int) -> str:
    """The authentication context of a real-name level (OIDC Core §2, ``acr``)."""
    return f"realname-{level}"
