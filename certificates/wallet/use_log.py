"""用证记录: every use of one certificate in one list, newest first."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.models import Certificate, Disclosure, Grant
from certificates.wallet.models import Share

_CASE, _USE = "case", "use"
_HOW = {
    "view": gettext_lazy("查看"),
    "data": gettext_lazy("核对数据"),
    "file": gettext_lazy("查看文件"),
    "export": gettext_lazy("导出"),
    "show": gettext_lazy("扫码查看"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One line: when, who, what for, in which case, and how."""

    at: dt.datetime
    who: str
    purpose: str
    case_number: str
    how: str


def uses(certificate: Certificate) -> QuerySet[Disclosure, tuple[dt.datetime, str, object]]:
    """Cases that rely on the certificate and every look at it, as keys for :func:`in_words`, newest first."""
    cases = Grant.objects.filter(certificate=certificate).exclude(case_number="").order_by()
    looks = Disclosure.objects.filter(grant__certificate=certificate).order_by()
    one = looks.annotate(sort=Value(_USE, CharField())).values_list("created_at", "sort", "pk")
    other = cases.annotate(sort=Value(_CASE, CharField())).values_list("created_at", "sort", "pk")
    return one.union(other, all=True).order_by("-created_at", "-pk")


def in_words(page: Iterable[tuple[dt.datetime, str, object]]) -> list[Use]:
    """Put one page of :func:`uses` into words (two queries)."""
    keys = list(page)
    looks = Disclosure.objects.select_related("grant__share", "department").in_bulk(
        [pk for _at, sort, pk in keys if sort == _USE]
    )
    cases = Grant.objects.in_bulk([pk for _at, sort, pk in keys if sort == _CASE])
    return [_look(looks[pk]) if sort == _USE else _case(cases[pk]) for _at, sort, pk in keys]


def _look(row: Disclosure) -> Use:
    how = str(_HOW.get(row.operation, row.operation))
    return Use(row.created_at, _who(row), row.grant.purpose, row.grant.case_number, how)


def _who(row: Disclosure) -> str:
    share: Share | None = getattr(row.grant, "share", None)
    if share:
        return str(share.receiver_name)
    if row.operation == "show":
        return row.department.name if row.department else _("现场扫码的人")
    if row.operation == "export":
        return _("持证人")
    return row.department.name if row.department else "—"


def _case(grant: Grant) -> Use:
    return Use(grant.created_at, _("您的申请"), grant.purpose, grant.case_number, _("作为材料"))
