"""What may stand in a share: who receives it, what for, and how long."""

import datetime as dt
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from certificates.wallet.errors import ShareInvalid
from certificates.wallet.models import Share
from common import crypto
from common.errors import Invalid
from common.formatting import format_date
from identity import rules
from identity.actions import PHONE
from identity.models import Organisation
from identity.persons import documents

To = Share.To
LONGEST_PURPOSE = 60
PURPOSES: dict[str, Promise] = {
    "job": gettext_lazy("求职、入职"),
    "rent": gettext_lazy("租房、买房"),
    "trade": gettext_lazy("签合同、做生意"),
    "bank": gettext_lazy("银行、保险"),
    "school": gettext_lazy("上学、报名"),
    "other": gettext_lazy("其他"),
}
_RECEIVER = "certificates.share.receiver"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the holder wrote: the receiver by phone, ID number or credit code, and by name; purpose; the last day."""

    to: str
    number: str = field(repr=False)
    name: str = field(repr=False)
    purpose_kind: str
    purpose: str
    last_day: dt.date


@dataclass(frozen=True, slots=True)
class Checked:
    """The same in normal form. ``index`` finds a person, ``organisation`` is one that is registered here."""

    number: str = field(repr=False)
    name: str = field(repr=False)
    index: bytes | None
    organisation: Organisation | None
    purpose: str
    until: dt.datetime


def latest_day(today: dt.date) -> dt.date:
    """The last day a share that is made today may be open."""
    return today + dt.timedelta(days=settings.SHARE_LONGEST_DAYS)


def check(asked: Asked, *, today: dt.date) -> Checked:
    """Check everything at once; raises :class:`ShareInvalid` with what is wrong by field."""
    problems: dict[str, str | Promise] = {}
    number, name, index, organisation = "", "", None, None
    if asked.to not in To.values:
        problems["to"] = _("请选择分享给谁。")
    elif asked.to == To.ORGANISATION:
        organisation = _organisation(asked.number, problems)
        number, name = (organisation.uscc, organisation.name) if organisation else ("", "")
    else:
        name = _name(asked.name, problems)
        number = _person(asked, problems)
        index = _index(asked.to, number, name) if number and name else None
    purpose = " ".join(asked.purpose.split())
    if asked.purpose_kind not in PURPOSES:
        problems["purpose_kind"] = _("请选择用途。")
    if not 2 <= len(purpose) <= LONGEST_PURPOSE:
        problems["purpose"] = _("请写明具体用途（2 到 %(limit)s 个字）。") % {"limit": LONGEST_PURPOSE}
    latest = latest_day(today)
    if not today <= asked.last_day <= latest:
        problems["last_day"] = _("请选今天到 %(day)s 之间的一天。") % {"day": format_date(latest)}
    if problems:
        raise ShareInvalid(fields=problems)
    return Checked(number, name, index, organisation, purpose, _end_of(asked.last_day))


def _end_of(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))


def _organisation(number: str, problems: dict[str, str | Promise]) -> Organisation | None:
    try:
        uscc = rules.normal_uscc(number)
    except Invalid:
        problems["number"] = _("统一社会信用代码是 18 位，请对照营业执照核对。")
        return None
    found = Organisation.objects.filter(uscc=uscc, state=Organisation.State.ACTIVE).first()
    if found is None:
        problems["number"] = _("没有查到存续的这个单位，请核对代码；单位还没有登记的，可以分享给它的经办人。")
    return found


def _name(text: str, problems: dict[str, str | Promise]) -> str:
    try:
        return rules.normal_name(text)
    except Invalid as error:
        problems |= error.fields
        return ""


def _person(asked: Asked, problems: dict[str, str | Promise]) -> str:
    try:
        if asked.to == To.PHONE:
            return rules.normal_phone(asked.number)
        return documents.check(documents.Kind.CITIZEN, asked.number).number
    except Invalid as error:
        problems["number"] = str(next(iter(error.fields.values()), error.text))
        return ""


def _index(to: str, number: str, name: str) -> bytes:
    if to == To.PHONE:
        return crypto.blind_index(number, purpose=PHONE)
    return person_index(documents.check(documents.Kind.CITIZEN, number).index, name)


def person_index(document_index: bytes, name: str) -> bytes:
    """What a share by ID number is found by: number and name together, so that a mistyped number reaches nobody."""
    return crypto.blind_index(f"{bytes(document_index).hex()}\x00{rules.name_key(name)}", purpose=_RECEIVER)


def watermark(share: Share) -> str:
    """What is written across everything the receiver sees, in the language of official documents."""
    last = timezone.localtime(share.until - dt.timedelta(seconds=1)).date().isoformat()
    return f"仅供{share.receiver_name}用于{share.purpose} {last}前有效 他用无效"
