"""Where a parcel goes: read from a form or a row, checked, and masked for whoever need not know it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.delivery.errors import AddressInvalid
from common.errors import DomainError
from common.masking import mask_name, mask_phone
from identity.rules import normal_phone

_LONGEST = {"name": 60, "region": 60, "street": 120}


@dataclass(frozen=True, slots=True)
class Address:
    """Who receives it, by which phone, in which 省市区, at which street and door."""

    name: str
    phone: str
    region: str
    street: str

    def said(self) -> dict[str, str]:
        """As it is kept, and told to the courier."""
        return asdict(self)


def checked(address: Address) -> Address:
    """The address in normal form; raises :class:`AddressInvalid` with what is wrong at each field."""
    problems: dict[str, str | Promise] = {}
    values = {name: " ".join(str(getattr(address, name)).split()) for name in _LONGEST}
    for name, most in _LONGEST.items():
        if not 2 <= len(values[name]) <= most or not values[name].isprintable():
            problems[name] = _("请填写，2 到 %(most)s 个字。") % {"most": most}
    phone = address.phone
    try:
        phone = normal_phone(address.phone)
    except DomainError as error:
        problems["phone"] = error.text
    if problems:
        raise AddressInvalid(fields=problems)
    return Address(phone=phone, **values)


def of_row(kept: Mapping[str, Any] | None) -> Address | None:
    """The address that a delivery keeps."""
    return (
        Address(**{name: str(kept.get(name, "")) for name in ("name", "phone", "region", "street")}) if kept else None
    )


def masked(address: Address) -> str:
    """One line without the street: ``张* 139****0001 示范市示范区``."""
    return f"{mask_name(address.name)} {mask_phone(address.phone)} {address.region}"
