"""Which item renews a certificate: one in force whose result is the same type and starts its term anew (延续)."""

from certificates.models import Certificate
from services.codes import Replaces
from services.models import ServiceItem
from services.queries import is_open, published_items


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
