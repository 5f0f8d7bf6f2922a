"""Renewals of the shop's licence, and terms that end."""

import datetime as dt

from django.utils import timezone

from cases.models import Case
from certificates import rules
from certificates.models import Certificate, CertificateType
from services.codes import Replaces
from services.models import ItemVersion
from tests.factories.cast import Cast


def renewing(cast: Cast, *, days: int = 40, **version: object) -> None:
    """Have the cast's item renew the shop's licence, which ends in so many days."""
    fields = {"result_type": cast.licence.type, "replaces": Replaces.RENEW, **version}
    ItemVersion.objects.filter(pk=cast.version.pk).update(**fields)
    CertificateType.objects.filter(pk=cast.licence.type_id).update(validity_months=60)
    ends = timezone.localdate() + dt.timedelta(days=days)
    _set_term(cast, ends)


def end_term(cast: Cast, case: Case, *, ago: int = 1) -> dt.date:
    """Let time pass: the licence ended so many days ago, and the case was handed in forty days before that."""
    last = timezone.localdate() - dt.timedelta(days=ago)
    handed_in = timezone.now() - dt.timedelta(days=ago + 40)
    day = timezone.localdate(handed_in)
    _set_term(cast, last)
    Case.objects.filter(pk=case.pk).update(renewal_ends_on=last, submitted_at=handed_in, received_on=day)
    return last


def _set_term(cast: Cast, last: dt.date) -> None:
    began = rules.add_months(last, -60) + dt.timedelta(days=1)
    Certificate.objects.filter(pk=cast.licence.pk).update(valid_from=began, issued_on=began, valid_until=last)
