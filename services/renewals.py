"""Which item renews a certificate: one in force whose result is the same type and starts its term anew (延续)."""

from uuid import UUID

from certificates.models import Certificate
from services.codes import ItemType, Replaces
from services.models import ItemVersion, ServiceItem
from services.queries import is_open, published_items

BEFORE_DAYS = 30  # 行政许可法第五十条第一款, where no law, regulation or rule says otherwise


def is_licence_renewal(version: ItemVersion) -> bool:
    """Whether a version renews an administrative licence, to which 行政许可法第五十条 applies."""
    if version.replaces != Replaces.RENEW or version.result_type_id is None:
        return False
    return version.item.item_type == ItemType.LICENCE


def days_before(version: ItemVersion) -> int:
    """How many days before the end of the term its renewal is asked for: thirty, or what another law says."""
    return BEFORE_DAYS if version.renew_before_days is None else version.renew_before_days


def find_renewal(certificate: Certificate) -> ServiceItem | None:
    """Find the item that renews a certificate: its issuer's own, else the only one in the issuer's region.

    None when nobody takes such an application here now, or several others would: then the issuer must be asked.
    """
    items = published_items().filter(current__result_type_id=certificate.type_id, current__replaces=Replaces.RENEW)
    found = [item for item in items.order_by("pk") if is_open(item)]
    own = [item for item in found if item.department_id == certificate.issuer_id]
    near = [item for item in found if item.region_id == certificate.issuer.region_id]
    if own:
        return own[0]
    return near[0] if len(near) == 1 else None


def renewed_after_term(version: ItemVersion) -> frozenset[UUID]:
    """The type of certificate that a version renews even after its last day; none for most.

    A licence is renewed before its term is over (行政许可法第五十条) and struck off afterwards (第七十条第一项). Cards
    that say who somebody is or where they live are replaced whenever the holder comes (居民身份证法第十一条,
    居住证暂行条例第十条第二款): the register has them, nobody hands a copy of the old one in.
    """
    if version.replaces != Replaces.RENEW or version.result_type_id is None:
        return frozenset()
    return frozenset() if version.item.item_type == ItemType.LICENCE else frozenset({version.result_type_id})
