"""What the pages of one's certificates say, besides the register's own words."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from certificates.models import Certificate
from certificates.queries import state_now
from common.formatting import code_label

RENEW_BEFORE = 90  # days before the last day; the law's own limit is thirty (行政许可法第五十条)


def is_renewable(certificate: Certificate) -> bool:
    """Whether a certificate is valid and near enough to its last day to be renewed."""
    if certificate.valid_until is None or state_now(certificate) != Certificate.State.VALID:
        return False
    return (certificate.valid_until - timezone.localdate()).days <= RENEW_BEFORE


_SOON = 90  # days
_TONES = {
    "valid": "jade",
    "suspended": "amber",
    "cancelled": "red",
    "expired": "plain",
    "annulled": "red",
    "revoked": "red",
}


def certificate_tag(certificate: Certificate, today: dt.date) -> tuple[str, str]:
    """(label, tone): the state, expired as of today even before the nightly run, or that the end is near."""
    until = certificate.valid_until
    if certificate.state == Certificate.State.VALID and until:
        if until < today:
            return code_label(Certificate.State.EXPIRED.label), _TONES["expired"]
        if (until - today).days <= _SOON:
            return _("有效，还有 %(count)s 天到期") % {"count": (until - today).days}, "amber"
    return code_label(certificate.get_state_display()), _TONES[certificate.state]
